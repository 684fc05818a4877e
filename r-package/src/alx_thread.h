/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Threads for what neither ends in time nor can be broken off. They know nothing of R, and touch nothing
 * but what they were given; whoever comes last, the thread or the one who waits, frees that.
 */
#ifndef ALX_THREAD_H
#define ALX_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* False: there is no room for one more thread. Signals go to the threads that were there before. */
bool alx_start_thread(void *(*run)(void *), void *argument);
/* Waits for a signal of `answered`, at most `wait_ms`. */
void alx_wait_answered(pthread_cond_t *answered, pthread_mutex_t *lock, int wait_ms);

#endif
