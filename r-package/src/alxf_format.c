/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxf_format.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alxf_xxh64.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "The chunk format is little-endian, and so must be the machine."
#endif

static const uint8_t MAGIC[8] = {0x89, 'A', 'L', 'X', 'F', 0x0d, 0x0a, 0x1a};
enum { HASH_AT = 72 };

uint64_t alxf_page_up(uint64_t bytes) { return (bytes + ALXF_PAGE - 1) / ALXF_PAGE * ALXF_PAGE; }

static uint64_t hashed_bytes(uint32_t column_count) {
  return ALXF_FIXED_BYTES + (uint64_t)ALXF_ENTRY_BYTES * column_count;
}

uint64_t alxf_header_bytes(uint32_t column_count) {
  return alxf_page_up(hashed_bytes(column_count));
}

uint64_t alxf_validity_bytes(uint64_t rows) { return (rows + 7) / 8; }

uint64_t alxf_values_bytes(uint32_t type, uint64_t rows) {
  switch (type) {
  case ALXF_BOOL32:
  case ALXF_INT32:
  case ALXF_DICTIONARY32:
    return rows * 4;
  case ALXF_FLOAT64:
  case ALXF_INT64:
    return rows * 8;
  default:
    return 0;
  }
}

/* The column with its segments at *at, which moves past them. */
static alxf_column placed(alxf_column column, uint64_t rows, uint64_t *at) {
  column.validity_offset = 0;
  if (column.null_count > 0) {
    column.validity_offset = *at;
    *at += alxf_page_up(alxf_validity_bytes(rows));
  }
  column.values_offset = *at;
  *at += alxf_page_up(alxf_values_bytes(column.type, rows));
  return column;
}

void alxf_lay_out(alxf_header *header) {
  uint64_t at = header->header_bytes = alxf_header_bytes(header->column_count);
  for (uint32_t i = 0; i < header->column_count; i++)
    header->columns[i] = placed(header->columns[i], header->rows, &at);
  header->file_bytes = at;
}

static void put32(uint8_t *into, uint32_t x) { memcpy(into, &x, sizeof x); }
static void put64(uint8_t *into, uint64_t x) { memcpy(into, &x, sizeof x); }

static uint32_t get32(const uint8_t *from) {
  uint32_t x;
  memcpy(&x, from, sizeof x);
  return x;
}

static uint64_t get64(const uint8_t *from) {
  uint64_t x;
  memcpy(&x, from, sizeof x);
  return x;
}

static void put_entry(const alxf_column *column, uint8_t *into) {
  put32(into, column->type);
  put32(into + 4, column->flags);
  put64(into + 8, column->validity_offset);
  put64(into + 16, column->values_offset);
  put64(into + 24, column->null_count);
  put64(into + 32, column->nan_count);
  memcpy(into + 40, &column->min, 8);
  memcpy(into + 48, &column->max, 8);
  put64(into + 56, column->validity_hash);
  put64(into + 64, column->values_hash);
}

static void get_entry(const uint8_t *from, alxf_column *column) {
  column->type = get32(from);
  column->flags = get32(from + 4);
  column->validity_offset = get64(from + 8);
  column->values_offset = get64(from + 16);
  column->null_count = get64(from + 24);
  column->nan_count = get64(from + 32);
  memcpy(&column->min, from + 40, 8);
  memcpy(&column->max, from + 48, 8);
  column->validity_hash = get64(from + 56);
  column->values_hash = get64(from + 64);
}

/* Of bytes whose hash field is zero. */
static uint64_t hash_of_header(const uint8_t *bytes, uint32_t column_count) {
  return alxf_xxh64(bytes, hashed_bytes(column_count));
}

void alxf_put_header(alxf_header *header, uint8_t *into) {
  memset(into, 0, header->header_bytes);
  memcpy(into, MAGIC, sizeof MAGIC);
  put32(into + 8, ALXF_FORMAT_VERSION);
  put32(into + 12, header->column_count);
  put64(into + 16, header->header_bytes);
  put64(into + 24, header->file_bytes);
  put64(into + 32, header->rows);
  put64(into + 40, header->first_row);
  put64(into + 48, header->index);
  memcpy(into + 56, header->version, ALXF_VERSION_BYTES);
  for (uint32_t i = 0; i < header->column_count; i++)
    put_entry(&header->columns[i], into + ALXF_FIXED_BYTES + (size_t)i * ALXF_ENTRY_BYTES);
  header->hash = hash_of_header(into, header->column_count);
  put64(into + HASH_AT, header->hash);
}

