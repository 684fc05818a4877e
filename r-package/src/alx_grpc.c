/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alx_grpc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* One message of a listing is some MB; Java's own limit is 100 MB. */
#define MOST_MESSAGE ((size_t)100 * 1024 * 1024)
static const char AUTHENTICATE[] = "/alluxio.grpc.sasl.SaslAuthenticationService/authenticate";
/* The server wants a password and never looks at it; this one is what Java's client sends. */
static const char PASSWORD[] = "noPassword";
/* What a master says about the quorum when it has just lost the lead. */
static const char LEADS_NO_MORE[] = "only supported on Raft leader";

enum grpc_status {
  CANCELLED = 1,
  INVALID_ARGUMENT = 3,
  DEADLINE_EXCEEDED = 4,
  STATUS_NOT_FOUND = 5,
  ALREADY_EXISTS = 6,
  PERMISSION_DENIED = 7,
  RESOURCE_EXHAUSTED = 8,
  FAILED_PRECONDITION = 9,
  ABORTED = 10,
  OUT_OF_RANGE = 11,
  UNIMPLEMENTED = 12,
  STATUS_UNAVAILABLE = 14,
  UNAUTHENTICATED = 16
};

/* ---- one connection ---- */

alx_rpc *alx_rpc_new(const char *host, int port, const char *user, alx_limits *limits) {
  alx_rpc *rpc = calloc(1, sizeof *rpc);
  if (rpc == NULL) return NULL;
  rpc->port = port;
  rpc->limits = limits;
  int host_length = snprintf(rpc->host, sizeof rpc->host, "%s", host);
  int user_length = snprintf(rpc->user, sizeof rpc->user, "%s", user);
  if (host_length < (int)sizeof rpc->host && user_length < (int)sizeof rpc->user) return rpc;
  free(rpc);
  return NULL;
}

static void disconnect(alx_rpc *rpc) {
  if (!rpc->open) return;
  if (rpc->greeted) alx_call_end(&rpc->handshake);
  alx_h2_end(&rpc->h2);
  rpc->open = rpc->greeted = false;
}

/* A parent's connection, inherited through a fork, is not ours to say anything on: the parent uses it. */
static void leave_to_parent(alx_rpc *rpc) {
  if (rpc->open && rpc->owner != getpid()) rpc->h2.broken = true;
}

void alx_rpc_free(alx_rpc *rpc) {
  if (rpc == NULL) return;
  leave_to_parent(rpc);
  disconnect(rpc);
  free(rpc);
}

static int in_place(const alx_rpc *rpc, const char *path, alx_status *status) {
  char place[400];
  const char *name = path ? strrchr(path, '/') : NULL;
  snprintf(place, sizeof place, "%s:%d%s%s", rpc->host, rpc->port, name ? ": " : "",
           name ? name + 1 : "");
  return alx_fail_in(status, place);
}

static int connect_to(alx_rpc *rpc, alx_status *status) {
  alx_io io;
  int code = alx_connect_socket(&io, rpc->host, rpc->port, rpc->limits, &rpc->same_machine, status);
  if (code) return in_place(rpc, NULL, status);
  rpc->open = true;
  rpc->greeted = false;
  rpc->id[0] = 0;
  rpc->owner = getpid();
  code = alx_h2_start(&rpc->h2, io, rpc->limits, status);
  return code ? in_place(rpc, NULL, status) : 0;
}

static void make_id(char id[37]) {
  uint8_t random[16] = {0};
  if (getrandom(random, sizeof random, 0) != sizeof random)
    snprintf((char *)random, sizeof random, "%lx", (unsigned long)getpid());
  random[6] = (random[6] & 15) | 0x40;
  random[8] = (random[8] & 63) | 0x80;
  char *at = id;
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
    at += sprintf(at, "%02x", random[i]);
  }
}

