/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The parsers of the transport against the examples of their standards. Prints the number of checks.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include "../src/alx_grpc.h"
#include "memory_io.h"

static int checks, failures;

static void check(bool right, const char *what) {
  checks++;
  if (right) return;
  failures++;
  printf("FAILED: %s\n", what);
}

static size_t from_hex(const char *hex, uint8_t *into) {
  size_t length = 0;
  unsigned byte;
  for (; *hex; hex += 2) {
    if (*hex == ' ') hex++;
    if (sscanf(hex, "%2x", &byte) != 1) break;
    into[length++] = (uint8_t)byte;
  }
  return length;
}

/* ---- HPACK ---- */

static void list_header(void *user, const char *name, size_t name_length, const char *value,
                        size_t value_length) {
  alx_buffer *list = user;
  alx_buffer_add(list, name, name_length);
  alx_buffer_add(list, "=", 1);
  alx_buffer_add(list, value, value_length);
  alx_buffer_add(list, "\n", 1);
}

/* A block of hexadecimal digits, read by a reader with a history, gives these lines. */
static void check_block(alx_hpack *hpack, const char *hex, const char *expected, size_t used,
                        const char *what) {
  uint8_t block[512];
  alx_buffer list = {0};
  bool read = alx_hpack_read(hpack, block, from_hex(hex, block), list_header, &list);
  alx_buffer_add_byte(&list, 0);
  check(read && strcmp((char *)list.at, expected) == 0, what);
  check(hpack->used == used, what);
  alx_buffer_free(&list);
}

static void check_refused(const char *hex, const char *what) {
  uint8_t block[512];
  alx_hpack hpack;
  alx_buffer list = {0};
  alx_hpack_init(&hpack);
  check(!alx_hpack_read(&hpack, block, from_hex(hex, block), list_header, &list), what);
  alx_hpack_free(&hpack);
  alx_buffer_free(&list);
}

#define FIRST_REQUEST ":method=GET\n:scheme=http\n:path=/\n:authority=www.example.com\n"
#define THIRD_REQUEST \
  ":method=GET\n:scheme=https\n:path=/index.html\n:authority=www.example.com\n" \
  "custom-key=custom-value\n"
#define FIRST_RESPONSE \
  ":status=302\ncache-control=private\ndate=Mon, 21 Oct 2013 20:13:21 GMT\n" \
  "location=https://www.example.com\n"
#define COOKIE "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"

/* RFC 7541 appendix C.2: one header of each kind, each with a fresh table. */
static void check_kinds(void) {
  static const struct {
    const char *hex, *expected;
    size_t used;
  } KINDS[] = {
      {"400a637573746f6d2d6b65790d637573746f6d2d686561646572", "custom-key=custom-header\n", 55},
      {"040c2f73616d706c652f70617468", ":path=/sample/path\n", 0},
      {"100870617373776f726406736563726574", "password=secret\n", 0},
      {"82", ":method=GET\n", 0},
  };
  for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
    alx_hpack hpack;
    alx_hpack_init(&hpack);
    check_block(&hpack, KINDS[i].hex, KINDS[i].expected, KINDS[i].used, "C.2");
    alx_hpack_free(&hpack);
  }
}

/* C.3 and C.4: three requests over one table, plain and Huffman-coded. */
static void check_requests(void) {
  static const char *const PLAIN[] = {
      "828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
      "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565"};
  static const char *const CODED[] = {"828684418cf1e3c2e5f23a6ba0ab90f4ff",
                                      "828684be5886a8eb10649cbf",
                                      "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"};
  for (int coded = 0; coded < 2; coded++) {
    const char *const *blocks = coded ? CODED : PLAIN;
    const char *what = coded ? "C.4" : "C.3";
    alx_hpack hpack;
    alx_hpack_init(&hpack);
    check_block(&hpack, blocks[0], FIRST_REQUEST, 57, what);
    check_block(&hpack, blocks[1], FIRST_REQUEST "cache-control=no-cache\n", 110, what);
    check_block(&hpack, blocks[2], THIRD_REQUEST, 164, what);
    alx_hpack_free(&hpack);
  }
}

