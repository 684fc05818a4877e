/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* Vectors of R's whose values the pager brings (ALTREP, see R_ext/Altrep.h). Of such a vector data1 is an
 * external pointer to the column, and data2 the list 'about' that R/paged_column.R makes:
 * what raises a failure, what the vector is saved as, what is known of its values, its strings.
 *
 * Who asks for values by a method gets an error when they cannot be had; who has asked for a pointer to
 * all of them does not (alxp_pager.h). So R is given none where it would do with parts. */
#define R_NO_REMAP
#include "r_paged.h"

#include <stdlib.h>
#include <string.h>

#include <R.h>
#include <R_ext/Altrep.h>

#include "alxp_pager.h"
#include "r_transport.h"

/* Of 'about'. */
enum { RAISE, SAVED, KNOWN, STRINGS };
/* Of what is known: NULL where it is not. */
enum { NO_NA, SORTED, MIN, MAX };
/* Of the vectors that R passes for a frame. */
enum { FOLDER, MASTERS, USER };
enum { TIMEOUT_S, SHORT_CIRCUIT, MAY_MAP, FRAME_ROWS, CHUNK_ROWS, BUDGET_BYTES };

static R_altrep_class_t integer_class, real_class, logical_class, string_class;

static alxp_column *column_of(SEXP x) { return R_ExternalPtrAddr(R_altrep_data1(x)); }

static SEXP about_of(SEXP x) { return R_altrep_data2(x); }

static SEXP known_of(SEXP x, int what) {
  SEXP known = VECTOR_ELT(about_of(x), KNOWN);
  return known == R_NilValue ? R_NilValue : VECTOR_ELT(known, what);
}

/* Does not return. */
static void raise_failure(SEXP x, uint64_t row, const alx_status *status) {
  SEXP failure = PROTECT(alx_r_failure(status)), at = PROTECT(Rf_ScalarReal((double)row));
  SEXP call = PROTECT(Rf_lang3(VECTOR_ELT(about_of(x), RAISE), failure, at));
  Rf_eval(call, R_BaseEnv);
  Rf_error("%s", status->text);
}

/* The value of a row, and how many follow. */
static const void *values_at(SEXP x, R_xlen_t row, uint64_t *rows) {
  alx_status status = {0};
  const void *values = alxp_at(column_of(x), (uint64_t)row, rows, &status);
  if (values == NULL) raise_failure(x, (uint64_t)row, &status);
  return values;
}

/* ---- methods of all ---- */

static R_xlen_t length_method(SEXP x) { return (R_xlen_t)alxp_rows(column_of(x)); }

static void *pointer_method(SEXP x, Rboolean writable) {
  (void)writable; /* R says so of most that it only reads: the memory itself is guarded */
  alx_status status = {0};
  uint64_t row;
  void *all = alxp_all(column_of(x), &row, &status);
  if (all == NULL) raise_failure(x, row, &status);
  return all;
}

static const void *pointer_or_null_method(SEXP x) { return alxp_all_there(column_of(x)); }

static Rboolean inspect_method(SEXP x, int before, int deep, int vectors,
                               void (*inspect)(SEXP, int, int, int)) {
  (void)before, (void)deep, (void)vectors, (void)inspect;
  const alxp_content *content = alxp_content_of(column_of(x));
  Rprintf(" column %u of %s%s\n", content->number + 1, content->frame->folder,
          alxp_is_copy(column_of(x)) ? ", a copy" : "");
  return TRUE;
}

/* NULL: R writes the values. */
static SEXP saved_method(SEXP x) {
  SEXP saved = VECTOR_ELT(about_of(x), SAVED);
  return saved == R_NilValue ? NULL : saved;
}

/* R/paged_saved.R. */
static SEXP again_method(SEXP class, SEXP saved) {
  (void)class;
  SEXP name = PROTECT(Rf_mkString("alluxior")), space = PROTECT(R_FindNamespace(name));
  SEXP call = PROTECT(Rf_lang2(Rf_install("paged_again"), saved));
  SEXP result = Rf_eval(call, space);
  UNPROTECT(3);
  return result;
}

