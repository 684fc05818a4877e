/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* A chunk made of columns in memory. */
#ifndef ALXF_WRITE_H
#define ALXF_WRITE_H

#include "alxf_format.h"

/* First half: header->columns hold the types, header->rows, first_row, index and version are set;
 * values[i] are the values of column i. Fills in the statistics and the layout, so that file_bytes
 * is known. */
void alxf_plan_chunk(alxf_header *header, const void *const *values);

/* Second half: the whole file, file_bytes long, and with it the hashes in the header. */
void alxf_put_chunk(alxf_header *header, const void *const *values, uint8_t *into);

#endif
