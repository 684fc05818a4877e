/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Field numbers: alluxio-core-transport-2.9.6.jar, grpc/file_system_master.proto, block_master.proto,
 * common.proto and version.proto.
 */
#define _GNU_SOURCE
#include "alx_master.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define FILES "/alluxio.grpc.file.FileSystemMasterClientService/"
#define BLOCKS "/alluxio.grpc.block.BlockMasterClientService/"
enum { WORKER_FIELDS = 12 };
enum { LEADER_MS = 20000, FIRST_PAUSE_MS = 50, LONGEST_PAUSE_MS = 1000 };

/* ---- the client ---- */

/* Takes "host:port" from the front of a list. False: it is none. */
static bool take_address(const char **list, char *host, size_t room, int *port) {
  const char *end = strchrnul(*list, ',');
  const char *colon = memrchr(*list, ':', (size_t)(end - *list));
  if (colon == NULL) return false;
  const char *from = *list;
  size_t length = (size_t)(colon - from);
  if (length >= 2 && from[0] == '[' && from[length - 1] == ']') {
    from++;
    length -= 2;
  }
  char *rest;
  long number = strtol(colon + 1, &rest, 10);
  if (length == 0 || length >= room || rest != end || number < 1 || number > 65535) return false;
  memcpy(host, from, length);
  host[length] = 0;
  *port = (int)number;
  *list = *end ? end + 1 : end;
  return true;
}

static int add_masters(alx_client *client, const char *masters, alx_status *status) {
  char host[256];
  int port;
  const char *left = masters;
  while (*left) {
    if (!take_address(&left, host, sizeof host, &port))
      return alx_fail(status, ALX_INVALID, "masters is \"%s\": write host:port,host:port", masters);
    if (client->master_count == ALX_MOST_MASTERS)
      return alx_fail(status, ALX_INVALID, "masters has more than %d", ALX_MOST_MASTERS);
    alx_rpc *rpc = alx_rpc_new(host, port, client->user, &client->limits);
    if (rpc == NULL) return alx_fail(status, ALX_MEMORY, "no memory for a connection");
    client->masters[client->master_count++] = rpc;
  }
  if (client->master_count == 0) return alx_fail(status, ALX_INVALID, "masters is empty");
  return 0;
}

alx_client *alx_client_new(const char *masters, const char *user, int64_t timeout_ms,
                           alx_short_circuit short_circuit, alx_status *status) {
  alx_client *client = calloc(1, sizeof *client);
  if (client == NULL) {
    alx_fail(status, ALX_MEMORY, "no memory for a client");
    return NULL;
  }
  client->timeout_ms = timeout_ms;
  client->short_circuit = short_circuit;
  int length = snprintf(client->user, sizeof client->user, "%s", user);
  int code = length < (int)sizeof client->user
                 ? add_masters(client, masters, status)
                 : alx_fail(status, ALX_INVALID, "user has more than %zu bytes",
                            sizeof client->user - 1);
  if (code == 0) return client;
  alx_client_free(client);
  return NULL;
}

void alx_client_begin(alx_client *client) { client->limits.stopped = false; }

void alx_client_free(alx_client *client) {
  if (client == NULL || client->holders-- > 0) return;
  /* Farewells need no patience. */
  client->limits.end_ms = alx_now_ms();
  for (size_t i = 0; i < client->master_count; i++) alx_rpc_free(client->masters[i]);
  while (client->workers) {
    alx_worker *one = client->workers;
    client->workers = one->next;
    alx_rpc_free(one->rpc);
    free(one);
  }
  free(client);
}

alx_worker *alx_client_worker(alx_client *client, const char *host, int port) {
  for (alx_worker *one = client->workers; one; one = one->next)
    if (one->rpc->port == port && strcmp(one->rpc->host, host) == 0) return one;
  alx_worker *made = calloc(1, sizeof *made);
  if (made == NULL) return NULL;
  made->rpc = alx_rpc_new(host, port, client->user, &client->limits);
  if (made->rpc == NULL) {
    free(made);
    return NULL;
  }
  made->next = client->workers;
  client->workers = made;
  return made;
}

