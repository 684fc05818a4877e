/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxf_xxh64.h"

#include <string.h>

static const uint64_t P1 = 0x9E3779B185EBCA87u;
static const uint64_t P2 = 0xC2B2AE3D27D4EB4Fu;
static const uint64_t P3 = 0x165667B19E3779F9u;
static const uint64_t P4 = 0x85EBCA77C2B2AE63u;
static const uint64_t P5 = 0x27D4EB2F165667C5u;

static uint64_t rotate(uint64_t x, int by) { return (x << by) | (x >> (64 - by)); }

static uint64_t word(const uint8_t *at) {
  uint64_t x;
  memcpy(&x, at, sizeof x);
  return x;
}

static uint64_t half_word(const uint8_t *at) {
  uint32_t x;
  memcpy(&x, at, sizeof x);
  return x;
}

static uint64_t round_of(uint64_t lane, uint64_t input) {
  return rotate(lane + input * P2, 31) * P1;
}

static uint64_t merge(uint64_t hash, uint64_t lane) { return (hash ^ round_of(0, lane)) * P1 + P4; }

/* Takes whole stripes of 32 bytes from *at on and moves it past them. */
static uint64_t of_stripes(const uint8_t **at, const uint8_t *end) {
  uint64_t a = P1 + P2, b = P2, c = 0, d = 0 - P1;
  const uint8_t *p = *at;
  for (; end - p >= 32; p += 32) {
    a = round_of(a, word(p));
    b = round_of(b, word(p + 8));
    c = round_of(c, word(p + 16));
    d = round_of(d, word(p + 24));
  }
  *at = p;
  uint64_t hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  return merge(merge(merge(merge(hash, a), b), c), d);
}

static uint64_t of_tail(uint64_t hash, const uint8_t *at, const uint8_t *end) {
  for (; end - at >= 8; at += 8)
    hash = rotate(hash ^ round_of(0, word(at)), 27) * P1 + P4;
  if (end - at >= 4) {
    hash = rotate(hash ^ half_word(at) * P1, 23) * P2 + P3;
    at += 4;
  }
  for (; at < end; at++)
    hash = rotate(hash ^ *at * P5, 11) * P1;
  return hash;
}

uint64_t alxf_xxh64(const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  if (length == 0)
    at = (const uint8_t *)""; /* no arithmetic on a null pointer */
  const uint8_t *end = at + length;
  uint64_t hash = length >= 32 ? of_stripes(&at, end) : P5;
  hash = of_tail(hash + (uint64_t)length, at, end);
  hash = (hash ^ (hash >> 33)) * P2;
  hash = (hash ^ (hash >> 29)) * P3;
  return hash ^ (hash >> 32);
}
