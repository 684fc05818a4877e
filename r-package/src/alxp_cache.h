/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which copied segments stay, within a budget of bytes for all columns: the oldest go first.
 */
#ifndef ALXP_CACHE_H
#define ALXP_CACHE_H

#include "alxp_column.h"

enum {
  /* R's thread may be copying from one segment and about to from the next. */
  ALXP_HELD = 2,
  /* One instruction may touch several segments at once, and must find all of them. */
  ALXP_NEWEST = 3,
  /* With one more where the next is received: what a budget must have room for. */
  ALXP_FEWEST_SEGMENTS = ALXP_HELD + ALXP_NEWEST + 1
};

/* Used by one thread at a time. */
typedef struct alxp_cache {
  alxp_segment *oldest, *newest;
  uint64_t room_bytes;  /* where segments are received */
  uint64_t whole_bytes; /* of what is pinned for good */
  alxp_counts counts;
} alxp_cache;

uint64_t alxp_budget(void);
/* As far as there is something that may go. */
void alxp_make_room(alxp_cache *cache, size_t bytes);
void alxp_note_copied(alxp_cache *cache, alxp_segment *segment);
/* It is the cache's no more. */
void alxp_take_out(alxp_cache *cache, alxp_segment *segment);

#endif