/* C.5 and C.6: three responses over a table of 256 bytes, which must forget. */
static void check_responses(void) {
  static const char *const PLAIN[] = {
      "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d546e"
      "1768747470733a2f2f7777772e6578616d706c652e636f6d",
      "4803333037c1c0bf",
      "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d"
      "4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b20766572"
      "73696f6e3d31"};
  static const char *const CODED[] = {
      "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b"
      "97c8e9ae82ae43d3",
      "4883640effc1c0bf",
      "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdf"
      "cd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007"};
  for (int coded = 0; coded < 2; coded++) {
    const char *const *blocks = coded ? CODED : PLAIN;
    const char *what = coded ? "C.6" : "C.5";
    alx_hpack hpack;
    alx_hpack_init(&hpack);
    hpack.room = 256;
    check_block(&hpack, blocks[0], FIRST_RESPONSE, 222, what);
    check_block(&hpack, blocks[1],
                ":status=307\ncache-control=private\ndate=Mon, 21 Oct 2013 20:13:21 GMT\n"
                "location=https://www.example.com\n",
                222, what);
    check_block(&hpack, blocks[2],
                ":status=200\ncache-control=private\ndate=Mon, 21 Oct 2013 20:13:22 GMT\n"
                "location=https://www.example.com\ncontent-encoding=gzip\nset-cookie=" COOKIE "\n",
                215, what);
    alx_hpack_free(&hpack);
  }
}

static void check_malformed_headers(void) {
  check_refused("80", "index 0");
  check_refused("be", "an index of an empty table");
  check_refused("ffffffffffff01", "an integer that is too long");
  check_refused("0003616263", "a literal without a value");
  check_refused("00036162", "a name that is cut");
  check_refused("3fe21f", "a table that is larger than we allow");
  check_refused("8220", "a new size after a header");
  check_refused("0401ff84ffffffff", "Huffman: the end's code within a text");
  check_refused("048181", "Huffman: padding that is not all ones");
  check_refused("0082ffff", "Huffman: padding of 8 bits and more");
}

/* What we write is what we read. */
static void check_written(void) {
  char path[400];
  memset(path, 'p', sizeof path - 1);
  path[sizeof path - 1] = 0;
  alx_buffer block = {0}, list = {0};
  alx_hpack hpack;
  alx_hpack_init(&hpack);
  alx_hpack_write(&block, ":path", path);
  check(alx_hpack_read(&hpack, block.at, block.length, list_header, &list), "a long value");
  check(list.length == sizeof path - 1 + strlen(":path=\n"), "a long value's length");
  check(hpack.count == 0, "what we send is not kept");
  alx_hpack_free(&hpack);
  alx_buffer_free(&block);
  alx_buffer_free(&list);
}

/* ---- protocol buffers ---- */

static int read_all(const char *hex, alx_pb_field *last) {
  uint8_t bytes[128];
  alx_pb message = alx_pb_over(bytes, from_hex(hex, bytes));
  int found;
  while ((found = alx_pb_next(&message, last)) > 0) {
  }
  return found;
}

static void check_protobuf(void) {
  alx_pb_field field;
  /* The examples of protobuf.dev/programming-guides/encoding. */
  check(read_all("089601", &field) == 0 && field.number == 1 && field.value == 150, "a = 150");
  check(read_all("120774657374696e67", &field) == 0 && field.number == 2 && field.length == 7,
        "b = testing");
  check(read_all("08ffffffffffffffffff01", &field) == 0 && field.value == UINT64_MAX, "-1");
  check(read_all("0d01020304", &field) == 0 && field.value == 0x04030201, "fixed 32");
  check(read_all("090102030405060708", &field) == 0 && field.value == 0x0807060504030201, "fixed 64");
  check(read_all("08ffffffffffffffffff02", &field) < 0, "a varint of more than 64 bits");
  check(read_all("08ffffffffffffffffffff01", &field) < 0, "a varint of 11 bytes");
  check(read_all("0896", &field) < 0, "a varint that is cut");
  check(read_all("1208746573", &field) < 0, "bytes that are cut");
  check(read_all("0d010203", &field) < 0, "fixed 32 that is cut");
  check(read_all("12ffffffffffffffffff0161", &field) < 0, "bytes without end");
  check(read_all("0001", &field) < 0, "field 0");
  check(read_all("0b", &field) < 0, "a group");
  char text[8];
  check(read_all("0a03610062", &field) == 0 && !alx_pb_text(&field, text, sizeof text), "a NUL");
  check(read_all("0a0161", &field) == 0 && alx_pb_text(&field, text, 2) && !alx_pb_text(&field, text, 1),
        "text that just fits");
}

/* ---- a whole call ---- */

#define SETTINGS "000000040000000000"
#define ANSWER_HEADERS "000013010400000001885f106170706c69636174696f6e2f67727063"
#define TRAILERS "00000f010500000001000b677270632d7374617475730130"

