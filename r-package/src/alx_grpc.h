/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * gRPC over one HTTP/2 connection, with Alluxio's handshake.
 *
 * The handshake (seen on live 2.9.6 servers): the client opens the stream `authenticate`, sends its user
 * in a SASL PLAIN message with an id of its own choice, and is answered SUCCESS. All other calls carry
 * that id. The server forgets it when the stream ends, so it stays open as long as the connection.
 */
#ifndef ALX_GRPC_H
#define ALX_GRPC_H

#include <sys/types.h>

#include "alx_http2.h"
#include "alx_protobuf.h"

typedef struct alx_rpc alx_rpc;
typedef struct alx_call alx_call;

/* What takes the bytes of answers: `length` bytes of the current message come now and must be taken by
 * alx_h2_take; `left` more of it come later. */
typedef int alx_sink(alx_call *call, size_t length, size_t left, alx_status *status);

/* One call. `sink` NULL collects each message in `message`. */
struct alx_call {
  alx_h2_stream stream;
  alx_rpc *rpc;
  const char *path;
  alx_sink *sink;
  void *user;
  alx_buffer message;
  uint64_t messages; /* whole ones that came so far */
  uint8_t head[5];
  size_t head_length, message_length, message_left;
  int http_status, grpc_status; /* 0 and -1 until they come */
  char said[384];               /* the server's own words about a failure */
};

/* The connection to one server, opened by the first call. It belongs to one thread and one process. */
struct alx_rpc {
  char host[256];
  int port;
  char user[128];
  alx_limits *limits;
  bool open, same_machine, greeted;
  pid_t owner;
  char id[37];
  alx_call handshake;
  alx_h2 h2;
};

/* NULL without memory, or when a name is too long. */
alx_rpc *alx_rpc_new(const char *host, int port, const char *user, alx_limits *limits);
void alx_rpc_free(alx_rpc *rpc);

/* Connects if need be, and shakes hands if `greet`. */
int alx_rpc_ready(alx_rpc *rpc, bool greet, alx_status *status);

/* One question, one answer, whose message is the caller's to free. */
int alx_rpc_ask(alx_rpc *rpc, const char *path, const alx_buffer *question, alx_buffer *answer,
                alx_status *status);

/* Begins a call of any number of messages; `call` is zeroed but for `sink` and `user`. End it by
 * alx_call_end whatever happens. */
int alx_call_begin(alx_call *call, alx_rpc *rpc, const char *path, alx_status *status);
/* Sends the head of a message of `length` bytes; its bytes follow by alx_call_send_bytes. */
int alx_call_send_head(alx_call *call, size_t length, alx_status *status);
int alx_call_send_bytes(alx_call *call, const void *bytes, size_t length, alx_status *status);
int alx_call_send(alx_call *call, const alx_buffer *message, alx_status *status);
int alx_call_send_end(alx_call *call, alx_status *status);
/* Waits for the next frame; 0 also when the call has ended. */
int alx_call_step(alx_call *call, alx_status *status);
/* Waits for the end, and says how it was. */
int alx_call_outcome(alx_call *call, alx_status *status);
void alx_call_end(alx_call *call);

#endif
