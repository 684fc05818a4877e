/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What R calls to take batches over from a stream of Arrow's.
 */
#ifndef R_ARROW_H
#define R_ARROW_H

#include <Rinternals.h>

SEXP alx_c_arrow_new(void);
SEXP alx_c_arrow_address(SEXP stream);
SEXP alx_c_arrow_next(SEXP stream);

#define ARROW_ENTRIES \
  {"alx_c_arrow_new", (DL_FUNC)&alx_c_arrow_new, 0}, \
  {"alx_c_arrow_address", (DL_FUNC)&alx_c_arrow_address, 1}, \
  {"alx_c_arrow_next", (DL_FUNC)&alx_c_arrow_next, 1},

#endif
