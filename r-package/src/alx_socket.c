/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alx_io.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "alx_thread.h"

enum { SLICE_MS = 100, MOST_CONNECT_MS = 10000 };

int64_t alx_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int alx_check_limits(alx_limits *limits, alx_status *status) {
  int64_t now = alx_now_ms();
  if (limits->interrupted && !limits->stopped && now - limits->asked_ms >= SLICE_MS) {
    limits->asked_ms = now;
    limits->stopped = limits->interrupted();
  }
  if (limits->stopped) return alx_fail(status, ALX_INTERRUPTED, "interrupted");
  if (now >= limits->end_ms) return alx_fail(status, ALX_TIMEOUT, "no answer in time");
  return 0;
}

int alx_slice_ms(const alx_limits *limits) {
  int64_t left = limits->end_ms - alx_now_ms();
  if (left < 1) return 1;
  return left < SLICE_MS ? (int)left : SLICE_MS;
}

void alx_moved(alx_limits *limits) {
  if (limits->stall_ms) limits->end_ms = alx_now_ms() + limits->stall_ms;
}

static int fd_of(void *state) { return (int)(intptr_t)state; }

static ptrdiff_t receive_socket(void *state, void *into, size_t length) {
  return recv(fd_of(state), into, length, 0);
}

static ptrdiff_t send_socket(void *state, const void *from, size_t length) {
  return send(fd_of(state), from, length, MSG_NOSIGNAL);
}

static int wait_socket(void *state, bool to_send, int wait_ms) {
  struct pollfd one = {fd_of(state), (short)(POLLIN | (to_send ? POLLOUT : 0)), 0};
  if (poll(&one, 1, wait_ms) <= 0) return 0;
  int able = one.revents & POLLOUT ? ALX_CAN_SEND : 0;
  /* An error shows when it is read. */
  return one.revents & ~POLLOUT ? able | ALX_CAN_RECEIVE : able;
}

static void close_socket(void *state) { close(fd_of(state)); }

/* A question to the system's resolver, which neither ends in time nor can be broken off: so a thread of
 * its own asks it, and whoever comes last, the thread or the one who waits, frees this. */
typedef struct question {
  pthread_mutex_t lock;
  pthread_cond_t answered;
  bool done, abandoned;
  int code;
  struct addrinfo *found;
  char host[256], port[8];
} question;

static int ask_resolver(const char *host, const char *port, int flags, struct addrinfo **found) {
  struct addrinfo hints = {0};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  return getaddrinfo(host, port, &hints, found);
}

static void free_question(question *asked) {
  if (asked->found) freeaddrinfo(asked->found);
  pthread_mutex_destroy(&asked->lock);
  pthread_cond_destroy(&asked->answered);
  free(asked);
}

static void *resolve_in_thread(void *argument) {
  question *asked = argument;
  struct addrinfo *found = NULL;
  int code = ask_resolver(asked->host, asked->port, 0, &found);
  pthread_mutex_lock(&asked->lock);
  asked->code = code;
  asked->found = code ? NULL : found;
  asked->done = true;
  bool abandoned = asked->abandoned;
  pthread_cond_signal(&asked->answered);
  pthread_mutex_unlock(&asked->lock);
  if (abandoned) free_question(asked);
  return NULL;
}

static question *begin_question(const char *host, const char *port) {
  question *asked = calloc(1, sizeof *asked);
  if (asked == NULL) return NULL;
  snprintf(asked->host, sizeof asked->host, "%s", host);
  snprintf(asked->port, sizeof asked->port, "%s", port);
  pthread_mutex_init(&asked->lock, NULL);
  pthread_cond_init(&asked->answered, NULL);
  if (alx_start_thread(resolve_in_thread, asked)) return asked;
  free_question(asked);
  return NULL;
}

static int resolve(const char *host, const char *port, struct addrinfo **found, alx_limits *limits,
                   alx_status *status) {
  if (ask_resolver(host, port, AI_NUMERICHOST, found) == 0) return 0;
  question *asked = begin_question(host, port);
  if (asked == NULL) return alx_fail(status, ALX_MEMORY, "no thread to look up %s", host);
  int code = 0;
  pthread_mutex_lock(&asked->lock);
  while (!asked->done && code == 0) {
    code = alx_check_limits(limits, status);
    if (code == 0) alx_wait_answered(&asked->answered, &asked->lock, alx_slice_ms(limits));
  }
  bool done = asked->done;
  asked->abandoned = !done;
  if (done && asked->code)
    code = alx_fail(status, ALX_UNHEARD, "its name cannot be looked up: %s",
                    gai_strerror(asked->code));
  *found = asked->found;
  if (done) asked->found = NULL;
  pthread_mutex_unlock(&asked->lock);
  if (done) free_question(asked);
  return code;
}

static int wait_connected(int fd, alx_limits *limits, alx_status *status) {
  int64_t until = alx_now_ms() + MOST_CONNECT_MS;
  for (;;) {
    int code = alx_check_limits(limits, status);
    if (code) return code;
    if (alx_now_ms() >= until) return alx_fail(status, ALX_UNHEARD, "nobody answers");
    struct pollfd one = {fd, POLLOUT, 0};
    if (poll(&one, 1, alx_slice_ms(limits)) > 0) break;
  }
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error ? alx_fail(status, ALX_UNHEARD, "%s", strerror(error)) : 0;
}

static int connect_one(const struct addrinfo *address, int *fd, alx_limits *limits,
                       alx_status *status) {
  int type = address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC;
  *fd = socket(address->ai_family, type, address->ai_protocol);
  if (*fd < 0) return alx_fail(status, ALX_UNHEARD, "%s", strerror(errno));
  int code = 0;
  if (connect(*fd, address->ai_addr, address->ai_addrlen))
    code = errno == EINPROGRESS ? wait_connected(*fd, limits, status)
                                : alx_fail(status, ALX_UNHEARD, "%s", strerror(errno));
  if (code) close(*fd);
  return code;
}

static bool same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b) {
  if (a->ss_family != b->ss_family) return false;
  if (a->ss_family == AF_INET)
    return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
           ((const struct sockaddr_in *)b)->sin_addr.s_addr;
  return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr)) == 0;
}

static bool is_loopback(const struct sockaddr_storage *a) {
  return a->ss_family == AF_INET &&
         ntohl(((const struct sockaddr_in *)a)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

/* Of one connection, both ends have one address, or the far one is loopback. */
static bool ends_here(int fd) {
  struct sockaddr_storage near = {0}, far = {0};
  socklen_t near_size = sizeof near, far_size = sizeof far;
  if (getsockname(fd, (struct sockaddr *)&near, &near_size)) return false;
  if (getpeername(fd, (struct sockaddr *)&far, &far_size)) return false;
  return same_address(&near, &far) || is_loopback(&far);
}

int alx_connect_socket(alx_io *io, const char *host, int port, alx_limits *limits,
                       bool *same_machine, alx_status *status) {
  char text[8];
  snprintf(text, sizeof text, "%d", port);
  struct addrinfo *found = NULL;
  int code = resolve(host, text, &found, limits, status);
  if (code) return code;
  int fd = -1;
  code = alx_fail(status, ALX_UNHEARD, "it has no address");
  for (const struct addrinfo *one = found; one && code == ALX_UNHEARD; one = one->ai_next)
    code = connect_one(one, &fd, limits, status);
  freeaddrinfo(found);
  if (code) return code;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  *same_machine = ends_here(fd);
  *io = (alx_io){(void *)(intptr_t)fd, receive_socket, send_socket, wait_socket, close_socket};
  return 0;
}