static int no_na_method(SEXP x) {
  SEXP known = known_of(x, NO_NA);
  return known != R_NilValue && Rf_asLogical(known) == TRUE;
}

static int sorted_method(SEXP x) {
  SEXP known = known_of(x, SORTED);
  return known == R_NilValue ? UNKNOWN_SORTEDNESS : Rf_asInteger(known);
}

/* The least or greatest of what is neither NA nor NaN: it is the answer unless one of these counts. */
static SEXP extreme(SEXP x, int what, Rboolean without_na) {
  SEXP known = known_of(x, what);
  return known == R_NilValue || !(without_na || no_na_method(x)) ? NULL : Rf_duplicate(known);
}

static SEXP min_method(SEXP x, Rboolean without_na) { return extreme(x, MIN, without_na); }
static SEXP max_method(SEXP x, Rboolean without_na) { return extreme(x, MAX, without_na); }

/* ---- values ---- */

static int integer_at(SEXP x, R_xlen_t i) {
  uint64_t rows;
  return *(const int *)values_at(x, i, &rows);
}

static double real_at(SEXP x, R_xlen_t i) {
  uint64_t rows;
  return *(const double *)values_at(x, i, &rows);
}

static SEXP string_at(SEXP x, R_xlen_t i) {
  uint64_t rows;
  return *(SEXP const *)values_at(x, i, &rows);
}

/* From row i on, at most `n`; how many there were. */
static R_xlen_t copy_region(SEXP x, R_xlen_t i, R_xlen_t n, size_t size, void *into) {
  R_xlen_t left = length_method(x) - i, done = 0;
  if (left > n) left = n;
  while (done < left) {
    uint64_t rows;
    const void *values = values_at(x, i + done, &rows);
    R_xlen_t some = (R_xlen_t)rows < left - done ? (R_xlen_t)rows : left - done;
    memcpy((char *)into + (size_t)done * size, values, (size_t)some * size);
    done += some;
  }
  return left < 0 ? 0 : left;
}

static R_xlen_t integer_region(SEXP x, R_xlen_t i, R_xlen_t n, int *into) {
  return copy_region(x, i, n, sizeof *into, into);
}

static R_xlen_t real_region(SEXP x, R_xlen_t i, R_xlen_t n, double *into) {
  return copy_region(x, i, n, sizeof *into, into);
}

/* ---- parts ---- */

/* -1: there is no such row, and R's x[i] has NA. */
static R_xlen_t row_wanted(SEXP x, SEXP index, R_xlen_t i) {
  R_xlen_t count = length_method(x);
  if (TYPEOF(index) == INTSXP) {
    int one = INTEGER_ELT(index, i);
    return one == NA_INTEGER || one > count ? -1 : (R_xlen_t)one - 1;
  }
  double one = REAL_ELT(index, i);
  return ISNAN(one) || one > (double)count ? -1 : (R_xlen_t)one - 1;
}

static void put_one(SEXP result, R_xlen_t at, SEXP x, R_xlen_t row) {
  switch (TYPEOF(x)) {
    case STRSXP:
      SET_STRING_ELT(result, at, row < 0 ? NA_STRING : string_at(x, row));
      return;
    case REALSXP:
      REAL(result)[at] = row < 0 ? NA_REAL : real_at(x, row);
      return;
    case LGLSXP:
      LOGICAL(result)[at] = row < 0 ? NA_LOGICAL : integer_at(x, row);
      return;
    default:
      INTEGER(result)[at] = row < 0 ? NA_INTEGER : integer_at(x, row);
  }
}

static size_t chunk_of(const alxp_frame *frame, R_xlen_t row) {
  return row < 0 ? 0 : (size_t)((uint64_t)row / frame->chunk_rows);
}