static int corrupt(alx_status *status, uint64_t offset, const char *format, ...) {
  char what[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  return alx_fail(status, ALX_CORRUPT, "at offset %" PRIu64 ": %s", offset, what);
}

int alxf_get_column_count(const uint8_t *bytes, size_t length, uint32_t *column_count,
                          alx_status *status) {
  if (length < ALXF_FIXED_BYTES)
    return corrupt(status, length, "the file ends inside the chunk's header");
  if (memcmp(bytes, MAGIC, sizeof MAGIC) != 0)
    return corrupt(status, 0, "not a chunk: the first 8 bytes are others");
  if (get32(bytes + 8) != ALXF_FORMAT_VERSION)
    return corrupt(status, 8, "version %" PRIu32 " of the chunk format, this reads version %d",
                   get32(bytes + 8), ALXF_FORMAT_VERSION);
  if (get32(bytes + 12) > ALXF_MAX_COLUMNS)
    return corrupt(status, 12, "%" PRIu32 " columns, more than %u", get32(bytes + 12),
                   ALXF_MAX_COLUMNS);
  *column_count = get32(bytes + 12);
  return 0;
}

/* The field counts as zero in its own hash, so it is taken out of the bytes. */
static int check_hash(uint8_t *bytes, uint32_t column_count, uint64_t *hash, alx_status *status) {
  *hash = get64(bytes + HASH_AT);
  memset(bytes + HASH_AT, 0, 8);
  if (hash_of_header(bytes, column_count) != *hash)
    return corrupt(status, HASH_AT,
                   "the checksum of the chunk's header does not match: its bytes were damaged");
  return 0;
}

static int check_numbers(const alxf_header *header, alx_status *status) {
  if (header->rows == 0 || header->rows > ALXF_MAX_ROWS)
    return corrupt(status, 32, "%" PRIu64 " rows, expected 1 to %u", header->rows, ALXF_MAX_ROWS);
  for (uint32_t i = 0; i < header->column_count; i++) {
    const alxf_column *column = &header->columns[i];
    uint64_t at = ALXF_FIXED_BYTES + (uint64_t)ALXF_ENTRY_BYTES * i;
    if (alxf_values_bytes(column->type, 1) == 0)
      return corrupt(status, at, "column %" PRIu32 " has the unknown type %" PRIu32, i + 1,
                     column->type);
    if (column->null_count > header->rows || column->nan_count > header->rows - column->null_count)
      return corrupt(status, at + 24, "column %" PRIu32 " has more nulls than rows", i + 1);
  }
  return 0;
}

/* There is one place for each segment: any other is damage, or a writer's error. */
static int check_layout(const alxf_header *header, alx_status *status) {
  uint64_t at = alxf_header_bytes(header->column_count);
  if (header->header_bytes != at)
    return corrupt(status, 16, "a header of %" PRIu64 " bytes, expected %" PRIu64,
                   header->header_bytes, at);
  for (uint32_t i = 0; i < header->column_count; i++) {
    const alxf_column *column = &header->columns[i];
    alxf_column right = placed(*column, header->rows, &at);
    if (column->validity_offset != right.validity_offset ||
        column->values_offset != right.values_offset)
      return corrupt(status, ALXF_FIXED_BYTES + (uint64_t)ALXF_ENTRY_BYTES * i + 8,
                     "column %" PRIu32 " is at %" PRIu64 ", expected %" PRIu64, i + 1,
                     column->values_offset, right.values_offset);
  }
  if (header->file_bytes != at)
    return corrupt(status, 24, "a file of %" PRIu64 " bytes, expected %" PRIu64, header->file_bytes,
                   at);
  return 0;
}

int alxf_get_header(uint8_t *bytes, size_t length, alxf_header *header, alx_status *status) {
  if (alxf_get_column_count(bytes, length, &header->column_count, status))
    return status->code;
  if (length < hashed_bytes(header->column_count))
    return corrupt(status, length, "the file ends inside the chunk's header");
  if (check_hash(bytes, header->column_count, &header->hash, status))
    return status->code;
  header->header_bytes = get64(bytes + 16);
  header->file_bytes = get64(bytes + 24);
  header->rows = get64(bytes + 32);
  header->first_row = get64(bytes + 40);
  header->index = get64(bytes + 48);
  memcpy(header->version, bytes + 56, ALXF_VERSION_BYTES);
  for (uint32_t i = 0; i < header->column_count; i++)
    get_entry(bytes + ALXF_FIXED_BYTES + (size_t)i * ALXF_ENTRY_BYTES, &header->columns[i]);
  if (check_numbers(header, status))
    return status->code;
  return check_layout(header, status);
}
