/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alxp_pager.h"

#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>

#include "alxp_thread.h"

/* What R's thread holds, of any columns. */
typedef struct hold {
  alxp_column *column;
  size_t number;
} hold;

static struct {
  unsigned process;
  hold held[ALXP_HELD];
  size_t next;
} holds;

uint64_t alxp_rows(const alxp_column *column) { return column->rows; }

const alxp_content *alxp_content_of(const alxp_column *column) { return &column->content; }

bool alxp_is_copy(const alxp_column *column) { return column->may_write; }

alxp_counts alxp_count(void) {
  alxp_counts counts = {0};
  alxp_thread *thread = alxp_thread_here(NULL);
  if (thread == NULL) return counts;
  pthread_mutex_lock(&thread->means.lock);
  counts = thread->means.cache.counts;
  pthread_mutex_unlock(&thread->means.lock);
  counts.budget_bytes = alxp_budget();
  return counts;
}

/* ---- columns ---- */

/* A worker's block file may be here or not; a folder's are. */
static bool is_surely_mapped(const alxp_content *content) {
  return content->frame->may_map && content->frame->masters[0] == 0 && content->words == NULL;
}

static int check_budget(const alxp_column *column, alx_status *status) {
  size_t largest = alxp_bytes_of(column, 0);
  if (largest * ALXP_FEWEST_SEGMENTS <= alxp_budget() || is_surely_mapped(&column->content))
    return 0;
  return alx_fail(status, ALX_MEMORY,
                  "the column's values of one chunk take %zu bytes, and the cache must have room for "
                  "%d such; it has %" PRIu64 " bytes",
                  largest, ALXP_FEWEST_SEGMENTS, alxp_budget());
}

alxp_column *alxp_new_column(const alxp_content *content, bool by_faults, bool (*interrupted)(void),
                             alx_status *status) {
  alxp_column *column = alxp_column_for(content, status);
  if (column == NULL) return NULL;
  alxp_thread *thread = alxp_thread_here(status);
  int code = thread ? check_budget(column, status) : status->code;
  if (code == 0) {
    column->by_faults = by_faults && thread->means.faults.fd >= 0;
    column->interrupted = interrupted;
    code = alxp_reserve(column, &thread->means.faults, status);
  }
  if (code == 0) {
    alxp_enter(thread, column);
    return column;
  }
  alxp_free_column(column);
  return NULL;
}

/* Under the lock. */
static int put_segment(alxp_thread *thread, alxp_column *column, size_t number,
                       const uint8_t *from, alx_status *status) {
  void *at = alxp_place_of(column, number);
  size_t bytes = alxp_bytes_of(column, number);
  if (!alxp_put(&thread->means.faults, at, from + number * column->segment_bytes, bytes, false))
    return alx_fail(status, ALX_MEMORY, "no memory for what was written");
  madvise(at, bytes, MADV_DOFORK);
  column->segments[number].state = ALXP_WRITTEN;
  return 0;
}

/* What was written to of a column `like` this one, whose memory begins at `from`. */
static int put_written(alxp_thread *thread, alxp_column *column, const alxp_column *like,
                       const uint8_t *from, alx_status *status) {
  int code = 0;
  pthread_mutex_lock(&thread->means.lock);
  for (size_t i = 0; i < column->count && code == 0; i++)
    if (alxp_state_of(like, i) == ALXP_WRITTEN) code = put_segment(thread, column, i, from, status);
  pthread_mutex_unlock(&thread->means.lock);
  return code;
}

static void start_anew(alxp_column *column) {
  column->held_rows = 0;
  column->whole = false;
  for (size_t i = 0; i < column->count; i++) {
    alxp_segment *segment = &column->segments[i];
    segment->pins = 0;
    if (segment->state != ALXP_WRITTEN) segment->state = ALXP_ABSENT;
  }
}

/* In a child, a column of the parent's has no address space, and of its memory what was written to. */
static int settle(alxp_column *column, alx_status *status) {
  if (column->process == alxp_process) return 0;
  alxp_thread *thread = alxp_thread_here(status);
  if (thread == NULL) return status->code;
  const uint8_t *inherited = column->base;
  start_anew(column);
  int code = alxp_reserve(column, &thread->means.faults, status);
  if (code == 0) code = put_written(thread, column, column, inherited, status);
  if (code == 0) alxp_enter(thread, column);
  return code;
}

static bool can_copy(const alxp_thread *thread, const alxp_column *column) {
  return column->by_faults && thread->means.faults.tells_writes && column->content.words == NULL;
}

