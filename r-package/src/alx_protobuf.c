/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alx_protobuf.h"

#include <string.h>

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5, LONGEST_VARINT = 10 };
/* protobuf's own limit for the number of a field. */
#define MOST_FIELDS ((1u << 29) - 1)

void alx_pb_add_varint(alx_buffer *buffer, uint64_t value) {
  while (value > 127) {
    alx_buffer_add_byte(buffer, (uint8_t)(value & 127) | 128);
    value >>= 7;
  }
  alx_buffer_add_byte(buffer, (uint8_t)value);
}

void alx_pb_add_number(alx_buffer *buffer, uint32_t field, uint64_t value) {
  alx_pb_add_varint(buffer, (uint64_t)field << 3 | VARINT);
  alx_pb_add_varint(buffer, value);
}

void alx_pb_add_bytes(alx_buffer *buffer, uint32_t field, const void *bytes, size_t length) {
  alx_pb_add_varint(buffer, (uint64_t)field << 3 | BYTES);
  alx_pb_add_varint(buffer, length);
  alx_buffer_add(buffer, bytes, length);
}

void alx_pb_add_text(alx_buffer *buffer, uint32_t field, const char *text) {
  alx_pb_add_bytes(buffer, field, text, strlen(text));
}

void alx_pb_add_message(alx_buffer *buffer, uint32_t field, alx_buffer *message) {
  if (message->failed) buffer->failed = true;
  alx_pb_add_bytes(buffer, field, message->at, message->length);
  alx_buffer_free(message);
}

alx_pb alx_pb_over(const void *bytes, size_t length) {
  const uint8_t *at = length ? bytes : (const uint8_t *)"";
  return (alx_pb){at, at + length};
}

alx_pb alx_pb_inside(const alx_pb_field *field) {
  return alx_pb_over(field->bytes, field->has_bytes ? field->length : 0);
}

int alx_pb_varint(const uint8_t *at, size_t length, uint64_t *value) {
  *value = 0;
  for (size_t i = 0; i < LONGEST_VARINT; i++) {
    if (i == length) return 0;
    /* The tenth byte has room for one bit. */
    if (i == LONGEST_VARINT - 1 && at[i] > 1) return -1;
    *value |= (uint64_t)(at[i] & 127) << (7 * i);
    if (at[i] < 128) return (int)i + 1;
  }
  return -1;
}

static int take_varint(alx_pb *message, uint64_t *value) {
  int taken = alx_pb_varint(message->at, (size_t)(message->end - message->at), value);
  if (taken <= 0) return -1;
  message->at += taken;
  return 1;
}

static int take_fixed(alx_pb *message, size_t width, uint64_t *value) {
  if ((size_t)(message->end - message->at) < width) return -1;
  *value = 0;
  for (size_t i = 0; i < width; i++) *value |= (uint64_t)message->at[i] << (8 * i);
  message->at += width;
  return 1;
}

static int take_bytes(alx_pb *message, alx_pb_field *field) {
  uint64_t length;
  if (take_varint(message, &length) < 0) return -1;
  if (length > (uint64_t)(message->end - message->at)) return -1;
  field->has_bytes = true;
  field->bytes = message->at;
  field->length = (size_t)length;
  message->at += length;
  return 1;
}

int alx_pb_next(alx_pb *message, alx_pb_field *field) {
  uint64_t tag;
  if (message->at == message->end) return 0;
  *field = (alx_pb_field){0};
  if (take_varint(message, &tag) < 0 || tag >> 3 == 0 || tag >> 3 > MOST_FIELDS) return -1;
  field->number = (uint32_t)(tag >> 3);
  switch (tag & 7) {
    case VARINT:
      return take_varint(message, &field->value);
    case FIXED64:
      return take_fixed(message, 8, &field->value);
    case BYTES:
      return take_bytes(message, field);
    case FIXED32:
      return take_fixed(message, 4, &field->value);
    default:
      return -1;
  }
}

bool alx_pb_text(const alx_pb_field *field, char *into, size_t room) {
  if (!field->has_bytes || field->length >= room) return false;
  if (field->length && memchr(field->bytes, 0, field->length)) return false;
  if (field->length) memcpy(into, field->bytes, field->length);
  into[field->length] = 0;
  return true;
}
