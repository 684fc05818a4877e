/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* Chunks with a byte or two changed, cut or made up, read from memory under ASan and UBSan:
 * whatever the bytes are, the reader says what is wrong, or reads what was written.
 *
 *   fuzz_chunk INPUTS [SEED]
 *
 * Half of the inputs get a right checksum again after they were changed, so that what lies behind
 * it is reached.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/alxf_column.h"
#include "../src/alxf_read.h"
#include "../src/alxf_write.h"
#include "../src/alxf_xxh64.h"

enum { ROWS = 37, COLUMNS = 5, CODES = 3 };

typedef struct {
  alx_source source;
  const uint8_t *bytes;
} memory_source;

static uint64_t state;

static uint64_t draw(uint64_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state % below;
}

static int read_memory(alx_source *source, uint64_t offset, uint64_t length, void *into,
                       alx_status *status) {
  (void)status;
  if (offset > source->length || length > source->length - offset) {
    fprintf(stderr, "read past the end: %" PRIu64 " + %" PRIu64 "\n", offset, length);
    abort();
  }
  memcpy(into, ((memory_source *)source)->bytes + offset, length);
  return 0;
}

/* A chunk with a column of each type, nulls in some, and its header. */
static uint8_t *sound_chunk(alxf_header *header) {
  static int32_t truths[ROWS], numbers[ROWS], codes[ROWS];
  static double reals[ROWS];
  static int64_t longs[ROWS];
  static alxf_column columns[COLUMNS];
  for (int i = 0; i < ROWS; i++) {
    truths[i] = i % 5 == 0 ? INT32_MIN : i % 2;
    numbers[i] = i;
    codes[i] = 1 + i % CODES;
    reals[i] = i / 3.0;
    longs[i] = i == 7 ? INT64_MIN : -i;
  }
  const void *values[COLUMNS] = {truths, numbers, reals, longs, codes};
  *header = (alxf_header){.column_count = COLUMNS, .rows = ROWS, .columns = columns};
  for (uint32_t i = 0; i < COLUMNS; i++)
    columns[i].type = i + 1;
  alxf_plan_chunk(header, values);
  uint8_t *bytes = calloc(1, header->file_bytes);
  alxf_put_chunk(header, values, bytes);
  return bytes;
}

static int same(const uint8_t *a, const uint8_t *b, uint64_t at, uint64_t length) {
  return memcmp(a + at, b + at, length) == 0;
}

/* Whether all bytes that mean something are the same: those between the segments do not. */
static int same_meaning(const uint8_t *a, const uint8_t *b, const alxf_header *header) {
  int equal = same(a, b, 0, ALXF_FIXED_BYTES + ALXF_ENTRY_BYTES * COLUMNS);
  for (uint32_t i = 0; i < COLUMNS; i++) {
    const alxf_column *column = &header->columns[i];
    equal &= same(a, b, column->values_offset, alxf_values_bytes(column->type, ROWS));
    if (column->null_count > 0)
      equal &= same(a, b, column->validity_offset, alxf_validity_bytes(ROWS));
  }
  return equal;
}

static void put_right_hash(uint8_t *bytes, uint64_t length) {
  uint32_t columns;
  memcpy(&columns, bytes + 12, sizeof columns);
  uint64_t hashed = ALXF_FIXED_BYTES + (uint64_t)ALXF_ENTRY_BYTES * columns;
  if (hashed > length)
    return;
  memset(bytes + 72, 0, 8);
  uint64_t hash = alxf_xxh64(bytes, hashed);
  memcpy(bytes + 72, &hash, 8);
}

/* Mostly in the header, where the structure is. */
static void change(uint8_t *bytes, uint64_t length) {
  uint64_t header = ALXF_FIXED_BYTES + ALXF_ENTRY_BYTES * COLUMNS;
  for (uint64_t changes = 1 + draw(3); changes > 0; changes--) {
    uint64_t at = draw(draw(4) == 0 || length < header ? length : header);
    bytes[at] = draw(2) ? (uint8_t)draw(256) : bytes[at] ^ (uint8_t)(1u << draw(8));
  }
}

/* 1 when everything was read without a complaint. */
static int read_all(alx_source *source) {
  alxf_header header;
  alx_status status = {0};
  if (alxf_read_header(source, &header, &status))
    return 0;
  uint64_t *codes = malloc(sizeof *codes * (header.column_count + 1));
  for (uint32_t i = 0; i < header.column_count; i++)
    codes[i] = CODES;
  int sound = alxf_verify(source, &header, codes, &status) == 0;
  free(codes);
  alxf_free_header(&header);
  return sound;
}

static void one_input(const uint8_t *sound, const alxf_header *header) {
  uint64_t length = header->file_bytes;
  uint64_t cut = draw(8) == 0 ? draw(length) : length;
  int again = draw(2) == 0;
  /* Exactly as long as the input, so that ASan sees a read past its end. */
  uint8_t *bytes = malloc(cut > 0 ? cut : 1);
  memcpy(bytes, sound, cut);
  if (cut > 0)
    change(bytes, cut);
  if (again && cut >= ALXF_FIXED_BYTES)
    put_right_hash(bytes, cut);
  memory_source memory = {{.kind = "memory", .length = cut, .read_at = read_memory}, bytes};
  if (read_all(&memory.source) && !again && (cut < length || !same_meaning(bytes, sound, header))) {
    fprintf(stderr, "a damaged chunk of %" PRIu64 " bytes was read as sound\n", cut);
    abort();
  }
  free(bytes);
}

int main(int count, char **arguments) {
  uint64_t inputs = count > 1 ? strtoull(arguments[1], NULL, 10) : 100000;
  state = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
  alxf_header header;
  uint8_t *sound = sound_chunk(&header);
  for (uint64_t i = 0; i < inputs; i++)
    one_input(sound, &header);
  free(sound);
  printf("%" PRIu64 " chunks read, no finding\n", inputs);
  return 0;
}
