/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of one connection, without waiting: a socket, or a test's memory.
 */
#ifndef ALX_IO_H
#define ALX_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alx_status.h"

enum { ALX_CAN_RECEIVE = 1, ALX_CAN_SEND = 2 };

typedef struct alx_io {
  void *state;
  /* Bytes that came or went; 0 at the end; -1 with errno, EAGAIN when there are none now. */
  ptrdiff_t (*receive)(void *state, void *into, size_t length);
  ptrdiff_t (*send)(void *state, const void *from, size_t length);
  /* Waits at most `wait_ms`: what is possible now (ALX_CAN_...), 0 for nothing. */
  int (*wait)(void *state, bool to_send, int wait_ms);
  void (*close)(void *state);
} alx_io;

/* How long an operation may take. Shared by all that work for one client. */
typedef struct alx_limits {
  int64_t end_ms;   /* by alx_now_ms(); past it the operation ends in ALX_TIMEOUT */
  int64_t stall_ms; /* 0, or each piece of data moves end_ms to this far from now */
  /* NULL, or asked about ten times a second: true ends the operation in ALX_INTERRUPTED. */
  bool (*interrupted)(void);
  int64_t asked_ms; /* when `interrupted` was asked last */
  bool stopped;     /* it said so: nothing of the operation goes on */
} alx_limits;

int64_t alx_now_ms(void); /* monotonic */
/* 0, or ALX_TIMEOUT or ALX_INTERRUPTED. */
int alx_check_limits(alx_limits *limits, alx_status *status);
/* How long to wait until the limits must be looked at again. */
int alx_slice_ms(const alx_limits *limits);
/* Data has come or gone. */
void alx_moved(alx_limits *limits);

/* Connects by TCP to a name or an address, IPv4 or IPv6. `same_machine` tells whether both ends are
 * the same machine. ALX_UNHEARD when nobody answers. */
int alx_connect_socket(alx_io *io, const char *host, int port, alx_limits *limits,
                       bool *same_machine, alx_status *status);

#endif
