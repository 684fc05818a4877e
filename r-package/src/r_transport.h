/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What R calls of the transport. All but values that were asked for is list(class, text), a failure.
 */
#ifndef R_TRANSPORT_H
#define R_TRANSPORT_H

#include <stdbool.h>

#include <Rinternals.h>

#include "alx_source.h"

/* What every C function that R calls returns when it fails: list(class, text). */
SEXP alx_r_failure(const alx_status *status);
/* Whether the user interrupts; asked on R's thread. Whoever is told so ends in ALX_INTERRUPTED. */
bool alx_r_interrupted(void);

SEXP alx_c_client(SEXP masters, SEXP user, SEXP timeout_s, SEXP short_circuit);
SEXP alx_c_leader(SEXP client);
SEXP alx_c_open(SEXP client, SEXP path);
SEXP alx_c_open_file(SEXP path);
SEXP alx_c_open_function(SEXP length, SEXP read);
SEXP alx_c_length(SEXP source);
SEXP alx_c_read(SEXP source, SEXP offset, SEXP length);
SEXP alx_c_ways(SEXP source);
SEXP alx_c_close(SEXP source);
SEXP alx_c_put(SEXP client, SEXP path, SEXP bytes, SEXP options);

#define TRANSPORT_ENTRIES \
  {"alx_c_client", (DL_FUNC)&alx_c_client, 4}, \
  {"alx_c_leader", (DL_FUNC)&alx_c_leader, 1}, \
  {"alx_c_open", (DL_FUNC)&alx_c_open, 2}, \
  {"alx_c_open_file", (DL_FUNC)&alx_c_open_file, 1}, \
  {"alx_c_open_function", (DL_FUNC)&alx_c_open_function, 2}, \
  {"alx_c_length", (DL_FUNC)&alx_c_length, 1}, \
  {"alx_c_read", (DL_FUNC)&alx_c_read, 3}, \
  {"alx_c_ways", (DL_FUNC)&alx_c_ways, 1}, \
  {"alx_c_close", (DL_FUNC)&alx_c_close, 1}, \
  {"alx_c_put", (DL_FUNC)&alx_c_put, 4},

/* The source behind what alx_c_open, alx_c_open_file and alx_c_open_function gave; NULL once it is closed. */
alx_source *alx_r_source(SEXP source);

#endif
