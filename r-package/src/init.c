/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The one table of C functions that R may call. Each glue file lists its own in a header, as a macro
 * of entries: #define NAME_ENTRIES {"alx_c_name", (DL_FUNC)&alx_c_name, 3},
 */
#include <stddef.h>

#include <R_ext/Rdynload.h>

#include "r_algo.h"
#include "r_arrow.h"
#include "r_chunks.h"
#include "r_paged.h"
#include "r_query.h"
#include "r_transport.h"

static const R_CallMethodDef entries[] = {
  ALGO_ENTRIES
  ARROW_ENTRIES
  CHUNK_ENTRIES
  PAGED_ENTRIES
  QUERY_ENTRIES
  TRANSPORT_ENTRIES
  {NULL, NULL, 0}
};

void R_init_alluxior(DllInfo *library);

void R_init_alluxior(DllInfo *library) {
  R_registerRoutines(library, NULL, entries, NULL, NULL);
  R_useDynamicSymbols(library, FALSE);
  R_forceSymbols(library, TRUE);
  alx_r_paged_classes(library);
}
