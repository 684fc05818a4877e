/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alx_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_WORKERS = 1024, DOWN_MS = 30000 };

/* A part of one block that is wanted. */
typedef struct part {
  size_t number; /* of the block */
  uint64_t offset, length;
  uint8_t *into;
} part;

static bool is_over(int code) { return code == ALX_INTERRUPTED || code == ALX_MEMORY; }

/* ---- block files ---- */

static bool may_be_local(const alx_reader *reader, const alx_worker *worker) {
  if (worker->no_local || reader->client->short_circuit == ALX_LOCAL_NEVER) return false;
  return reader->client->short_circuit == ALX_LOCAL_ALWAYS || worker->rpc->same_machine;
}

static int map_from(alx_reader *reader, alx_worker *worker, size_t number, alx_status *status) {
  const alx_block *block = &reader->file.blocks[number];
  int fd;
  alx_client_data_limits(reader->client);
  int code = alx_rpc_ready(worker->rpc, true, status);
  /* Only the connection tells whether the worker is on this machine. */
  if (code || !may_be_local(reader, worker)) return code;
  code = alx_open_local_block(worker->rpc, block->id, block->length, &fd, status);
  if (code) {
    worker->no_local = code == ALX_STATE || code == ALX_NOT_SERVED;
    return code;
  }
  void *mapped = mmap(NULL, block->length, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped != MAP_FAILED) reader->mapped[number] = mapped;
  return 0;
}

/* 0 also when the block has no file that can be mapped. */
static int map_block(alx_reader *reader, size_t number, alx_status *status) {
  const alx_block *block = &reader->file.blocks[number];
  if (reader->client->short_circuit == ALX_LOCAL_NEVER) return 0;
  for (size_t i = 0; i < block->holder_count && !reader->mapped[number]; i++) {
    alx_worker *worker = block->holders[i];
    if (worker->no_local || worker->down_until_ms > alx_now_ms()) continue;
    if (worker->rpc->open && !may_be_local(reader, worker)) continue;
    int code = map_from(reader, worker, number, status);
    if (is_over(code)) return code;
  }
  return 0;
}

/* ---- workers ---- */

static void shrink(part *wanted, uint64_t got) {
  wanted->into += got;
  wanted->offset += got;
  wanted->length -= got;
}

/* A worker that answers is not down, whatever it says of the block. */
static void note_answer(alx_worker *worker, int code) {
  bool down = code == ALX_UNAVAILABLE || code == ALX_UNHEARD || code == ALX_TIMEOUT ||
              code == ALX_CORRUPT;
  worker->down_until_ms = down ? alx_now_ms() + DOWN_MS : 0;
}

/* Goes on where it stopped, with another worker too: the part shrinks by what came. */
static int read_from(alx_reader *reader, alx_worker *worker, part *wanted, const alx_ufs_block *ufs,
                     alx_status *status) {
  alx_reading reading = {0};
  alx_client_data_limits(reader->client);
  int code = alx_begin_reading(&reading, worker->rpc, reader->file.blocks[wanted->number].id,
                               wanted->offset, wanted->length, ufs, wanted->into, status);
  if (code == 0) code = alx_receive(&reading, wanted->length, status);
  *(ufs ? &reader->ways.through_bytes : &reader->ways.grpc_bytes) += reading.got;
  shrink(wanted, reading.got);
  alx_end_reading(&reading);
  note_answer(worker, code);
  return code;
}

/* Each of the workers, beginning with `first`; those that failed a moment ago come last. */
static int read_from_any(alx_reader *reader, alx_worker *const *workers, size_t count, size_t first,
                         part *wanted, const alx_ufs_block *ufs, alx_status *status) {
  int code = ALX_NOT_FOUND;
  bool tried[MOST_WORKERS] = {false};
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < count && wanted->length; i++) {
      size_t at = (first + i) % count;
      if (tried[at] || (pass == 0 && workers[at]->down_until_ms > alx_now_ms())) continue;
      tried[at] = true;
      code = read_from(reader, workers[at], wanted, ufs, status);
      if (is_over(code)) return code;
    }
  }
  return wanted->length ? code : 0;
}

