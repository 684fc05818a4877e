/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alx_bytes.h"

#include <stdlib.h>
#include <string.h>

uint8_t *alx_buffer_extend(alx_buffer *buffer, size_t length) {
  size_t most = buffer->limit ? buffer->limit : SIZE_MAX / 2;
  if (buffer->failed || length > most || buffer->length > most - length) {
    buffer->failed = true;
    return NULL;
  }
  size_t needed = buffer->length + length;
  if (needed > buffer->room) {
    size_t room = buffer->room < 128 ? 256 : buffer->room * 2;
    if (room < needed) room = needed;
    uint8_t *grown = realloc(buffer->at, room);
    if (grown == NULL) {
      buffer->failed = true;
      return NULL;
    }
    buffer->at = grown;
    buffer->room = room;
  }
  uint8_t *end = buffer->at + buffer->length;
  buffer->length = needed;
  return end;
}

void alx_buffer_add(alx_buffer *buffer, const void *bytes, size_t length) {
  if (length == 0) return;
  uint8_t *end = alx_buffer_extend(buffer, length);
  if (end != NULL) memcpy(end, bytes, length);
}

void alx_buffer_add_byte(alx_buffer *buffer, uint8_t byte) { alx_buffer_add(buffer, &byte, 1); }

void alx_buffer_clear(alx_buffer *buffer) {
  buffer->length = 0;
  buffer->failed = false;
}

void alx_buffer_free(alx_buffer *buffer) {
  free(buffer->at);
  buffer->at = NULL;
  buffer->room = 0;
  alx_buffer_clear(buffer);
}

uint32_t alx_u32(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

void alx_set_u32(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)(value >> 24);
  at[1] = (uint8_t)(value >> 16);
  at[2] = (uint8_t)(value >> 8);
  at[3] = (uint8_t)value;
}
