/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What went wrong. C functions return 0, or a code below that they also put into the status; the text
 * says what and where. Nothing here knows R: the glue makes R conditions of it.
 */
#ifndef ALX_STATUS_H
#define ALX_STATUS_H

enum alx_code {
  ALX_OK = 0,
  ALX_NOT_FOUND,
  ALX_EXISTS,
  ALX_PERMISSION,
  ALX_INVALID,
  ALX_STATE,
  ALX_NO_ROOM,
  /* A server was not reached, or broke off: whether it heard is not known. */
  ALX_UNAVAILABLE,
  /* A server certainly did not hear it: to ask again does no harm. */
  ALX_UNHEARD,
  /* Refused unheard: by a standby, which serves almost nothing; by a server that forgot the handshake. */
  ALX_NOT_SERVED,
  ALX_NOT_GREETED,
  ALX_TIMEOUT,
  ALX_CHANGED,
  ALX_CORRUPT,
  ALX_NOT_DURABLE,
  ALX_SERVER,
  ALX_INTERRUPTED,
  ALX_MEMORY
};

typedef struct alx_status {
  int code; /* one of alx_code */
  char text[512];
} alx_status;

/* Fills the status (unless it is NULL) and returns the code. */
int alx_fail(alx_status *status, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The code after a failure that has text of its own: "<prefix>: <text so far>". */
int alx_fail_in(alx_status *status, const char *prefix);

#endif
