/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alxp_bring.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* ---- mapped ---- */

/* A second mapping of what is mapped already (mremap(2) with an old size of 0), in the column's place. */
static bool map_in_place(const alxp_column *column, size_t number, const void *mapped) {
  void *at = alxp_place_of(column, number);
  int how = MREMAP_MAYMOVE | MREMAP_FIXED;
  return mremap((void *)(uintptr_t)mapped, 0, alxp_bytes_of(column, number), how, at) == at;
}

static void note_mapped(alxp_means *means, alxp_segment *segment) {
  pthread_mutex_lock(&means->lock);
  segment->state = ALXP_MAPPED;
  means->cache.counts.mapped++;
  pthread_mutex_unlock(&means->lock);
}

/* `*is_done` is false when it must be copied. */
static int map_segment(alxp_means *means, alxp_column *column, alxp_chunk *chunk, bool *is_done,
                       alx_status *status) {
  const alxp_content *content = &column->content;
  size_t number = chunk->number;
  uint64_t at = chunk->header.columns[content->number].values_offset;
  *is_done = false;
  if (!content->frame->may_map || content->words || column->may_write) return 0;
  const void *mapped = chunk->source->map(chunk->source, at, alxp_bytes_of(column, number));
  if (mapped == NULL) return 0;
  int code = alxf_check_values(&chunk->header, content->number, content->codes, mapped, status);
  if (code || !map_in_place(column, number, mapped)) return code;
  note_mapped(means, &column->segments[number]);
  *is_done = true;
  return 0;
}

/* ---- copied ---- */

/* From codes to words, in place: from the end, because words are longer. */
static void spell(const alxp_column *column, uint8_t *values, uint64_t rows) {
  const int32_t *codes = (const int32_t *)values;
  const void **words = (const void **)values;
  for (uint64_t i = rows; i-- > 0;) {
    int32_t code = codes[i];
    words[i] = column->content.words[code == INT32_MIN ? 0 : code];
  }
}

static int read_values(const alxp_column *column, alxp_chunk *chunk, uint8_t *into,
                       alx_status *status) {
  const alxp_content *content = &column->content;
  uint64_t rows = chunk->header.rows;
  size_t used = (size_t)rows * column->element_bytes;
  int code = alxf_read_values(chunk->source, &chunk->header, content->number, content->codes, into,
                              status);
  if (code) return code;
  if (content->words) spell(column, into, rows);
  memset(into + used, 0, alxp_bytes_of(column, chunk->number) - used);
  return 0;
}

static bool has_room(alxp_means *means, size_t bytes) {
  if (bytes <= means->cache.room_bytes) return true;
  if (means->room) munmap(means->room, means->cache.room_bytes);
  void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  means->room = room == MAP_FAILED ? NULL : room;
  pthread_mutex_lock(&means->lock);
  means->cache.room_bytes = means->room ? bytes : 0;
  pthread_mutex_unlock(&means->lock);
  return means->room != NULL;
}

/* Received beside its place, because others may be looking at that. */
static int copy_watched(alxp_means *means, alxp_column *column, alxp_chunk *chunk,
                        alx_status *status) {
  size_t number = chunk->number, bytes = alxp_bytes_of(column, number);
  void *at = alxp_place_of(column, number);
  if (!has_room(means, bytes)) return alx_fail(status, ALX_MEMORY, "no memory to receive it");
  int code = read_values(column, chunk, means->room, status);
  if (code) return code;
  pthread_mutex_lock(&means->lock);
  alxp_make_room(&means->cache, bytes);
  if (alxp_put(&means->faults, at, means->room, bytes, column->may_write)) {
    alxp_note_copied(&means->cache, &column->segments[number]);
  } else {
    code = alx_fail(status, ALX_MEMORY, "no memory for it: %s", strerror(errno));
    madvise(at, bytes, MADV_DONTNEED);
  }
  pthread_mutex_unlock(&means->lock);
  return code;
}

/* Received in its place: nobody looks at what is not held. */
static int copy_unwatched(alxp_means *means, alxp_column *column, alxp_chunk *chunk,
                          alx_status *status) {
  size_t number = chunk->number, bytes = alxp_bytes_of(column, number);
  uint8_t *at = alxp_place_of(column, number);
  pthread_mutex_lock(&means->lock);
  alxp_make_room(&means->cache, bytes);
  pthread_mutex_unlock(&means->lock);
  int code = read_values(column, chunk, at, status);
  if (code) {
    madvise(at, bytes, MADV_DONTNEED);
    return code;
  }
  pthread_mutex_lock(&means->lock);
  alxp_note_copied(&means->cache, &column->segments[number]);
  pthread_mutex_unlock(&means->lock);
  return 0;
}

static int copy_segment(alxp_means *means, alxp_column *column, alxp_chunk *chunk,
                        alx_status *status) {
  return column->by_faults ? copy_watched(means, column, chunk, status)
                           : copy_unwatched(means, column, chunk, status);
}

/* ---- */

/* The text names an offset in the file. */
static int at_offset(const alxp_column *column, const alxp_chunk *chunk, alx_status *status) {
  char prefix[40];
  if (strstr(status->text, "at offset ")) return status->code;
  uint64_t offset = chunk->header.columns[column->content.number].values_offset;
  snprintf(prefix, sizeof prefix, "at offset %" PRIu64, offset);
  return alx_fail_in(status, prefix);
}

int alxp_bring(alxp_means *means, alxp_column *column, size_t number, alx_status *status) {
  alxp_chunk *chunk;
  bool is_done;
  int code = alxp_open_chunk(means->reader, column->content.frame, number, &chunk, status);
  if (code) return code;
  code = map_segment(means, column, chunk, &is_done, status);
  if (code == 0 && !is_done) code = copy_segment(means, column, chunk, status);
  if (code == 0) return 0;
  code = at_offset(column, chunk, status);
  alxp_close_chunk(chunk);
  return code;
}