void alx_client_data_limits(alx_client *client) {
  client->limits.stall_ms = client->timeout_ms;
  client->limits.end_ms = alx_now_ms() + client->timeout_ms;
}

/* ---- the leader ---- */

static int pause_for(alx_limits *limits, int pause_ms, alx_status *status) {
  int64_t until = alx_now_ms() + pause_ms;
  while (alx_now_ms() < until) {
    alx_status over;
    int code = alx_check_limits(limits, &over);
    /* When time is over, what failed before says more. */
    if (code == ALX_INTERRUPTED && status) *status = over;
    if (code) return code;
    int64_t left = until - alx_now_ms();
    poll(NULL, 0, left < alx_slice_ms(limits) ? (int)left : alx_slice_ms(limits));
  }
  return 0;
}

static int next_pause(int pause_ms) {
  return pause_ms * 2 < LONGEST_PAUSE_MS ? pause_ms * 2 : LONGEST_PAUSE_MS;
}

static int find_leader(alx_client *client, alx_status *status) {
  if (client->has_leader) return 0;
  int64_t until = alx_now_ms() + LEADER_MS;
  int pause_ms = FIRST_PAUSE_MS;
  for (;;) {
    int code = alx_probe_masters(client->masters, client->master_count, &client->limits,
                                 &client->leader, status);
    client->has_leader = code == 0;
    if (code == 0 || code == ALX_INTERRUPTED) return code;
    if (alx_now_ms() + pause_ms >= until || alx_now_ms() + pause_ms >= client->limits.end_ms)
      return code;
    int stopped = pause_for(&client->limits, pause_ms, status);
    if (stopped) return stopped == ALX_INTERRUPTED ? stopped : code;
    pause_ms = next_pause(pause_ms);
  }
}

static int ask_leader_once(alx_client *client, const char *method, const alx_buffer *question,
                           alx_buffer *answer, alx_status *status) {
  int code = find_leader(client, status);
  if (code) return code;
  alx_rpc *leader = client->masters[client->leader];
  code = alx_rpc_ready(leader, true, status);
  return code ? code : alx_rpc_ask(leader, method, question, answer, status);
}

/* Asks the leader, and again where that does no harm. `repeatable`: twice is as good as once. */
static int ask_leader(alx_client *client, const char *method, const alx_buffer *question,
                      bool repeatable, alx_buffer *answer, alx_status *status) {
  client->limits.stall_ms = 0;
  client->limits.end_ms = alx_now_ms() + client->timeout_ms;
  bool refused = false;
  int pause_ms = FIRST_PAUSE_MS;
  *answer = (alx_buffer){0};
  if (question->failed) return alx_fail(status, ALX_MEMORY, "no memory for a question");
  for (;;) {
    int code = ask_leader_once(client, method, question, answer, status);
    if (code == 0) return 0;
    bool unheard = code == ALX_UNHEARD;
    if (code == ALX_NOT_SERVED || code == ALX_NOT_GREETED) {
      /* A leader that became a standby, or a server that was started again. */
      unheard = !refused;
      refused = true;
      client->masters[client->leader]->h2.broken = true;
    }
    bool led = client->has_leader;
    bool again = unheard || (repeatable && led && code == ALX_UNAVAILABLE);
    if (unheard || code == ALX_UNAVAILABLE) client->has_leader = false;
    if (!again || alx_now_ms() + pause_ms >= client->limits.end_ms) return code;
    int stopped = pause_for(&client->limits, pause_ms, status);
    if (stopped) return stopped == ALX_INTERRUPTED ? stopped : code;
    pause_ms = next_pause(pause_ms);
  }
}

int alx_find_leader(alx_client *client, char *into, size_t room, alx_status *status) {
  client->limits.stall_ms = 0;
  client->limits.end_ms = alx_now_ms() + client->timeout_ms;
  client->has_leader = false;
  int code = find_leader(client, status);
  if (code) return code;
  const alx_rpc *leader = client->masters[client->leader];
  snprintf(into, room, "%s:%d", leader->host, leader->port);
  return 0;
}

/* ---- answers ---- */

static int not_understood(const char *what, alx_status *status) {
  return alx_fail(status, ALX_CORRUPT, "the master's answer cannot be read: %s", what);
}

