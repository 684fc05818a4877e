/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* Between R and the chunk format. A failure is returned, as list(class, text); R/chunk_failures.R
 * raises it. Nothing here may leave by an R error while it holds memory or a file of its own. */
#define R_NO_REMAP
#include "r_chunks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <R.h>

#include "alxf_read.h"
#include "alxf_write.h"
#include "alxf_xxh64.h"
#include "r_transport.h"

/* Of a chunk, in the vectors called 'place' below. */
enum { INDEX, FIRST_ROW, ROWS };

static SEXP hash_string(uint64_t hash) {
  char digits[17];
  snprintf(digits, sizeof digits, "%016" PRIx64, hash);
  return Rf_mkString(digits);
}

SEXP alx_c_xxh64(SEXP bytes) { return hash_string(alxf_xxh64(RAW(bytes), (size_t)XLENGTH(bytes))); }

/* The values of a vector that R/chunk_columns.R has brought to the form of its type, or NULL for
 * any other vector. */
static const void *values_of(SEXP vector, int type, R_xlen_t rows) {
  SEXPTYPE form = type == ALXF_BOOL32                          ? LGLSXP
                  : type == ALXF_FLOAT64 || type == ALXF_INT64 ? REALSXP
                                                               : INTSXP;
  if ((SEXPTYPE)TYPEOF(vector) != form || XLENGTH(vector) != rows)
    return NULL;
  return DATAPTR_RO(vector);
}

static SEXP value_string(const alxf_column *column, alxf_value value) {
  char text[40];
  if (!(column->flags & ALXF_HAS_RANGE))
    return NA_STRING;
  if (column->type == ALXF_FLOAT64)
    snprintf(text, sizeof text, "%a", value.real);
  else
    snprintf(text, sizeof text, "%" PRId64, value.integer);
  return Rf_mkChar(text);
}

/* What the manifest says of each column. */
static void put_statistics(const alxf_header *header, SEXP result) {
  R_xlen_t n = header->column_count;
  SEXP nulls = SET_VECTOR_ELT(result, 2, Rf_allocVector(REALSXP, n));
  SEXP nans = SET_VECTOR_ELT(result, 3, Rf_allocVector(REALSXP, n));
  SEXP flags = SET_VECTOR_ELT(result, 4, Rf_allocVector(INTSXP, n));
  SEXP min = SET_VECTOR_ELT(result, 5, Rf_allocVector(STRSXP, n));
  SEXP max = SET_VECTOR_ELT(result, 6, Rf_allocVector(STRSXP, n));
  for (R_xlen_t i = 0; i < n; i++) {
    const alxf_column *column = &header->columns[i];
    REAL(nulls)[i] = (double)column->null_count;
    REAL(nans)[i] = (double)column->nan_count;
    INTEGER(flags)[i] = (int)column->flags;
    SET_STRING_ELT(min, i, value_string(column, column->min));
    SET_STRING_ELT(max, i, value_string(column, column->max));
  }
}

/* list(image, header, nulls, nans, flags, min, max): the chunk's file, its header's hash, the
 * statistics by column. */
static SEXP encode(alxf_header *header, const void *const *values) {
  const char *names[] = {"image", "header", "nulls", "nans", "flags", "min", "max", ""};
  alxf_plan_chunk(header, values);
  SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
  SEXP image = SET_VECTOR_ELT(result, 0, Rf_allocVector(RAWSXP, (R_xlen_t)header->file_bytes));
  alxf_put_chunk(header, values, RAW(image));
  SET_VECTOR_ELT(result, 1, hash_string(header->hash));
  put_statistics(header, result);
  UNPROTECT(1);
  return result;
}

/* 'columns' are vectors, 'types' an integer for each, 'version' 16 bytes, 'place' the chunk's
 * number, first row and rows. */
SEXP alx_c_chunk_encode(SEXP columns, SEXP types, SEXP version, SEXP place) {
  R_xlen_t n = XLENGTH(columns);
  alxf_header header = {.column_count = (uint32_t)n,
                        .index = (uint64_t)REAL(place)[INDEX],
                        .first_row = (uint64_t)REAL(place)[FIRST_ROW],
                        .rows = (uint64_t)REAL(place)[ROWS]};
  memcpy(header.version, RAW(version), ALXF_VERSION_BYTES);
  header.columns = (alxf_column *)R_alloc((size_t)n, sizeof(alxf_column));
  const void **values = (const void **)R_alloc((size_t)n, sizeof(void *));
  memset(header.columns, 0, (size_t)n * sizeof(alxf_column));
  for (R_xlen_t i = 0; i < n; i++) {
    header.columns[i].type = (uint32_t)INTEGER(types)[i];
    values[i] = values_of(VECTOR_ELT(columns, i), INTEGER(types)[i], (R_xlen_t)header.rows);
    if (values[i] == NULL)
      return alx_r_failure(&(alx_status){ALX_INVALID, "a column is not in the form of its type"});
  }
  return encode(&header, values);
}

