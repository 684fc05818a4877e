/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Field numbers: alluxio-core-transport-2.9.6.jar, grpc/block_worker.proto and
 * proto/dataserver/protocol.proto.
 */
#define _GNU_SOURCE
#include "alx_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORKER "/alluxio.grpc.block.BlockWorker/"
/* What a message carries; the most that a server takes is 4 MiB less a few bytes. */
enum { CHUNK_BYTES = 1024 * 1024 };
/* What Java's clients send: no limit of their own on how many read one UFS file at once. */
enum { ANY_CONCURRENCY = 0x7fffffff };
enum request_type { ALLUXIO_BLOCK = 0, UFS_FILE = 1 };
/* ---- reading ---- */

/* The length of the data from ReadResponse {1 chunk {1 data}}, whose first `head_length` bytes are there.
 * 1: known; 0: more bytes are needed; -1: it is something else. */
static int parse_head(alx_reading *r) {
  uint64_t lengths[2];
  size_t at = 0;
  for (int level = 0; level < 2; level++) {
    if (at == r->head_length) return 0;
    if (r->head[at++] != (1 << 3 | 2)) return -1;
    int taken = alx_pb_varint(r->head + at, r->head_length - at, &lengths[level]);
    if (taken <= 0) return taken;
    at += (size_t)taken;
    /* A chunk without data. */
    if (lengths[level] == 0) {
      lengths[1] = 0;
      break;
    }
  }
  r->data_left = lengths[1];
  return 1;
}

static int take_head_byte(alx_reading *r, alx_h2 *h2, alx_status *status) {
  if (r->head_length == sizeof r->head) return alx_fail(status, ALX_CORRUPT, "garbage in an answer");
  int code = alx_h2_take(h2, r->head + r->head_length++, 1, status);
  if (code) return code;
  int known = parse_head(r);
  if (known < 0) return alx_fail(status, ALX_CORRUPT, "garbage in an answer");
  r->in_data = known;
  if (known && r->data_left > r->wanted - r->got)
    return alx_fail(status, ALX_CORRUPT, "it sends more bytes than it was asked for");
  return 0;
}

/* Bytes of a message go straight to where they are wanted. */
static int take_response(alx_call *call, size_t length, size_t left, alx_status *status) {
  alx_reading *r = call->user;
  alx_h2 *h2 = &call->rpc->h2;
  if (left + length == call->message_length) {
    r->head_length = 0;
    r->in_data = false;
  }
  while (length) {
    size_t some = 1;
    int code;
    if (!r->in_data) {
      code = take_head_byte(r, h2, status);
    } else if (r->data_left) {
      some = r->data_left < length ? (size_t)r->data_left : length;
      code = alx_h2_take(h2, r->next, some, status);
      r->next += code ? 0 : some;
      r->got += code ? 0 : some;
      r->data_left -= some;
    } else {
      /* A field that a later version may have. */
      some = length;
      code = alx_h2_take(h2, NULL, some, status);
    }
    if (code) return code;
    length -= some;
  }
  if (left == 0 && r->data_left && r->in_data)
    return alx_fail(status, ALX_CORRUPT, "a message is shorter than its data");
  return 0;
}

static void write_ufs(alx_buffer *request, const alx_ufs_block *ufs) {
  alx_buffer options = {0};
  alx_pb_add_text(&options, 1, ufs->path);
  alx_pb_add_number(&options, 2, ufs->offset_in_file);
  alx_pb_add_number(&options, 3, ufs->length);
  alx_pb_add_number(&options, 4, ANY_CONCURRENCY);
  alx_pb_add_number(&options, 5, (uint64_t)ufs->mount_id);
  alx_pb_add_number(&options, 6, 0); /* keep it */
  alx_pb_add_text(&options, 7, ufs->user);
  alx_pb_add_message(request, 6, &options);
}

static int send_request(alx_call *call, int64_t block_id, uint64_t offset, uint64_t length,
                        const alx_ufs_block *ufs, alx_status *status) {
  alx_buffer request = {0};
  alx_pb_add_number(&request, 1, (uint64_t)block_id);
  alx_pb_add_number(&request, 2, offset);
  alx_pb_add_number(&request, 3, length);
  alx_pb_add_number(&request, 4, 0);
  alx_pb_add_number(&request, 5, CHUNK_BYTES);
  if (ufs) write_ufs(&request, ufs);
  int code = alx_call_send(call, &request, status);
  alx_buffer_free(&request);
  return code;
}

/* The worker holds back what is not acknowledged. */
static int send_acknowledgement(alx_call *call, uint64_t received, alx_status *status) {
  alx_buffer request = {0};
  alx_pb_add_number(&request, 7, received);
  int code = alx_call_send(call, &request, status);
  alx_buffer_free(&request);
  return code;
}

