/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* What R calls of columns that are not in memory, and the classes that such vectors have (ALTREP). */
#ifndef R_PAGED_H
#define R_PAGED_H

#include <Rinternals.h>
#include <R_ext/Rdynload.h>

void alx_r_paged_classes(DllInfo *library);

SEXP alx_c_paged_frame(SEXP place, SEXP numbers, SEXP version, SEXP types, SEXP files, SEXP headers);
SEXP alx_c_paged_column(SEXP frame, SEXP number, SEXP form, SEXP about);
SEXP alx_c_paged_counts(void);

#define PAGED_ENTRIES \
  {"alx_c_paged_frame", (DL_FUNC)&alx_c_paged_frame, 6}, \
  {"alx_c_paged_column", (DL_FUNC)&alx_c_paged_column, 4}, \
  {"alx_c_paged_counts", (DL_FUNC)&alx_c_paged_counts, 0},

#endif
