/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alx_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORKERS = 1024, CLEAN_UP_MS = 10000 };

struct alx_writer {
  alx_client *client;
  char *path;
  alx_write_options options;
  alx_file_status file;
  alx_worker *workers[MOST_WORKERS];
  size_t worker_count, first_worker;
  bool through, caching, created, finished;
  alx_rpc *ufs_rpc; /* a connection of its own: blocks go by the workers' */
  alx_writing ufs, block;
  bool has_block;
  uint64_t sent, blocks;
};

/* How to begin at a worker: 0, or ALX_UNHEARD to try the next one. */
typedef int begin_at(alx_writer *writer, alx_worker *worker, void *facts, alx_status *status);

/* At the worker whose turn it is, or at the next one that answers. */
static int begin_somewhere(alx_writer *writer, begin_at *begin, void *facts, alx_status *status) {
  int code = ALX_UNHEARD;
  for (size_t i = 0; i < writer->worker_count; i++) {
    size_t turn = (writer->first_worker + writer->blocks + i) % writer->worker_count;
    alx_client_data_limits(writer->client);
    code = begin(writer, writer->workers[turn], facts, status);
    if (code != ALX_UNHEARD && code != ALX_UNAVAILABLE) return code;
  }
  return code;
}

static int begin_ufs_at(alx_writer *writer, alx_worker *worker, void *facts, alx_status *status) {
  (void)facts;
  alx_end_writing(&writer->ufs);
  alx_rpc_free(writer->ufs_rpc);
  writer->ufs_rpc = alx_rpc_new(worker->rpc->host, worker->rpc->port, writer->client->user,
                                &writer->client->limits);
  if (writer->ufs_rpc == NULL) return alx_fail(status, ALX_MEMORY, "no memory for a connection");
  return alx_begin_ufs_file(&writer->ufs, writer->ufs_rpc, &writer->file, status);
}

static int begin_block_at(alx_writer *writer, alx_worker *worker, void *facts, alx_status *status) {
  uint64_t done = writer->blocks * writer->options.block_size;
  uint64_t reserve = writer->options.block_size;
  if (writer->options.size > done && writer->options.size - done < reserve)
    reserve = writer->options.size - done;
  alx_end_writing(&writer->block);
  return alx_begin_block(&writer->block, worker->rpc, *(int64_t *)facts, reserve, status);
}

static int begin_block(alx_writer *writer, alx_status *status) {
  int64_t id;
  int code = alx_new_block_id(writer->client, writer->path, &id, status);
  if (code) return code;
  writer->has_block = true;
  return begin_somewhere(writer, begin_block_at, &id, status);
}

static int end_block(alx_writer *writer, alx_status *status) {
  uint64_t acknowledged;
  char hash[64];
  if (!writer->has_block) return 0;
  alx_client_data_limits(writer->client);
  int code = alx_finish_writing(&writer->block, &acknowledged, hash, sizeof hash, status);
  alx_end_writing(&writer->block);
  writer->has_block = false;
  writer->blocks++;
  return code;
}

static int add_to_blocks(alx_writer *writer, const uint8_t *bytes, uint64_t length,
                         alx_status *status) {
  while (length) {
    int code = writer->has_block ? 0 : begin_block(writer, status);
    if (code) return code;
    uint64_t room = writer->options.block_size - writer->block.sent;
    uint64_t some = length < room ? length : room;
    alx_client_data_limits(writer->client);
    code = alx_write(&writer->block, bytes, some, status);
    if (code == 0 && some == room) code = end_block(writer, status);
    if (code) return code;
    bytes += some;
    length -= some;
  }
  return 0;
}

/* What also goes to the UFS survives a worker that fails to cache it. */
static int or_go_on_without(alx_writer *writer, int code) {
  if (code == 0 || !writer->through || code == ALX_INTERRUPTED) return code;
  writer->caching = false;
  alx_end_writing(&writer->block);
  writer->has_block = false;
  return 0;
}

int alx_writer_add(alx_writer *writer, const void *bytes, uint64_t length, alx_status *status) {
  /* By pieces, so that both streams move. */
  const uint8_t *from = bytes;
  while (length) {
    uint64_t some = length < (1 << 20) ? length : (1 << 20);
    alx_client_data_limits(writer->client);
    int code = writer->through ? alx_write(&writer->ufs, from, some, status) : 0;
    if (code == 0 && writer->caching)
      code = or_go_on_without(writer, add_to_blocks(writer, from, some, status));
    if (code) return code;
    from += some;
    length -= some;
    writer->sent += some;
  }
  return 0;
}

/* ---- the end ---- */

