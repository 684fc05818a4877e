/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define R_NO_REMAP
#include "r_algo.h"

#include <math.h>
#include <stdint.h>

#include <R.h>

#include "alxa_count.h"
#include "alxa_design.h"
#include "alxa_kmeans.h"
#include "alxa_qr.h"

static int is_missing(SEXP vector, R_xlen_t i) {
  switch (TYPEOF(vector)) {
  case REALSXP:
    return isnan(REAL_RO(vector)[i]) != 0; /* NaN too, as is.na() says */
  case STRSXP:
    return STRING_ELT(vector, i) == NA_STRING;
  case LGLSXP:
    return LOGICAL_RO(vector)[i] == NA_LOGICAL;
  default:
    return INTEGER_RO(vector)[i] == NA_INTEGER;
  }
}

/* Which of 'rows' rows have no missing value in these vectors and matrices; only rows for which
 * 'among' is TRUE count (NULL: all). */
SEXP alx_c_complete(SEXP vectors, SEXP rows, SEXP among) {
  R_xlen_t n = (R_xlen_t)Rf_asReal(rows);
  SEXP result = PROTECT(Rf_allocVector(LGLSXP, n));
  int *complete = LOGICAL(result);
  for (R_xlen_t i = 0; i < n; i++)
    complete[i] = among == R_NilValue || LOGICAL_RO(among)[i] == 1;
  for (R_xlen_t k = 0; k < XLENGTH(vectors); k++) {
    SEXP vector = VECTOR_ELT(vectors, k);
    for (R_xlen_t from = 0; from < XLENGTH(vector); from += n)
      for (R_xlen_t i = 0; i < n; i++)
        complete[i] &= !is_missing(vector, from + i);
  }
  UNPROTECT(1);
  return result;
}

/* list(first, variable, tables) of R/fit_design.R: numbers from 0, and NULL or doubles. */
static alxa_design design_of(SEXP list) {
  SEXP first = VECTOR_ELT(list, 0), variable = VECTOR_ELT(list, 1), tables = VECTOR_ELT(list, 2);
  R_xlen_t columns = XLENGTH(first) - 1, parts = XLENGTH(variable);
  size_t *starts = (size_t *)R_alloc((size_t)columns + 1, sizeof(size_t));
  alxa_part *made = (alxa_part *)R_alloc((size_t)parts + 1, sizeof(alxa_part));
  for (R_xlen_t j = 0; j <= columns; j++)
    starts[j] = (size_t)INTEGER(first)[j];
  for (R_xlen_t k = 0; k < parts; k++) {
    SEXP table = VECTOR_ELT(tables, k);
    made[k] = (alxa_part){.variable = (size_t)INTEGER(variable)[k],
                          .table = table == R_NilValue ? NULL : REAL(table)};
  }
  return (alxa_design){.columns = (size_t)columns, .first = starts, .parts = made};
}

static alxa_variable *variables_of(SEXP list, R_xlen_t rows) {
  R_xlen_t n = XLENGTH(list);
  alxa_variable *made = (alxa_variable *)R_alloc((size_t)n + 1, sizeof(alxa_variable));
  for (R_xlen_t k = 0; k < n; k++) {
    SEXP vector = VECTOR_ELT(list, k);
    if (XLENGTH(vector) < rows)
      Rf_error("variable %d of the model has too few rows", (int)k + 1);
    made[k] = (alxa_variable){.numbers = TYPEOF(vector) == REALSXP ? REAL(vector) : NULL,
                              .codes = TYPEOF(vector) == INTSXP ? INTEGER(vector) : NULL};
  }
  return made;
}

/* The R after these rows: see alxa_fit_add(). 'scale' is NULL or a double for each row. */
SEXP alx_c_fit_add(SEXP r, SEXP design, SEXP variables, SEXP response, SEXP scale) {
  alxa_design columns = design_of(design);
  size_t width = columns.columns + 1;
  size_t numbers = alxa_qr_block_rows(width) * width;
  double *work = (double *)R_alloc(numbers, sizeof(double));
  SEXP result = PROTECT(Rf_duplicate(r));
  R_xlen_t rows = XLENGTH(response);
  alxa_fit_add(REAL(result), &columns, variables_of(variables, rows), REAL(response),
               scale == R_NilValue ? NULL : REAL(scale), (size_t)rows, work);
  UNPROTECT(1);
  return result;
}

/* The design times the coefficients, for 'rows' rows. */
SEXP alx_c_design_times(SEXP design, SEXP variables, SEXP rows, SEXP coefficients) {
  alxa_design columns = design_of(design);
  R_xlen_t n = (R_xlen_t)Rf_asReal(rows);
  SEXP result = PROTECT(Rf_allocVector(REALSXP, n));
  alxa_times(&columns, variables_of(variables, n), (size_t)n, REAL(coefficients), REAL(result));
  UNPROTECT(1);
  return result;
}

