/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alxp_thread.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "alx_thread.h"

enum { BRING_TRIES = 3, WAIT_MS = 100 };
#define WHOLE_COLUMN SIZE_MAX

struct alxp_job {
  alxp_column *column;
  size_t number; /* WHOLE_COLUMN: the column goes */
  bool done, abandoned;
  int code;
  alx_status status;
  alxp_job *next;
};

static alxp_thread *here;

/* ---- what the system tells of ---- */

static bool may_help(int code) {
  return code == ALX_UNAVAILABLE || code == ALX_UNHEARD || code == ALX_TIMEOUT || code == ALX_SERVER;
}

static int bring_at_last(alxp_means *means, alxp_column *column, size_t number,
                         alx_status *status) {
  for (int tries = 1;; tries++) {
    int code = alxp_bring(means, column, number, status);
    if (code == 0 || !may_help(code) || tries == BRING_TRIES) return code;
    nanosleep(&(struct timespec){.tv_sec = tries}, NULL);
  }
}

/* Whoever looks at it does so in the middle of some C code, which no word of ours can reach. */
static void end_reader(const alxp_column *column, size_t number, const alx_status *status) {
  char text[5200];
  const alxp_frame *frame = column->content.frame;
  int length = snprintf(text, sizeof text,
                        "\nalluxior: %s/%s: %s.\nC code reads these values through a pointer: R ends "
                        "here, because there are none to give it.\n",
                        frame->folder, frame->files[number], status->text);
  if (length > 0 && write(STDERR_FILENO, text, (size_t)length) < 0) length = 0;
  mprotect(alxp_place_of(column, number), alxp_bytes_of(column, number), PROT_NONE);
}

/* From the first write on it is R's memory: it stays, and a child inherits it. */
static void let_write(alxp_means *means, alxp_column *column, size_t number) {
  void *at = alxp_place_of(column, number);
  size_t bytes = alxp_bytes_of(column, number);
  pthread_mutex_lock(&means->lock);
  if (alxp_state_of(column, number) == ALXP_COPIED) {
    alxp_take_out(&means->cache, &column->segments[number]);
    column->segments[number].state = ALXP_WRITTEN;
    means->cache.counts.written++;
    madvise(at, bytes, MADV_DOFORK);
  }
  alxp_let_write(&means->faults, at, bytes);
  pthread_mutex_unlock(&means->lock);
}

static void let_read(alxp_means *means, alxp_column *column, size_t number) {
  alx_status status = {0};
  if (alxp_state_of(column, number) == ALXP_ABSENT && bring_at_last(means, column, number, &status))
    end_reader(column, number, &status);
  alxp_wake(&means->faults, alxp_place_of(column, number), alxp_bytes_of(column, number));
}

static alxp_column *column_at(alxp_thread *thread, uintptr_t address) {
  pthread_mutex_lock(&thread->means.lock);
  alxp_column *column = thread->columns;
  while (column && address - (uintptr_t)column->base >= column->bytes) column = column->next;
  pthread_mutex_unlock(&thread->means.lock);
  return column;
}

static void serve_fault(alxp_thread *thread) {
  uintptr_t address;
  bool is_write;
  if (!alxp_next_fault(&thread->means.faults, &address, &is_write)) return;
  alxp_column *column = column_at(thread, address);
  if (column == NULL) return;
  size_t number = (address - (uintptr_t)column->base) / column->segment_bytes;
  if (is_write)
    let_write(&thread->means, column, number);
  else
    let_read(&thread->means, column, number);
}

/* ---- what R's thread asks for ---- */

static void forget(alxp_thread *thread, alxp_column *column) {
  alxp_cache *cache = &thread->means.cache;
  pthread_mutex_lock(&thread->means.lock);
  alxp_column **link = &thread->columns;
  while (*link != column) link = &(*link)->next;
  *link = column->next;
  for (size_t i = 0; i < column->count; i++) {
    if (alxp_state_of(column, i) != ALXP_COPIED) continue;
    alxp_take_out(cache, &column->segments[i]);
    if (column->whole) cache->whole_bytes -= alxp_bytes_of(column, i);
  }
  pthread_mutex_unlock(&thread->means.lock);
  alxp_close_chunks(thread->means.reader, column->content.frame);
  alxp_free_column(column);
}

static void bring_asked(alxp_thread *thread, alxp_job *job) {
  alxp_segment *segment = &job->column->segments[job->number];
  if (segment->state == ALXP_ABSENT)
    job->code = alxp_bring(&thread->means, job->column, job->number, &job->status);
  pthread_mutex_lock(&thread->means.lock);
  bool abandoned = job->abandoned;
  if (!abandoned && job->code == 0) segment->pins++;
  job->done = true;
  pthread_cond_broadcast(&thread->answered);
  pthread_mutex_unlock(&thread->means.lock);
  if (abandoned) free(job);
}

static void work(alxp_thread *thread, alxp_job *job) {
  if (job->number != WHOLE_COLUMN) {
    bring_asked(thread, job);
    return;
  }
  forget(thread, job->column);
  free(job);
}

static alxp_job *next_job(alxp_thread *thread) {
  pthread_mutex_lock(&thread->means.lock);
  alxp_job *job = thread->first;
  if (job) thread->first = job->next;
  if (thread->first == NULL) thread->last = NULL;
  pthread_mutex_unlock(&thread->means.lock);
  return job;
}

