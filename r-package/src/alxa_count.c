/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxa_count.h"

#include <math.h>
#include <string.h>

#define SIGN (UINT64_C(1) << 63)

uint64_t alxa_key(double value) {
  uint64_t bits;
  if (value == 0)
    value = 0;
  memcpy(&bits, &value, sizeof bits);
  return bits & SIGN ? ~bits : bits | SIGN;
}

double alxa_value(uint64_t key) {
  uint64_t bits = key & SIGN ? key ^ SIGN : ~key;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The group with this prefix, or 'groups'. */
static size_t group_of(uint64_t prefix, const uint64_t *prefixes, size_t groups) {
  size_t low = 0, high = groups;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (prefixes[middle] < prefix)
      low = middle + 1;
    else
      high = middle;
  }
  return low < groups && prefixes[low] == prefix ? low : groups;
}

void alxa_count_bits(const double *values, size_t count, int shift, const uint64_t *prefixes,
                     size_t groups, double *counts) {
  for (size_t i = 0; i < count; i++) {
    if (isnan(values[i]))
      continue;
    uint64_t bits = alxa_key(values[i]) >> shift;
    size_t group = group_of(bits >> 16, prefixes, groups);
    if (group < groups)
      counts[group * ALXA_BIT_BINS + (bits & 0xffff)]++;
  }
}

/* A bin to begin with; the edges decide. */
static size_t guess(double value, const double *edges, size_t bins, double per_unit) {
  double place = (value - edges[0]) * per_unit;
  return place <= 0 ? 0 : place >= (double)bins ? bins - 1 : (size_t)place;
}

static size_t search(double value, const double *edges, size_t bins) {
  size_t low = 0, high = bins;
  while (high - low >= 2) {
    size_t middle = low + (high - low) / 2;
    if (value > edges[middle])
      low = middle;
    else
      high = middle;
  }
  return low;
}

size_t alxa_bin(double value, const double *edges, size_t bins, double per_unit) {
  if (!(value >= edges[0] && value <= edges[bins]))
    return SIZE_MAX;
  if (per_unit <= 0)
    return search(value, edges, bins);
  size_t bin = guess(value, edges, bins, per_unit);
  while (bin > 0 && value <= edges[bin])
    bin--;
  while (bin + 1 < bins && value > edges[bin + 1])
    bin++;
  return bin;
}
