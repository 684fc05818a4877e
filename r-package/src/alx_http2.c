/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alx_http2.h"

#include <errno.h>
#include <string.h>

enum frame_type {
  DATA = 0,
  HEADERS = 1,
  RST_STREAM = 3,
  SETTINGS = 4,
  PUSH_PROMISE = 5,
  PING = 6,
  GOAWAY = 7,
  WINDOW_UPDATE = 8,
  CONTINUATION = 9
};
enum frame_flag { END_STREAM = 1, ACK = 1, END_HEADERS = 4, PADDED = 8, PRIORITY = 32 };
enum setting { SET_ENABLE_PUSH = 2, SET_INITIAL_WINDOW = 4, SET_MAX_FRAME = 5 };
enum { FRAME_HEAD = 9, CANCEL = 8, REFUSED_STREAM = 7 };
enum { FIRST_WINDOW = 65535, LEAST_FRAME = 16384, MOST_FRAME = (1 << 24) - 1 };
#define MOST_WINDOW INT64_C(0x7fffffff)
#define MOST_ID 0x7fffffffu
/* Windows are as large as they can be (TCP holds a server back), and are topped up this late. */
#define TOP_UP_BYTES (INT64_C(1) << 28)
/* Data is sent when this much is together; a server that asks for answers and takes none fills the rest. */
enum { FLUSH_BYTES = 64 * 1024, MOST_SENT_FRAME = 64 * 1024, MOST_UNSENT = 4 * 1024 * 1024 };
/* Alluxio's errors quote paths; this is more than any of them. */
enum { MOST_HEADER_BYTES = 256 * 1024 };

typedef struct frame {
  size_t length;
  uint8_t type, flags;
  uint32_t id;
} frame;

static int broken(alx_h2 *h2, int code, alx_status *status, const char *text) {
  h2->broken = true;
  return alx_fail(status, code, "%s", text);
}

static int malformed(alx_h2 *h2, alx_status *status, const char *text) {
  return broken(h2, ALX_CORRUPT, status, text);
}

/* ---- bytes out ---- */