/* A field's text in memory of its own; NULL for a text with a NUL, or without memory. */
static char *copy_text(const alx_pb_field *field, char *before) {
  free(before);
  char *copy = malloc(field->length + 1);
  if (copy && !alx_pb_text(field, copy, field->length + 1)) {
    free(copy);
    return NULL;
  }
  return copy;
}

void alx_file_status_free(alx_file_status *status) {
  free(status->owner);
  free(status->group);
  free(status->ufs_path);
  free(status->blocks);
  memset(status, 0, sizeof *status);
}

/* A WorkerNetAddress; where connections go is the container's host if there is one. */
static alx_worker *read_address(alx_client *client, const alx_pb_field *of) {
  alx_pb message = alx_pb_inside(of);
  alx_pb_field field;
  char host[256] = "", container[256] = "";
  uint64_t port = 0;
  int found;
  while ((found = alx_pb_next(&message, &field)) > 0) {
    if (field.number == 1 && !alx_pb_text(&field, host, sizeof host)) return NULL;
    if (field.number == 2) port = field.value;
    if (field.number == 7 && !alx_pb_text(&field, container, sizeof container)) return NULL;
  }
  if (found < 0 || port < 1 || port > 65535) return NULL;
  const char *reachable = container[0] ? container : host;
  return reachable[0] ? alx_client_worker(client, reachable, (int)port) : NULL;
}

/* A message whose field `number` is a WorkerNetAddress. */
static alx_worker *read_address_in(alx_client *client, const alx_pb_field *of, uint32_t number) {
  alx_pb message = alx_pb_inside(of);
  alx_pb_field field;
  while (alx_pb_next(&message, &field) > 0)
    if (field.number == number) return read_address(client, &field);
  return NULL;
}

/* BlockInfo {1 blockId, 2 length, 3 locations}. */
static bool read_block_info(alx_client *client, const alx_pb_field *of, alx_block *block) {
  alx_pb message = alx_pb_inside(of);
  alx_pb_field field;
  int found;
  while ((found = alx_pb_next(&message, &field)) > 0) {
    if (field.number == 1) block->id = (int64_t)field.value;
    if (field.number == 2) block->length = field.value;
    if (field.number != 3 || block->holder_count == ALX_MOST_HOLDERS) continue;
    alx_worker *holder = read_address_in(client, &field, 2);
    if (holder == NULL) return false;
    block->holders[block->holder_count++] = holder;
  }
  return found == 0;
}

/* FileBlockInfo {1 blockInfo, 2 offset}. */
static bool read_block(alx_client *client, const alx_pb_field *of, alx_file_status *into) {
  alx_pb message = alx_pb_inside(of);
  alx_pb_field field;
  int found;
  if ((into->block_count & (into->block_count + 1)) == 0) {
    size_t room = into->block_count * 2 + 1;
    alx_block *grown = realloc(into->blocks, room * sizeof *grown);
    if (grown == NULL) return false;
    into->blocks = grown;
  }
  alx_block *block = &into->blocks[into->block_count++];
  memset(block, 0, sizeof *block);
  while ((found = alx_pb_next(&message, &field)) > 0) {
    if (field.number == 1 && !read_block_info(client, &field, block)) return false;
    if (field.number == 2) block->offset = field.value;
  }
  return found == 0;
}

static bool is_text(const alx_pb_field *field, const char *text) {
  return field->has_bytes && field->length == strlen(text) &&
         memcmp(field->bytes, text, field->length) == 0;
}

static bool read_info_field(alx_client *client, const alx_pb_field *field, alx_file_status *into) {
  switch (field->number) {
    case 1:
      into->file_id = (int64_t)field->value;
      return true;
    case 4:
      return (into->ufs_path = copy_text(field, into->ufs_path)) != NULL;
    case 5:
      into->length = field->value;
      return true;
    case 6:
      into->block_size = field->value;
      return true;
    case 8:
      into->completed = field->value;
      return true;
    case 9:
      into->folder = field->value;
      return true;
    case 14:
      into->modified_ms = (int64_t)field->value;
      return true;
    case 16:
      return (into->owner = copy_text(field, into->owner)) != NULL;
    case 17:
      return (into->group = copy_text(field, into->group)) != NULL;
    case 18:
      into->mode = (int32_t)field->value;
      return true;
    case 19:
      into->persisted = is_text(field, "PERSISTED");
      return true;
    case 21:
      return read_block(client, field, into);
    case 23:
      into->mount_id = (int64_t)field->value;
      return true;
    case 26:
      /* The fingerprint: the master saw the file in the UFS. */
      into->in_ufs = field->length > 0;
      return true;
    default:
      return true;
  }
}

