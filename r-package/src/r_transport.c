/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * R's side of the transport. The C code below it runs on R's main thread and asks about ten times a second
 * whether the user interrupts; R's memory is taken before, so that no error of R's can leave C's behind.
 */
#include "r_transport.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alx_reader.h"
#include "alx_writer.h"

static const char *class_of(int code) {
  switch (code) {
    case ALX_NOT_FOUND:
      return "alluxior_not_found";
    case ALX_EXISTS:
      return "alluxior_exists";
    case ALX_PERMISSION:
    case ALX_NOT_GREETED:
      return "alluxior_permission";
    case ALX_INVALID:
      return "alluxior_invalid";
    case ALX_STATE:
      return "alluxior_state";
    case ALX_NO_ROOM:
      return "alluxior_no_room";
    case ALX_UNAVAILABLE:
    case ALX_UNHEARD:
      return "alluxior_unavailable";
    case ALX_TIMEOUT:
      return "alluxior_timeout";
    case ALX_CHANGED:
      return "alluxior_changed";
    case ALX_CORRUPT:
      return "alluxior_corrupt";
    case ALX_NOT_DURABLE:
      return "alluxior_not_durable";
    case ALX_INTERRUPTED:
      return "interrupted";
    case ALX_MEMORY:
      return "alluxior_memory";
    default:
      return "alluxior_server";
  }
}

SEXP alx_r_failure(const alx_status *status) {
  const char *names[] = {"class", "text", ""};
  SEXP result = PROTECT(Rf_mkNamed(VECSXP, names));
  SET_VECTOR_ELT(result, 0, Rf_mkString(class_of(status->code)));
  /* A server's words may be cut within a character. */
  SET_VECTOR_ELT(result, 1, Rf_ScalarString(Rf_mkCharCE(status->text, CE_UTF8)));
  UNPROTECT(1);
  return result;
}

/* The code of a class that alx_r_failure gave; ALX_SERVER for what is none. */
static int code_of_class(const char *class) {
  for (int code = ALX_NOT_FOUND; code <= ALX_MEMORY; code++)
    if (strcmp(class_of(code), class) == 0) return code;
  return ALX_SERVER;
}

static void look_for_interrupt(void *unused) {
  (void)unused;
  R_CheckUserInterrupt();
}

bool alx_r_interrupted(void) { return !R_ToplevelExec(look_for_interrupt, NULL); }

static const char *text_of(SEXP text) { return Rf_translateCharUTF8(STRING_ELT(text, 0)); }

/* ---- clients ---- */

static void finalize_client(SEXP client) {
  alx_client_free(R_ExternalPtrAddr(client));
  R_ClearExternalPtr(client);
}

SEXP alx_c_client(SEXP masters, SEXP user, SEXP timeout_s, SEXP short_circuit) {
  alx_status status = {0};
  SEXP result = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, R_NilValue));
  R_RegisterCFinalizerEx(result, finalize_client, TRUE);
  const char *addresses = text_of(masters), *name = text_of(user);
  alx_client *client =
      alx_client_new(addresses, name, (int64_t)(Rf_asReal(timeout_s) * 1000),
                     (alx_short_circuit)Rf_asInteger(short_circuit), &status);
  if (client) client->limits.interrupted = alx_r_interrupted;
  R_SetExternalPtrAddr(result, client);
  UNPROTECT(1);
  return client ? result : alx_r_failure(&status);
}

/* NULL for one that was saved and loaded, which has no connections. */
static alx_client *client_of(SEXP client, alx_status *status) {
  alx_client *open = R_ExternalPtrAddr(client);
  if (open == NULL)
    alx_fail(status, ALX_INVALID, "the connection is of another R session: make it anew");
  else
    alx_client_begin(open);
  return open;
}

SEXP alx_c_leader(SEXP client) {
  alx_status status = {0};
  char leader[300];
  alx_client *open = client_of(client, &status);
  if (open == NULL || alx_find_leader(open, leader, sizeof leader, &status)) return alx_r_failure(&status);
  return Rf_mkString(leader);
}

/* ---- sources ---- */

alx_source *alx_r_source(SEXP source) { return R_ExternalPtrAddr(source); }

static void finalize_source(SEXP source) {
  alx_source *open = R_ExternalPtrAddr(source);
  R_ClearExternalPtr(source);
  if (open) open->close(open);
}

/* It holds `held`: a client, or a function. */
static SEXP new_source(SEXP held, const char *tag) {
  SEXP result = PROTECT(R_MakeExternalPtr(NULL, Rf_install(tag), held));
  R_RegisterCFinalizerEx(result, finalize_source, TRUE);
  UNPROTECT(1);
  return result;
}

SEXP alx_c_open(SEXP client, SEXP path) {
  alx_status status = {0};
  const char *name = text_of(path);
  SEXP result = PROTECT(new_source(client, "alluxio"));
  alx_client *open = client_of(client, &status);
  alx_reader *reader = open ? alx_open_reader(open, name, &status) : NULL;
  R_SetExternalPtrAddr(result, reader);
  UNPROTECT(1);
  return reader ? result : alx_r_failure(&status);
}

SEXP alx_c_open_file(SEXP path) {
  alx_status status = {0};
  const char *name = Rf_translateChar(STRING_ELT(path, 0));
  SEXP result = PROTECT(new_source(R_NilValue, "file"));
  alx_source *source = alx_file_source(name, &status);
  R_SetExternalPtrAddr(result, source);
  UNPROTECT(1);
  return source ? result : alx_r_failure(&status);
}

/* ---- sources that R reads ---- */

