/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* What is known about the values of one column: nulls, order, range. */
#ifndef ALXF_COLUMN_H
#define ALXF_COLUMN_H

#include <stddef.h>

#include "alxf_format.h"

/* Sets null_count, nan_count, flags, min and max from 'rows' values of column->type. */
void alxf_scan(alxf_column *column, const void *values, uint64_t rows);

/* Writes alxf_validity_bytes(rows) bytes: a bit for each row, set where the value is not R's NA. */
void alxf_put_validity(uint32_t type, const void *values, uint64_t rows, uint8_t *into);

/* The first row whose truth value is none of 0, 1 and null, or whose code is outside 1 to 'codes';
 * 'rows' when all are right. Types without such a rule are right always. */
uint64_t alxf_first_bad(uint32_t type, const void *values, uint64_t rows, uint64_t codes);

#endif
