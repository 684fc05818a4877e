/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* A chunk read from a source, nothing taken on trust. Every function returns 0 or a code: the
 * status may tell of an attempt that failed before another did not. The caller owns what it gets. */
#ifndef ALXF_READ_H
#define ALXF_READ_H

#include "alx_source.h"
#include "alxf_format.h"

/* Reads and checks the header; header->columns is allocated (alxf_free_header() after success). */
int alxf_read_header(alx_source *source, alxf_header *header, alx_status *status);
void alxf_free_header(alxf_header *header);

/* What the manifest says of a chunk. */
typedef struct {
  const uint8_t *version; /* ALXF_VERSION_BYTES */
  uint64_t rows, first_row, index, hash;
  uint32_t column_count;
  const int *types;
} alxf_expected;

/* ALX_CHANGED for a chunk of another version, ALX_CORRUPT for one that is not what the manifest
 * says. */
int alxf_expect(const alxf_header *header, const alxf_expected *expected, alx_status *status);

/* Reads a column's values, alxf_values_bytes() of them, and checks their hash and range; 'codes' is
 * the length of the dictionary. What was read into 'into' is not to be used unless the result is 0.
 */
int alxf_read_values(alx_source *source, const alxf_header *header, uint32_t column, uint64_t codes,
                     void *into, alx_status *status);

/* Checks hash and range of a column's values that are in memory already, as in a mapped file. */
int alxf_check_values(const alxf_header *header, uint32_t column, uint64_t codes,
                      const void *values, alx_status *status);

/* Reads everything there is and compares it with the header: validity bitmaps with the values, the
 * statistics with those found. 'codes' has an entry for each column. */
int alxf_verify(alx_source *source, const alxf_header *header, const uint64_t *codes,
                alx_status *status);

#endif
