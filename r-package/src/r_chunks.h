/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* What R calls of the chunk format. */
#ifndef R_CHUNKS_H
#define R_CHUNKS_H

#include <Rinternals.h>

SEXP alx_c_xxh64(SEXP bytes);
SEXP alx_c_chunk_encode(SEXP columns, SEXP types, SEXP version, SEXP place);
SEXP alx_c_chunk_read(SEXP source, SEXP expected, SEXP which, SEXP codes, SEXP into, SEXP at);
SEXP alx_c_chunk_verify(SEXP source, SEXP expected, SEXP codes);

#define CHUNK_ENTRIES \
  {"alx_c_xxh64", (DL_FUNC)&alx_c_xxh64, 1}, \
  {"alx_c_chunk_encode", (DL_FUNC)&alx_c_chunk_encode, 4}, \
  {"alx_c_chunk_read", (DL_FUNC)&alx_c_chunk_read, 6}, \
  {"alx_c_chunk_verify", (DL_FUNC)&alx_c_chunk_verify, 3},

#endif
