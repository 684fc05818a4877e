/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxf_arrow.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <string.h>

static int is(const char *format, const char *other) { return strcmp(format, other) == 0; }

static int begins(const char *format, const char *with) {
  return strncmp(format, with, strlen(with)) == 0;
}

/* One letter of these. */
static int is_one_of(const char *format, const char *letters) {
  return format[0] && format[1] == 0 && strchr(letters, format[0]) != NULL;
}

static int is_string(const char *format) { return is_one_of(format, "uU"); }

/* A time of a day, a span, or a point in time. */
static int is_time(const char *format) {
  return begins(format, "tt") || begins(format, "tD") || begins(format, "ts");
}

alxf_arrow_kind alxf_arrow_kind_of(const struct ArrowSchema *column) {
  const char *format = column->format;
  if (column->dictionary)
    return is_one_of(format, "cCsSiIlL") && is_string(column->dictionary->format)
               ? ALXF_ARROW_FACTOR
               : ALXF_ARROW_NONE;
  if (is_string(format))
    return ALXF_ARROW_STRING;
  if (is_one_of(format, "nb"))
    return ALXF_ARROW_LOGICAL;
  if (is_one_of(format, "cCsSi") || is(format, "tdD"))
    return ALXF_ARROW_INTEGER;
  if (is_one_of(format, "Iefg") || is(format, "tdm") || is_time(format))
    return ALXF_ARROW_REAL;
  return is_one_of(format, "lL") ? ALXF_ARROW_INT64 : ALXF_ARROW_NONE;
}

/* ---- one value ---- */

static int bit_at(const void *bits, int64_t at) {
  return ((const uint8_t *)bits)[at / 8] >> (at % 8) & 1;
}

static int is_null(const struct ArrowSchema *column, const struct ArrowArray *array, int64_t row) {
  if (is(column->format, "n"))
    return 1;
  const void *validity = array->buffers[0];
  return validity != NULL && !bit_at(validity, array->offset + row);
}

/* The letter of the integers that a type is stored as. */
static char storage(const char *format) {
  if (format[0] != 't')
    return format[0];
  int is_32_bits = is(format, "tdD") || is(format, "tts") || is(format, "ttm");
  return is_32_bits ? 'i' : 'l';
}

/* Of uint64 those that int64 has; others come out negative. */
static int64_t integer_at(const char *format, const struct ArrowArray *array, int64_t row) {
  const void *values = array->buffers[1];
  int64_t at = array->offset + row;
  switch (storage(format)) {
  case 'b':
    return bit_at(values, at);
  case 'c':
    return ((const int8_t *)values)[at];
  case 'C':
    return ((const uint8_t *)values)[at];
  case 's':
    return ((const int16_t *)values)[at];
  case 'S':
    return ((const uint16_t *)values)[at];
  case 'i':
    return ((const int32_t *)values)[at];
  case 'I':
    return ((const uint32_t *)values)[at];
  default:
    return ((const int64_t *)values)[at];
  }
}

/* What a stored number is divided by: to be days of a date64, seconds of a time. */
static double divisor(const char *format) {
  if (is(format, "tdm"))
    return 86400e3;
  if (!is_time(format))
    return 1;
  switch (format[2]) {
  case 's':
    return 1;
  case 'm':
    return 1e3;
  case 'u':
    return 1e6;
  default:
    return 1e9;
  }
}

/* IEEE 754 binary16. */
static double half(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double size = exponent == 31  ? (fraction ? NAN : INFINITY)
                : exponent == 0 ? ldexp(fraction, -24)
                                : ldexp(fraction + 1024, exponent - 25);
  return bits >> 15 ? -size : size;
}

/* R's NA of a double: a NaN whose low word is 1954. */
static double real_na(void) {
  const uint64_t bits = 0x7ff00000000007a2u;
  double na;
  memcpy(&na, &bits, sizeof na);
  return na;
}

static double real_at(const char *format, const struct ArrowArray *array, int64_t row) {
  const void *values = array->buffers[1];
  int64_t at = array->offset + row;
  double value;
  if (is(format, "e"))
    value = half(((const uint16_t *)values)[at]);
  else if (is(format, "f"))
    value = ((const float *)values)[at];
  else if (is(format, "g"))
    value = ((const double *)values)[at];
  else
    return (double)integer_at(format, array, row) / divisor(format);
  /* A NaN that is there is not NA, whatever its bits. */
  return isnan(value) ? NAN : value;
}

/* ---- a column ---- */

static int refuse(alx_status *status, int64_t row, const char *why) {
  return alx_fail(status, ALX_INVALID, "row %" PRId64 " of its batch: %s", row + 1, why);
}