alxp_column *alxp_copy_column(alxp_column *column, alx_status *status) {
  alxp_thread *thread = alxp_thread_here(status);
  if (thread == NULL || settle(column, status)) return NULL;
  if (!can_copy(thread, column)) {
    alx_fail(status, ALX_STATE, "the system tells of no writes");
    return NULL;
  }
  alxp_column *copy = alxp_column_for(&column->content, status);
  if (copy == NULL) return NULL;
  copy->by_faults = copy->may_write = true;
  copy->interrupted = column->interrupted;
  int code = alxp_reserve(copy, &thread->means.faults, status);
  if (code == 0) code = put_written(thread, copy, column, column->base, status);
  if (code == 0) {
    alxp_enter(thread, copy);
    return copy;
  }
  alxp_free_column(copy);
  return NULL;
}

static hold *holds_here(void) {
  if (holds.process != alxp_process) memset(&holds, 0, sizeof holds);
  holds.process = alxp_process;
  return holds.held;
}

void alxp_drop_column(alxp_column *column) {
  /* Of a child's parent's: it goes with the process. */
  if (column == NULL || column->process != alxp_process) return;
  hold *held = holds_here();
  for (size_t i = 0; i < ALXP_HELD; i++)
    if (held[i].column == column) held[i].column = NULL;
  alxp_leave(alxp_thread_here(NULL), column);
}

/* ---- a value ---- */

static void let_go(alxp_thread *thread, const hold *one) {
  alxp_column *column = one->column;
  if (column == NULL) return;
  alxp_unpin(thread, column, one->number);
  if (!column->whole && column->held_first == one->number * column->chunk_rows)
    column->held_rows = 0;
}

/* In place of what was held longest. */
static void hold_instead(alxp_thread *thread, alxp_column *column, size_t number) {
  hold *one = &holds_here()[holds.next++ % ALXP_HELD];
  let_go(thread, one);
  *one = (hold){column, number};
  column->held_first = number * column->chunk_rows;
  column->held_rows = alxp_rows_in(column, number);
}

const void *alxp_at(alxp_column *column, uint64_t row, uint64_t *rows, alx_status *status) {
  if (settle(column, status)) return NULL;
  if (row - column->held_first >= column->held_rows) {
    alxp_thread *thread = alxp_thread_here(status);
    size_t number = row / column->chunk_rows;
    if (alxp_pin(thread, column, number, status)) return NULL;
    hold_instead(thread, column, number);
  }
  *rows = column->held_first + column->held_rows - row;
  return column->base + row * column->element_bytes;
}

/* ---- all values ---- */

static void keep_no_more(alxp_thread *thread, alxp_column *column, size_t count) {
  pthread_mutex_lock(&thread->means.lock);
  for (size_t i = 0; i < count; i++) {
    column->segments[i].pins--;
    if (alxp_state_of(column, i) == ALXP_COPIED)
      thread->means.cache.whole_bytes -= alxp_bytes_of(column, i);
  }
  pthread_mutex_unlock(&thread->means.lock);
}

/* Something must be left for everybody else. */
static bool fits(const alxp_thread *thread, const alxp_column *column, uint64_t more) {
  uint64_t spared = (uint64_t)ALXP_FEWEST_SEGMENTS * column->segment_bytes;
  return more == 0 || thread->means.cache.whole_bytes + more + spared <= alxp_budget();
}

/* Pins it for good. */
static int keep(alxp_thread *thread, alxp_column *column, size_t number, alx_status *status) {
  int code = alxp_pin(thread, column, number, status);
  if (code) return code;
  pthread_mutex_lock(&thread->means.lock);
  bool is_copied = alxp_state_of(column, number) == ALXP_COPIED;
  uint64_t more = is_copied ? alxp_bytes_of(column, number) : 0;
  if (fits(thread, column, more)) {
    thread->means.cache.whole_bytes += more;
  } else {
    column->segments[number].pins--;
    code = alx_fail(status, ALX_MEMORY,
                    "a pointer to all of the column's %zu bytes is wanted, which takes memory for "
                    "them where userfaultfd is not to be had, and the cache has %" PRIu64 " bytes",
                    column->bytes, alxp_budget());
  }
  pthread_mutex_unlock(&thread->means.lock);
  return code;
}

static int keep_all(alxp_thread *thread, alxp_column *column, uint64_t *row, alx_status *status) {
  for (size_t i = 0; i < column->count; i++) {
    *row = i * column->chunk_rows;
    if (keep(thread, column, i, status)) {
      keep_no_more(thread, column, i);
      return status->code;
    }
  }
  column->whole = true;
  column->held_first = 0;
  column->held_rows = column->rows;
  return 0;
}

void *alxp_all(alxp_column *column, uint64_t *row, alx_status *status) {
  *row = 0;
  if (settle(column, status)) return NULL;
  if (!column->by_faults && !column->whole &&
      keep_all(alxp_thread_here(status), column, row, status))
    return NULL;
  return column->base;
}

const void *alxp_all_there(alxp_column *column) {
  return column->whole && column->process == alxp_process ? column->base : NULL;
}