static void put_head(alx_h2 *h2, size_t length, int type, int flags, uint32_t id) {
  uint8_t head[FRAME_HEAD] = {(uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length,
                              (uint8_t)type, (uint8_t)flags};
  alx_set_u32(head + 5, id);
  alx_buffer_add(&h2->out, head, sizeof head);
}

static void put_number_frame(alx_h2 *h2, int type, uint32_t id, uint32_t number) {
  uint8_t payload[4];
  alx_set_u32(payload, number);
  put_head(h2, sizeof payload, type, 0, id);
  alx_buffer_add(&h2->out, payload, sizeof payload);
}

int alx_h2_push(alx_h2 *h2, alx_status *status) {
  if (h2->out.failed) return broken(h2, ALX_UNAVAILABLE, status, "it takes nothing");
  while (h2->sent < h2->out.length) {
    ptrdiff_t went = h2->io.send(h2->io.state, h2->out.at + h2->sent, h2->out.length - h2->sent);
    if (went < 0 && errno == EINTR) continue;
    if (went < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return 0;
    if (went <= 0) return broken(h2, ALX_UNAVAILABLE, status, "the connection broke");
    h2->sent += (size_t)went;
  }
  alx_buffer_clear(&h2->out);
  h2->sent = 0;
  return 0;
}

static bool has_unsent(const alx_h2 *h2) { return h2->sent < h2->out.length; }

static int within_limits(alx_h2 *h2, alx_status *status) {
  int code = alx_check_limits(h2->limits, status);
  if (code) h2->broken = true;
  return code;
}

/* Waits until something comes, or can be sent. */
static int wait_for(alx_h2 *h2, int *able, alx_status *status) {
  *able = 0;
  while (*able == 0) {
    int code = alx_h2_push(h2, status);
    if (code == 0) code = within_limits(h2, status);
    if (code) return code;
    *able = h2->io.wait(h2->io.state, has_unsent(h2), alx_slice_ms(h2->limits));
  }
  return 0;
}

/* Sends all, and deals with what comes while the server does not take it. */
static int flush(alx_h2 *h2, alx_status *status) {
  for (;;) {
    int able, code = alx_h2_push(h2, status);
    if (code || !has_unsent(h2)) return code;
    code = wait_for(h2, &able, status);
    if (code == 0 && able & ALX_CAN_RECEIVE) code = alx_h2_step(h2, status);
    if (code) return code;
  }
}

/* ---- bytes in ---- */

static int receive(alx_h2 *h2, void *into, size_t room, size_t *came, alx_status *status) {
  for (;;) {
    ptrdiff_t length = h2->io.receive(h2->io.state, into, room);
    if (length > 0) {
      *came = (size_t)length;
      return 0;
    }
    if (length < 0 && errno == EINTR) continue;
    if (length == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
      return broken(h2, ALX_UNAVAILABLE, status, "the connection broke");
    int able, code = wait_for(h2, &able, status);
    if (code) return code;
  }
}

/* `length` bytes; what is long goes to its place at once. */
static int read_bytes(alx_h2 *h2, void *into, size_t length, alx_status *status) {
  uint8_t *to = into;
  while (length) {
    size_t came = h2->in_end - h2->in_at;
    if (came) {
      if (came > length) came = length;
      memcpy(to, h2->in + h2->in_at, came);
      h2->in_at += came;
    } else if (length >= sizeof h2->in) {
      int code = receive(h2, to, length, &came, status);
      if (code == 0) code = within_limits(h2, status);
      if (code) return code;
    } else {
      h2->in_at = h2->in_end = 0;
      int code = receive(h2, h2->in, sizeof h2->in, &h2->in_end, status);
      if (code) return code;
      came = 0;
    }
    to += came;
    length -= came;
  }
  return 0;
}

static int skip_bytes(alx_h2 *h2, size_t length, alx_status *status) {
  uint8_t nowhere[4096];
  while (length) {
    size_t some = length < sizeof nowhere ? length : sizeof nowhere;
    int code = read_bytes(h2, nowhere, some, status);
    if (code) return code;
    length -= some;
  }
  return 0;
}

int alx_h2_take(alx_h2 *h2, void *into, size_t length, alx_status *status) {
  if (into == NULL) return skip_bytes(h2, length, status);
  return read_bytes(h2, into, length, status);
}

static int read_head(alx_h2 *h2, frame *one, alx_status *status) {
  uint8_t head[FRAME_HEAD];
  int code = read_bytes(h2, head, sizeof head, status);
  if (code) return code;
  one->length = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
  one->type = head[3];
  one->flags = head[4];
  one->id = alx_u32(head + 5) & MOST_ID;
  return 0;
}

/* ---- frames ---- */

static alx_h2_stream *stream_of(alx_h2 *h2, uint32_t id) {
  for (alx_h2_stream *one = h2->streams; one; one = one->next)
    if (one->id == id) return one;
  return NULL;
}

/* Takes the length of the padding from the frame's front. */
static int take_padding(alx_h2 *h2, frame *one, size_t *padding, alx_status *status) {
  *padding = 0;
  if (!(one->flags & PADDED)) return 0;
  uint8_t length;
  if (one->length < 1) return malformed(h2, status, "a padded frame is empty");
  int code = read_bytes(h2, &length, 1, status);
  if (code) return code;
  one->length--;
  if (length > one->length) return malformed(h2, status, "padding is longer than its frame");
  one->length -= length;
  *padding = length;
  return 0;
}

static void acknowledge(alx_h2 *h2, alx_h2_stream *stream, size_t length) {
  h2->unacknowledged += (int64_t)length;
  if (h2->unacknowledged >= TOP_UP_BYTES) {
    put_number_frame(h2, WINDOW_UPDATE, 0, (uint32_t)h2->unacknowledged);
    h2->unacknowledged = 0;
  }
  if (stream == NULL || stream->ended) return;
  stream->unacknowledged += (int64_t)length;
  if (stream->unacknowledged >= TOP_UP_BYTES) {
    put_number_frame(h2, WINDOW_UPDATE, stream->id, (uint32_t)stream->unacknowledged);
    stream->unacknowledged = 0;
  }
}

static int on_data(alx_h2 *h2, frame *one, alx_status *status) {
  size_t whole = one->length, padding;
  if (one->id == 0) return malformed(h2, status, "data without a stream");
  alx_h2_stream *stream = stream_of(h2, one->id);
  int code = take_padding(h2, one, &padding, status);
  if (code) return code;
  if (stream && !stream->ended) {
    code = stream->on_data(stream, h2, one->length, status);
    if (code) h2->broken = true;
    if (one->length) alx_moved(h2->limits);
  } else {
    code = skip_bytes(h2, one->length, status);
  }
  if (code == 0) code = skip_bytes(h2, padding, status);
  if (code) return code;
  if (stream && one->flags & END_STREAM) stream->ended = true;
  acknowledge(h2, stream, whole);
  return 0;
}

static int add_fragment(alx_h2 *h2, size_t length, alx_status *status) {
  uint8_t *at = alx_buffer_extend(&h2->headers, length);
  if (length == 0) return 0;
  if (at == NULL) return malformed(h2, status, "headers are too long");
  return read_bytes(h2, at, length, status);
}

static int add_continuations(alx_h2 *h2, uint32_t id, alx_status *status) {
  frame one;
  do {
    int code = read_head(h2, &one, status);
    if (code) return code;
    if (one.type != CONTINUATION || one.id != id)
      return malformed(h2, status, "headers are broken off by another frame");
    code = add_fragment(h2, one.length, status);
    if (code) return code;
  } while (!(one.flags & END_HEADERS));
  return 0;
}

static void ignore_header(void *user, const char *name, size_t name_length, const char *value,
                          size_t value_length) {
  (void)user, (void)name, (void)name_length, (void)value, (void)value_length;
}

static int on_headers(alx_h2 *h2, frame *one, alx_status *status) {
  size_t padding;
  if (one->id == 0) return malformed(h2, status, "headers without a stream");
  int code = take_padding(h2, one, &padding, status);
  if (code == 0 && one->flags & PRIORITY) {
    if (one->length < 5) return malformed(h2, status, "a priority is cut");
    one->length -= 5;
    code = skip_bytes(h2, 5, status);
  }
  alx_buffer_clear(&h2->headers);
  if (code == 0) code = add_fragment(h2, one->length, status);
  if (code == 0) code = skip_bytes(h2, padding, status);
  if (code == 0 && !(one->flags & END_HEADERS)) code = add_continuations(h2, one->id, status);
  if (code) return code;
  alx_h2_stream *stream = stream_of(h2, one->id);
  bool wanted = stream && !stream->ended;
  /* Nobody may want them, but the table must see all. */
  if (!alx_hpack_read(&h2->hpack, h2->headers.at, h2->headers.length,
                      wanted ? stream->on_header : ignore_header, wanted ? stream->user : NULL))
    return malformed(h2, status, "headers cannot be decompressed");
  if (stream && one->flags & END_STREAM) stream->ended = true;
  return 0;
}

static int read_number(alx_h2 *h2, const frame *one, uint32_t *number, alx_status *status) {
  uint8_t payload[4];
  if (one->length != sizeof payload) return malformed(h2, status, "a frame has the wrong size");
  int code = read_bytes(h2, payload, sizeof payload, status);
  *number = alx_u32(payload);
  return code;
}

static int on_reset(alx_h2 *h2, const frame *one, alx_status *status) {
  uint32_t number = 0;
  int code = read_number(h2, one, &number, status);
  alx_h2_stream *stream = code ? NULL : stream_of(h2, one->id);
  if (stream && !stream->ended) {
    stream->ended = stream->was_reset = true;
    stream->reset_code = number;
    stream->unheard = number == REFUSED_STREAM;
  }
  return code;
}

static int apply_setting(alx_h2 *h2, unsigned name, uint32_t value, alx_status *status) {
  if (name == SET_MAX_FRAME) {
    if (value < LEAST_FRAME || value > MOST_FRAME)
      return malformed(h2, status, "a setting for frames is out of range");
    h2->frame_room = value;
  }
  if (name == SET_INITIAL_WINDOW) {
    if (value > MOST_WINDOW) return malformed(h2, status, "a setting for windows is out of range");
    for (alx_h2_stream *one = h2->streams; one; one = one->next)
      one->send_room += (int64_t)value - h2->stream_room;
    h2->stream_room = value;
  }
  return 0;
}

static int on_settings(alx_h2 *h2, const frame *one, alx_status *status) {
  uint8_t entry[6];
  if (one->length % sizeof entry || one->id || (one->flags & ACK && one->length))
    return malformed(h2, status, "settings have the wrong form");
  for (size_t read = 0; read < one->length; read += sizeof entry) {
    int code = read_bytes(h2, entry, sizeof entry, status);
    if (code == 0)
      code = apply_setting(h2, (unsigned)entry[0] << 8 | entry[1], alx_u32(entry + 2), status);
    if (code) return code;
  }
  if (!(one->flags & ACK)) put_head(h2, 0, SETTINGS, ACK, 0);
  return 0;
}

static int on_ping(alx_h2 *h2, const frame *one, alx_status *status) {
  uint8_t payload[8];
  if (one->length != sizeof payload) return malformed(h2, status, "a ping has the wrong size");
  int code = read_bytes(h2, payload, sizeof payload, status);
  if (code || one->flags & ACK) return code;
  put_head(h2, sizeof payload, PING, ACK, 0);
  alx_buffer_add(&h2->out, payload, sizeof payload);
  return 0;
}

static int on_goaway(alx_h2 *h2, const frame *one, alx_status *status) {
  uint8_t payload[8];
  if (one->length < sizeof payload) return malformed(h2, status, "a farewell is cut");
  int code = read_bytes(h2, payload, sizeof payload, status);
  if (code == 0) code = skip_bytes(h2, one->length - sizeof payload, status);
  if (code) return code;
  uint32_t last = alx_u32(payload) & MOST_ID;
  h2->closing = true;
  for (alx_h2_stream *each = h2->streams; each; each = each->next)
    if (each->id > last && !each->ended) each->ended = each->was_reset = each->unheard = true;
  return 0;
}

static int on_window_update(alx_h2 *h2, const frame *one, alx_status *status) {
  uint32_t number = 0;
  int code = read_number(h2, one, &number, status);
  if (code) return code;
  number &= MOST_ID;
  alx_h2_stream *stream = one->id ? stream_of(h2, one->id) : NULL;
  if (one->id && stream == NULL) return 0;
  int64_t *room = stream ? &stream->send_room : &h2->send_room;
  *room += number;
  if (number == 0 || *room > MOST_WINDOW) return malformed(h2, status, "a window is out of range");
  return 0;
}

int alx_h2_step(alx_h2 *h2, alx_status *status) {
  frame one;
  int code = alx_h2_push(h2, status);
  /* Also where frames never cease to come. */
  if (code == 0) code = within_limits(h2, status);
  if (code == 0) code = read_head(h2, &one, status);
  if (code) return code;
  switch (one.type) {
    case DATA:
      return on_data(h2, &one, status);
    case HEADERS:
      return on_headers(h2, &one, status);
    case RST_STREAM:
      return on_reset(h2, &one, status);
    case SETTINGS:
      return on_settings(h2, &one, status);
    case PING:
      return on_ping(h2, &one, status);
    case GOAWAY:
      return on_goaway(h2, &one, status);
    case WINDOW_UPDATE:
      return on_window_update(h2, &one, status);
    case PUSH_PROMISE:
    case CONTINUATION:
      return malformed(h2, status, "a frame comes where it must not");
    default:
      return skip_bytes(h2, one.length, status);
  }
}

bool alx_h2_usable(alx_h2 *h2) {
  alx_status unread;
  while (!h2->broken && (h2->in_at < h2->in_end || h2->io.wait(h2->io.state, false, 0)))
    if (alx_h2_step(h2, &unread)) break;
  return !h2->broken && !h2->closing && h2->next_id <= MOST_ID;
}

/* ---- life ---- */

int alx_h2_start(alx_h2 *h2, alx_io io, alx_limits *limits, alx_status *status) {
  static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  static const uint8_t settings[] = {
      0, SET_ENABLE_PUSH,    0,    0,    0,    0,     /* none */
      0, SET_INITIAL_WINDOW, 0x7f, 0xff, 0xff, 0xff,  /* the largest */
      0, SET_MAX_FRAME,      0,    0xff, 0xff, 0xff,  /* the largest */
  };
  memset(h2, 0, sizeof *h2);
  h2->io = io;
  h2->limits = limits;
  h2->next_id = 1;
  h2->frame_room = LEAST_FRAME;
  h2->send_room = h2->stream_room = FIRST_WINDOW;
  h2->headers.limit = MOST_HEADER_BYTES;
  h2->out.limit = MOST_UNSENT;
  alx_hpack_init(&h2->hpack);
  alx_buffer_add(&h2->out, preface, sizeof preface - 1);
  put_head(h2, sizeof settings, SETTINGS, 0, 0);
  alx_buffer_add(&h2->out, settings, sizeof settings);
  put_number_frame(h2, WINDOW_UPDATE, 0, (uint32_t)(MOST_WINDOW - FIRST_WINDOW));
  return alx_h2_push(h2, status);
}

void alx_h2_end(alx_h2 *h2) {
  for (alx_h2_stream *one = h2->streams; one; one = one->next)
    if (!one->ended) one->ended = one->was_reset = true;
  if (h2->io.close) h2->io.close(h2->io.state);
  alx_hpack_free(&h2->hpack);
  alx_buffer_free(&h2->out);
  alx_buffer_free(&h2->headers);
  memset(h2, 0, sizeof *h2);
  h2->broken = true;
}

int alx_h2_open(alx_h2 *h2, alx_h2_stream *stream, const alx_buffer *block, alx_status *status) {
  if (h2->broken) return alx_fail(status, ALX_UNHEARD, "the connection broke");
  if (block->failed || block->length > h2->frame_room)
    return alx_fail(status, ALX_INVALID, "the headers of a call are too long");
  stream->id = h2->next_id;
  stream->send_room = h2->stream_room;
  stream->next = h2->streams;
  h2->next_id += 2;
  h2->streams = stream;
  put_head(h2, block->length, HEADERS, END_HEADERS, stream->id);
  alx_buffer_add(&h2->out, block->at, block->length);
  return 0;
}

static size_t room_for(const alx_h2 *h2, const alx_h2_stream *stream, size_t length) {
  int64_t room = h2->send_room < stream->send_room ? h2->send_room : stream->send_room;
  if (room <= 0) return 0;
  if (length > (uint64_t)room) length = (size_t)room;
  size_t frame_room = h2->frame_room < MOST_SENT_FRAME ? h2->frame_room : MOST_SENT_FRAME;
  return length < frame_room ? length : frame_room;
}

int alx_h2_send(alx_h2 *h2, alx_h2_stream *stream, const void *data, size_t length, bool end,
                alx_status *status) {
  const uint8_t *from = data;
  bool unfinished = length || end;
  while (unfinished && !stream->ended) {
    if (h2->broken) return alx_fail(status, ALX_UNAVAILABLE, "the connection broke");
    size_t some = room_for(h2, stream, length);
    if (some == 0 && length) {
      int code = flush(h2, status);
      if (code == 0 && room_for(h2, stream, length) == 0 && !stream->ended)
        code = alx_h2_step(h2, status);
      if (code) return code;
      continue;
    }
    bool last = end && some == length;
    put_head(h2, some, DATA, last ? END_STREAM : 0, stream->id);
    alx_buffer_add(&h2->out, from, some);
    h2->send_room -= (int64_t)some;
    stream->send_room -= (int64_t)some;
    from = from ? from + some : NULL;
    length -= some;
    unfinished = length > 0;
    if (h2->out.length - h2->sent >= FLUSH_BYTES) {
      int code = flush(h2, status);
      if (code) return code;
      alx_moved(h2->limits);
    }
  }
  return 0;
}

void alx_h2_drop(alx_h2 *h2, alx_h2_stream *stream) {
  for (alx_h2_stream **at = &h2->streams; *at; at = &(*at)->next) {
    if (*at != stream) continue;
    *at = stream->next;
    break;
  }
  if (stream->id == 0 || stream->ended || h2->broken) return;
  alx_status unread;
  put_number_frame(h2, RST_STREAM, stream->id, CANCEL);
  alx_h2_push(h2, &unread);
}
