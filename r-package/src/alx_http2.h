/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The client's side of HTTP/2 (RFC 9113) over one connection, as far as gRPC needs it.
 *
 * Nothing happens in the background: frames are read by alx_h2_step, and while something is sent that
 * the server does not take yet. A failure that alx_h2_* returns ends the connection (`broken`); what
 * ends one stream alone is told in the stream.
 */
#ifndef ALX_HTTP2_H
#define ALX_HTTP2_H

#include "alx_hpack.h"
#include "alx_io.h"

typedef struct alx_h2 alx_h2;
typedef struct alx_h2_stream alx_h2_stream;

/* The caller's memory; zero it, and set the three functions' fields before alx_h2_open. */
struct alx_h2_stream {
  /* `length` bytes of data: take all of them by alx_h2_take. */
  int (*on_data)(alx_h2_stream *stream, alx_h2 *h2, size_t length, alx_status *status);
  alx_hpack_header *on_header; /* with `user` */
  void *user;
  bool ended;           /* by the server: nothing more comes */
  bool was_reset;       /* ended by RST_STREAM, with this code */
  bool unheard;         /* the server said that it did nothing of it */
  uint32_t reset_code;
  uint32_t id;
  int64_t send_room, unacknowledged;
  alx_h2_stream *next;
};

struct alx_h2 {
  alx_io io;
  alx_limits *limits;
  bool broken;  /* cannot be used any more */
  bool closing; /* the server wants no new streams */
  alx_h2_stream *streams;
  alx_hpack hpack;
  alx_buffer out, headers;
  size_t sent; /* of out */
  uint32_t next_id, frame_room;
  int64_t send_room, stream_room, unacknowledged;
  size_t in_at, in_end;
  uint8_t in[16 * 1024];
};

/* Takes `io` over and greets the server. */
int alx_h2_start(alx_h2 *h2, alx_io io, alx_limits *limits, alx_status *status);
/* Closes the connection and forgets all streams. */
void alx_h2_end(alx_h2 *h2);
/* Begins a stream by its header block. */
int alx_h2_open(alx_h2 *h2, alx_h2_stream *stream, const alx_buffer *block, alx_status *status);
/* Sends data within the server's windows, and `end`s our side. Returns early when the stream ended. */
int alx_h2_send(alx_h2 *h2, alx_h2_stream *stream, const void *data, size_t length, bool end,
                alx_status *status);
/* Sends what goes without waiting. */
int alx_h2_push(alx_h2 *h2, alx_status *status);
/* Waits for one frame and deals with it. */
int alx_h2_step(alx_h2 *h2, alx_status *status);
/* Deals with what has come already. False: the connection can take no new stream. */
bool alx_h2_usable(alx_h2 *h2);
/* Takes data inside on_data; skips it if `into` is NULL. */
int alx_h2_take(alx_h2 *h2, void *into, size_t length, alx_status *status);
/* Forgets a stream; one that has not ended is reset. */
void alx_h2_drop(alx_h2 *h2, alx_h2_stream *stream);

#endif
