/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Columns that another library hands over in memory, by the Arrow C Data and C Stream Interfaces
 * (arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html), as the values that R and
 * the chunk format keep. The three structures are those of that specification.
 */
#ifndef ALXF_ARROW_H
#define ALXF_ARROW_H

#include <stdint.h>

#include "alx_status.h"

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

#define ALXF_ARROW_ORDERED 1 /* of a schema's flags, with a dictionary */

/* What a column's values are stored as. */
typedef enum {
  ALXF_ARROW_NONE, /* not in a frame */
  ALXF_ARROW_LOGICAL,
  ALXF_ARROW_INTEGER,
  ALXF_ARROW_REAL,
  ALXF_ARROW_INT64,
  ALXF_ARROW_STRING,
  ALXF_ARROW_FACTOR /* codes from 1 into a dictionary of strings */
} alxf_arrow_kind;

alxf_arrow_kind alxf_arrow_kind_of(const struct ArrowSchema *column);

/* Checks that an array has what its type says for `rows` rows from `first`: 0 or ALX_INVALID. */
int alxf_arrow_check(const struct ArrowSchema *column, const struct ArrowArray *array, int64_t first,
                     int64_t rows, alx_status *status);

/* Fills `into` with rows of an array that was checked: int32 for logical, integer and factor, double,
 * int64; nulls are R's NA. Times become seconds, and date64 days. ALX_INVALID: a value that cannot be held. */
int alxf_arrow_values(const struct ArrowSchema *column, const struct ArrowArray *array, int64_t first,
                      int64_t rows, void *into, alx_status *status);

/* One string of an array of strings that was checked, with its length in bytes; NULL for a null, and with
 * ALX_INVALID in the status for what is no string of R's. */
const char *alxf_arrow_string(const struct ArrowSchema *column, const struct ArrowArray *array,
                              int64_t row, int *length, alx_status *status);

#endif