int alxf_arrow_check(const struct ArrowSchema *column, const struct ArrowArray *array, int64_t first,
                     int64_t rows, alx_status *status) {
  int64_t buffers = is(column->format, "n") ? 0 : is_string(column->format) ? 3 : 2;
  if (first < 0 || rows < 0 || array->offset < 0 || array->length - first < rows)
    return alx_fail(status, ALX_INVALID, "it has fewer rows than its batch");
  if (array->n_buffers < buffers)
    return alx_fail(status, ALX_INVALID, "it has %" PRId64 " buffers, and its type has %" PRId64,
                    array->n_buffers, buffers);
  /* No strings need no data. */
  if (rows > 0 && buffers && array->buffers[1] == NULL)
    return alx_fail(status, ALX_INVALID, "its values are missing");
  if (!column->dictionary)
    return 0;
  if (array->dictionary == NULL)
    return alx_fail(status, ALX_INVALID, "its dictionary is missing");
  return alxf_arrow_check(column->dictionary, array->dictionary, 0, array->dictionary->length,
                          status);
}

static int put_integers(const struct ArrowSchema *column, const struct ArrowArray *array,
                        int64_t first, int64_t rows, int32_t *into, alx_status *status) {
  for (int64_t i = 0; i < rows; i++) {
    int null = is_null(column, array, first + i);
    int64_t value = null ? INT32_MIN : integer_at(column->format, array, first + i);
    if (!null && value == INT32_MIN)
      return refuse(status, i, "-2147483648 is NA in R: cast the column to int64 or float64");
    into[i] = (int32_t)value;
  }
  return 0;
}

static int put_codes(const struct ArrowSchema *column, const struct ArrowArray *array, int64_t first,
                     int64_t rows, int32_t *into, alx_status *status) {
  for (int64_t i = 0; i < rows; i++) {
    int null = is_null(column, array, first + i);
    int64_t code = null ? 0 : integer_at(column->format, array, first + i);
    if (code < 0 || (!null && code >= array->dictionary->length) || code >= INT32_MAX)
      return refuse(status, i, "a code that its dictionary does not have");
    into[i] = null ? INT32_MIN : (int32_t)code + 1;
  }
  return 0;
}

static int put_longs(const struct ArrowSchema *column, const struct ArrowArray *array, int64_t first,
                     int64_t rows, int64_t *into, alx_status *status) {
  int64_t least = is(column->format, "L") ? 0 : -INT64_MAX;
  for (int64_t i = 0; i < rows; i++) {
    int null = is_null(column, array, first + i);
    into[i] = null ? INT64_MIN : integer_at(column->format, array, first + i);
    if (!null && into[i] < least)
      return refuse(status, i, "a number that integer64 does not have: cast the column to float64");
  }
  return 0;
}

static int put_reals(const struct ArrowSchema *column, const struct ArrowArray *array, int64_t first,
                     int64_t rows, double *into) {
  for (int64_t i = 0; i < rows; i++)
    into[i] = is_null(column, array, first + i) ? real_na()
                                                : real_at(column->format, array, first + i);
  return 0;
}

int alxf_arrow_values(const struct ArrowSchema *column, const struct ArrowArray *array, int64_t first,
                      int64_t rows, void *into, alx_status *status) {
  switch (alxf_arrow_kind_of(column)) {
  case ALXF_ARROW_LOGICAL:
  case ALXF_ARROW_INTEGER:
    return put_integers(column, array, first, rows, into, status);
  case ALXF_ARROW_FACTOR:
    return put_codes(column, array, first, rows, into, status);
  case ALXF_ARROW_INT64:
    return put_longs(column, array, first, rows, into, status);
  case ALXF_ARROW_REAL:
    return put_reals(column, array, first, rows, into);
  default:
    return alx_fail(status, ALX_INVALID, "no numbers are of Arrow's type '%s'", column->format);
  }
}

/* ---- strings ---- */

static int64_t string_offset(const char *format, const struct ArrowArray *array, int64_t at) {
  const void *offsets = array->buffers[1];
  return is(format, "U") ? ((const int64_t *)offsets)[at] : ((const int32_t *)offsets)[at];
}

const char *alxf_arrow_string(const struct ArrowSchema *column, const struct ArrowArray *array,
                              int64_t row, int *length, alx_status *status) {
  if (is_null(column, array, row))
    return NULL;
  int64_t from = string_offset(column->format, array, array->offset + row);
  int64_t to = string_offset(column->format, array, array->offset + row + 1);
  const char *data = array->buffers[2];
  const char *why = NULL;
  if (from < 0 || to < from || (to > from && data == NULL))
    why = "a string that is not in its data";
  else if (to - from > INT_MAX)
    why = "a string of more than 2 GiB";
  else if (to > from && memchr(data + from, 0, (size_t)(to - from)))
    why = "a string with a zero byte, which R's cannot have";
  if (why) {
    refuse(status, row, why);
    return NULL;
  }
  *length = (int)(to - from);
  return to > from ? data + from : "";
}
