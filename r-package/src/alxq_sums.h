/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* Sums over the values of groups: value i belongs to group ids[i], from 1. All sums begin with what
 * is in the accumulators. A missing value counts, and goes into no sum. */
#ifndef ALXQ_SUMS_H
#define ALXQ_SUMS_H

#include <stddef.h>
#include <stdint.h>

/* Of one group. The sum of integers is high * 2^32 + low, which is exact for any 2^31 integers. */
typedef struct {
  double n, na, nan;
  long double sum;
  int64_t high, low;
} alxq_sums;

void alxq_sum_doubles(const double *x, const int *ids, size_t length, alxq_sums *groups);
void alxq_sum_int32(const int *x, const int *ids, size_t length, alxq_sums *groups);
void alxq_sum_int64(const int64_t *x, const int *ids, size_t length, alxq_sums *groups);

/* Sums of squared distances from each group's centre. */
void alxq_sum_squares(const double *x, const int *ids, size_t length, const double *centres,
                      long double *sums);

#endif