static void write_challenge(const alx_rpc *rpc, alx_buffer *message) {
  alx_buffer plain = {0};
  alx_buffer_add_byte(&plain, 0); /* acts as nobody else */
  alx_buffer_add(&plain, rpc->user, strlen(rpc->user) + 1);
  alx_buffer_add(&plain, PASSWORD, strlen(PASSWORD));
  alx_pb_add_number(message, 1, 0); /* CHALLENGE */
  alx_pb_add_message(message, 2, &plain);
  alx_pb_add_text(message, 3, rpc->id);
  alx_pb_add_number(message, 4, 1); /* SIMPLE */
  alx_pb_add_text(message, 5, "alluxior");
}

static int check_welcome(const alx_call *call, alx_status *status) {
  alx_pb answer = alx_pb_over(call->message.at, call->message.length);
  alx_pb_field field;
  uint64_t type = 0;
  int found;
  while ((found = alx_pb_next(&answer, &field)) > 0)
    if (field.number == 1) type = field.value;
  if (found == 0 && type == 1) return 0; /* SUCCESS */
  return alx_fail(status, ALX_PERMISSION,
                  "the handshake failed: is alluxio.security.authentication.type SIMPLE?");
}

static int await_welcome(alx_call *call, alx_status *status) {
  while (call->messages == 0 && !call->stream.ended) {
    int code = alx_call_step(call, status);
    if (code) return code;
  }
  if (call->messages) return check_welcome(call, status);
  int code = alx_call_outcome(call, status);
  return code ? code : alx_fail(status, ALX_CORRUPT, "the handshake was not answered");
}

static int shake_hands(alx_rpc *rpc, alx_status *status) {
  alx_buffer message = {0};
  make_id(rpc->id);
  memset(&rpc->handshake, 0, sizeof rpc->handshake);
  int code = alx_call_begin(&rpc->handshake, rpc, AUTHENTICATE, status);
  if (code) return code;
  rpc->greeted = true;
  write_challenge(rpc, &message);
  code = alx_call_send(&rpc->handshake, &message, status);
  alx_buffer_free(&message);
  if (code == 0) code = await_welcome(&rpc->handshake, status);
  if (code) disconnect(rpc);
  return code;
}

static bool fit(alx_rpc *rpc) {
  if (!rpc->open) return false;
  leave_to_parent(rpc);
  return alx_h2_usable(&rpc->h2) && !(rpc->greeted && rpc->handshake.stream.ended);
}

int alx_rpc_ready(alx_rpc *rpc, bool greet, alx_status *status) {
  if (!fit(rpc)) {
    disconnect(rpc);
    int code = connect_to(rpc, status);
    if (code) {
      disconnect(rpc);
      return code;
    }
  }
  return greet && !rpc->greeted ? shake_hands(rpc, status) : 0;
}

/* ---- one call ---- */

static int collect(alx_call *call, size_t length, size_t left, alx_status *status) {
  (void)left;
  if (call->message_left + length == call->message_length) alx_buffer_clear(&call->message);
  if (length == 0) return 0;
  uint8_t *at = alx_buffer_extend(&call->message, length);
  if (at == NULL) return alx_fail(status, ALX_MEMORY, "no memory for an answer");
  return alx_h2_take(&call->rpc->h2, at, length, status);
}

/* The head of a message: whether it is compressed, and its length. */
static int take_message_head(alx_call *call, size_t *length, alx_status *status) {
  size_t some = sizeof call->head - call->head_length;
  if (some > *length) some = *length;
  int code = alx_h2_take(&call->rpc->h2, call->head + call->head_length, some, status);
  if (code) return code;
  call->head_length += some;
  *length -= some;
  if (call->head_length < sizeof call->head) return 0;
  call->message_length = call->message_left = alx_u32(call->head + 1);
  if (call->head[0]) return alx_fail(status, ALX_CORRUPT, "an answer is compressed");
  if (call->message_length > MOST_MESSAGE)
    return alx_fail(status, ALX_CORRUPT, "an answer has %zu bytes", call->message_length);
  return 0;
}