/* What one of alx_c_open...() gave; R closes it. */
static alx_source *source_of(SEXP source, alx_status *status) {
  alx_source *open = alx_r_source(source);
  if (open == NULL)
    alx_fail(status, ALX_INVALID, "it is closed");
  return open;
}

/* Of list(version, place, header, types). */
static alxf_expected expected_of(SEXP list) {
  const double *place = REAL(VECTOR_ELT(list, 1));
  SEXP types = VECTOR_ELT(list, 3);
  alxf_expected expected = {.version = RAW(VECTOR_ELT(list, 0)),
                            .index = (uint64_t)place[INDEX],
                            .first_row = (uint64_t)place[FIRST_ROW],
                            .rows = (uint64_t)place[ROWS],
                            .column_count = (uint32_t)XLENGTH(types),
                            .types = INTEGER(types),
                            .hash = strtoull(CHAR(STRING_ELT(VECTOR_ELT(list, 2), 0)), NULL, 16)};
  return expected;
}

/* The source, once its header is read and as expected; NULL, and no header, after a failure. */
static alx_source *open_chunk(SEXP source, const alxf_expected *expected, alxf_header *header,
                              alx_status *status) {
  alx_source *opened = source_of(source, status);
  if (opened == NULL)
    return NULL;
  if (alxf_read_header(opened, header, status) == 0) {
    if (alxf_expect(header, expected, status) == 0)
      return opened;
    alxf_free_header(header);
  }
  return NULL;
}

typedef struct {
  uint32_t column;
  uint64_t codes;
  void *into;
} wanted;

static void *values_at(SEXP vector, double at) {
  if (TYPEOF(vector) == REALSXP)
    return REAL(vector) + (R_xlen_t)at;
  return (TYPEOF(vector) == LGLSXP ? LOGICAL(vector) : INTEGER(vector)) + (R_xlen_t)at;
}

/* Reads columns 'which' (from 1) of a chunk into the vectors of the list 'into', from element 'at'
 * (from 0) on. They are changed in place: R/chunk_read.R has made them and nobody else has seen
 * them. 'codes' are the lengths of the dictionaries. */
SEXP alx_c_chunk_read(SEXP source, SEXP expected, SEXP which, SEXP codes, SEXP into, SEXP at) {
  R_xlen_t n = XLENGTH(which);
  wanted *columns = (wanted *)R_alloc((size_t)n, sizeof(wanted));
  for (R_xlen_t i = 0; i < n; i++)
    columns[i] = (wanted){.column = (uint32_t)(INTEGER(which)[i] - 1),
                          .codes = (uint64_t)REAL(codes)[i],
                          .into = values_at(VECTOR_ELT(into, i), REAL(at)[0])};
  alxf_expected right = expected_of(expected);
  alxf_header header;
  alx_status status = {0};
  alx_source *opened = open_chunk(source, &right, &header, &status);
  if (opened == NULL)
    return alx_r_failure(&status);
  int code = 0;
  for (R_xlen_t i = 0; i < n && code == 0; i++)
    code = alxf_read_values(opened, &header, columns[i].column, columns[i].codes, columns[i].into,
                            &status);
  alxf_free_header(&header);
  return code == 0 ? R_NilValue : alx_r_failure(&status);
}

/* Reads a whole chunk and compares it with its header. */
SEXP alx_c_chunk_verify(SEXP source, SEXP expected, SEXP codes) {
  R_xlen_t n = XLENGTH(codes);
  uint64_t *lengths = (uint64_t *)R_alloc((size_t)n, sizeof(uint64_t));
  for (R_xlen_t i = 0; i < n; i++)
    lengths[i] = (uint64_t)REAL(codes)[i];
  alxf_expected right = expected_of(expected);
  alxf_header header;
  alx_status status = {0};
  alx_source *opened = open_chunk(source, &right, &header, &status);
  if (opened == NULL)
    return alx_r_failure(&status);
  int code = alxf_verify(opened, &header, lengths, &status);
  alxf_free_header(&header);
  return code == 0 ? R_NilValue : alx_r_failure(&status);
}
