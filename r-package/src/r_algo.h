/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* What R calls of the algorithms that work chunk by chunk. None changes what it is given: a state
 * goes in, the state after these rows comes out. */
#ifndef R_ALGO_H
#define R_ALGO_H

#include <Rinternals.h>

SEXP alx_c_complete(SEXP vectors, SEXP rows, SEXP among);
SEXP alx_c_fit_add(SEXP r, SEXP design, SEXP variables, SEXP response, SEXP scale);
SEXP alx_c_design_times(SEXP design, SEXP variables, SEXP rows, SEXP coefficients);
SEXP alx_c_count_bits(SEXP values, SEXP shift, SEXP prefixes, SEXP counts);
SEXP alx_c_value_of_bits(SEXP prefixes, SEXP bins, SEXP bits, SEXP greatest);
SEXP alx_c_count_bins(SEXP values, SEXP edges, SEXP per_unit, SEXP counts);
SEXP alx_c_kmeans_add(SEXP columns, SEXP centers, SEXP state);
SEXP alx_c_row_numbers(SEXP first, SEXP rows, SEXP seed);

#define ALGO_ENTRIES \
  {"alx_c_complete", (DL_FUNC)&alx_c_complete, 3}, \
  {"alx_c_fit_add", (DL_FUNC)&alx_c_fit_add, 5}, \
  {"alx_c_design_times", (DL_FUNC)&alx_c_design_times, 4}, \
  {"alx_c_count_bits", (DL_FUNC)&alx_c_count_bits, 4}, \
  {"alx_c_value_of_bits", (DL_FUNC)&alx_c_value_of_bits, 4}, \
  {"alx_c_count_bins", (DL_FUNC)&alx_c_count_bins, 4}, \
  {"alx_c_kmeans_add", (DL_FUNC)&alx_c_kmeans_add, 3}, \
  {"alx_c_row_numbers", (DL_FUNC)&alx_c_row_numbers, 3},

#endif
