/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A producer of Arrow streams for tests, as in the specification's examples. What it gives is described
 * by R's lists; it counts what is out and not released yet, and releases that come twice.
 */
#define R_NO_REMAP
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <R.h>
#include <Rinternals.h>

/* As the specification has them. */
struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};

static int out, twice;

static void *zeroed(size_t count, size_t size) {
  void *memory = calloc(count + 1, size);
  if (memory == NULL) abort();
  return memory;
}

static SEXP part(SEXP list, const char *name) {
  SEXP names = Rf_getAttrib(list, R_NamesSymbol);
  for (R_xlen_t i = 0; i < XLENGTH(list); i++)
    if (strcmp(CHAR(STRING_ELT(names, i)), name) == 0) return VECTOR_ELT(list, i);
  return R_NilValue;
}

static int64_t whole(SEXP list, const char *name) {
  SEXP number = part(list, name);
  return Rf_isNull(number) ? 0 : (int64_t)Rf_asReal(number);
}

/* Children and dictionaries are released by their parent. */
static void release_schema(struct ArrowSchema *schema) {
  if (schema->release == NULL) {
    twice++;
    return;
  }
  for (int64_t i = 0; i < schema->n_children; i++) {
    schema->children[i]->release(schema->children[i]);
    free(schema->children[i]);
  }
  if (schema->dictionary) {
    schema->dictionary->release(schema->dictionary);
    free(schema->dictionary);
  }
  free(schema->children);
  free((char *)schema->format);
  free((char *)schema->name);
  schema->release = NULL;
  out--;
}

static void release_array(struct ArrowArray *array) {
  if (array->release == NULL) {
    twice++;
    return;
  }
  for (int64_t i = 0; i < array->n_children; i++) {
    array->children[i]->release(array->children[i]);
    free(array->children[i]);
  }
  if (array->dictionary) {
    array->dictionary->release(array->dictionary);
    free(array->dictionary);
  }
  for (int64_t i = 0; i < array->n_buffers; i++) free((void *)array->buffers[i]);
  free(array->children);
  free(array->buffers);
  array->release = NULL;
  out--;
}

/* `column`: list(format, name, flags, dictionary, ...), and for a record list(columns). */
static void put_schema(SEXP column, struct ArrowSchema *into) {
  SEXP columns = part(column, "columns"), dictionary = part(column, "dictionary");
  out++;
  *into = (struct ArrowSchema){.format = strdup(CHAR(Rf_asChar(part(column, "format")))),
                               .name = strdup(CHAR(Rf_asChar(part(column, "name")))),
                               .flags = whole(column, "flags"),
                               .n_children = Rf_isNull(columns) ? 0 : XLENGTH(columns),
                               .release = release_schema};
  into->children = zeroed((size_t)into->n_children, sizeof *into->children);
  for (int64_t i = 0; i < into->n_children; i++) {
    into->children[i] = zeroed(1, sizeof **into->children);
    put_schema(VECTOR_ELT(columns, (R_xlen_t)i), into->children[i]);
  }
  if (Rf_isNull(dictionary)) return;
  into->dictionary = zeroed(1, sizeof *into->dictionary);
  put_schema(dictionary, into->dictionary);
}

/* `column`: list(length, offset, nulls, buffers = list of raw vectors or NULL, dictionary, columns). */
static void put_array(SEXP column, struct ArrowArray *into) {
  SEXP columns = part(column, "columns"), dictionary = part(column, "dictionary");
  SEXP buffers = part(column, "buffers");
  out++;
  *into = (struct ArrowArray){.length = whole(column, "length"),
                              .offset = whole(column, "offset"),
                              .null_count = whole(column, "nulls"),
                              .n_buffers = XLENGTH(buffers),
                              .n_children = Rf_isNull(columns) ? 0 : XLENGTH(columns),
                              .release = release_array};
  into->buffers = zeroed((size_t)into->n_buffers, sizeof *into->buffers);
  for (int64_t i = 0; i < into->n_buffers; i++) {
    SEXP bytes = VECTOR_ELT(buffers, (R_xlen_t)i);
    if (Rf_isNull(bytes)) continue;
    /* No byte more, so that a sanitizer sees who reads too far. */
    void *copy = malloc((size_t)XLENGTH(bytes));
    if (XLENGTH(bytes)) memcpy(copy, RAW(bytes), (size_t)XLENGTH(bytes));
    into->buffers[i] = copy;
  }
  into->children = zeroed((size_t)into->n_children, sizeof *into->children);
  for (int64_t i = 0; i < into->n_children; i++) {
    into->children[i] = zeroed(1, sizeof **into->children);
    put_array(VECTOR_ELT(columns, (R_xlen_t)i), into->children[i]);
  }
  if (Rf_isNull(dictionary)) return;
  into->dictionary = zeroed(1, sizeof *into->dictionary);
  put_array(dictionary, into->dictionary);
}

/* `batches`: list(record, record, ...); the string "fails" in place of one is a failure. */
typedef struct producer {
  SEXP batches;
  R_xlen_t given;
} producer;

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *into) {
  SEXP first = VECTOR_ELT(((producer *)stream->private_data)->batches, 0);
  if (TYPEOF(first) == STRSXP) return EIO;
  put_schema(first, into);
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *into) {
  producer *from = stream->private_data;
  memset(into, 0, sizeof *into);
  if (from->given == XLENGTH(from->batches)) return 0;
  SEXP batch = VECTOR_ELT(from->batches, from->given++);
  if (TYPEOF(batch) == STRSXP) return EIO;
  put_array(batch, into);
  return 0;
}

static const char *last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return "the disk is gone";
}

static void release_stream(struct ArrowArrayStream *stream) {
  if (stream->release == NULL) {
    twice++;
    return;
  }
  producer *from = stream->private_data;
  R_ReleaseObject(from->batches);
  free(from);
  stream->release = NULL;
  out--;
}

SEXP produce(SEXP batches, SEXP address) {
  struct ArrowArrayStream *into =
      (struct ArrowArrayStream *)(uintptr_t)strtoull(CHAR(Rf_asChar(address)), NULL, 10);
  producer *from = zeroed(1, sizeof *from);
  R_PreserveObject(batches);
  from->batches = batches;
  *into = (struct ArrowArrayStream){get_schema, get_next, last_error, release_stream, from};
  out++;
  return R_NilValue;
}

/* c(out, twice) */
SEXP released(void) {
  SEXP counts = Rf_allocVector(INTSXP, 2);
  INTEGER(counts)[0] = out;
  INTEGER(counts)[1] = twice;
  return counts;
}