static int take_message_bytes(alx_call *call, size_t *length, alx_status *status) {
  size_t some = call->message_left < *length ? call->message_left : *length;
  call->message_left -= some;
  int code = call->sink(call, some, call->message_left, status);
  if (code) return code;
  *length -= some;
  if (call->message_left == 0) {
    call->messages++;
    call->head_length = 0;
  }
  return 0;
}

static int on_data(alx_h2_stream *stream, alx_h2 *h2, size_t length, alx_status *status) {
  alx_call *call = stream->user;
  (void)h2;
  while (length) {
    if (call->head_length < sizeof call->head) {
      int code = take_message_head(call, &length, status);
      if (code) return code;
      /* A message without bytes is whole when its head is. */
      if (call->head_length < sizeof call->head || call->message_left) continue;
    }
    int code = take_message_bytes(call, &length, status);
    if (code) return code;
  }
  return 0;
}

/* grpc-message is percent-encoded (gRPC over HTTP/2, "Responses"). */
static void decode_said(char *into, size_t room, const char *value) {
  size_t at = 0;
  for (const char *c = value; *c && at + 1 < room; c++) {
    unsigned byte = (unsigned char)*c;
    if (*c == '%' && c[1] && c[2] && sscanf(c + 1, "%2x", &byte) == 1) c += 2;
    into[at++] = byte < 32 || byte == 127 ? ' ' : (char)byte;
  }
  into[at] = 0;
}

static void on_header(void *user, const char *name, size_t name_length, const char *value,
                      size_t value_length) {
  alx_call *call = user;
  (void)name_length, (void)value_length;
  if (strcmp(name, ":status") == 0) call->http_status = (int)strtol(value, NULL, 10);
  if (strcmp(name, "grpc-status") == 0) call->grpc_status = (int)strtol(value, NULL, 10);
  if (strcmp(name, "grpc-message") == 0) decode_said(call->said, sizeof call->said, value);
}

static void write_headers(const alx_call *call, alx_buffer *block) {
  char authority[300];
  const char *host = call->rpc->host;
  bool is_v6 = strchr(host, ':') != NULL;
  snprintf(authority, sizeof authority, "%s%s%s:%d", is_v6 ? "[" : "", host, is_v6 ? "]" : "",
           call->rpc->port);
  alx_hpack_write(block, ":method", "POST");
  alx_hpack_write(block, ":scheme", "http");
  alx_hpack_write(block, ":path", call->path);
  alx_hpack_write(block, ":authority", authority);
  alx_hpack_write(block, "te", "trailers");
  alx_hpack_write(block, "content-type", "application/grpc");
  if (call->rpc->id[0]) alx_hpack_write(block, "channel-id", call->rpc->id);
}

int alx_call_begin(alx_call *call, alx_rpc *rpc, const char *path, alx_status *status) {
  call->rpc = rpc;
  call->path = path;
  call->grpc_status = -1;
  if (call->sink == NULL) call->sink = collect;
  call->stream.on_data = on_data;
  call->stream.on_header = on_header;
  call->stream.user = call;
  alx_buffer block = {0};
  write_headers(call, &block);
  int code = alx_h2_open(&rpc->h2, &call->stream, &block, status);
  alx_buffer_free(&block);
  return code ? in_place(rpc, path, status) : 0;
}

int alx_call_send_bytes(alx_call *call, const void *bytes, size_t length, alx_status *status) {
  int code = alx_h2_send(&call->rpc->h2, &call->stream, bytes, length, false, status);
  return code ? in_place(call->rpc, call->path, status) : 0;
}

int alx_call_send_head(alx_call *call, size_t length, alx_status *status) {
  uint8_t head[5] = {0};
  alx_set_u32(head + 1, (uint32_t)length);
  return alx_call_send_bytes(call, head, sizeof head, status);
}

