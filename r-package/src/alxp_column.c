/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alxp_column.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

unsigned alxp_process = 1;

uint64_t alxp_rows_in(const alxp_column *column, size_t number) {
  return alxp_chunk_rows(column->content.frame, number);
}

size_t alxp_bytes_of(const alxp_column *column, size_t number) {
  return (size_t)alxf_page_up(alxp_rows_in(column, number) * column->element_bytes);
}

uint8_t *alxp_place_of(const alxp_column *column, size_t number) {
  return column->base + number * column->segment_bytes;
}

size_t alxp_number_of(const alxp_segment *segment) {
  return (size_t)(segment - segment->column->segments);
}

alxp_state alxp_state_of(const alxp_column *column, size_t number) {
  return column->segments[number].state;
}

static void lay_out(alxp_column *column) {
  const alxp_content *content = &column->content;
  const alxp_frame *frame = content->frame;
  uint32_t type = (uint32_t)frame->types[content->number];
  column->rows = frame->rows;
  column->chunk_rows = frame->chunk_rows;
  column->count = frame->chunk_count;
  column->element_bytes = content->words ? sizeof(void *) : alxf_values_bytes(type, 1);
  column->segment_bytes = column->chunk_rows * column->element_bytes;
  size_t last = column->count - 1;
  column->bytes = last * column->segment_bytes + alxp_bytes_of(column, last);
  for (size_t i = 0; i < column->count; i++) column->segments[i].column = column;
}

alxp_column *alxp_column_for(const alxp_content *content, alx_status *status) {
  alxp_column *column = calloc(1, sizeof *column);
  if (column) column->segments = calloc(content->frame->chunk_count, sizeof *column->segments);
  if (column == NULL || column->segments == NULL) {
    free(column);
    free(content->words);
    alx_fail(status, ALX_MEMORY, "no memory for a column");
    return NULL;
  }
  column->content = *content;
  alxp_keep_frame(content->frame);
  lay_out(column);
  return column;
}

/* Where faults are not told of, the pager itself writes in the column's place. */
int alxp_reserve(alxp_column *column, const alxp_faults *faults, alx_status *status) {
  int access = column->may_write || !column->by_faults ? PROT_READ | PROT_WRITE : PROT_READ;
  int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void *base = mmap(NULL, column->bytes, access, how, -1, 0);
  if (base == MAP_FAILED)
    return alx_fail(status, ALX_MEMORY, "no address space for %zu bytes: %s", column->bytes,
                    strerror(errno));
  /* In a child nobody would bring the pages: they would read as zeros. */
  madvise(base, column->bytes, MADV_DONTFORK);
  if (column->by_faults && !alxp_watch(faults, base, column->bytes, column->may_write)) {
    munmap(base, column->bytes);
    return alx_fail(status, ALX_STATE, "userfaultfd is refused: %s", strerror(errno));
  }
  column->base = base;
  column->process = alxp_process;
  return 0;
}

void alxp_free_column(alxp_column *column) {
  if (column->base) munmap(column->base, column->bytes);
  alxp_leave_frame(column->content.frame);
  free(column->content.words);
  free(column->segments);
  free(column);
}
