/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Batches of an Arrow stream as vectors of R. What the producer lent is released once: a batch when it is
 * taken, all of it at the end and after a failure; and by the finalizer where R left through an error of
 * its own, such as no memory.
 */
#define R_NO_REMAP
#include "r_arrow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alxf_arrow.h"
#include "r_transport.h"

typedef struct {
  struct ArrowArrayStream stream; /* a producer exports into this */
  struct ArrowSchema schema;
  struct ArrowArray batch;
} taken_stream;

/* Whoever has no `release` holds nothing. */
#define RELEASE(what) \
  do { \
    if ((what)->release) (what)->release(what); \
    (what)->release = NULL; \
  } while (0)

static void release_all(taken_stream *taken) {
  RELEASE(&taken->batch);
  RELEASE(&taken->schema);
  RELEASE(&taken->stream);
}

static void finalize_stream(SEXP stream) {
  taken_stream *taken = R_ExternalPtrAddr(stream);
  if (taken == NULL)
    return;
  R_ClearExternalPtr(stream);
  release_all(taken);
  free(taken);
}

SEXP alx_c_arrow_new(void) {
  SEXP result = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
  R_RegisterCFinalizerEx(result, finalize_stream, TRUE);
  taken_stream *taken = calloc(1, sizeof *taken);
  R_SetExternalPtrAddr(result, taken);
  UNPROTECT(1);
  return taken ? result : alx_r_failure(&(alx_status){ALX_MEMORY, "no memory for a stream"});
}

SEXP alx_c_arrow_address(SEXP stream) {
  char digits[24];
  snprintf(digits, sizeof digits, "%" PRIuPTR, (uintptr_t)R_ExternalPtrAddr(stream));
  return Rf_mkString(digits);
}

static int refuse_stream(taken_stream *taken, const char *what, alx_status *status) {
  const char *why = taken->stream.get_last_error(&taken->stream);
  return alx_fail(status, ALX_INVALID, "its producer failed to give %s: %.400s", what,
                  why ? why : "it does not say why");
}

static int ask_schema(taken_stream *taken, alx_status *status) {
  if (taken->schema.release)
    return 0;
  if (taken->stream.release == NULL)
    return alx_fail(status, ALX_INVALID, "nothing was exported into it, or it was read already");
  if (taken->stream.get_schema(&taken->stream, &taken->schema))
    return refuse_stream(taken, "a schema", status);
  if (strcmp(taken->schema.format, "+s") != 0)
    return alx_fail(status, ALX_INVALID, "it is a stream of '%.100s', not of records with columns",
                    taken->schema.format);
  return 0;
}

static int ask_batch(taken_stream *taken, alx_status *status) {
  struct ArrowArray *batch = &taken->batch;
  if (taken->stream.get_next(&taken->stream, batch))
    return refuse_stream(taken, "a batch", status);
  if (batch->release == NULL)
    return 0;
  if (batch->n_children != taken->schema.n_children || batch->offset < 0 || batch->length < 0 ||
      batch->length > INT32_MAX)
    return alx_fail(status, ALX_INVALID, "a batch does not fit its schema");
  if (batch->null_count != 0 && batch->n_buffers > 0 && batch->buffers[0])
    return alx_fail(status, ALX_INVALID, "rows as a whole are null: leave them out");
  return 0;
}

static SEXP strings_of(const struct ArrowSchema *column, const struct ArrowArray *array,
                       int64_t first, int64_t rows, alx_status *status) {
  SEXP result = PROTECT(Rf_allocVector(STRSXP, (R_xlen_t)rows));
  for (int64_t i = 0; i < rows && status->code == 0; i++) {
    int length = 0;
    const char *text = alxf_arrow_string(column, array, first + i, &length, status);
    SEXP string = text ? Rf_mkCharLenCE(text, length, CE_UTF8) : NA_STRING;
    SET_STRING_ELT(result, (R_xlen_t)i, string);
  }
  UNPROTECT(1);
  return result;
}

