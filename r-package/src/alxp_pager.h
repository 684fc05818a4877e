/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Columns as memory whose pages are not there until they are wanted.
 *
 * A column (with rows) has address space for all of its values, in one piece. A segment of it, the values of one chunk,
 * is brought in as a whole, because it is checked as a whole: mapped from a file where there is one on this
 * machine, else copied. What was copied takes from a budget, and goes again, the oldest first. One thread does
 * all that; it knows nothing of R. It is asked by R's thread (alxp_hold), and by the system when somebody
 * touches what is not there through a pointer (alxp_faults.h). A pointer's owner cannot be told of a failure:
 * it is said on stderr, the segment becomes unreadable, and the process ends by SIGSEGV.
 *
 * Each function here is for R's thread.
 */
#ifndef ALXP_PAGER_H
#define ALXP_PAGER_H

#include "alxp_chunks.h"

typedef struct alxp_column alxp_column;

/* What a column is. */
typedef struct alxp_content {
  alxp_frame *frame;
  uint32_t number;    /* among the frame's columns, from 0 */
  uint64_t codes;     /* the length of its dictionary, or 0 */
  const void **words; /* NULL, or codes + 1 pointers: values are words[code], and words[0] of a null */
} alxp_content;

/* Bytes that copied segments, and the room where they are received, take together; of all columns. */
void alxp_set_budget(uint64_t bytes);

/* `interrupted` may be NULL; `words` become the column's, also after a failure. With `by_faults` false, or
 * where the system has no faults to tell, a pointer to the values needs all of them in memory. NULL after a
 * failure. */
alxp_column *alxp_new_column(const alxp_content *content, bool by_faults, bool (*interrupted)(void),
                             alx_status *status);
/* A column with the same values that may be written to: what was written to stays in memory, all else is as
 * above. NULL with ALX_STATE where the system tells of no writes. */
alxp_column *alxp_copy_column(alxp_column *column, alx_status *status);
void alxp_drop_column(alxp_column *column);

uint64_t alxp_rows(const alxp_column *column);
const alxp_content *alxp_content_of(const alxp_column *column);
bool alxp_is_copy(const alxp_column *column);

/* The value of a row, and how many rows from it on are behind the pointer: they stay there until two others
 * of any column were asked for. NULL after a failure. */
const void *alxp_at(alxp_column *column, uint64_t row, uint64_t *rows, alx_status *status);
/* All values, as a pointer that stays. NULL after a failure, which `row` is near to: ALX_MEMORY where it needs
 * more than the budget. */
void *alxp_all(alxp_column *column, uint64_t *row, alx_status *status);
/* The same where nothing needs to be done for it, else NULL. */
const void *alxp_all_there(alxp_column *column);

typedef struct alxp_counts {
  bool has_faults, tells_writes;
  uint64_t budget_bytes, copied_bytes, most_copied_bytes;
  uint64_t copied, mapped, dropped, written; /* segments, so far */
} alxp_counts;

alxp_counts alxp_count(void);

#endif
