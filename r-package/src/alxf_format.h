/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* The header of a chunk (docs/reference/chunk-format.md): its structure, and between it and bytes.
 */
#ifndef ALXF_FORMAT_H
#define ALXF_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#include "alx_status.h"

#define ALXF_FORMAT_VERSION 1
#define ALXF_PAGE 4096u
#define ALXF_FIXED_BYTES 80u
#define ALXF_ENTRY_BYTES 80u
#define ALXF_VERSION_BYTES 16
#define ALXF_MAX_COLUMNS 65535u
#define ALXF_MAX_ROWS (1u << 30)

typedef enum {
  ALXF_BOOL32 = 1,
  ALXF_INT32 = 2,
  ALXF_FLOAT64 = 3,
  ALXF_INT64 = 4,
  ALXF_DICTIONARY32 = 5
} alxf_type;

enum { ALXF_ASCENDING = 1, ALXF_DESCENDING = 2, ALXF_HAS_RANGE = 4 };

/* A minimum or maximum: of float64 the first, of every other type the second. */
typedef union {
  double real;
  int64_t integer;
} alxf_value;

typedef struct {
  uint32_t type;
  uint32_t flags;
  uint64_t validity_offset; /* 0 without nulls */
  uint64_t values_offset;
  uint64_t null_count;
  uint64_t nan_count;
  alxf_value min, max;
  uint64_t validity_hash;
  uint64_t values_hash;
} alxf_column;

typedef struct {
  uint32_t column_count;
  uint64_t header_bytes, file_bytes;
  uint64_t rows, first_row, index;
  uint8_t version[ALXF_VERSION_BYTES];
  uint64_t hash;
  alxf_column *columns; /* column_count of them; the caller's */
} alxf_header;

uint64_t alxf_page_up(uint64_t bytes);
uint64_t alxf_header_bytes(uint32_t column_count);
uint64_t alxf_validity_bytes(uint64_t rows);
/* Bytes of the values of one column; 0 for a type that there is not. */
uint64_t alxf_values_bytes(uint32_t type, uint64_t rows);

/* Sets every offset, header_bytes and file_bytes from the rows, types and null counts: where the
 * format puts the segments. */
void alxf_lay_out(alxf_header *header);

/* Writes header_bytes of an otherwise complete header, and sets its hash. */
void alxf_put_header(alxf_header *header, uint8_t *into);

/* The number of columns that the first ALXF_FIXED_BYTES of a chunk speak of: 0 and a status when
 * they are no such thing. */
int alxf_get_column_count(const uint8_t *bytes, size_t length, uint32_t *column_count,
                          alx_status *status);

/* Reads a header; 'columns' of it is already room for as many as alxf_get_column_count() said.
 * Everything that a later read relies on is checked: ALX_CORRUPT tells what is wrong and at which
 * offset. The hash is taken out of the bytes. Returns 0, or the status' code. */
int alxf_get_header(uint8_t *bytes, size_t length, alxf_header *header, alx_status *status);

#endif
