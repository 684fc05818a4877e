/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes that grow.
 */
#ifndef ALX_BYTES_H
#define ALX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begin with {0}; when memory or `limit` (bytes, 0: none) does not suffice, `failed` is set and nothing
 * more is added. */
typedef struct alx_buffer {
  uint8_t *at;
  size_t length, room, limit;
  bool failed;
} alx_buffer;

void alx_buffer_add(alx_buffer *buffer, const void *bytes, size_t length);
void alx_buffer_add_byte(alx_buffer *buffer, uint8_t byte);
/* `length` bytes at the end to write to; NULL when that failed. */
uint8_t *alx_buffer_extend(alx_buffer *buffer, size_t length);
/* Empties it and keeps its memory. */
void alx_buffer_clear(alx_buffer *buffer);
void alx_buffer_free(alx_buffer *buffer);

/* Big-endian numbers, as HTTP/2 and gRPC have them. */
uint32_t alx_u32(const uint8_t *at);
void alx_set_u32(uint8_t *at, uint32_t value);

#endif
