/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* What R calls of rows of a query and of sums over groups. */
#ifndef R_QUERY_H
#define R_QUERY_H

#include <Rinternals.h>

SEXP alx_c_slice(SEXP vector, SEXP from, SEXP count);
SEXP alx_c_group_sums(SEXP x, SEXP is_int64, SEXP ids, SEXP groups);
SEXP alx_c_group_squares(SEXP x, SEXP ids, SEXP centres);

#define QUERY_ENTRIES \
  {"alx_c_slice", (DL_FUNC)&alx_c_slice, 3}, \
  {"alx_c_group_sums", (DL_FUNC)&alx_c_group_sums, 4}, \
  {"alx_c_group_squares", (DL_FUNC)&alx_c_group_squares, 3},

#endif
