/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The memory of one column: address space for all of its values, and in it segments, one for each chunk.
 */
#ifndef ALXP_COLUMN_H
#define ALXP_COLUMN_H

#include "alxp_faults.h"
#include "alxp_pager.h"

typedef enum alxp_state {
  ALXP_ABSENT,
  ALXP_COPIED,
  ALXP_MAPPED, /* from a file: the system takes the pages back as it likes */
  ALXP_WRITTEN /* by R: there is no other copy of it */
} alxp_state;

typedef struct alxp_segment alxp_segment;
struct alxp_segment {
  alxp_state state;
  unsigned pins; /* it must stay */
  alxp_column *column;
  alxp_segment *older, *newer; /* among the copied ones */
};

struct alxp_column {
  alxp_content content;
  bool by_faults, may_write;
  bool whole;       /* all segments are pinned for good */
  unsigned process; /* whose address space `base` is in: alxp_process */
  uint64_t rows, chunk_rows;
  size_t element_bytes, segment_bytes; /* a full one, in whole pages */
  uint8_t *base;
  size_t bytes;
  size_t count;
  alxp_segment *segments;
  uint64_t held_first, held_rows; /* what R's thread may use as it is */
  bool (*interrupted)(void);
  alxp_column *next;
};

/* Counts the processes from the first one to this: it is one more in each child. */
extern unsigned alxp_process;

/* Without address space. It has `content->words`, also after a failure (NULL). */
alxp_column *alxp_column_for(const alxp_content *content, alx_status *status);
/* Its address space: pages that nobody writes to by mistake, where that can be. */
int alxp_reserve(alxp_column *column, const alxp_faults *faults, alx_status *status);
void alxp_free_column(alxp_column *column);

uint64_t alxp_rows_in(const alxp_column *column, size_t number);
/* In whole pages. */
size_t alxp_bytes_of(const alxp_column *column, size_t number);
uint8_t *alxp_place_of(const alxp_column *column, size_t number);
size_t alxp_number_of(const alxp_segment *segment);
alxp_state alxp_state_of(const alxp_column *column, size_t number);

#endif