static bool is_same_file(const alx_file_status *a, const alx_file_status *b) {
  return a->file_id == b->file_id && a->length == b->length && a->modified_ms == b->modified_ms;
}

static int changed(const alx_reader *reader, alx_status *status) {
  return alx_fail(status, ALX_CHANGED, "%s was replaced or removed while it was read", reader->path);
}

/* What the master says of the file now, if it is the same one. */
static int look_again(alx_reader *reader, alx_file_status *now, alx_status *status) {
  int code = alx_get_status(reader->client, reader->path, ALX_LOAD_NEVER, now, status);
  if (code == ALX_NOT_FOUND) return changed(reader, status);
  if (code) return code;
  if (is_same_file(&reader->file, now)) return 0;
  alx_file_status_free(now);
  return changed(reader, status);
}

/* The path in the UFS may be another file's meanwhile, so the bytes count only if the file is still the
 * same afterwards. */
static int read_through(alx_reader *reader, part *wanted, alx_status *status) {
  alx_worker *workers[MOST_WORKERS];
  size_t count;
  const alx_block *block = &reader->file.blocks[wanted->number];
  int code = alx_live_workers(reader->client, workers, MOST_WORKERS, &count, status);
  if (code) return code;
  if (count == 0) return alx_fail(status, ALX_UNAVAILABLE, "there is no live worker");
  alx_ufs_block ufs = {reader->file.ufs_path, reader->client->user, reader->file.mount_id,
                       block->offset, block->length};
  /* The same block asks the same worker, and many blocks ask all of them. */
  size_t first = (size_t)((uint64_t)block->id % count);
  code = read_from_any(reader, workers, count, first, wanted, &ufs, status);
  if (is_over(code)) return code;
  alx_file_status now;
  alx_status why;
  int still = look_again(reader, &now, &why);
  if (still == 0) alx_file_status_free(&now);
  /* Where the file is another one, that is also why it could not be read. */
  if (still == 0 || (code && still != ALX_CHANGED)) return code;
  *status = why;
  return still;
}

/* Blocks move: where they are is asked once more. */
static int find_again(alx_reader *reader, alx_status *status) {
  alx_file_status now;
  int code = look_again(reader, &now, status);
  if (code) return code;
  if (now.block_count != reader->file.block_count) {
    alx_file_status_free(&now);
    return changed(reader, status);
  }
  alx_file_status_free(&reader->file);
  reader->file = now;
  return 0;
}

static int read_from_holders(alx_reader *reader, part *wanted, alx_status *status) {
  const alx_block *block = &reader->file.blocks[wanted->number];
  if (block->holder_count == 0) return ALX_NOT_FOUND;
  return read_from_any(reader, block->holders, block->holder_count, 0, wanted, NULL, status);
}

static int lost(const alx_reader *reader, const part *wanted, const alx_status *last,
                alx_status *status) {
  const alx_block *block = &reader->file.blocks[wanted->number];
  unsigned long long from = block->offset, to = block->offset + block->length;
  if (block->holder_count == 0 && !reader->file.persisted)
    return alx_fail(status, ALX_UNAVAILABLE,
                    "%.200s: bytes %llu to %llu are lost: no worker holds them and they were never "
                    "persisted",
                    reader->path, from, to);
  return alx_fail(status, last->code, "%.200s: no worker gives bytes %llu to %llu: %.200s",
                  reader->path, from, to, last->text);
}

/* ---- ahead ---- */

/* The block that holds a byte of the file. */
static size_t block_at(const alx_reader *reader, uint64_t offset) {
  size_t low = 0, high = reader->file.block_count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (reader->file.blocks[middle].offset <= offset) low = middle;
    else high = middle;
  }
  return low;
}