static int call_outcome(const char *hex, size_t piece, alx_buffer *answer, alx_status *status,
                        alx_buffer *sent) {
  static uint8_t bytes[4096];
  memory_server server = {bytes, from_hex(hex, bytes), piece, {0}};
  alx_limits limits = memory_limits();
  alx_rpc *rpc = alx_rpc_new("server", 1, "ada", &limits);
  rpc->open = true;
  alx_h2_start(&rpc->h2, memory_io(&server), &limits, status);
  alx_buffer question = {0};
  int code = alx_rpc_ask(rpc, "/service/method", &question, answer, status);
  if (sent) alx_buffer_add(sent, server.sent.at, server.sent.length);
  alx_rpc_free(rpc);
  return code;
}

static void check_outcome(const char *hex, int expected, const char *what) {
  for (size_t piece = 0; piece < 4; piece++) {
    alx_status status = {0};
    alx_buffer answer = {0};
    int code = call_outcome(hex, piece, &answer, &status, NULL);
    check(code == expected, what);
    if (code != expected) printf("  code %d: %s\n", code, status.text);
    alx_buffer_free(&answer);
  }
}

static bool has_bytes(const alx_buffer *in, const char *hex) {
  uint8_t wanted[64];
  size_t length = from_hex(hex, wanted);
  return memmem(in->at, in->length, wanted, length) != NULL;
}

static void check_calls(void) {
  alx_status status = {0};
  alx_buffer answer = {0}, sent = {0};
  /* A ping in between, and an answer in two padded frames. */
  const char *good = SETTINGS ANSWER_HEADERS "0000080600000000000102030405060708"
                     "00000a0008000000010300000000020a000000" "0000010000000000" "0162" TRAILERS;
  check(call_outcome(good, 0, &answer, &status, &sent) == 0, "an answer in pieces");
  if (status.code) printf("  %s\n", status.text);
  check(answer.length == 2 && memcmp(answer.at, "\x0a\x62", 2) == 0, "its bytes");
  check(has_bytes(&sent, "0000080601000000000102030405060708"), "the ping is answered");
  check(has_bytes(&sent, "000000040100000000"), "settings are acknowledged");
  alx_buffer_free(&answer);
  alx_buffer_free(&sent);
  check_outcome(good, 0, "an answer byte by byte");
  check_outcome(SETTINGS ANSWER_HEADERS, ALX_UNAVAILABLE, "the connection ends early");
  check_outcome(SETTINGS ANSWER_HEADERS TRAILERS, ALX_CORRUPT, "no message");
  check_outcome(SETTINGS "00000401050000000148033530330a", ALX_CORRUPT, "headers that are cut");
  check_outcome(SETTINGS "0000040300000000010000000b", ALX_UNAVAILABLE, "a reset");
  check_outcome(SETTINGS "00000403000000000100000007", ALX_UNHEARD, "a refused stream");
  check_outcome(SETTINGS "0000080700000000000000000000000000", ALX_UNHEARD, "a farewell");
  check_outcome(SETTINGS "000004010500000001480334" "3034", ALX_CORRUPT, "HTTP 404");
  check_outcome("485454502f312e31203430302042616420526571756573740d0a", ALX_UNAVAILABLE, "HTTP 1");
  check_outcome(SETTINGS "0000040800000000000000" "0000", ALX_CORRUPT, "an update of 0");
  check_outcome(SETTINGS "000004080000000000" "7fffffff", ALX_CORRUPT, "a window that overflows");
  check_outcome("000005040000000000" "0004000000", ALX_CORRUPT, "settings of a wrong size");
  check_outcome(SETTINGS ANSWER_HEADERS "000005000000000001" "01000000" "01", ALX_CORRUPT,
                "a compressed message");
  check_outcome(SETTINGS ANSWER_HEADERS "000005000000000001" "00ffffffff", ALX_CORRUPT,
                "a message of 4 GiB");
  check_outcome(SETTINGS "000001090400000001" "88", ALX_CORRUPT, "a continuation of nothing");
  check_outcome(SETTINGS "000001010000000001" "88" SETTINGS, ALX_CORRUPT, "headers broken off");
  check_outcome(SETTINGS "000002000800000001" "0500", ALX_CORRUPT, "padding longer than its frame");
  check_outcome(SETTINGS "000001000000000000" "00", ALX_CORRUPT, "data without a stream");
}

int main(void) {
  check_kinds();
  check_requests();
  check_responses();
  check_malformed_headers();
  check_written();
  check_protobuf();
  check_calls();
  printf("%d checks, %d failed\n", checks, failures);
  return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
