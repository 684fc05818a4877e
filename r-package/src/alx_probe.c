/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alx_probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "alx_thread.h"

#define VERSION "/alluxio.grpc.version.ServiceVersionClientService/getServiceVersion"
enum { PROBE_MS = 5000 };

/* A standby answers UNAVAILABLE (Java's PollingMasterInquireClient). */
static int ask_one(alx_rpc *master, alx_status *status) {
  alx_limits *limits = master->limits;
  int64_t end = limits->end_ms, probe_end = alx_now_ms() + PROBE_MS;
  if (probe_end < end) limits->end_ms = probe_end;
  alx_buffer question = {0}, answer = {0};
  alx_pb_add_number(&question, 1, 1); /* FILE_SYSTEM_MASTER_CLIENT_SERVICE */
  int code = alx_rpc_ready(master, false, status);
  if (code == 0) code = alx_rpc_ask(master, VERSION, &question, &answer, status);
  alx_buffer_free(&question);
  alx_buffer_free(&answer);
  limits->end_ms = end;
  return code;
}

/* ---- all at once ---- */

typedef struct survey survey;

typedef struct probe {
  survey *of;
  alx_limits limits; /* its thread's own: nobody is asked for interrupts there */
  alx_rpc *rpc;
  bool done;
  int code;
  alx_status status;
} probe;

struct survey {
  pthread_mutex_t lock;
  pthread_cond_t answered;
  size_t holders; /* the threads, and the one who waits */
  size_t count;
  probe probes[ALX_MOST_MASTERS];
};

/* The lock is held, and let go of. */
static void leave(survey *asked) {
  bool last = --asked->holders == 0;
  pthread_mutex_unlock(&asked->lock);
  if (!last) return;
  for (size_t i = 0; i < asked->count; i++) alx_rpc_free(asked->probes[i].rpc);
  pthread_mutex_destroy(&asked->lock);
  pthread_cond_destroy(&asked->answered);
  free(asked);
}

static void *probe_in_thread(void *argument) {
  probe *mine = argument;
  alx_status status = {0};
  int code = ask_one(mine->rpc, &status);
  survey *asked = mine->of;
  pthread_mutex_lock(&asked->lock);
  mine->code = code;
  mine->status = status;
  mine->done = true;
  pthread_cond_signal(&asked->answered);
  leave(asked);
  return NULL;
}

/* The lock is held. */
static void start_probe(survey *asked, probe *one, const alx_rpc *master, int64_t end_ms) {
  one->of = asked;
  one->limits.end_ms = end_ms;
  one->rpc = alx_rpc_new(master->host, master->port, master->user, &one->limits);
  asked->holders++;
  if (one->rpc && alx_start_thread(probe_in_thread, one)) return;
  asked->holders--;
  one->code = alx_fail(&one->status, ALX_MEMORY, "%s:%d: no memory to ask it", master->host,
                       master->port);
  one->done = true;
}

static survey *start_survey(alx_rpc *const *masters, size_t count, int64_t end_ms) {
  survey *asked = calloc(1, sizeof *asked);
  if (asked == NULL) return NULL;
  pthread_mutex_init(&asked->lock, NULL);
  pthread_cond_init(&asked->answered, NULL);
  asked->holders = 1;
  asked->count = count;
  pthread_mutex_lock(&asked->lock);
  for (size_t i = 0; i < count; i++) start_probe(asked, &asked->probes[i], masters[i], end_ms);
  return asked;
}

/* The first that leads, or NULL: then `open` tells how many have not answered yet. */
static probe *leading(survey *asked, size_t *open) {
  *open = 0;
  for (size_t i = 0; i < asked->count; i++) {
    probe *one = &asked->probes[i];
    if (one->done && one->code == 0) return one;
    if (!one->done) (*open)++;
  }
  return NULL;
}

static int nobody(const survey *asked, alx_rpc *const *masters, alx_status *status) {
  char reasons[sizeof status->text] = "";
  size_t length = 0;
  for (size_t i = 0; i < asked->count && length < sizeof reasons; i++) {
    const probe *one = &asked->probes[i];
    alx_status late;
    alx_fail(&late, ALX_TIMEOUT, "%s:%d: no answer in time", masters[i]->host, masters[i]->port);
    int added = snprintf(reasons + length, sizeof reasons - length, "%s%s", i ? "; " : "",
                         one->done ? one->status.text : late.text);
    if (added > 0) length += (size_t)added;
  }
  return alx_fail(status, ALX_UNAVAILABLE, "no master leads: %.460s", reasons);
}

/* From a thread's own limits to those of the one who waits. */
static alx_rpc *take_connection(probe *one, alx_limits *limits) {
  alx_rpc *taken = one->rpc;
  one->rpc = NULL;
  taken->limits = taken->h2.limits = limits;
  return taken;
}

static int ask_all(alx_rpc **masters, size_t count, alx_limits *limits, size_t *leader,
                   alx_status *status) {
  survey *asked = start_survey(masters, count, limits->end_ms);
  if (asked == NULL) return alx_fail(status, ALX_MEMORY, "no memory to ask the masters");
  size_t open;
  int code = 0;
  probe *found;
  while ((found = leading(asked, &open)) == NULL && open && code == 0) {
    code = alx_check_limits(limits, status);
    if (code == 0) alx_wait_answered(&asked->answered, &asked->lock, alx_slice_ms(limits));
  }
  if (found) {
    *leader = (size_t)(found - asked->probes);
    alx_rpc_free(masters[*leader]);
    masters[*leader] = take_connection(found, limits);
    code = 0;
  } else if (code != ALX_INTERRUPTED) {
    code = nobody(asked, masters, status);
  }
  leave(asked);
  return code;
}

int alx_probe_masters(alx_rpc **masters, size_t count, alx_limits *limits, size_t *leader,
                      alx_status *status) {
  if (count > 1) return ask_all(masters, count, limits, leader, status);
  int code = ask_one(masters[0], status);
  *leader = 0;
  if (code == 0 || code == ALX_INTERRUPTED) return code;
  alx_fail_in(status, "no master leads");
  return status->code = ALX_UNAVAILABLE;
}