/* What was asked for before; a failure shows again where the rest is asked for. */
static int take_ahead(alx_reader *reader, part *wanted, alx_status *status) {
  alx_worker *worker = reader->ahead.worker;
  uint64_t got;
  if (worker == NULL) return 0;
  alx_client_data_limits(reader->client);
  int code = alx_take_ahead(&reader->ahead, reader->file.blocks[wanted->number].id, wanted->offset,
                            wanted->length, wanted->into, &got, status);
  reader->ways.grpc_bytes += got;
  reader->ways.ahead_bytes += got;
  shrink(wanted, got);
  if (code) note_answer(worker, code);
  return is_over(code) ? code : 0;
}

/* The worker to ask ahead; NULL where the block's file may be mapped, or where we would wait. */
static alx_worker *worker_ahead(const alx_reader *reader, size_t number) {
  const alx_block *block = &reader->file.blocks[number];
  if (reader->mapped[number] || block->holder_count == 0) return NULL;
  for (size_t i = 0; i < block->holder_count; i++) {
    const alx_worker *one = block->holders[i];
    if (!one->rpc->open || one->down_until_ms > alx_now_ms()) return NULL;
    if (may_be_local(reader, one)) return NULL;
  }
  return block->holders[0];
}

/* Reads that follow each other ask for more each time, as the system does for files. */
static int ask_ahead(alx_reader *reader, uint64_t length, alx_status *status) {
  uint64_t doubled = reader->ahead_length * 2, from = reader->next_offset;
  reader->ahead_length = length > doubled ? length : doubled;
  if (reader->ahead_length > ALX_MOST_AHEAD) reader->ahead_length = ALX_MOST_AHEAD;
  if (reader->ahead.worker || from == reader->source.length) return 0;
  size_t number = block_at(reader, from);
  const alx_block *block = &reader->file.blocks[number];
  alx_worker *worker = worker_ahead(reader, number);
  if (worker == NULL) return 0;
  uint64_t in_block = from - block->offset, rest = block->length - in_block;
  alx_client_data_limits(reader->client);
  int code = alx_ask_ahead(&reader->ahead, worker, block->id, in_block,
                           rest < reader->ahead_length ? rest : reader->ahead_length, status);
  return code == ALX_INTERRUPTED ? code : 0;
}

static int read_from_somewhere(alx_reader *reader, part *wanted, alx_status *last) {
  int code = read_from_holders(reader, wanted, last);
  if (code == 0 || is_over(code)) return code;
  if (reader->file.persisted) return read_through(reader, wanted, last);
  code = find_again(reader, last);
  return code ? code : read_from_holders(reader, wanted, last);
}

static int read_block_part(alx_reader *reader, part *wanted, alx_status *status) {
  alx_status last = {ALX_UNAVAILABLE, "none holds them"};
  int code = take_ahead(reader, wanted, &last);
  if (code == 0 && wanted->length) code = read_from_somewhere(reader, wanted, &last);
  if (code == 0) {
    reader->source.kind = "grpc";
    return 0;
  }
  if (is_over(code) || code == ALX_CHANGED) {
    *status = last;
    return code;
  }
  return lost(reader, wanted, &last, status);
}

/* ---- the source ---- */

static bool is_outside(const alx_source *source, uint64_t offset, uint64_t length) {
  return offset > source->length || length > source->length - offset;
}

static int read_part(alx_reader *reader, part *wanted, alx_status *status) {
  if (!reader->mapped[wanted->number]) {
    int code = map_block(reader, wanted->number, status);
    if (code) return code;
  }
  const uint8_t *mapped = reader->mapped[wanted->number];
  if (mapped == NULL) return read_block_part(reader, wanted, status);
  memcpy(wanted->into, mapped + wanted->offset, wanted->length);
  reader->ways.local_bytes += wanted->length;
  reader->source.kind = "local";
  return 0;
}

