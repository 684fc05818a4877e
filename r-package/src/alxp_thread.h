/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The thread that brings segments: asked by R's thread, and by the system when somebody touches what is not
 * there. There is one for each process that needs it.
 */
#ifndef ALXP_THREAD_H
#define ALXP_THREAD_H

#include "alxp_bring.h"

typedef struct alxp_job alxp_job;

typedef struct alxp_thread {
  alxp_means means;
  int wake[2];             /* a pipe: something in it tells of jobs */
  pthread_cond_t answered; /* the rest, too, under the means' lock */
  alxp_job *first, *last;
  alxp_column *columns;
} alxp_thread;

/* This process' own, started if need be; NULL after a failure. A child of fork(2) begins anew. */
alxp_thread *alxp_thread_here(alx_status *status);

/* From now on its faults are served. */
void alxp_enter(alxp_thread *thread, alxp_column *column);
/* Frees it when its turn comes. */
void alxp_leave(alxp_thread *thread, alxp_column *column);
/* Pins a segment, and brings it before if need be. `column->interrupted` ends the wait, not the work. */
int alxp_pin(alxp_thread *thread, alxp_column *column, size_t number, alx_status *status);
void alxp_unpin(alxp_thread *thread, alxp_column *column, size_t number);

#endif