/* The blocks follow each other from 0 to the file's length; else a read could miss bytes. */
static bool blocks_fit(const alx_file_status *file) {
  uint64_t end = 0;
  for (size_t i = 0; i < file->block_count; i++) {
    const alx_block *block = &file->blocks[i];
    if (block->offset != end || block->length == 0 || block->length > INT64_MAX - end) return false;
    end += block->length;
  }
  return end == file->length;
}

/* An answer whose field 1 is a FileInfo. */
static int read_file(alx_client *client, const alx_buffer *answer, alx_file_status *into,
                     alx_status *status) {
  alx_pb message = alx_pb_over(answer->at, answer->length);
  alx_pb_field outer, field;
  memset(into, 0, sizeof *into);
  int found = alx_pb_next(&message, &outer);
  if (found <= 0 || outer.number != 1) return not_understood("no fileInfo", status);
  alx_pb info = alx_pb_inside(&outer);
  bool good = true;
  while (good && (found = alx_pb_next(&info, &field)) > 0)
    good = read_info_field(client, &field, into);
  if (!good || found < 0) return not_understood("fileInfo", status);
  if (!into->folder && into->completed && !blocks_fit(into))
    return not_understood("fileBlockInfos has other bytes than the file", status);
  return 0;
}

/* ---- questions ---- */

/* A time to live is always sent: a server takes one that is left out as 0, and deletes the file. */
static void add_common(alx_buffer *options, uint32_t field, int64_t sync_ms, bool operation) {
  alx_buffer common = {0};
  if (sync_ms >= -1) alx_pb_add_number(&common, 1, (uint64_t)sync_ms);
  alx_pb_add_number(&common, 2, UINT64_MAX); /* ttl -1 */
  alx_pb_add_number(&common, 3, 1);          /* FREE */
  if (operation) {
    /* The masters keep it in their journal: what is asked for twice is done once. */
    uint64_t halves[2] = {(uint64_t)alx_now_ms(), 0};
    alx_buffer id = {0};
    if (getrandom(halves, sizeof halves, 0) != sizeof halves) halves[1] = (uintptr_t)&halves;
    alx_pb_add_number(&id, 1, halves[0]);
    alx_pb_add_number(&id, 2, halves[1]);
    alx_pb_add_message(&common, 4, &id);
  }
  alx_pb_add_message(options, field, &common);
}

enum { NO_SYNC = -2 };

/* PMode: its numbers are the octal digits plus one. */
static void add_mode(alx_buffer *options, uint32_t field, int mode) {
  alx_buffer bits = {0};
  for (uint32_t i = 0; i < 3; i++)
    alx_pb_add_number(&bits, i + 1, (uint64_t)(mode >> (6 - 3 * i) & 7) + 1);
  alx_pb_add_message(options, field, &bits);
}

/* A question about a path {1 path, 2 options}, whose answer is the caller's to free. */
static int ask_about(alx_client *client, const char *method, const char *path, alx_buffer *options,
                     bool repeatable, alx_buffer *answer, alx_status *status) {
  alx_buffer question = {0};
  alx_pb_add_text(&question, 1, path);
  if (options) alx_pb_add_message(&question, 2, options);
  int code = ask_leader(client, method, &question, repeatable, answer, status);
  alx_buffer_free(&question);
  return code;
}

int alx_get_status(alx_client *client, const char *path, alx_load load, alx_file_status *found,
                   alx_status *status) {
  alx_buffer options = {0}, answer;
  memset(found, 0, sizeof *found);
  alx_pb_add_number(&options, 1, load);
  add_common(&options, 2, load == ALX_LOAD_ALWAYS ? 0 : -1, false);
  alx_pb_add_number(&options, 4, 0); /* a look is no access */
  int code = ask_about(client, FILES "GetStatus", path, &options, true, &answer, status);
  if (code == 0) code = read_file(client, &answer, found, status);
  if (code) alx_file_status_free(found);
  alx_buffer_free(&answer);
  return code;
}