typedef struct function_source {
  alx_source source;
  SEXP read; /* function(offset, length), held by the external pointer */
} function_source;

static int take_failure(SEXP said, alx_status *status) {
  const char *class = CHAR(STRING_ELT(VECTOR_ELT(said, 0), 0));
  return alx_fail(status, code_of_class(class), "%s", text_of(VECTOR_ELT(said, 1)));
}

/* A raw vector, or list(class, text). */
static int take_bytes(SEXP said, uint64_t length, void *into, alx_status *status) {
  if (TYPEOF(said) == VECSXP) return take_failure(said, status);
  if (TYPEOF(said) != RAWSXP || (uint64_t)XLENGTH(said) != length)
    return alx_fail(status, ALX_CORRUPT, "other bytes came than were asked for");
  memcpy(into, RAW(said), length);
  return 0;
}

/* On R's own thread, as all of R. The function raises nothing (R/sources.R). */
static int read_function(alx_source *source, uint64_t offset, uint64_t length, void *into,
                         alx_status *status) {
  const function_source *own = (const function_source *)source;
  int failed = 0;
  if (offset > source->length || length > source->length - offset)
    return alx_fail(status, ALX_INVALID, "it has only %llu bytes",
                    (unsigned long long)source->length);
  if (length == 0) return 0;
  SEXP from = PROTECT(Rf_ScalarReal((double)offset)), size = PROTECT(Rf_ScalarReal((double)length));
  SEXP call = PROTECT(Rf_lang3(own->read, from, size));
  SEXP said = PROTECT(R_tryEvalSilent(call, R_BaseEnv, &failed));
  int code = failed ? alx_fail(status, ALX_SERVER, "R failed to read it")
                    : take_bytes(said, length, into, status);
  UNPROTECT(4);
  return code;
}

static const void *map_nothing(alx_source *source, uint64_t offset, uint64_t length) {
  (void)source, (void)offset, (void)length;
  return NULL;
}

static void close_function(alx_source *source) { free(source); }

SEXP alx_c_open_function(SEXP length, SEXP read) {
  SEXP result = PROTECT(new_source(read, "function"));
  function_source *own = calloc(1, sizeof *own);
  R_SetExternalPtrAddr(result, own);
  UNPROTECT(1);
  if (own == NULL) return alx_r_failure(&(alx_status){ALX_MEMORY, "no memory for a source"});
  own->source = (alx_source){"function", (uint64_t)Rf_asReal(length), read_function, map_nothing,
                             close_function};
  own->read = read;
  return result;
}

SEXP alx_c_length(SEXP source) {
  const alx_source *open = alx_r_source(source);
  return Rf_ScalarReal(open ? (double)open->length : NA_REAL);
}

SEXP alx_c_read(SEXP source, SEXP offset, SEXP length) {
  alx_status status = {0};
  alx_source *open = alx_r_source(source);
  uint64_t from = (uint64_t)Rf_asReal(offset), size = (uint64_t)Rf_asReal(length);
  if (open == NULL) {
    alx_fail(&status, ALX_INVALID, "it is closed");
    return alx_r_failure(&status);
  }
  SEXP bytes = PROTECT(Rf_allocVector(RAWSXP, (R_xlen_t)size));
  int code = open->read_at(open, from, size, RAW(bytes), &status);
  UNPROTECT(1);
  return code ? alx_r_failure(&status) : bytes;
}

SEXP alx_c_ways(SEXP source) {
  const char *names[] = {"local", "grpc", "through", "ahead", ""};
  SEXP result = PROTECT(Rf_mkNamed(REALSXP, names));
  const alx_reader *reader = (const alx_reader *)alx_r_source(source);
  double *bytes = REAL(result);
  bytes[0] = bytes[1] = bytes[2] = bytes[3] = 0;
  if (reader && R_ExternalPtrTag(source) == Rf_install("alluxio")) {
    bytes[0] = (double)reader->ways.local_bytes;
    bytes[1] = (double)reader->ways.grpc_bytes;
    bytes[2] = (double)reader->ways.through_bytes;
    bytes[3] = (double)reader->ways.ahead_bytes;
  }
  UNPROTECT(1);
  return result;
}

SEXP alx_c_close(SEXP source) {
  finalize_source(source);
  return R_NilValue;
}

/* ---- writing ---- */

static alx_write_options options_of(SEXP numbers, uint64_t size) {
  const double *option = REAL(numbers);
  return (alx_write_options){.type = (alx_write_type)(int)option[0],
                             .block_size = (uint64_t)option[1],
                             .mode = (int)option[2],
                             .overwrite = option[3] != 0,
                             .size = size};
}

/* `options`: write type, block size (bytes), mode, overwrite. */
SEXP alx_c_put(SEXP client, SEXP path, SEXP bytes, SEXP options) {
  alx_status status = {0}, left = {0};
  const char *name = text_of(path);
  uint64_t size = (uint64_t)XLENGTH(bytes);
  alx_write_options wanted = options_of(options, size);
  alx_client *open = client_of(client, &status);
  alx_writer *writer = open ? alx_open_writer(open, name, &wanted, &status) : NULL;
  if (writer == NULL) return alx_r_failure(&status);
  int code = alx_writer_add(writer, RAW(bytes), size, &status);
  if (code == 0) code = alx_writer_finish(writer, &status);
  alx_close_writer(writer, &left);
  if (code == 0) return R_NilValue;
  if (left.code) {
    size_t length = strlen(status.text);
    snprintf(status.text + length, sizeof status.text - length, "; %.200s", left.text);
  }
  return alx_r_failure(&status);
}
