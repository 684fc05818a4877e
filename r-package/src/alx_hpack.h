/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Header compression of HTTP/2 (RFC 7541). We send literals alone, and read all of it.
 */
#ifndef ALX_HPACK_H
#define ALX_HPACK_H

#include "alx_bytes.h"

/* What the table of a connection may hold, counted as in RFC 7541 section 4.1: the default of HTTP/2. */
enum { ALX_HPACK_ROOM = 4096, ALX_HPACK_MOST = ALX_HPACK_ROOM / 32 };

typedef struct alx_hpack_entry {
  char *text; /* the name, NUL, the value, NUL */
  size_t name_length, value_length;
} alx_hpack_entry;

/* The reader's state, one for a connection. Begin with alx_hpack_init. */
typedef struct alx_hpack {
  alx_hpack_entry entries[ALX_HPACK_MOST]; /* a ring; `newest` is the last one that was put in */
  size_t newest, count, used, room;
  alx_buffer name, value;
} alx_hpack;

/* Is called for each header; the lengths do not count the NUL that follows each. */
typedef void alx_hpack_header(void *user, const char *name, size_t name_length, const char *value,
                              size_t value_length);

void alx_hpack_init(alx_hpack *hpack);
void alx_hpack_free(alx_hpack *hpack);

/* Reads a whole header block. False: it is malformed, and the connection cannot go on. */
bool alx_hpack_read(alx_hpack *hpack, const uint8_t *block, size_t length, alx_hpack_header *each,
                    void *user);

/* Adds a header, as a literal that no table keeps. */
void alx_hpack_write(alx_buffer *block, const char *name, const char *value);

/* Adds the text of `length` Huffman-coded bytes. False: it is malformed. */
bool alx_huffman_read(const uint8_t *coded, size_t length, alx_buffer *text);

#endif
