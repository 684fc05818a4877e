/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* Between R and the rows of a query. R/frame_slices.R gives parts that there are, R/frame_aggregates.R
 * vectors of one length and ids of groups that there are; nothing further is checked here. */
#define R_NO_REMAP
#include "r_query.h"

#include <string.h>

#include <R.h>

#include "alxq_sums.h"

static int *ints_of(SEXP vector) {
  return TYPEOF(vector) == LGLSXP ? LOGICAL(vector) : INTEGER(vector);
}

/* A copy of 'count' elements from element 'from' (from 0) on, of a vector of one of the types that
 * are stored in chunks: double, integer, logical. */
SEXP alx_c_slice(SEXP vector, SEXP from, SEXP count) {
  R_xlen_t start = (R_xlen_t)Rf_asReal(from), n = (R_xlen_t)Rf_asReal(count);
  SEXP slice = PROTECT(Rf_allocVector(TYPEOF(vector), n));
  if (TYPEOF(vector) == REALSXP)
    memcpy(REAL(slice), REAL_RO(vector) + start, (size_t)n * sizeof(double));
  else
    memcpy(ints_of(slice), ints_of(vector) + start, (size_t)n * sizeof(int));
  UNPROTECT(1);
  return slice;
}

/* R_alloc() is no place for a long double: it is aligned for a double only. */
static alxq_sums *room_for(size_t groups) {
  size_t bytes = groups * sizeof(alxq_sums);
  return (alxq_sums *)R_allocLD((bytes + sizeof(long double) - 1) / sizeof(long double));
}

static alxq_sums *summed(SEXP x, int is_int64, const int *ids, size_t groups) {
  alxq_sums *sums = room_for(groups);
  size_t length = (size_t)XLENGTH(x);
  for (size_t i = 0; i < groups; i++)
    sums[i] = (alxq_sums){0};
  if (TYPEOF(x) != REALSXP)
    alxq_sum_int32((const int *)DATAPTR_RO(x), ids, length, sums);
  else if (is_int64)
    alxq_sum_int64((const int64_t *)DATAPTR_RO(x), ids, length, sums);
  else
    alxq_sum_doubles(REAL_RO(x), ids, length, sums);
  return sums;
}

/* list(n, na, nan, sum, high, low) of vectors with an element for each group: sum for doubles, high
 * * 2^32 + low for integers. */
SEXP alx_c_group_sums(SEXP x, SEXP is_int64, SEXP ids, SEXP groups) {
  const char *names[] = {"n", "na", "nan", "sum", "high", "low", ""};
  R_xlen_t count = (R_xlen_t)Rf_asReal(groups);
  alxq_sums *sums = summed(x, Rf_asLogical(is_int64), INTEGER_RO(ids), (size_t)count);
  SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
  double *columns[6];
  for (int i = 0; i < 6; i++)
    columns[i] = REAL(SET_VECTOR_ELT(result, i, Rf_allocVector(REALSXP, count)));
  for (R_xlen_t i = 0; i < count; i++) {
    columns[0][i] = sums[i].n;
    columns[1][i] = sums[i].na;
    columns[2][i] = sums[i].nan;
    columns[3][i] = (double)sums[i].sum;
    columns[4][i] = (double)(sums[i].high + (sums[i].low >> 32));
    columns[5][i] = (double)(sums[i].low & 0xffffffff);
  }
  UNPROTECT(1);
  return result;
}

SEXP alx_c_group_squares(SEXP x, SEXP ids, SEXP centres) {
  R_xlen_t count = XLENGTH(centres);
  long double *sums = R_allocLD((size_t)count);
  for (R_xlen_t i = 0; i < count; i++)
    sums[i] = 0;
  alxq_sum_squares(REAL_RO(x), INTEGER_RO(ids), (size_t)XLENGTH(x), REAL_RO(centres), sums);
  SEXP result = PROTECT(Rf_allocVector(REALSXP, count));
  for (R_xlen_t i = 0; i < count; i++)
    REAL(result)[i] = (double)sums[i];
  UNPROTECT(1);
  return result;
}
