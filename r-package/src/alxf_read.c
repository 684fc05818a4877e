/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxf_read.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alxf_column.h"
#include "alxf_xxh64.h"

static int fail(alx_status *status, int code, uint64_t offset, const char *what) {
  return alx_fail(status, code, "at offset %" PRIu64 ": %s", offset, what);
}

static void *allocate(uint64_t bytes, alx_status *status) {
  void *memory = malloc(bytes > 0 ? bytes : 1);
  if (memory == NULL)
    alx_fail(status, ALX_MEMORY, "no memory for %" PRIu64 " bytes", bytes);
  return memory;
}

static int read_range(alx_source *source, uint64_t offset, uint64_t length, void *into,
                      alx_status *status) {
  if (offset > source->length || length > source->length - offset)
    return fail(status, ALX_CORRUPT, source->length, "the file ends too early");
  return source->read_at(source, offset, length, into, status);
}

static int header_of_bytes(uint8_t *bytes, uint64_t length, alxf_header *header,
                           alx_status *status) {
  header->columns = allocate(sizeof(alxf_column) * (uint64_t)header->column_count, status);
  if (header->columns == NULL)
    return ALX_MEMORY;
  int code = alxf_get_header(bytes, length, header, status);
  if (code)
    alxf_free_header(header);
  return code;
}

static int header_of_source(alx_source *source, alxf_header *header, alx_status *status) {
  uint64_t length = alxf_header_bytes(header->column_count);
  uint8_t *bytes = allocate(length, status);
  if (bytes == NULL)
    return ALX_MEMORY;
  int code = read_range(source, 0, length, bytes, status);
  if (code == 0)
    code = header_of_bytes(bytes, length, header, status);
  free(bytes);
  return code;
}

int alxf_read_header(alx_source *source, alxf_header *header, alx_status *status) {
  uint8_t fixed[ALXF_FIXED_BYTES];
  memset(header, 0, sizeof *header);
  int code = read_range(source, 0, sizeof fixed, fixed, status);
  if (code == 0)
    code = alxf_get_column_count(fixed, sizeof fixed, &header->column_count, status);
  if (code == 0)
    code = header_of_source(source, header, status);
  if (code == 0 && header->file_bytes != source->length) {
    alxf_free_header(header);
    return fail(status, ALX_CORRUPT, source->length,
                "the file's length is not what its header says");
  }
  return code;
}

void alxf_free_header(alxf_header *header) {
  free(header->columns);
  header->columns = NULL;
}

int alxf_expect(const alxf_header *header, const alxf_expected *expected, alx_status *status) {
  if (memcmp(header->version, expected->version, ALXF_VERSION_BYTES) != 0)
    return fail(status, ALX_CHANGED, 56, "the chunk is of another version of the frame");
  if (header->rows != expected->rows || header->first_row != expected->first_row ||
      header->index != expected->index)
    return fail(status, ALX_CORRUPT, 32, "the chunk's rows are not those that the manifest says");
  if (header->hash != expected->hash || header->column_count != expected->column_count)
    return fail(status, ALX_CORRUPT, 72,
                "the chunk's header is not the one that the manifest says");
  for (uint32_t i = 0; i < header->column_count; i++)
    if (header->columns[i].type != (uint32_t)expected->types[i])
      return fail(status, ALX_CORRUPT, ALXF_FIXED_BYTES + (uint64_t)ALXF_ENTRY_BYTES * i,
                  "a column's type is not the one that the manifest says");
  return 0;
}

static int check_hash(uint64_t offset, uint64_t length, uint64_t hash, const void *bytes,
                      alx_status *status) {
  if (alxf_xxh64(bytes, length) != hash)
    return fail(status, ALX_CORRUPT, offset,
                "the checksum of the segment that begins here does not match: its bytes were "
                "damaged");
  return 0;
}

static int read_checked(alx_source *source, uint64_t offset, uint64_t length, uint64_t hash,
                        void *into, alx_status *status) {
  int code = read_range(source, offset, length, into, status);
  return code ? code : check_hash(offset, length, hash, into, status);
}

static int check_range(const alxf_header *header, uint32_t column, uint64_t codes,
                       const void *values, alx_status *status) {
  const alxf_column *found = &header->columns[column];
  uint64_t bad = alxf_first_bad(found->type, values, header->rows, codes);
  if (bad < header->rows)
    return fail(status, ALX_CORRUPT, found->values_offset + bad * 4,
                found->type == ALXF_BOOL32 ? "neither true nor false"
                                           : "a code that is not in the dictionary");
  return 0;
}

int alxf_check_values(const alxf_header *header, uint32_t column, uint64_t codes,
                      const void *values, alx_status *status) {
  const alxf_column *found = &header->columns[column];
  uint64_t bytes = alxf_values_bytes(found->type, header->rows);
  int code = check_hash(found->values_offset, bytes, found->values_hash, values, status);
  return code ? code : check_range(header, column, codes, values, status);
}

int alxf_read_values(alx_source *source, const alxf_header *header, uint32_t column, uint64_t codes,
                     void *into, alx_status *status) {
  const alxf_column *found = &header->columns[column];
  uint64_t bytes = alxf_values_bytes(found->type, header->rows);
  int code = read_range(source, found->values_offset, bytes, into, status);
  return code ? code : alxf_check_values(header, column, codes, into, status);
}

static int same_statistics(const alxf_column *a, const alxf_column *b) {
  int same_range = a->type == ALXF_FLOAT64
                       ? a->min.real == b->min.real && a->max.real == b->max.real
                       : a->min.integer == b->min.integer && a->max.integer == b->max.integer;
  return same_range && a->flags == b->flags && a->null_count == b->null_count &&
         a->nan_count == b->nan_count;
}

/* 'values' and the two bitmaps are room for the column. */
static int verify_column(alx_source *source, const alxf_header *header, uint32_t index,
                         uint64_t codes, void *values, uint8_t *validity, uint8_t *expected,
                         alx_status *status) {
  const alxf_column *column = &header->columns[index];
  uint64_t bytes = alxf_validity_bytes(header->rows);
  int code = alxf_read_values(source, header, index, codes, values, status);
  if (code)
    return code;
  alxf_column seen = {.type = column->type};
  alxf_scan(&seen, values, header->rows);
  if (!same_statistics(&seen, column))
    return fail(status, ALX_CORRUPT, ALXF_FIXED_BYTES + (uint64_t)ALXF_ENTRY_BYTES * index,
                "the statistics are not those of the values");
  if (column->null_count == 0)
    return 0;
  code =
      read_checked(source, column->validity_offset, bytes, column->validity_hash, validity, status);
  if (code)
    return code;
  alxf_put_validity(column->type, values, header->rows, expected);
  if (memcmp(validity, expected, bytes) != 0)
    return fail(status, ALX_CORRUPT, column->validity_offset,
                "the validity bitmap does not agree with the values");
  return 0;
}

int alxf_verify(alx_source *source, const alxf_header *header, const uint64_t *codes,
                alx_status *status) {
  uint64_t bitmap = alxf_validity_bytes(header->rows);
  void *values = allocate(header->rows * 8, status);
  uint8_t *validity = allocate(bitmap, status), *expected = allocate(bitmap, status);
  int code = values && validity && expected ? 0 : ALX_MEMORY;
  for (uint32_t i = 0; i < header->column_count && code == 0; i++)
    code = verify_column(source, header, i, codes[i], values, validity, expected, status);
  free(values);
  free(validity);
  free(expected);
  return code;
}