static void wait_for_work(alxp_thread *thread) {
  char bytes[64];
  struct pollfd both[2] = {{thread->wake[0], POLLIN, 0}, {thread->means.faults.fd, POLLIN, 0}};
  poll(both, 2, -1);
  while (read(thread->wake[0], bytes, sizeof bytes) > 0) continue;
}

static void *serve(void *argument) {
  alxp_thread *thread = argument;
  alxp_job *job;
  for (;;) {
    wait_for_work(thread);
    while ((job = next_job(thread))) work(thread, job);
    if (thread->means.faults.fd >= 0) serve_fault(thread);
  }
  return NULL;
}

/* ---- one for each process ---- */

/* A child has neither the thread nor the pages, and must not speak on what its parent speaks on. */
static void begin_child(void) {
  if (here) {
    close(here->wake[0]);
    close(here->wake[1]);
    if (here->means.faults.fd >= 0) close(here->means.faults.fd);
  }
  here = NULL;
  alxp_process++;
}

static bool hears_of_forks(void) {
  static bool does;
  if (!does) does = pthread_atfork(NULL, NULL, begin_child) == 0;
  return does;
}

static void set_up(alxp_thread *thread) {
  alxp_means *means = &thread->means;
  pthread_mutex_init(&means->lock, NULL);
  pthread_cond_init(&thread->answered, NULL);
  means->faults = alxp_open_faults();
  means->cache.counts.has_faults = means->faults.fd >= 0;
  means->cache.counts.tells_writes = means->faults.fd >= 0 && means->faults.tells_writes;
}

static alxp_thread *new_thread(void) {
  alxp_thread *thread = calloc(1, sizeof *thread);
  alxp_reader *reader = alxp_new_reader();
  if (thread && reader && hears_of_forks() && pipe2(thread->wake, O_CLOEXEC | O_NONBLOCK) == 0) {
    set_up(thread);
    thread->means.reader = reader;
    if (alx_start_thread(serve, thread)) return thread;
    if (thread->means.faults.fd >= 0) close(thread->means.faults.fd);
    close(thread->wake[0]);
    close(thread->wake[1]);
  }
  free(reader);
  free(thread);
  return NULL;
}

alxp_thread *alxp_thread_here(alx_status *status) {
  if (here == NULL) here = new_thread();
  if (here == NULL) alx_fail(status, ALX_MEMORY, "there is no room for one more thread");
  return here;
}

/* ---- for R's thread ---- */

/* Under the lock. A full pipe wakes the thread as well. */
static void enqueue(alxp_thread *thread, alxp_job *job) {
  *(thread->last ? &thread->last->next : &thread->first) = job;
  thread->last = job;
  if (write(thread->wake[1], "", 1) < 0) return;
}

static alxp_job *new_job(alxp_column *column, size_t number) {
  alxp_job *job = calloc(1, sizeof *job);
  if (job) *job = (alxp_job){.column = column, .number = number};
  return job;
}

void alxp_enter(alxp_thread *thread, alxp_column *column) {
  pthread_mutex_lock(&thread->means.lock);
  column->next = thread->columns;
  thread->columns = column;
  pthread_mutex_unlock(&thread->means.lock);
}

void alxp_leave(alxp_thread *thread, alxp_column *column) {
  alxp_job *job = new_job(column, WHOLE_COLUMN);
  if (job == NULL) return;
  pthread_mutex_lock(&thread->means.lock);
  enqueue(thread, job);
  pthread_mutex_unlock(&thread->means.lock);
}

static bool is_interrupted(alxp_thread *thread, const alxp_column *column) {
  if (column->interrupted == NULL) return false;
  pthread_mutex_unlock(&thread->means.lock);
  bool interrupted = column->interrupted();
  pthread_mutex_lock(&thread->means.lock);
  return interrupted;
}

/* Under the lock. The thread pins what it brings, so that nothing takes it away before we look. */
static int ask_for(alxp_thread *thread, alxp_column *column, size_t number, alx_status *status) {
  alxp_job *job = new_job(column, number);
  if (job == NULL) return alx_fail(status, ALX_MEMORY, "no memory to ask for it");
  enqueue(thread, job);
  bool stopped = false;
  while (!job->done && !stopped) {
    alx_wait_answered(&thread->answered, &thread->means.lock, WAIT_MS);
    stopped = !job->done && is_interrupted(thread, column);
  }
  if (stopped) {
    if (job->done && job->code == 0) column->segments[number].pins--;
    job->abandoned = !job->done;
    if (job->done) free(job);
    return alx_fail(status, ALX_INTERRUPTED, "interrupted");
  }
  int code = job->code;
  *status = job->status;
  free(job);
  return code;
}

int alxp_pin(alxp_thread *thread, alxp_column *column, size_t number, alx_status *status) {
  int code = 0;
  pthread_mutex_lock(&thread->means.lock);
  if (alxp_state_of(column, number) == ALXP_ABSENT)
    code = ask_for(thread, column, number, status);
  else
    column->segments[number].pins++;
  pthread_mutex_unlock(&thread->means.lock);
  return code;
}

void alxp_unpin(alxp_thread *thread, alxp_column *column, size_t number) {
  pthread_mutex_lock(&thread->means.lock);
  column->segments[number].pins--;
  pthread_mutex_unlock(&thread->means.lock);
}