static int read_parts(alx_reader *reader, uint64_t offset, uint64_t length, uint8_t *into,
                      alx_status *status) {
  while (length) {
    size_t number = block_at(reader, offset);
    const alx_block *block = &reader->file.blocks[number];
    uint64_t in_block = offset - block->offset;
    uint64_t some = block->length - in_block < length ? block->length - in_block : length;
    part wanted = {number, in_block, some, into};
    int code = read_part(reader, &wanted, status);
    if (code) return code;
    into += some;
    offset += some;
    length -= some;
  }
  return 0;
}

static int read_at(alx_source *source, uint64_t offset, uint64_t length, void *into,
                   alx_status *status) {
  alx_reader *reader = (alx_reader *)source;
  if (is_outside(source, offset, length))
    return alx_fail(status, ALX_INVALID, "%s has only %llu bytes", reader->path,
                    (unsigned long long)source->length);
  bool goes_on = offset == reader->next_offset;
  alx_client_begin(reader->client);
  int code = read_parts(reader, offset, length, into, status);
  if (code) return code;
  reader->next_offset = offset + length;
  if (goes_on) return ask_ahead(reader, length, status);
  reader->ahead_length = 0;
  return 0;
}

static const void *map(alx_source *source, uint64_t offset, uint64_t length) {
  alx_reader *reader = (alx_reader *)source;
  if (length == 0 || is_outside(source, offset, length)) return NULL;
  size_t number = block_at(reader, offset);
  const alx_block *block = &reader->file.blocks[number];
  alx_status unread;
  if (length > block->length - (offset - block->offset)) return NULL;
  if (!reader->mapped[number] && map_block(reader, number, &unread)) return NULL;
  const uint8_t *mapped = reader->mapped[number];
  return mapped ? mapped + (offset - block->offset) : NULL;
}

static void close_reader(alx_source *source) {
  alx_reader *reader = (alx_reader *)source;
  for (size_t i = 0; reader->mapped && i < reader->file.block_count; i++)
    if (reader->mapped[i]) munmap(reader->mapped[i], reader->file.blocks[i].length);
  alx_free_ahead(&reader->ahead);
  free(reader->mapped);
  free(reader->path);
  alx_file_status_free(&reader->file);
  alx_client_free(reader->client);
  free(reader);
}

static int check_readable(const alx_reader *reader, alx_status *status) {
  if (reader->file.folder)
    return alx_fail(status, ALX_INVALID, "%s is a directory", reader->path);
  if (!reader->file.completed)
    return alx_fail(status, ALX_STATE, "%s is still being written", reader->path);
  if (reader->file.persisted && reader->file.ufs_path == NULL)
    return alx_fail(status, ALX_CORRUPT, "%s is persisted nowhere", reader->path);
  return 0;
}

alx_reader *alx_open_reader(alx_client *client, const char *path, alx_status *status) {
  alx_reader *reader = calloc(1, sizeof *reader);
  if (reader) reader->path = strdup(path);
  if (reader == NULL || reader->path == NULL) {
    free(reader);
    alx_fail(status, ALX_MEMORY, "no memory for a reader");
    return NULL;
  }
  reader->client = client;
  client->holders++;
  reader->next_offset = UINT64_MAX;
  int code = alx_get_status(client, path, ALX_LOAD_ONCE, &reader->file, status);
  if (code == 0) code = check_readable(reader, status);
  if (code == 0) {
    reader->mapped = calloc(reader->file.block_count + 1, sizeof *reader->mapped);
    if (reader->mapped == NULL) code = alx_fail(status, ALX_MEMORY, "no memory for a reader");
  }
  reader->source = (alx_source){"grpc", reader->file.length, read_at, map, close_reader};
  if (code == 0) return reader;
  close_reader(&reader->source);
  return NULL;
}
