/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A server in memory: what it sends is there from the beginning, what it is sent is kept.
 */
#ifndef MEMORY_IO_H
#define MEMORY_IO_H

#include <string.h>

#include "../src/alx_http2.h"

typedef struct memory_server {
  const uint8_t *at;
  size_t left;
  size_t piece; /* the most bytes that one receive gives; 0 for all */
  alx_buffer sent;
} memory_server;

static ptrdiff_t memory_receive(void *state, void *into, size_t length) {
  memory_server *server = state;
  if (length > server->left) length = server->left;
  if (server->piece && length > server->piece) length = server->piece;
  memcpy(into, server->at, length);
  server->at += length;
  server->left -= length;
  return (ptrdiff_t)length;
}

static ptrdiff_t memory_send(void *state, const void *from, size_t length) {
  memory_server *server = state;
  alx_buffer_add(&server->sent, from, length);
  return (ptrdiff_t)length;
}

static int memory_wait(void *state, bool to_send, int wait_ms) {
  memory_server *server = state;
  /* Nothing comes before it is waited for. */
  if (wait_ms == 0) return 0;
  return (server->left ? ALX_CAN_RECEIVE : 0) | (to_send ? ALX_CAN_SEND : 0);
}

static void memory_close(void *state) { alx_buffer_free(&((memory_server *)state)->sent); }

static inline alx_io memory_io(memory_server *server) {
  return (alx_io){server, memory_receive, memory_send, memory_wait, memory_close};
}

static inline alx_limits memory_limits(void) {
  return (alx_limits){.end_ms = alx_now_ms() + 60000};
}

#endif