int alx_begin_reading(alx_reading *reading, alx_rpc *worker, int64_t block_id, uint64_t offset,
                      uint64_t length, const alx_ufs_block *ufs, void *into, alx_status *status) {
  reading->next = into;
  reading->offset = offset;
  reading->wanted = length;
  reading->call.sink = take_response;
  reading->call.user = reading;
  int code = alx_rpc_ready(worker, true, status);
  if (code == 0) code = alx_call_begin(&reading->call, worker, WORKER "ReadBlock", status);
  if (code == 0) code = send_request(&reading->call, block_id, offset, length, ufs, status);
  return code ? code : alx_h2_push(&worker->h2, status);
}

static int receive_some(alx_reading *reading, alx_status *status) {
  alx_call *call = &reading->call;
  int code = alx_call_step(call, status);
  if (code || reading->got - reading->acknowledged < CHUNK_BYTES || reading->got == reading->wanted)
    return code;
  reading->acknowledged = reading->got;
  return send_acknowledgement(call, reading->offset + reading->got, status);
}

/* Only a call that is ended well makes the worker keep a block that it read from the UFS. */
static int end_well(alx_reading *reading, alx_status *status) {
  alx_call *call = &reading->call;
  int code = alx_call_send_end(call, status);
  if (code == 0) code = alx_call_outcome(call, status);
  if (code || reading->got == reading->wanted) return code;
  return alx_fail(status, ALX_CORRUPT,
                  "%s:%d: ReadBlock: it gave %llu of %llu bytes and called that all", call->rpc->host,
                  call->rpc->port, (unsigned long long)reading->got,
                  (unsigned long long)reading->wanted);
}

int alx_receive(alx_reading *reading, uint64_t count, alx_status *status) {
  while (reading->got < count && !reading->call.stream.ended) {
    int code = receive_some(reading, status);
    if (code) return code;
  }
  bool is_over = reading->got < count || reading->got == reading->wanted;
  return is_over ? end_well(reading, status) : 0;
}

void alx_end_reading(alx_reading *reading) {
  alx_call_end(&reading->call);
  memset(reading, 0, sizeof *reading);
}

/* ---- files of blocks ---- */

static int take_path(alx_call *call, char *path, size_t room, alx_status *status) {
  while (call->messages == 0 && !call->stream.ended) {
    int code = alx_call_step(call, status);
    if (code) return code;
  }
  int code = call->messages ? 0 : alx_call_outcome(call, status);
  if (code) return code;
  alx_pb answer = alx_pb_over(call->message.at, call->message.length);
  alx_pb_field field;
  bool fits = false;
  while (alx_pb_next(&answer, &field) > 0)
    if (field.number == 1) fits = alx_pb_text(&field, path, room);
  return fits ? 0 : alx_fail(status, ALX_CORRUPT, "OpenLocalBlock: no path");
}

/* A server names the path: only what is a file of the block's name and length is taken for it. */
static int open_block_file(const char *path, int64_t block_id, uint64_t length, int *fd,
                           alx_status *status) {
  char name[32];
  const char *slash = strrchr(path, '/');
  struct stat facts;
  snprintf(name, sizeof name, "%lld", (long long)block_id);
  if (slash == NULL || strcmp(slash + 1, name) != 0)
    return alx_fail(status, ALX_STATE, "%.200s is not named like block %s", path, name);
  int opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (opened < 0) return alx_fail(status, ALX_STATE, "%.200s: %s", path, strerror(errno));
  if (fstat(opened, &facts) || !S_ISREG(facts.st_mode) || (uint64_t)facts.st_size != length) {
    close(opened);
    return alx_fail(status, ALX_STATE, "%.200s is not a file of %llu bytes", path,
                    (unsigned long long)length);
  }
  *fd = opened;
  return 0;
}

int alx_open_local_block(alx_rpc *worker, int64_t block_id, uint64_t length, int *fd,
                         alx_status *status) {
  alx_buffer request = {0};
  alx_call call = {0};
  char path[4096];
  int code = alx_rpc_ready(worker, true, status);
  if (code) return code;
  alx_pb_add_number(&request, 1, (uint64_t)block_id);
  alx_pb_add_number(&request, 2, 0);
  code = alx_call_begin(&call, worker, WORKER "OpenLocalBlock", status);
  if (code == 0) code = alx_call_send(&call, &request, status);
  if (code == 0) code = take_path(&call, path, sizeof path, status);
  if (code == 0) code = open_block_file(path, block_id, length, fd, status);
  /* Until here the worker kept the block where it is. */
  alx_status unread;
  if (code == 0 && alx_call_send_end(&call, &unread) == 0) alx_call_outcome(&call, &unread);
  alx_buffer_free(&request);
  alx_call_end(&call);
  return code;
}

/* ---- writing ---- */

