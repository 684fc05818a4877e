/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Faults of pages that are not there, told to this process: Linux's userfaultfd(2). A thread that touches
 * such a page waits until the page was put there.
 */
#ifndef ALXP_FAULTS_H
#define ALXP_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct alxp_faults {
  int fd;            /* -1: the system refuses it, as a container's seccomp profile may */
  bool tells_writes; /* also of the first write to a page */
} alxp_faults;

alxp_faults alxp_open_faults(void);
/* Private anonymous memory in which from now on no page appears by itself. False where that is refused. */
bool alxp_watch(const alxp_faults *faults, void *at, size_t bytes, bool writes);
/* The next fault; false when there is none now. `is_write`: to a page that is there and was put `guarded`. */
bool alxp_next_fault(const alxp_faults *faults, uintptr_t *address, bool *is_write);
/* Puts pages that are not there, and wakes who waits for them. */
bool alxp_put(const alxp_faults *faults, void *at, const void *from, size_t bytes, bool guarded);
/* Guards no more. */
bool alxp_let_write(const alxp_faults *faults, void *at, size_t bytes);
/* Who waits for these pages looks again. */
void alxp_wake(const alxp_faults *faults, void *at, size_t bytes);

#endif