static bool goes_up(SEXP x, SEXP index) {
  const alxp_frame *frame = alxp_content_of(column_of(x))->frame;
  size_t before = 0;
  for (R_xlen_t i = 0; i < XLENGTH(index); i++) {
    R_xlen_t row = row_wanted(x, index, i);
    if (row < 0) continue;
    size_t chunk = chunk_of(frame, row);
    if (chunk < before) return false;
    before = chunk;
  }
  return true;
}

/* The places of the result, those of one chunk together: a chunk is brought in once, whatever the order. */
static R_xlen_t *places_by_chunk(SEXP x, SEXP index) {
  const alxp_frame *frame = alxp_content_of(column_of(x))->frame;
  R_xlen_t n = XLENGTH(index);
  R_xlen_t *places = (R_xlen_t *)R_alloc((size_t)n, sizeof *places);
  R_xlen_t *next = (R_xlen_t *)R_alloc(frame->chunk_count + 1, sizeof *next);
  memset(next, 0, (frame->chunk_count + 1) * sizeof *next);
  for (R_xlen_t i = 0; i < n; i++) next[chunk_of(frame, row_wanted(x, index, i)) + 1]++;
  for (size_t i = 1; i <= frame->chunk_count; i++) next[i] += next[i - 1];
  for (R_xlen_t i = 0; i < n; i++) places[next[chunk_of(frame, row_wanted(x, index, i))]++] = i;
  return places;
}

/* NULL: R does it. The index holds numbers from 1. */
static SEXP part_method(SEXP x, SEXP index, SEXP call) {
  (void)call;
  if (TYPEOF(index) != INTSXP && TYPEOF(index) != REALSXP) return NULL;
  R_xlen_t n = XLENGTH(index);
  const void *room = vmaxget();
  SEXP result = PROTECT(Rf_allocVector(TYPEOF(x), n));
  const R_xlen_t *places = goes_up(x, index) ? NULL : places_by_chunk(x, index);
  for (R_xlen_t i = 0; i < n; i++) {
    R_xlen_t at = places ? places[i] : i;
    put_one(result, at, x, row_wanted(x, index, at));
  }
  vmaxset(room);
  UNPROTECT(1);
  return result;
}

/* ---- making them ---- */

static void finalize_column(SEXP pointer) {
  alxp_drop_column(R_ExternalPtrAddr(pointer));
  R_ClearExternalPtr(pointer);
}

/* With room for a column. */
static SEXP new_vector(R_altrep_class_t class, SEXP about) {
  SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
  R_RegisterCFinalizerEx(pointer, finalize_column, FALSE);
  SEXP vector = R_new_altrep(class, pointer, about);
  UNPROTECT(1);
  return vector;
}

static R_altrep_class_t class_for(SEXPTYPE type) {
  switch (type) {
    case STRSXP:
      return string_class;
    case REALSXP:
      return real_class;
    case LGLSXP:
      return logical_class;
    default:
      return integer_class;
  }
}

/* In memory, chunk by chunk. */
static SEXP plain_copy(SEXP x) {
  R_xlen_t n = length_method(x);
  SEXP result = PROTECT(Rf_allocVector(TYPEOF(x), n));
  if (TYPEOF(x) == STRSXP)
    for (R_xlen_t i = 0; i < n; i++) SET_STRING_ELT(result, i, string_at(x, i));
  else if (TYPEOF(x) == REALSXP)
    real_region(x, 0, n, REAL(result));
  else
    integer_region(x, 0, n, TYPEOF(x) == LGLSXP ? LOGICAL(result) : INTEGER(result));
  UNPROTECT(1);
  return result;
}

/* A copy is R's to write to. What was known of the values, and where they are stored, is not so of it. */
static SEXP copy_method(SEXP x, Rboolean deep) {
  (void)deep;
  alx_status status = {0};
  SEXP about = PROTECT(Rf_shallow_duplicate(about_of(x)));
  SET_VECTOR_ELT(about, SAVED, R_NilValue);
  SET_VECTOR_ELT(about, KNOWN, R_NilValue);
  SEXP vector = PROTECT(new_vector(class_for((SEXPTYPE)TYPEOF(x)), about));
  alxp_column *column = alxp_copy_column(column_of(x), &status);
  if (column == NULL) {
    UNPROTECT(2);
    return plain_copy(x);
  }
  R_SetExternalPtrAddr(R_altrep_data1(vector), column);
  UNPROTECT(2);
  return vector;
}

