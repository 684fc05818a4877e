/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxf_write.h"

#include <string.h>

#include "alxf_column.h"
#include "alxf_xxh64.h"

void alxf_plan_chunk(alxf_header *header, const void *const *values) {
  for (uint32_t i = 0; i < header->column_count; i++)
    alxf_scan(&header->columns[i], values[i], header->rows);
  alxf_lay_out(header);
}

/* Zero from the end of a segment to its page's end. */
static void pad(uint8_t *into, uint64_t end) { memset(into + end, 0, alxf_page_up(end) - end); }

static void put_column(alxf_column *column, const void *values, uint64_t rows, uint8_t *into) {
  column->validity_hash = 0;
  if (column->null_count > 0) {
    uint64_t bytes = alxf_validity_bytes(rows);
    uint8_t *validity = into + column->validity_offset;
    alxf_put_validity(column->type, values, rows, validity);
    column->validity_hash = alxf_xxh64(validity, bytes);
    pad(into, column->validity_offset + bytes);
  }
  uint64_t bytes = alxf_values_bytes(column->type, rows);
  memcpy(into + column->values_offset, values, bytes);
  column->values_hash = alxf_xxh64(values, bytes);
  pad(into, column->values_offset + bytes);
}

void alxf_put_chunk(alxf_header *header, const void *const *values, uint8_t *into) {
  for (uint32_t i = 0; i < header->column_count; i++)
    put_column(&header->columns[i], values[i], header->rows, into);
  alxf_put_header(header, into);
}
