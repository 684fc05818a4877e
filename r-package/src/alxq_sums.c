/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxq_sums.h"

#include <math.h>
#include <string.h>

/* R's NA is the NaN whose low 32 bits are 1954. */
static int is_na(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return (uint32_t)bits == 1954;
}

void alxq_sum_doubles(const double *x, const int *ids, size_t length, alxq_sums *groups) {
  for (size_t i = 0; i < length; i++) {
    alxq_sums *group = &groups[ids[i] - 1];
    if (!isnan(x[i])) {
      group->n++;
      group->sum += x[i];
    } else if (is_na(x[i])) {
      group->na++;
    } else {
      group->nan++;
    }
  }
}

static void add_integer(alxq_sums *group, int64_t x) {
  group->n++;
  group->low += x & 0xffffffff;
  group->high += (x - (x & 0xffffffff)) / 4294967296;
}

void alxq_sum_int32(const int *x, const int *ids, size_t length, alxq_sums *groups) {
  for (size_t i = 0; i < length; i++) {
    if (x[i] == INT32_MIN)
      groups[ids[i] - 1].na++;
    else
      add_integer(&groups[ids[i] - 1], x[i]);
  }
}

void alxq_sum_int64(const int64_t *x, const int *ids, size_t length, alxq_sums *groups) {
  for (size_t i = 0; i < length; i++) {
    if (x[i] == INT64_MIN)
      groups[ids[i] - 1].na++;
    else
      add_integer(&groups[ids[i] - 1], x[i]);
  }
}

void alxq_sum_squares(const double *x, const int *ids, size_t length, const double *centres,
                      long double *sums) {
  for (size_t i = 0; i < length; i++) {
    if (!isnan(x[i])) {
      long double distance = x[i] - (long double)centres[ids[i] - 1];
      sums[ids[i] - 1] += distance * distance;
    }
  }
}
