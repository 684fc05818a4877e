/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxf_column.h"

#include <string.h>

/* R's NA of a double: any NaN whose low word is this. */
static const uint32_t R_NA_WORD = 1954;

typedef enum { VALUE, A_NULL, A_NAN } kind_of_value;

static kind_of_value kind_of_real(double x) {
  if (x == x)
    return VALUE;
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return (uint32_t)bits == R_NA_WORD ? A_NULL : A_NAN;
}

static int is_null(uint32_t type, const void *values, uint64_t row) {
  switch (type) {
  case ALXF_FLOAT64:
    return kind_of_real(((const double *)values)[row]) == A_NULL;
  case ALXF_INT64:
    return ((const int64_t *)values)[row] == INT64_MIN;
  default:
    return ((const int32_t *)values)[row] == INT32_MIN;
  }
}

/* One loop for each width: the compiler makes three tight ones of it. */
#define SCAN(TYPE, FIELD, KIND) \
  do { \
    const TYPE *x = values; \
    TYPE low = 0, high = 0, before = 0; \
    for (uint64_t i = 0; i < rows; i++) { \
      kind_of_value kind = (KIND); \
      nulls += kind == A_NULL; \
      nans += kind == A_NAN; \
      if (kind != VALUE) \
        continue; \
      if (seen++ == 0) \
        low = high = before = x[i]; \
      ascending &= x[i] >= before; \
      descending &= x[i] <= before; \
      low = x[i] < low ? x[i] : low; \
      high = x[i] > high ? x[i] : high; \
      before = x[i]; \
    } \
    column->min.FIELD = low; \
    column->max.FIELD = high; \
  } while (0)

void alxf_scan(alxf_column *column, const void *values, uint64_t rows) {
  uint64_t nulls = 0, nans = 0, seen = 0;
  unsigned ascending = 1, descending = 1;
  switch (column->type) {
  case ALXF_FLOAT64:
    SCAN(double, real, kind_of_real(x[i]));
    break;
  case ALXF_INT64:
    SCAN(int64_t, integer, x[i] == INT64_MIN ? A_NULL : VALUE);
    break;
  default:
    SCAN(int32_t, integer, x[i] == INT32_MIN ? A_NULL : VALUE);
  }
  column->null_count = nulls;
  column->nan_count = nans;
  column->flags = seen > 0 ? ALXF_HAS_RANGE : 0;
  if (seen == rows)
    column->flags |= (ascending ? ALXF_ASCENDING : 0) | (descending ? ALXF_DESCENDING : 0);
}

void alxf_put_validity(uint32_t type, const void *values, uint64_t rows, uint8_t *into) {
  memset(into, 0, alxf_validity_bytes(rows));
  for (uint64_t i = 0; i < rows; i++)
    if (!is_null(type, values, i))
      into[i / 8] |= (uint8_t)(1u << (i % 8));
}

uint64_t alxf_first_bad(uint32_t type, const void *values, uint64_t rows, uint64_t codes) {
  if (type != ALXF_BOOL32 && type != ALXF_DICTIONARY32)
    return rows;
  int64_t low = type == ALXF_BOOL32 ? 0 : 1;
  int64_t high = type == ALXF_BOOL32 ? 1 : (int64_t)codes;
  const int32_t *x = values;
  for (uint64_t i = 0; i < rows; i++)
    if ((x[i] < low || x[i] > high) && x[i] != INT32_MIN)
      return i;
  return rows;
}