static void finalize_frame(SEXP pointer) {
  alxp_leave_frame(R_ExternalPtrAddr(pointer));
  R_ClearExternalPtr(pointer);
}

static char *copy_of(SEXP strings, R_xlen_t i) { return strdup(CHAR(STRING_ELT(strings, i))); }

/* False without memory. */
static bool fill_frame(alxp_frame *frame, SEXP place, const double *number, SEXP version, SEXP types,
                       SEXP files, SEXP headers) {
  frame->folder = copy_of(place, FOLDER);
  frame->masters = copy_of(place, MASTERS);
  frame->user = copy_of(place, USER);
  frame->timeout_ms = (int64_t)(number[TIMEOUT_S] * 1000);
  frame->short_circuit = (alx_short_circuit)(int)number[SHORT_CIRCUIT];
  frame->may_map = number[MAY_MAP] != 0;
  frame->rows = (uint64_t)number[FRAME_ROWS];
  frame->chunk_rows = (uint64_t)number[CHUNK_ROWS];
  memcpy(frame->version, RAW(version), ALXF_VERSION_BYTES);
  memcpy(frame->types, INTEGER(types), frame->column_count * sizeof *frame->types);
  for (size_t i = 0; i < frame->chunk_count; i++) {
    frame->files[i] = copy_of(files, (R_xlen_t)i);
    frame->hashes[i] = strtoull(CHAR(STRING_ELT(headers, (R_xlen_t)i)), NULL, 16);
    if (frame->files[i] == NULL) return false;
  }
  return frame->folder && frame->masters && frame->user;
}

/* `place`: folder, masters ("" for a folder of this machine), user. `numbers`: see above. The rest is the
 * manifest's. */
SEXP alx_c_paged_frame(SEXP place, SEXP numbers, SEXP version, SEXP types, SEXP files, SEXP headers) {
  SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
  R_RegisterCFinalizerEx(pointer, finalize_frame, FALSE);
  alxp_frame *frame = alxp_new_frame((size_t)XLENGTH(files), (uint32_t)XLENGTH(types));
  R_SetExternalPtrAddr(pointer, frame);
  bool filled = frame && fill_frame(frame, place, REAL(numbers), version, types, files, headers);
  UNPROTECT(1);
  if (!filled) return alx_r_failure(&(alx_status){ALX_MEMORY, "no memory for a frame"});
  alxp_set_budget((uint64_t)REAL(numbers)[BUDGET_BYTES]);
  return pointer;
}

/* What codes stand for: NA for a null's, and then the strings, which `about` keeps. NULL without memory. */
static const void **words_of(SEXP strings) {
  R_xlen_t n = XLENGTH(strings);
  const void **words = malloc(((size_t)n + 1) * sizeof *words);
  if (words == NULL) return NULL;
  words[0] = NA_STRING;
  for (R_xlen_t i = 0; i < n; i++) words[i + 1] = STRING_ELT(strings, i);
  return words;
}

/* `form`: list(prototype without values, length of the dictionary, whether by faults). */
SEXP alx_c_paged_column(SEXP frame, SEXP number, SEXP form, SEXP about) {
  alx_status status = {0};
  SEXP prototype = VECTOR_ELT(form, 0), strings = VECTOR_ELT(about, STRINGS);
  SEXP vector = PROTECT(new_vector(class_for((SEXPTYPE)TYPEOF(prototype)), about));
  SHALLOW_DUPLICATE_ATTRIB(vector, prototype);
  alxp_content content = {R_ExternalPtrAddr(frame), (uint32_t)Rf_asInteger(number) - 1,
                          (uint64_t)Rf_asReal(VECTOR_ELT(form, 1)), NULL};
  bool has_words = strings == R_NilValue || (content.words = words_of(strings)) != NULL;
  alxp_column *column = NULL;
  if (has_words)
    column = alxp_new_column(&content, Rf_asLogical(VECTOR_ELT(form, 2)) == TRUE, alx_r_interrupted,
                             &status);
  else
    alx_fail(&status, ALX_MEMORY, "no memory for a column");
  R_SetExternalPtrAddr(R_altrep_data1(vector), column);
  MARK_NOT_MUTABLE(vector);
  UNPROTECT(1);
  return column ? vector : alx_r_failure(&status);
}

