/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* The pager without R, under a sanitizer: threads read columns through pointers while this one asks for
 * values, writes to copies and drops them, with room for few chunks.
 *
 *   test_pager FOLDER ROUNDS
 *
 * The folder must be empty. Prints how many values were right; ends by abort() at the first wrong one.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/alxf_write.h"
#include "../src/alxp_pager.h"

enum { CHUNK_ROWS = 1024, CHUNKS = 40, COLUMNS = 2, READERS = 3, LAST_ROWS = 100 };
enum { ROWS = (CHUNKS - 1) * CHUNK_ROWS + LAST_ROWS };

static uint64_t checked;

static double number_at(uint64_t row) { return (double)row / 4; }
static int32_t code_at(uint64_t row) { return row % 3 ? (int32_t)(row % 3) : INT32_MIN; }

static void check(int is_right, const char *what, uint64_t row) {
  if (!is_right) {
    fprintf(stderr, "%s: wrong at row %" PRIu64 "\n", what, row);
    abort();
  }
  __atomic_add_fetch(&checked, 1, __ATOMIC_RELAXED);
}

/* ---- a frame in a folder ---- */

static uint64_t write_chunk(const char *file, size_t number, uint64_t rows) {
  static double numbers[CHUNK_ROWS];
  static int32_t codes[CHUNK_ROWS];
  alxf_column columns[COLUMNS] = {{.type = ALXF_FLOAT64}, {.type = ALXF_DICTIONARY32}};
  alxf_header header = {.column_count = COLUMNS, .rows = rows, .index = number,
                        .first_row = number * CHUNK_ROWS, .columns = columns};
  const void *values[COLUMNS] = {numbers, codes};
  for (uint64_t i = 0; i < rows; i++) {
    numbers[i] = number_at(header.first_row + i);
    codes[i] = code_at(header.first_row + i);
  }
  alxf_plan_chunk(&header, values);
  uint8_t *image = malloc(header.file_bytes);
  alxf_put_chunk(&header, values, image);
  FILE *out = fopen(file, "wb");
  if (out == NULL || fwrite(image, 1, header.file_bytes, out) != header.file_bytes) abort();
  fclose(out);
  free(image);
  return header.hash;
}

static alxp_frame *written_frame(const char *folder, bool may_map) {
  alxp_frame *frame = alxp_new_frame(CHUNKS, COLUMNS);
  frame->folder = strdup(folder);
  frame->masters = strdup("");
  frame->user = strdup("");
  frame->may_map = may_map;
  frame->rows = ROWS;
  frame->chunk_rows = CHUNK_ROWS;
  frame->types[0] = ALXF_FLOAT64;
  frame->types[1] = ALXF_DICTIONARY32;
  for (size_t i = 0; i < CHUNKS; i++) {
    char name[32], file[4096];
    snprintf(name, sizeof name, "%zu.alxf", i);
    snprintf(file, sizeof file, "%s/%s", folder, name);
    frame->files[i] = strdup(name);
    frame->hashes[i] = write_chunk(file, i, alxp_chunk_rows(frame, i));
  }
  return frame;
}

static alxp_column *column(alxp_frame *frame, uint32_t number, const char *const *words,
                           bool by_faults) {
  alx_status status = {0};
  alxp_content content = {frame, number, words ? 2 : 0, NULL};
  if (words) content.words = memcpy(malloc(3 * sizeof *words), words, 3 * sizeof *words);
  alxp_column *made = alxp_new_column(&content, by_faults, NULL, &status);
  if (made) return made;
  fprintf(stderr, "%s\n", status.text);
  abort();
}

/* ---- readers ---- */

typedef struct reader {
  pthread_t thread;
  unsigned seed;
  const double *numbers;
  const char *const *words;
  const char *const *expected;
  int rounds;
} reader;

static const char *word_at(const char *const *words, uint64_t row) {
  return words[code_at(row) == INT32_MIN ? 0 : code_at(row)];
}

static void *read_on(void *argument) {
  reader *one = argument;
  for (int i = 0; i < one->rounds; i++) {
    uint64_t row = (uint64_t)rand_r(&one->seed) % ROWS;
    check(one->numbers[row] == number_at(row), "a number by a pointer", row);
    check(one->words[row] == word_at(one->expected, row), "a word by a pointer", row);
  }
  return NULL;
}

/* ---- this thread ---- */

static void ask(alxp_column *one, uint64_t row, const void *expected, size_t size) {
  alx_status status = {0};
  uint64_t rows;
  const void *found = alxp_at(one, row, &rows, &status);
  check(found && rows > 0 && memcmp(found, expected, size) == 0, "a value asked for", row);
}

static void write_to_copy(alxp_column *of, uint64_t row) {
  alx_status status = {0};
  uint64_t near;
  alxp_column *copy = alxp_copy_column(of, &status);
  if (copy == NULL) return; /* the system tells of no writes */
  double *values = alxp_all(copy, &near, &status);
  values[row] = -1;
  alxp_column *second = alxp_copy_column(copy, &status);
  for (uint64_t at = row % 97; at < ROWS; at += 997) {
    double expected = at == row ? -1 : number_at(at);
    ask(copy, at, &expected, sizeof expected);
  }
  double written = -1, stored = number_at(row);
  ask(second, row, &written, sizeof written);
  ask(of, row, &stored, sizeof stored);
  alxp_drop_column(copy);
  alxp_drop_column(second);
}

int main(int count, char **arguments) {
  static const char *const words[] = {"none", "one", "two"};
  if (count != 3) return 2;
  int rounds = atoi(arguments[2]);
  alxp_set_budget(8 * CHUNK_ROWS * sizeof(double));
  alxp_frame *copied = written_frame(arguments[1], false), *mapped = written_frame(arguments[1], true);
  alxp_column *numbers = column(copied, 0, NULL, true), *texts = column(copied, 1, words, true);
  alxp_column *asked = column(copied, 0, NULL, false), *files = column(mapped, 0, NULL, true);
  alx_status status = {0};
  uint64_t near;
  reader readers[READERS];
  bool has_faults = alxp_count().has_faults;
  for (int i = 0; i < READERS && has_faults; i++) {
    alxp_column *from = i % 2 ? files : numbers;
    readers[i] = (reader){.seed = (unsigned)i + 1, .expected = words, .rounds = rounds,
                          .numbers = alxp_all(from, &near, &status),
                          .words = alxp_all(texts, &near, &status)};
    if (pthread_create(&readers[i].thread, NULL, read_on, &readers[i])) abort();
  }
  unsigned seed = 99;
  for (int i = 0; i < rounds; i++) {
    uint64_t row = (uint64_t)rand_r(&seed) % ROWS;
    double expected = number_at(row);
    const char *word = word_at(words, row);
    ask(asked, row, &expected, sizeof expected);
    ask(files, row, &expected, sizeof expected);
    ask(numbers, row, &expected, sizeof expected);
    ask(texts, row, &word, sizeof word);
    if (i % 100 == 0) write_to_copy(numbers, row);
  }
  for (int i = 0; i < READERS && has_faults; i++) pthread_join(readers[i].thread, NULL);
  alxp_drop_column(numbers);
  alxp_drop_column(texts);
  alxp_drop_column(asked);
  alxp_drop_column(files);
  alxp_leave_frame(copied);
  alxp_leave_frame(mapped);
  printf("%" PRIu64 " values were right\n", checked);
  return 0;
}
