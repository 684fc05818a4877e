/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alx_hpack.h"

#include <stdlib.h>
#include <string.h>

enum { STATIC_ENTRIES = 61, OVERHEAD = 32, LONGEST_CODE = 30, END_OF_TEXT = 256 };
/* A header list that is larger than this is nothing that Alluxio sends. */
enum { LONGEST_TEXT = 64 * 1024 };

typedef struct static_entry {
  const char *name, *value;
} static_entry;

/* RFC 7541 appendix A; index 0 is not used. */
static const static_entry STATIC[STATIC_ENTRIES + 1] = {
    {"", ""},
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
};

/* RFC 7541 appendix B: the bits of each byte's code, and of the end's. The code is canonical (codes of
 * one length follow each other in the order of the bytes), so the lengths say all. */
static const uint8_t CODE_BITS[END_OF_TEXT + 1] = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 28, 6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,  5,  5,
    5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10, 13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,
    7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,  15, 5,  6,  5,
    6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,  6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11,
    14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23,
    23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23,
    23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
    26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20,
    24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28,
    27, 27, 27, 27, 27, 26, 30};

/* The byte (or END_OF_TEXT) whose code is `code` of `bits` bits; -1 when there is none. */
static int symbol_of(uint32_t code, unsigned bits, uint32_t first) {
  if (code < first) return -1;
  uint32_t skip = code - first;
  for (int symbol = 0; symbol <= END_OF_TEXT; symbol++) {
    if (CODE_BITS[symbol] != bits) continue;
    if (skip-- == 0) return symbol;
  }
  return -1;
}

static void count_codes(uint32_t of_bits[LONGEST_CODE + 1]) {
  memset(of_bits, 0, (LONGEST_CODE + 1) * sizeof of_bits[0]);
  for (int symbol = 0; symbol <= END_OF_TEXT; symbol++) of_bits[CODE_BITS[symbol]]++;
}

bool alx_huffman_read(const uint8_t *coded, size_t length, alx_buffer *text) {
  uint32_t of_bits[LONGEST_CODE + 1];
  count_codes(of_bits);
  uint32_t code = 0, first = 0;
  unsigned bits = 0;
  for (size_t i = 0; i < length * 8; i++) {
    code = code << 1 | (coded[i / 8] >> (7 - i % 8) & 1);
    first = (first + of_bits[bits]) << 1;
    bits++;
    if (bits > LONGEST_CODE) return false;
    if (code - first >= of_bits[bits]) continue;
    int symbol = symbol_of(code, bits, first);
    if (symbol < 0 || symbol == END_OF_TEXT) return false;
    alx_buffer_add_byte(text, (uint8_t)symbol);
    code = first = bits = 0;
  }
  /* What is left is padding: fewer than 8 bits, all of them 1. */
  return bits < 8 && code == (1u << bits) - 1;
}

void alx_hpack_init(alx_hpack *hpack) {
  memset(hpack, 0, sizeof *hpack);
  hpack->room = ALX_HPACK_ROOM;
  hpack->name.limit = hpack->value.limit = LONGEST_TEXT;
}

static alx_hpack_entry *entry_at(alx_hpack *hpack, size_t age) {
  return &hpack->entries[(hpack->newest + ALX_HPACK_MOST - age) % ALX_HPACK_MOST];
}

static void evict_to(alx_hpack *hpack, size_t room) {
  while (hpack->used > room) {
    alx_hpack_entry *oldest = entry_at(hpack, hpack->count - 1);
    hpack->used -= oldest->name_length + oldest->value_length + OVERHEAD;
    free(oldest->text);
    oldest->text = NULL;
    hpack->count--;
  }
}

void alx_hpack_free(alx_hpack *hpack) {
  evict_to(hpack, 0);
  alx_buffer_free(&hpack->name);
  alx_buffer_free(&hpack->value);
}

/* Puts the current name and value into the table. */
static bool remember(alx_hpack *hpack) {
  size_t name = hpack->name.length - 1, value = hpack->value.length - 1;
  size_t size = name + value + OVERHEAD;
  evict_to(hpack, size > hpack->room ? 0 : hpack->room - size);
  if (size > hpack->room) return true;
  char *text = malloc(name + value + 2);
  if (text == NULL) return false;
  memcpy(text, hpack->name.at, name + 1);
  memcpy(text + name + 1, hpack->value.at, value + 1);
  hpack->newest = (hpack->newest + 1) % ALX_HPACK_MOST;
  hpack->entries[hpack->newest] = (alx_hpack_entry){text, name, value};
  hpack->count++;
  hpack->used += size;
  return true;
}

