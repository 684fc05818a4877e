/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a reader that goes on from where it stopped will want next: asked for at once, so that it is on its
 * way while what was read is used. Nothing happens in the background but what the system does: bytes wait
 * in its buffers, and are taken when they are wanted, or when another call uses the same connection.
 */
#ifndef ALX_AHEAD_H
#define ALX_AHEAD_H

#include "alx_worker.h"

/* A worker sends this much without a word from us (alluxio.worker.network.reader.buffer.size), so that it
 * is done with the block, and lets go of it, even if we never come back. */
#define ALX_MOST_AHEAD (UINT64_C(4) << 20)

typedef struct alx_ahead {
  alx_worker *worker; /* NULL: nothing is on its way */
  int64_t block_id;
  alx_reading reading;
  uint64_t taken; /* of what was asked for */
  uint8_t *bytes;
  uint64_t room;
} alx_ahead;

/* Asks for a range, at most ALX_MOST_AHEAD, while nothing is on its way. A failure leaves it so. */
int alx_ask_ahead(alx_ahead *ahead, alx_worker *worker, int64_t block_id, uint64_t offset,
                  uint64_t length, alx_status *status);
/* Takes what it has of a range; `*got` says how much, also after a failure. Another range than the one
 * that comes next gives up what is on its way. */
int alx_take_ahead(alx_ahead *ahead, int64_t block_id, uint64_t offset, uint64_t length, void *into,
                   uint64_t *got, alx_status *status);
void alx_free_ahead(alx_ahead *ahead);

#endif