SEXP alx_c_paged_counts(void) {
  const char *names[] = {"has_faults", "tells_writes", "budget_bytes",      "copied_bytes", "copied",
                         "mapped",     "dropped",      "most_copied_bytes", "written",      ""};
  SEXP result = PROTECT(Rf_mkNamed(REALSXP, names));
  alxp_counts counts = alxp_count();
  double *number = REAL(result);
  number[0] = counts.has_faults;
  number[1] = counts.tells_writes;
  number[2] = (double)counts.budget_bytes;
  number[3] = (double)counts.copied_bytes;
  number[4] = (double)counts.copied;
  number[5] = (double)counts.mapped;
  number[6] = (double)counts.dropped;
  number[7] = (double)counts.most_copied_bytes;
  number[8] = (double)counts.written;
  UNPROTECT(1);
  return result;
}

static void set_common_methods(R_altrep_class_t class) {
  R_set_altrep_Length_method(class, length_method);
  R_set_altrep_Inspect_method(class, inspect_method);
  R_set_altrep_Duplicate_method(class, copy_method);
  R_set_altrep_Serialized_state_method(class, saved_method);
  R_set_altrep_Unserialize_method(class, again_method);
  R_set_altvec_Dataptr_method(class, pointer_method);
  R_set_altvec_Dataptr_or_null_method(class, pointer_or_null_method);
  R_set_altvec_Extract_subset_method(class, part_method);
}

static void set_integer_methods(R_altrep_class_t class) {
  R_set_altinteger_Elt_method(class, integer_at);
  R_set_altinteger_Get_region_method(class, integer_region);
  R_set_altinteger_No_NA_method(class, no_na_method);
  R_set_altinteger_Is_sorted_method(class, sorted_method);
  R_set_altinteger_Min_method(class, min_method);
  R_set_altinteger_Max_method(class, max_method);
}

static void set_real_methods(R_altrep_class_t class) {
  R_set_altreal_Elt_method(class, real_at);
  R_set_altreal_Get_region_method(class, real_region);
  R_set_altreal_No_NA_method(class, no_na_method);
  R_set_altreal_Is_sorted_method(class, sorted_method);
  R_set_altreal_Min_method(class, min_method);
  R_set_altreal_Max_method(class, max_method);
}

static void set_logical_methods(R_altrep_class_t class) {
  R_set_altlogical_Elt_method(class, integer_at);
  R_set_altlogical_Get_region_method(class, integer_region);
  R_set_altlogical_No_NA_method(class, no_na_method);
  R_set_altlogical_Is_sorted_method(class, sorted_method);
}

static void set_string_methods(R_altrep_class_t class) {
  R_set_altstring_Elt_method(class, string_at);
  R_set_altstring_No_NA_method(class, no_na_method);
}

void alx_r_paged_classes(DllInfo *library) {
  integer_class = R_make_altinteger_class("paged_integer", "alluxior", library);
  real_class = R_make_altreal_class("paged_double", "alluxior", library);
  logical_class = R_make_altlogical_class("paged_logical", "alluxior", library);
  string_class = R_make_altstring_class("paged_character", "alluxior", library);
  set_common_methods(integer_class);
  set_common_methods(real_class);
  set_common_methods(logical_class);
  set_common_methods(string_class);
  set_integer_methods(integer_class);
  set_real_methods(real_class);
  set_logical_methods(logical_class);
  set_string_methods(string_class);
}