int alx_call_send(alx_call *call, const alx_buffer *message, alx_status *status) {
  if (message->failed) return alx_fail(status, ALX_MEMORY, "no memory for a question");
  int code = alx_call_send_head(call, message->length, status);
  if (code || message->length == 0) return code;
  return alx_call_send_bytes(call, message->at, message->length, status);
}

int alx_call_send_end(alx_call *call, alx_status *status) {
  int code = alx_h2_send(&call->rpc->h2, &call->stream, NULL, 0, true, status);
  return code ? in_place(call->rpc, call->path, status) : 0;
}

int alx_call_step(alx_call *call, alx_status *status) {
  if (call->stream.ended) return 0;
  int code = alx_h2_step(&call->rpc->h2, status);
  return code ? in_place(call->rpc, call->path, status) : 0;
}

static int code_of(const alx_call *call) {
  if (strstr(call->said, LEADS_NO_MORE)) return ALX_UNHEARD;
  switch (call->grpc_status) {
    case STATUS_NOT_FOUND:
      return ALX_NOT_FOUND;
    case ALREADY_EXISTS:
      return ALX_EXISTS;
    case PERMISSION_DENIED:
      return ALX_PERMISSION;
    case UNAUTHENTICATED:
      return ALX_NOT_GREETED;
    case UNIMPLEMENTED:
      return ALX_NOT_SERVED;
    case INVALID_ARGUMENT:
    case OUT_OF_RANGE:
      return ALX_INVALID;
    case FAILED_PRECONDITION:
      return ALX_STATE;
    case RESOURCE_EXHAUSTED:
      return ALX_NO_ROOM;
    case DEADLINE_EXCEEDED:
      return ALX_TIMEOUT;
    case CANCELLED:
    case ABORTED:
    case STATUS_UNAVAILABLE:
      return ALX_UNAVAILABLE;
    default:
      return ALX_SERVER;
  }
}

static int judge(const alx_call *call, alx_status *status) {
  if (call->stream.unheard) return alx_fail(status, ALX_UNHEARD, "it takes no more calls");
  if (call->stream.was_reset)
    return alx_fail(status, ALX_UNAVAILABLE, "it broke the call off (%u)",
                    (unsigned)call->stream.reset_code);
  if (call->http_status != 200)
    return alx_fail(status, ALX_CORRUPT, "it answers with HTTP %d and not with gRPC",
                    call->http_status);
  if (call->grpc_status < 0) return alx_fail(status, ALX_CORRUPT, "it ended without a status");
  if (call->grpc_status == 0 && call->head_length)
    return alx_fail(status, ALX_CORRUPT, "its answer is cut");
  if (call->grpc_status == 0) return 0;
  return alx_fail(status, code_of(call), "%s (status %d)", call->said[0] ? call->said : "refused",
                  call->grpc_status);
}

int alx_call_outcome(alx_call *call, alx_status *status) {
  while (!call->stream.ended) {
    int code = alx_call_step(call, status);
    if (code) return code;
  }
  return judge(call, status) ? in_place(call->rpc, call->path, status) : 0;
}

void alx_call_end(alx_call *call) {
  if (call->rpc) {
    leave_to_parent(call->rpc);
    alx_h2_drop(&call->rpc->h2, &call->stream);
  }
  alx_buffer_free(&call->message);
}

int alx_rpc_ask(alx_rpc *rpc, const char *path, const alx_buffer *question, alx_buffer *answer,
                alx_status *status) {
  alx_call call = {0};
  *answer = (alx_buffer){0};
  int code = alx_call_begin(&call, rpc, path, status);
  if (code == 0) code = alx_call_send(&call, question, status);
  if (code == 0) code = alx_call_send_end(&call, status);
  if (code == 0) code = alx_call_outcome(&call, status);
  if (code == 0 && call.messages != 1) {
    alx_fail(status, ALX_CORRUPT, "it gave %d answers", (int)call.messages);
    code = in_place(rpc, path, status);
  }
  if (code == 0) {
    *answer = call.message;
    call.message = (alx_buffer){0};
  }
  alx_call_end(&call);
  return code;
}