static SEXP numbers_of(alxf_arrow_kind kind, R_xlen_t rows, void **memory) {
  SEXPTYPE form = kind == ALXF_ARROW_LOGICAL                            ? LGLSXP
                  : kind == ALXF_ARROW_REAL || kind == ALXF_ARROW_INT64 ? REALSXP
                                                                        : INTSXP;
  SEXP result = Rf_allocVector(form, rows);
  *memory = form == REALSXP  ? (void *)REAL(result)
            : form == LGLSXP ? (void *)LOGICAL(result)
                             : (void *)INTEGER(result);
  return result;
}

enum { NAME, FORMAT, VALUES, DICTIONARY, IS_ORDERED };

static void describe_column(SEXP result, const struct ArrowSchema *column) {
  const char *name = column->name ? column->name : "";
  int ordered = (column->flags & ALXF_ARROW_ORDERED) != 0;
  SET_VECTOR_ELT(result, NAME, Rf_ScalarString(Rf_mkCharCE(name, CE_UTF8)));
  SET_VECTOR_ELT(result, FORMAT, Rf_mkString(column->format));
  SET_VECTOR_ELT(result, IS_ORDERED, Rf_ScalarLogical(ordered));
}

/* list(name, format, values, levels, ordered) at i; without values for a type that R/chunk_arrow.R
 * refuses. */
static int put_column(SEXP columns, R_xlen_t i, const struct ArrowSchema *column,
                      const struct ArrowArray *array, const struct ArrowArray *batch,
                      alx_status *status) {
  const char *names[] = {"name", "format", "values", "levels", "ordered", ""};
  alxf_arrow_kind kind = alxf_arrow_kind_of(column);
  SEXP result = SET_VECTOR_ELT(columns, i, Rf_mkNamed(VECSXP, names));
  describe_column(result, column);
  if (kind == ALXF_ARROW_NONE)
    return 0;
  if (alxf_arrow_check(column, array, batch->offset, batch->length, status))
    return status->code;
  if (kind == ALXF_ARROW_STRING) {
    SET_VECTOR_ELT(result, VALUES,
                   strings_of(column, array, batch->offset, batch->length, status));
    return status->code;
  }
  if (kind == ALXF_ARROW_FACTOR)
    SET_VECTOR_ELT(result, DICTIONARY,
                   strings_of(column->dictionary, array->dictionary, 0,
                              array->dictionary->length, status));
  void *memory;
  SET_VECTOR_ELT(result, VALUES, numbers_of(kind, (R_xlen_t)batch->length, &memory));
  return status->code ? status->code
                      : alxf_arrow_values(column, array, batch->offset, batch->length, memory,
                                          status);
}

/* list(rows, columns) of the batch that is there. */
static SEXP batch_of(taken_stream *taken, alx_status *status) {
  const char *names[] = {"rows", "columns", ""};
  const struct ArrowArray *batch = &taken->batch;
  R_xlen_t n = (R_xlen_t)batch->n_children;
  SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
  SET_VECTOR_ELT(result, 0, Rf_ScalarInteger((int)batch->length));
  SEXP columns = SET_VECTOR_ELT(result, 1, Rf_allocVector(VECSXP, n));
  for (R_xlen_t i = 0; i < n && status->code == 0; i++) {
    const struct ArrowSchema *column = taken->schema.children[i];
    if (put_column(columns, i, column, batch->children[i], batch, status)) {
      char place[200];
      snprintf(place, sizeof place, "column '%.150s'", column->name ? column->name : "");
      alx_fail_in(status, place);
    }
  }
  UNPROTECT(1);
  return result;
}

/* The next batch, NULL at the end, or a failure, after which there is no more. */
SEXP alx_c_arrow_next(SEXP stream) {
  alx_status status = {0};
  taken_stream *taken = R_ExternalPtrAddr(stream);
  if (taken == NULL)
    return alx_r_failure(&(alx_status){ALX_INVALID, "it is of another R session: make it anew"});
  RELEASE(&taken->batch);
  SEXP result = R_NilValue;
  if (ask_schema(taken, &status) == 0 && ask_batch(taken, &status) == 0 && taken->batch.release)
    result = batch_of(taken, &status);
  PROTECT(result);
  if (status.code || taken->batch.release == NULL)
    release_all(taken);
  RELEASE(&taken->batch);
  UNPROTECT(1);
  return status.code ? alx_r_failure(&status) : result;
}