static int check_durable(alx_writer *writer, alx_status *status) {
  alx_file_status now;
  int code = alx_get_status(writer->client, writer->path, ALX_LOAD_NEVER, &now, status);
  if (code) return code;
  const char *doubt = NULL;
  if (!now.completed) doubt = "it is not complete";
  else if (now.length != writer->sent) doubt = "it has another length";
  else if (writer->through && !now.persisted) doubt = "it is not persisted";
  else if (writer->through && !now.in_ufs) doubt = "it is not in the UFS";
  alx_file_status_free(&now);
  return doubt ? alx_fail(status, ALX_NOT_DURABLE, "%s: %s after it was written", writer->path, doubt)
               : 0;
}

static int finish_ufs(alx_writer *writer, char *hash, size_t room, alx_status *status) {
  uint64_t acknowledged = 0;
  hash[0] = 0;
  if (!writer->through) return 0;
  alx_client_data_limits(writer->client);
  int code = alx_finish_writing(&writer->ufs, &acknowledged, hash, room, status);
  if (code || acknowledged == writer->sent) return code;
  return alx_fail(status, ALX_NOT_DURABLE, "%s: the UFS took %llu of %llu bytes", writer->path,
                  (unsigned long long)acknowledged, (unsigned long long)writer->sent);
}

int alx_writer_finish(alx_writer *writer, alx_status *status) {
  char hash[512];
  int code = writer->caching ? or_go_on_without(writer, end_block(writer, status)) : 0;
  if (code == 0) code = finish_ufs(writer, hash, sizeof hash, status);
  if (code == 0)
    code = alx_complete_file(writer->client, writer->path, writer->through ? &writer->sent : NULL,
                             hash, status);
  if (code == 0) code = check_durable(writer, status);
  writer->finished = code == 0;
  return code;
}

static void remove_unfinished(alx_writer *writer, alx_status *left) {
  alx_status why = {0};
  int64_t timeout_ms = writer->client->timeout_ms;
  alx_client_begin(writer->client);
  if (timeout_ms > CLEAN_UP_MS) writer->client->timeout_ms = CLEAN_UP_MS;
  int code = alx_remove(writer->client, writer->path, &why);
  writer->client->timeout_ms = timeout_ms;
  if (code && code != ALX_NOT_FOUND)
    alx_fail(left, code, "an incomplete file is left at %.200s, because %.200s", writer->path,
             why.text);
}

void alx_close_writer(alx_writer *writer, alx_status *left) {
  if (writer == NULL) return;
  if (left) left->code = 0;
  alx_end_writing(&writer->ufs);
  alx_end_writing(&writer->block);
  alx_rpc_free(writer->ufs_rpc);
  if (writer->created && !writer->finished) remove_unfinished(writer, left);
  alx_file_status_free(&writer->file);
  free(writer->path);
  free(writer);
}

/* ---- the beginning ---- */

/* CreateFile does not look into the UFS, and would overwrite what is only there. */
static int refuse_existing(alx_writer *writer, alx_status *status) {
  alx_file_status found;
  int code = alx_get_status(writer->client, writer->path, ALX_LOAD_ALWAYS, &found, status);
  if (code == ALX_NOT_FOUND) return 0;
  if (code) return code;
  alx_file_status_free(&found);
  return alx_fail(status, ALX_EXISTS, "%s exists", writer->path);
}

static int begin(alx_writer *writer, alx_status *status) {
  const alx_write_options *options = &writer->options;
  int code = options->overwrite ? 0 : refuse_existing(writer, status);
  if (code == 0)
    code = alx_live_workers(writer->client, writer->workers, MOST_WORKERS, &writer->worker_count,
                            status);
  if (code) return code;
  if (writer->worker_count == 0)
    return alx_fail(status, ALX_UNAVAILABLE, "there is no live worker to write to");
  code = alx_create_file(writer->client, writer->path, options->block_size, options->type,
                         options->mode, options->overwrite, &writer->file, status);
  if (code) return code;
  writer->created = true;
  /* Files begin at different workers. The low 24 bits of a file's id are all ones: the number is above. */
  writer->first_worker = (size_t)(((uint64_t)writer->file.file_id >> 24) % writer->worker_count);
  return writer->through ? begin_somewhere(writer, begin_ufs_at, NULL, status) : 0;
}

alx_writer *alx_open_writer(alx_client *client, const char *path, const alx_write_options *options,
                            alx_status *status) {
  alx_writer *writer = calloc(1, sizeof *writer);
  if (writer) writer->path = strdup(path);
  if (writer == NULL || writer->path == NULL) {
    free(writer);
    alx_fail(status, ALX_MEMORY, "no memory for a writer");
    return NULL;
  }
  writer->client = client;
  writer->options = *options;
  writer->through = options->type != ALX_MUST_CACHE;
  writer->caching = options->type != ALX_THROUGH;
  if (begin(writer, status) == 0) return writer;
  alx_status left;
  alx_close_writer(writer, &left);
  return NULL;
}
