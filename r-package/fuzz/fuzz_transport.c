/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What servers may send, changed, cut, repeated and made up, read from memory under ASan and UBSan.
 *
 *   fuzz_transport headers|messages|frames INPUTS [SEED]
 *
 * headers: HPACK and Huffman; messages: protobuf and what the master's answers must be; frames: HTTP/2 and
 * gRPC around a question to a master, and around a block that is read.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The reader of the master's answers is its file's own. */
#include "../src/alx_master.c"
#include "../src/alx_worker.h"
#include "memory_io.h"

enum { MOST_BYTES = 2048, BLOCK_BYTES = 100 };

static uint64_t state;

static uint64_t draw(uint64_t below) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state % below;
}

static void must(bool right, const char *what) {
  if (right) return;
  fprintf(stderr, "finding: %s\n", what);
  abort();
}

/* ---- inputs ---- */

static void remove_some(alx_buffer *input) {
  size_t at = draw(input->length), length = 1 + draw(input->length - at);
  if (draw(4)) length = 1 + length % 8;
  if (length > input->length - at) length = input->length - at;
  memmove(input->at + at, input->at + at + length, input->length - at - length);
  input->length -= length;
}

static void repeat_some(alx_buffer *input) {
  size_t from = draw(input->length), length = 1 + draw(input->length - from), to;
  if (input->length + length > MOST_BYTES) return;
  if (alx_buffer_extend(input, length) == NULL) abort();
  to = draw(input->length - length + 1);
  uint8_t copy[MOST_BYTES];
  memcpy(copy, input->at + from, length);
  memmove(input->at + to + length, input->at + to, input->length - length - to);
  memcpy(input->at + to, copy, length);
}

static void change(alx_buffer *input) {
  static const uint8_t NOTABLE[] = {0, 1, 0x7f, 0x80, 0xff, 0x3f, 0x40, 0x0a};
  if (input->length == 0) alx_buffer_add_byte(input, (uint8_t)draw(256));
  uint8_t *byte = input->at + draw(input->length);
  switch (draw(6)) {
    case 0:
      *byte ^= (uint8_t)(1 << draw(8));
      break;
    case 1:
      *byte = (uint8_t)draw(256);
      break;
    case 2:
      *byte = NOTABLE[draw(sizeof NOTABLE)];
      break;
    case 3:
      remove_some(input);
      break;
    case 4:
      repeat_some(input);
      break;
    default:
      *byte = (uint8_t)(*byte + 1 - draw(3));
  }
}

/* A few changes, or bytes that are made up. */
static void change_some(alx_buffer *input) {
  if (draw(16) == 0) {
    input->length = 0;
    for (size_t left = draw(64); left; left--) alx_buffer_add_byte(input, (uint8_t)draw(256));
    return;
  }
  for (size_t left = draw(6); left; left--) change(input);
}

static void add_hex(alx_buffer *input, const char *hex) {
  unsigned byte;
  for (; sscanf(hex, "%2x", &byte) == 1; hex += 2) alx_buffer_add_byte(input, (uint8_t)byte);
}

/* ---- headers ---- */

static void count_header(void *user, const char *name, size_t name_length, const char *value,
                         size_t value_length) {
  must(name[name_length] == 0 && value[value_length] == 0, "a header without its end");
  ++*(size_t *)user;
}

static void fuzz_headers(alx_buffer *input) {
  static const char *const SEEDS[] = {
      "828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
      "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
      "4803333032580770726976617465611d4d6f6e2c203231204f63742032303133",
      "3fe10f885f106170706c69636174696f6e2f67727063000b677270632d7374617475730130",
      "207f0361626303646566be3fe11fbebf"};
  static alx_hpack hpack;
  static size_t rounds;
  size_t headers = 0;
  /* A reader's table lives for a few blocks. */
  if (rounds++ % 4 == 0) {
    alx_hpack_free(&hpack);
    alx_hpack_init(&hpack);
  }
  add_hex(input, SEEDS[draw(sizeof SEEDS / sizeof SEEDS[0])]);
  change_some(input);
  alx_hpack_read(&hpack, input->at, input->length, count_header, &headers);
  must(hpack.used <= ALX_HPACK_ROOM && hpack.count <= ALX_HPACK_MOST, "a table that is too large");
}

/* ---- messages ---- */

static void write_block(alx_buffer *info, uint64_t id, uint64_t offset) {
  alx_buffer address = {0}, location = {0}, block = {0}, file_block = {0};
  alx_pb_add_text(&address, 1, "worker");
  alx_pb_add_number(&address, 2, 29999);
  alx_pb_add_message(&location, 2, &address);
  alx_pb_add_number(&block, 1, id);
  alx_pb_add_number(&block, 2, BLOCK_BYTES);
  alx_pb_add_message(&block, 3, &location);
  alx_pb_add_message(&file_block, 1, &block);
  alx_pb_add_number(&file_block, 2, offset);
  alx_pb_add_message(info, 21, &file_block);
}

static void write_answer(alx_buffer *answer) {
  alx_buffer info = {0};
  alx_pb_add_number(&info, 1, 7);
  alx_pb_add_text(&info, 4, "/ufs/a");
  alx_pb_add_number(&info, 5, 2 * BLOCK_BYTES);
  alx_pb_add_number(&info, 8, 1);
  alx_pb_add_text(&info, 16, "ada");
  alx_pb_add_text(&info, 17, "ada");
  alx_pb_add_number(&info, 18, 420);
  alx_pb_add_text(&info, 19, "PERSISTED");
  write_block(&info, 1, 0);
  write_block(&info, 2, BLOCK_BYTES);
  alx_pb_add_message(answer, 1, &info);
}

