/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alxp_cache.h"

#include <sys/mman.h>

static uint64_t budget;

uint64_t alxp_budget(void) { return __atomic_load_n(&budget, __ATOMIC_RELAXED); }

void alxp_set_budget(uint64_t bytes) { __atomic_store_n(&budget, bytes, __ATOMIC_RELAXED); }

static uint64_t size_of(const alxp_segment *segment) {
  return alxp_bytes_of(segment->column, alxp_number_of(segment));
}

void alxp_note_copied(alxp_cache *cache, alxp_segment *segment) {
  alxp_counts *counts = &cache->counts;
  segment->state = ALXP_COPIED;
  segment->older = cache->newest;
  segment->newer = NULL;
  *(cache->newest ? &cache->newest->newer : &cache->oldest) = segment;
  cache->newest = segment;
  counts->copied++;
  counts->copied_bytes += size_of(segment);
  if (counts->copied_bytes > counts->most_copied_bytes)
    counts->most_copied_bytes = counts->copied_bytes;
}

void alxp_take_out(alxp_cache *cache, alxp_segment *segment) {
  *(segment->older ? &segment->older->newer : &cache->oldest) = segment->newer;
  *(segment->newer ? &segment->newer->older : &cache->newest) = segment->older;
  cache->counts.copied_bytes -= size_of(segment);
}

static bool is_among_newest(const alxp_cache *cache, const alxp_segment *segment) {
  const alxp_segment *other = cache->newest;
  for (int i = 0; i < ALXP_NEWEST && other; i++, other = other->older)
    if (other == segment) return true;
  return false;
}

static void drop(alxp_cache *cache, alxp_segment *segment) {
  alxp_take_out(cache, segment);
  segment->state = ALXP_ABSENT;
  madvise(alxp_place_of(segment->column, alxp_number_of(segment)), size_of(segment), MADV_DONTNEED);
  cache->counts.dropped++;
}

void alxp_make_room(alxp_cache *cache, size_t bytes) {
  alxp_segment *segment = cache->oldest;
  while (segment && cache->counts.copied_bytes + cache->room_bytes + bytes > alxp_budget()) {
    alxp_segment *newer = segment->newer;
    if (is_among_newest(cache, segment)) return;
    if (segment->pins == 0) drop(cache, segment);
    segment = newer;
  }
}
