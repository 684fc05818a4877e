/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Protocol buffers on the wire (protobuf.dev/programming-guides/encoding), as far as proto2 without
 * groups needs it. Messages are written field by field, and read the same way.
 */
#ifndef ALX_PROTOBUF_H
#define ALX_PROTOBUF_H

#include "alx_bytes.h"

/* Writing. A failure to get memory shows in the buffer. */
void alx_pb_add_varint(alx_buffer *buffer, uint64_t value);
void alx_pb_add_number(alx_buffer *buffer, uint32_t field, uint64_t value);
void alx_pb_add_bytes(alx_buffer *buffer, uint32_t field, const void *bytes, size_t length);
void alx_pb_add_text(alx_buffer *buffer, uint32_t field, const char *text);
/* Adds `message` as a field and empties it. */
void alx_pb_add_message(alx_buffer *buffer, uint32_t field, alx_buffer *message);

/* Reading: what is left of a message. */
typedef struct alx_pb {
  const uint8_t *at, *end;
} alx_pb;

typedef struct alx_pb_field {
  uint32_t number;
  bool has_bytes;
  uint64_t value; /* of a varint, or fixed 32 or 64 bits */
  const uint8_t *bytes;
  size_t length;
} alx_pb_field;

alx_pb alx_pb_over(const void *bytes, size_t length);
/* The message inside a field. */
alx_pb alx_pb_inside(const alx_pb_field *field);
/* 1: there is a field; 0: the end; -1: this is no message. */
int alx_pb_next(alx_pb *message, alx_pb_field *field);
/* Reads a varint of at most 10 bytes: its length; 0 when `length` ends first; -1 when it is none. */
int alx_pb_varint(const uint8_t *at, size_t length, uint64_t *value);
/* A field's bytes as text that ends in NUL, into `room` bytes. False: it does not fit, or has a NUL. */
bool alx_pb_text(const alx_pb_field *field, char *into, size_t room);

#endif
