/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Brings the values of one chunk into their place in a column.
 */
#ifndef ALXP_BRING_H
#define ALXP_BRING_H

#include <pthread.h>

#include "alxp_cache.h"

/* What the pager's thread brings segments with. */
typedef struct alxp_means {
  alxp_faults faults;
  alxp_reader *reader;
  uint8_t *room; /* where segments are received that others may look for meanwhile */
  pthread_mutex_t lock; /* of the cache, and of every segment's state and pins */
  alxp_cache cache;
} alxp_means;

/* Mapped from a file on this machine, else copied. The segment is absent before, and after a failure. */
int alxp_bring(alxp_means *means, alxp_column *column, size_t number, alx_status *status);

#endif