/* The counts (ALXA_BIT_BINS for each prefix) after these values: see alxa_count_bits(). Prefixes
 * have at most 48 bits, which a double holds. */
SEXP alx_c_count_bits(SEXP values, SEXP shift, SEXP prefixes, SEXP counts) {
  size_t groups = (size_t)XLENGTH(prefixes);
  uint64_t *wanted = (uint64_t *)R_alloc(groups, sizeof(uint64_t));
  for (size_t g = 0; g < groups; g++)
    wanted[g] = (uint64_t)REAL(prefixes)[g];
  SEXP result = PROTECT(Rf_duplicate(counts));
  alxa_count_bits(REAL(values), (size_t)XLENGTH(values), Rf_asInteger(shift), wanted, groups,
                  REAL(result));
  UNPROTECT(1);
  return result;
}

/* The least or greatest value whose key begins with the bits of a prefix and 16 of a bin, before
 * 'bits' more. */
SEXP alx_c_value_of_bits(SEXP prefixes, SEXP bins, SEXP bits, SEXP greatest) {
  R_xlen_t n = XLENGTH(prefixes);
  uint64_t rest = Rf_asLogical(greatest) ? (UINT64_C(1) << Rf_asInteger(bits)) - 1 : 0;
  SEXP result = PROTECT(Rf_allocVector(REALSXP, n));
  for (R_xlen_t i = 0; i < n; i++) {
    uint64_t begin = (uint64_t)REAL(prefixes)[i] << 16 | (uint64_t)REAL(bins)[i];
    REAL(result)[i] = alxa_value(begin << Rf_asInteger(bits) | rest);
  }
  UNPROTECT(1);
  return result;
}

/* The counts by bins of as many dimensions as there are columns of values, the first varying
 * fastest: see alxa_bin(). Rows that are outside of any dimension's bins are left out. */
SEXP alx_c_count_bins(SEXP values, SEXP edges, SEXP per_unit, SEXP counts) {
  R_xlen_t dimensions = XLENGTH(values), rows = XLENGTH(VECTOR_ELT(values, 0));
  SEXP result = PROTECT(Rf_duplicate(counts));
  double *cells = REAL(result);
  for (R_xlen_t row = 0; row < rows; row++) {
    size_t cell = 0, stride = 1, bin = 0;
    for (R_xlen_t d = 0; d < dimensions && bin != SIZE_MAX; d++) {
      SEXP along = VECTOR_ELT(edges, d);
      size_t bins = (size_t)XLENGTH(along) - 1;
      bin = alxa_bin(REAL(VECTOR_ELT(values, d))[row], REAL(along), bins, REAL(per_unit)[d]);
      cell += bin * stride;
      stride *= bins;
    }
    if (bin != SIZE_MAX)
      cells[cell]++;
  }
  UNPROTECT(1);
  return result;
}

/* list(sizes, sums, within) after these rows: see alxa_kmeans_add(). */
SEXP alx_c_kmeans_add(SEXP columns, SEXP centers, SEXP state) {
  size_t dimensions = (size_t)XLENGTH(columns);
  const double **values = (const double **)R_alloc(dimensions, sizeof(double *));
  for (size_t j = 0; j < dimensions; j++)
    values[j] = REAL(VECTOR_ELT(columns, (R_xlen_t)j));
  SEXP result = PROTECT(Rf_duplicate(state));
  alxa_kmeans_add(values, dimensions, (size_t)XLENGTH(VECTOR_ELT(columns, 0)), REAL(centers),
                  (size_t)XLENGTH(VECTOR_ELT(state, 0)), REAL(VECTOR_ELT(result, 0)),
                  REAL(VECTOR_ELT(result, 1)), REAL(VECTOR_ELT(result, 2)));
  UNPROTECT(1);
  return result;
}

/* A number in [0, 1) for each of 'rows' rows from row 'first' (from 0) on, which hangs on the row
 * and the seed alone (splitmix64; Steele, Lea, Flood, OOPSLA 2014). */
SEXP alx_c_row_numbers(SEXP first, SEXP rows, SEXP seed) {
  uint64_t from = (uint64_t)Rf_asReal(seed) * UINT64_C(0x2545F4914F6CDD1D);
  uint64_t at = from + (uint64_t)Rf_asReal(first);
  R_xlen_t n = (R_xlen_t)Rf_asReal(rows);
  SEXP result = PROTECT(Rf_allocVector(REALSXP, n));
  for (R_xlen_t i = 0; i < n; i++) {
    uint64_t z = (at + (uint64_t)i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    REAL(result)[i] = (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
  }
  UNPROTECT(1);
  return result;
}