static int begin(alx_writing *writing, alx_rpc *worker, alx_buffer *command, alx_status *status) {
  alx_buffer request = {0};
  alx_pb_add_message(&request, 1, command);
  int code = alx_rpc_ready(worker, true, status);
  if (code == 0) code = alx_call_begin(&writing->call, worker, WORKER "WriteBlock", status);
  if (code == 0) code = alx_call_send(&writing->call, &request, status);
  alx_buffer_free(&request);
  return code;
}

static void write_command(alx_buffer *command, enum request_type type, int64_t id) {
  alx_pb_add_number(command, 1, type);
  alx_pb_add_number(command, 2, (uint64_t)id);
  alx_pb_add_number(command, 3, 0);
  alx_pb_add_number(command, 4, 0);
}

int alx_begin_block(alx_writing *writing, alx_rpc *worker, int64_t block_id, uint64_t reserve,
                    alx_status *status) {
  alx_buffer command = {0};
  write_command(&command, ALLUXIO_BLOCK, block_id);
  alx_pb_add_number(&command, 10, reserve);
  return begin(writing, worker, &command, status);
}

int alx_begin_ufs_file(alx_writing *writing, alx_rpc *worker, const alx_file_status *file,
                       alx_status *status) {
  alx_buffer command = {0}, options = {0};
  write_command(&command, UFS_FILE, -1);
  alx_pb_add_text(&options, 1, file->ufs_path);
  alx_pb_add_text(&options, 2, file->owner);
  alx_pb_add_text(&options, 3, file->group);
  /* Without the mode the file would be readable by nobody. */
  alx_pb_add_number(&options, 4, (uint64_t)file->mode);
  alx_pb_add_number(&options, 5, (uint64_t)file->mount_id);
  alx_pb_add_message(&command, 6, &options);
  return begin(writing, worker, &command, status);
}

/* What ended the call before we did. */
static int early_end(alx_writing *writing, alx_status *status) {
  int code = alx_call_outcome(&writing->call, status);
  if (code) return code;
  const alx_rpc *worker = writing->call.rpc;
  return alx_fail(status, ALX_UNAVAILABLE, "%s:%d: WriteBlock: it ended the call early", worker->host,
                  worker->port);
}

static int write_chunk(alx_writing *writing, const uint8_t *bytes, size_t length,
                       alx_status *status) {
  /* WriteRequest {2 chunk {1 data}}, whose data is not copied into a message. */
  alx_buffer inner = {0}, head = {0};
  alx_pb_add_varint(&inner, 1 << 3 | 2);
  alx_pb_add_varint(&inner, length);
  alx_pb_add_varint(&head, 2 << 3 | 2);
  alx_pb_add_varint(&head, inner.length + length);
  alx_buffer_add(&head, inner.at, inner.length);
  bool failed = inner.failed || head.failed;
  int code = failed ? alx_fail(status, ALX_MEMORY, "no memory for a message")
                    : alx_call_send_head(&writing->call, head.length + length, status);
  if (code == 0) code = alx_call_send_bytes(&writing->call, head.at, head.length, status);
  if (code == 0) code = alx_call_send_bytes(&writing->call, bytes, length, status);
  alx_buffer_free(&inner);
  alx_buffer_free(&head);
  return code;
}

int alx_write(alx_writing *writing, const void *bytes, uint64_t length, alx_status *status) {
  const uint8_t *from = bytes;
  while (length) {
    size_t some = length < CHUNK_BYTES ? (size_t)length : CHUNK_BYTES;
    int code = write_chunk(writing, from, some, status);
    if (code == 0 && writing->call.stream.ended) code = early_end(writing, status);
    if (code) return code;
    from += some;
    length -= some;
    writing->sent += some;
  }
  return 0;
}

/* WriteResponse {1 offset, 2 contentHash}; a block of 0 bytes gets none. */
int alx_finish_writing(alx_writing *writing, uint64_t *acknowledged, char *hash, size_t room,
                       alx_status *status) {
  alx_call *call = &writing->call;
  *acknowledged = 0;
  hash[0] = 0;
  int code = alx_call_send_end(call, status);
  if (code == 0) code = alx_call_outcome(call, status);
  if (code || call->messages == 0) return code;
  alx_pb answer = alx_pb_over(call->message.at, call->message.length);
  alx_pb_field field;
  int found;
  bool fits = true;
  while ((found = alx_pb_next(&answer, &field)) > 0) {
    if (field.number == 1) *acknowledged = field.value;
    if (field.number == 2) fits = alx_pb_text(&field, hash, room);
  }
  if (found < 0 || !fits)
    return alx_fail(status, ALX_CORRUPT, "%s:%d: WriteBlock: garbage in its answer",
                    call->rpc->host, call->rpc->port);
  return 0;
}

void alx_end_writing(alx_writing *writing) {
  alx_call_end(&writing->call);
  memset(writing, 0, sizeof *writing);
}