static void fuzz_messages(alx_buffer *input) {
  alx_status status = {0};
  alx_client *client = alx_client_new("master:1", "ada", 1, ALX_LOCAL_NEVER, &status);
  alx_file_status file;
  write_answer(input);
  change_some(input);
  int code = read_file(client, input, &file, &status);
  if (code == 0 && file.completed && !file.folder) {
    uint64_t sum = 0;
    for (size_t i = 0; i < file.block_count; i++) sum += file.blocks[i].length;
    must(sum == file.length, "a file that is not its blocks");
  }
  alx_file_status_free(&file);
  alx_client_free(client);
}

/* ---- frames ---- */

static void add_frame(alx_buffer *input, uint8_t type, uint8_t flags, uint32_t id,
                      alx_buffer *payload) {
  uint8_t head[9] = {0, (uint8_t)(payload->length >> 8), (uint8_t)payload->length, type, flags};
  alx_set_u32(head + 5, id);
  alx_buffer_add(input, head, sizeof head);
  alx_buffer_add(input, payload->at, payload->length);
  alx_buffer_free(payload);
}

static void add_hex_frame(alx_buffer *input, uint8_t type, uint8_t flags, uint32_t id,
                          const char *hex) {
  alx_buffer payload = {0};
  add_hex(&payload, hex);
  add_frame(input, type, flags, id, &payload);
}

/* A ReadResponse of so many bytes of data, as gRPC sends it. */
static void add_response(alx_buffer *payload, size_t bytes) {
  uint8_t data[BLOCK_BYTES] = {0}, head[5] = {0};
  alx_buffer chunk = {0}, response = {0};
  alx_pb_add_bytes(&chunk, 1, data, bytes);
  alx_pb_add_message(&response, 1, &chunk);
  alx_set_u32(head + 1, (uint32_t)response.length);
  alx_buffer_add(payload, head, sizeof head);
  alx_buffer_add(payload, response.at, response.length);
  alx_buffer_free(&response);
}

/* What a server sends of a call: the frames that must be, and some that may be. */
static void write_frames(alx_buffer *input) {
  alx_buffer data = {0};
  add_hex_frame(input, 4, 0, 0, "000400010000000500ffffff");
  add_hex_frame(input, 4, 1, 0, "");
  if (draw(2)) {
    add_hex_frame(input, 1, 4, 1, "885f106170706c69636174696f6e2f67727063");
  } else {
    add_hex_frame(input, 1, 0, 1, "885f10617070");
    add_hex_frame(input, 9, 4, 1, "6c69636174696f6e2f67727063");
  }
  if (draw(2)) add_hex_frame(input, 6, 0, 0, "0102030405060708");
  if (draw(2)) add_hex_frame(input, 8, 0, 0, "00010000");
  add_response(&data, draw(2) ? 60 : draw(BLOCK_BYTES + 1));
  add_frame(input, 0, 0, 1, &data);
  if (draw(4) == 0) add_hex_frame(input, 3, 0, 1, "00000008");
  if (draw(4) == 0) add_hex_frame(input, 7, 0, 0, "0000000100000000");
  add_response(&data, 40);
  add_frame(input, 0, 0, 1, &data);
  add_hex_frame(input, 1, 5, 1, "000b677270632d7374617475730130");
}

static void read_block_from(alx_rpc *rpc) {
  alx_status status = {0};
  /* Of the heap, so that a byte too many is found. */
  uint8_t *into = malloc(BLOCK_BYTES);
  alx_reading reading = {0};
  if (into == NULL) abort();
  int code = alx_begin_reading(&reading, rpc, 1, 0, BLOCK_BYTES, NULL, into, &status);
  if (code == 0) code = alx_receive(&reading, BLOCK_BYTES, &status);
  must(reading.got <= BLOCK_BYTES, "more than was asked for");
  must(code || reading.got == BLOCK_BYTES, "less than was asked for");
  alx_end_reading(&reading);
  free(into);
}

static void ask_master_at(alx_rpc *rpc) {
  alx_status status = {0};
  alx_buffer question = {0}, answer;
  alx_rpc_ask(rpc, "/service/method", &question, &answer, &status);
  alx_buffer_free(&answer);
}

static void fuzz_frames(alx_buffer *input) {
  alx_status status = {0};
  write_frames(input);
  change_some(input);
  memory_server server = {input->at, input->length, draw(3), {0}};
  alx_limits limits = memory_limits();
  alx_rpc *rpc = alx_rpc_new("server", 1, "ada", &limits);
  /* As if it were connected and known. */
  rpc->open = rpc->greeted = true;
  rpc->owner = getpid();
  alx_h2_start(&rpc->h2, memory_io(&server), &limits, &status);
  if (draw(2)) read_block_from(rpc);
  else ask_master_at(rpc);
  alx_rpc_free(rpc);
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    void (*run)(alx_buffer *input);
  } TARGETS[] = {{"headers", fuzz_headers}, {"messages", fuzz_messages}, {"frames", fuzz_frames}};
  uint64_t inputs = count > 2 ? strtoull(arguments[2], NULL, 10) : 0;
  state = count > 3 ? strtoull(arguments[3], NULL, 10) : 88172645463325252u;
  for (size_t i = 0; i < sizeof TARGETS / sizeof TARGETS[0]; i++) {
    if (count < 2 || strcmp(arguments[1], TARGETS[i].name) != 0) continue;
    alx_buffer input = {0};
    for (uint64_t done = 0; done < inputs; done++) {
      alx_buffer_clear(&input);
      TARGETS[i].run(&input);
    }
    alx_buffer_free(&input);
    printf("%" PRIu64 " inputs read, no finding\n", inputs);
    return EXIT_SUCCESS;
  }
  fprintf(stderr, "fuzz_transport headers|messages|frames INPUTS [SEED]\n");
  return EXIT_FAILURE;
}