typedef struct input {
  const uint8_t *at, *end;
} input;

/* An integer with a prefix of `bits` (RFC 7541 section 5.1). */
static bool take_integer(input *in, unsigned bits, size_t *value) {
  if (in->at == in->end) return false;
  size_t mask = ((size_t)1 << bits) - 1;
  *value = *in->at++ & mask;
  if (*value < mask) return true;
  for (unsigned shift = 0; shift <= 21; shift += 7) {
    if (in->at == in->end) return false;
    uint8_t byte = *in->at++;
    *value += (size_t)(byte & 127) << shift;
    if (byte < 128) return true;
  }
  return false;
}

/* Into a buffer, with a NUL behind it. */
static bool take_text(input *in, alx_buffer *into) {
  if (in->at == in->end) return false;
  bool huffman = *in->at & 128;
  size_t length;
  if (!take_integer(in, 7, &length) || length > (size_t)(in->end - in->at)) return false;
  alx_buffer_clear(into);
  if (huffman) {
    if (!alx_huffman_read(in->at, length, into)) return false;
  } else {
    alx_buffer_add(into, in->at, length);
  }
  in->at += length;
  alx_buffer_add_byte(into, 0);
  return !into->failed;
}

static bool set_text(alx_buffer *into, const char *text, size_t length) {
  alx_buffer_clear(into);
  alx_buffer_add(into, text, length);
  alx_buffer_add_byte(into, 0);
  return !into->failed;
}

/* The name, and the value if `both`, of an index (RFC 7541 section 2.3.3). */
static bool look_up(alx_hpack *hpack, size_t index, bool both) {
  if (index == 0) return false;
  if (index <= STATIC_ENTRIES) {
    const static_entry *one = &STATIC[index];
    return set_text(&hpack->name, one->name, strlen(one->name)) &&
           (!both || set_text(&hpack->value, one->value, strlen(one->value)));
  }
  size_t age = index - STATIC_ENTRIES - 1;
  if (age >= hpack->count) return false;
  const alx_hpack_entry *one = entry_at(hpack, age);
  return set_text(&hpack->name, one->text, one->name_length) &&
         (!both || set_text(&hpack->value, one->text + one->name_length + 1, one->value_length));
}

static bool take_literal(alx_hpack *hpack, input *in, unsigned prefix_bits) {
  size_t index;
  if (!take_integer(in, prefix_bits, &index)) return false;
  bool named = index ? look_up(hpack, index, false) : take_text(in, &hpack->name);
  return named && take_text(in, &hpack->value);
}

static bool take_new_room(alx_hpack *hpack, input *in) {
  size_t room;
  if (!take_integer(in, 5, &room) || room > ALX_HPACK_ROOM) return false;
  hpack->room = room;
  evict_to(hpack, room);
  return true;
}

static bool take_header(alx_hpack *hpack, input *in) {
  size_t index;
  if (*in->at & 0x80) return take_integer(in, 7, &index) && look_up(hpack, index, true);
  if (*in->at & 0x40) return take_literal(hpack, in, 6) && remember(hpack);
  return take_literal(hpack, in, 4);
}

bool alx_hpack_read(alx_hpack *hpack, const uint8_t *block, size_t length, alx_hpack_header *each,
                    void *user) {
  input in = {block, block + length};
  bool begun = false;
  while (in.at < in.end) {
    if ((*in.at & 0xe0) == 0x20) {
      /* A new size stands at the beginning or nowhere (section 4.2). */
      if (begun || !take_new_room(hpack, &in)) return false;
      continue;
    }
    begun = true;
    if (!take_header(hpack, &in)) return false;
    each(user, (char *)hpack->name.at, hpack->name.length - 1, (char *)hpack->value.at,
         hpack->value.length - 1);
  }
  return true;
}

static void add_text(alx_buffer *block, const char *text) {
  size_t length = strlen(text);
  if (length < 127) {
    alx_buffer_add_byte(block, (uint8_t)length);
  } else {
    alx_buffer_add_byte(block, 127);
    for (length -= 127; length > 127; length >>= 7)
      alx_buffer_add_byte(block, (uint8_t)(length & 127) | 128);
    alx_buffer_add_byte(block, (uint8_t)length);
  }
  alx_buffer_add(block, text, strlen(text));
}

void alx_hpack_write(alx_buffer *block, const char *name, const char *value) {
  alx_buffer_add_byte(block, 0);
  add_text(block, name);
  add_text(block, value);
}
