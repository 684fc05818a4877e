/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alx_ahead.h"

#include <stdlib.h>
#include <string.h>

static void give_up(alx_ahead *ahead) {
  if (ahead->worker == NULL) return;
  alx_end_reading(&ahead->reading);
  ahead->worker = NULL;
}

static bool has_room(alx_ahead *ahead, uint64_t length) {
  if (length <= ahead->room) return true;
  free(ahead->bytes);
  ahead->bytes = malloc(length);
  ahead->room = ahead->bytes ? length : 0;
  return ahead->bytes != NULL;
}

int alx_ask_ahead(alx_ahead *ahead, alx_worker *worker, int64_t block_id, uint64_t offset,
                  uint64_t length, alx_status *status) {
  if (!has_room(ahead, length)) return alx_fail(status, ALX_MEMORY, "no memory to read ahead");
  ahead->worker = worker;
  ahead->block_id = block_id;
  ahead->taken = 0;
  int code = alx_begin_reading(&ahead->reading, worker->rpc, block_id, offset, length, NULL,
                               ahead->bytes, status);
  if (code) give_up(ahead);
  return code;
}

int alx_take_ahead(alx_ahead *ahead, int64_t block_id, uint64_t offset, uint64_t length, void *into,
                   uint64_t *got, alx_status *status) {
  alx_reading *reading = &ahead->reading;
  *got = 0;
  if (ahead->worker == NULL) return 0;
  if (ahead->block_id != block_id || reading->offset + ahead->taken != offset) {
    give_up(ahead);
    return 0;
  }
  uint64_t left = reading->wanted - ahead->taken;
  uint64_t end = ahead->taken + (length < left ? length : left);
  /* A connection that broke, or is a parent's, is made anew, and this call is over. */
  int code = alx_rpc_ready(ahead->worker->rpc, true, status);
  if (code == 0) code = alx_receive(reading, end, status);
  if (reading->got < end) end = reading->got;
  *got = end - ahead->taken;
  if (*got) memcpy(into, ahead->bytes + ahead->taken, *got);
  ahead->taken = end;
  if (code || ahead->taken == reading->wanted) give_up(ahead);
  return code;
}

void alx_free_ahead(alx_ahead *ahead) {
  give_up(ahead);
  free(ahead->bytes);
  memset(ahead, 0, sizeof *ahead);
}