int alx_create_file(alx_client *client, const char *path, uint64_t block_size, alx_write_type type,
                    int mode, bool overwrite, alx_file_status *made, alx_status *status) {
  alx_buffer options = {0}, answer;
  memset(made, 0, sizeof *made);
  alx_pb_add_number(&options, 1, block_size);
  alx_pb_add_number(&options, 2, 1); /* recursive */
  add_mode(&options, 3, mode);       /* left out it would be 000 */
  alx_pb_add_number(&options, 4, UINT64_MAX); /* replicationMax -1 */
  alx_pb_add_number(&options, 5, 0);
  alx_pb_add_number(&options, 8, type);
  add_common(&options, 9, NO_SYNC, true);
  alx_pb_add_number(&options, 13, overwrite);
  int code = ask_about(client, FILES "CreateFile", path, &options, true, &answer, status);
  if (code == 0) code = read_file(client, &answer, made, status);
  if (code == 0 && !(made->ufs_path && made->owner && made->group))
    code = not_understood("ufsPath, owner or group is missing", status);
  if (code) alx_file_status_free(made);
  alx_buffer_free(&answer);
  return code;
}

int alx_new_block_id(alx_client *client, const char *path, int64_t *id, alx_status *status) {
  alx_buffer answer;
  /* Twice would leave a hole: a block that nobody writes. */
  int code = ask_about(client, FILES "GetNewBlockIdForFile", path, NULL, false, &answer, status);
  alx_pb message = alx_pb_over(answer.at, answer.length);
  alx_pb_field field;
  bool found = false;
  while (code == 0 && alx_pb_next(&message, &field) > 0) {
    if (field.number != 1) continue;
    *id = (int64_t)field.value;
    found = true;
  }
  if (code == 0 && !found) code = not_understood("no block id", status);
  alx_buffer_free(&answer);
  return code;
}

int alx_complete_file(alx_client *client, const char *path, const uint64_t *ufs_length,
                      const char *content_hash, alx_status *status) {
  alx_buffer options = {0}, answer;
  if (ufs_length) alx_pb_add_number(&options, 1, *ufs_length);
  add_common(&options, 3, NO_SYNC, true);
  if (content_hash[0]) alx_pb_add_text(&options, 4, content_hash);
  int code = ask_about(client, FILES "CompleteFile", path, &options, true, &answer, status);
  alx_buffer_free(&answer);
  return code;
}

int alx_remove(alx_client *client, const char *path, alx_status *status) {
  alx_buffer options = {0}, answer;
  alx_pb_add_number(&options, 3, 1); /* unchecked: also what Alluxio does not know of in the UFS */
  add_common(&options, 4, NO_SYNC, true);
  int code = ask_about(client, FILES "Remove", path, &options, true, &answer, status);
  alx_buffer_free(&answer);
  return code;
}

int alx_live_workers(alx_client *client, alx_worker **into, size_t room, size_t *count,
                     alx_status *status) {
  alx_buffer question = {0}, answer;
  /* fieldRanges: the server fails when some are left out (seen on 2.9.6). */
  for (uint64_t field = 1; field <= WORKER_FIELDS; field++) alx_pb_add_number(&question, 2, field);
  alx_pb_add_number(&question, 3, 2); /* workerRange: LIVE */
  int code = ask_leader(client, BLOCKS "GetWorkerReport", &question, true, &answer, status);
  alx_buffer_free(&question);
  alx_pb message = alx_pb_over(answer.at, answer.length);
  alx_pb_field field;
  *count = 0;
  int found = 0;
  while (code == 0 && (found = alx_pb_next(&message, &field)) > 0) {
    if (field.number != 1 || *count == room) continue;
    alx_worker *one = read_address_in(client, &field, 2);
    if (one == NULL) code = not_understood("a worker's address", status);
    else into[(*count)++] = one;
  }
  if (code == 0 && found < 0) code = not_understood("workerInfos", status);
  alx_buffer_free(&answer);
  return code;
}
