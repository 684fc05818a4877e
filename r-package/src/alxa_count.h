/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* Counting values: by the bits of the double, which finds any order statistic exactly in at most
 * four passes and bounded memory, and by bins. */
#ifndef ALXA_COUNT_H
#define ALXA_COUNT_H

#include <stddef.h>
#include <stdint.h>

/* Bins of one pass over 16 bits of the keys. */
#define ALXA_BIT_BINS 65536

/* Keys are in the order of the values; -0 and 0 have the same. NaN has none. */
uint64_t alxa_key(double value);
double alxa_value(uint64_t key);

/* For each of 'groups' prefixes, ascending, counts the values whose key begins with it by the 16
 * bits that follow, which are those from bit 'shift' (48, 32, 16 or 0) on. NaN are left out. */
void alxa_count_bits(const double *values, size_t count, int shift, const uint64_t *prefixes,
                     size_t groups, double *counts);

/* The bin of a value: i where edges[i] < value <= edges[i + 1]; the first bin has its lower edge,
 * too. SIZE_MAX for what is in none, as NaN. 'per_unit' is 1 / the width of bins that are about
 * equally wide, or 0. */
size_t alxa_bin(double value, const double *edges, size_t bins, double per_unit);

#endif
