/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alxp_chunks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alx_reader.h"

/* To open a chunk takes a call to the master and a look at its header: columns of one chunk share that. */
enum { MOST_OPEN = 16, MOST_PATH = 4096 };

typedef struct client_entry client_entry;
struct client_entry {
  alx_client *client;
  const char *masters, *user;
  int64_t timeout_ms;
  alx_short_circuit short_circuit;
  client_entry *next;
};

struct alxp_reader {
  alxp_chunk open[MOST_OPEN];
  size_t next;
  client_entry *clients; /* few, and kept as long as the process */
};

/* ---- frames ---- */

alxp_frame *alxp_new_frame(size_t chunk_count, uint32_t column_count) {
  alxp_frame *frame = calloc(1, sizeof *frame);
  if (frame == NULL) return NULL;
  frame->holders = 1;
  frame->chunk_count = chunk_count;
  frame->column_count = column_count;
  frame->types = calloc(column_count + 1, sizeof *frame->types);
  frame->files = calloc(chunk_count + 1, sizeof *frame->files);
  frame->hashes = calloc(chunk_count + 1, sizeof *frame->hashes);
  if (frame->types && frame->files && frame->hashes) return frame;
  alxp_leave_frame(frame);
  return NULL;
}

void alxp_keep_frame(alxp_frame *frame) { __atomic_add_fetch(&frame->holders, 1, __ATOMIC_ACQ_REL); }

void alxp_leave_frame(alxp_frame *frame) {
  if (frame == NULL || __atomic_sub_fetch(&frame->holders, 1, __ATOMIC_ACQ_REL)) return;
  for (size_t i = 0; frame->files && i < frame->chunk_count; i++) free(frame->files[i]);
  free(frame->files);
  free(frame->hashes);
  free(frame->types);
  free(frame->folder);
  free(frame->masters);
  free(frame->user);
  free(frame);
}

uint64_t alxp_chunk_rows(const alxp_frame *frame, size_t number) {
  uint64_t first = number * frame->chunk_rows;
  return frame->rows - first < frame->chunk_rows ? frame->rows - first : frame->chunk_rows;
}

/* ---- connections ---- */

static bool is_for(const client_entry *entry, const alxp_frame *frame) {
  return entry->timeout_ms == frame->timeout_ms && entry->short_circuit == frame->short_circuit &&
         strcmp(entry->masters, frame->masters) == 0 && strcmp(entry->user, frame->user) == 0;
}

static alx_client *new_client(alxp_reader *reader, const alxp_frame *frame, alx_status *status) {
  client_entry *entry = calloc(1, sizeof *entry);
  char *masters = strdup(frame->masters), *user = strdup(frame->user);
  alx_client *client = NULL;
  if (entry && masters && user)
    client = alx_client_new(masters, user, frame->timeout_ms, frame->short_circuit, status);
  else
    alx_fail(status, ALX_MEMORY, "no memory for a connection");
  if (client == NULL) {
    free(entry);
    free(masters);
    free(user);
    return NULL;
  }
  *entry = (client_entry){client, masters, user, frame->timeout_ms, frame->short_circuit,
                          reader->clients};
  reader->clients = entry;
  return client;
}

static alx_client *client_for(alxp_reader *reader, const alxp_frame *frame, alx_status *status) {
  for (client_entry *entry = reader->clients; entry; entry = entry->next)
    if (is_for(entry, frame)) return entry->client;
  return new_client(reader, frame, status);
}

/* ---- chunks ---- */

alxp_reader *alxp_new_reader(void) { return calloc(1, sizeof(alxp_reader)); }

void alxp_close_chunk(alxp_chunk *chunk) {
  if (chunk->frame == NULL) return;
  alxf_free_header(&chunk->header);
  chunk->source->close(chunk->source);
  chunk->frame = NULL;
}

void alxp_close_chunks(alxp_reader *reader, const alxp_frame *frame) {
  for (size_t i = 0; i < MOST_OPEN; i++)
    if (reader->open[i].frame == frame) alxp_close_chunk(&reader->open[i]);
}

static alx_source *open_source(alxp_reader *reader, const alxp_frame *frame, size_t number,
                               alx_status *status) {
  char path[MOST_PATH];
  int length = snprintf(path, sizeof path, "%s/%s", frame->folder, frame->files[number]);
  if (length < 0 || (size_t)length >= sizeof path) {
    alx_fail(status, ALX_INVALID, "its path is too long");
    return NULL;
  }
  if (frame->masters[0] == 0) return alx_file_source(path, status);
  alx_client *client = client_for(reader, frame, status);
  if (client == NULL) return NULL;
  alx_client_begin(client);
  alx_reader *opened = alx_open_reader(client, path, status);
  return opened ? &opened->source : NULL;
}

static alxf_expected expected_of(const alxp_frame *frame, size_t number) {
  return (alxf_expected){.version = frame->version,
                         .rows = alxp_chunk_rows(frame, number),
                         .first_row = number * frame->chunk_rows,
                         .index = number,
                         .hash = frame->hashes[number],
                         .column_count = frame->column_count,
                         .types = frame->types};
}

static int read_header(alx_source *source, const alxf_expected *expected, alxf_header *header,
                       alx_status *status) {
  int code = alxf_read_header(source, header, status);
  if (code) return code;
  code = alxf_expect(header, expected, status);
  if (code) alxf_free_header(header);
  return code;
}

static int open_into(alxp_reader *reader, alxp_chunk *chunk, const alxp_frame *frame, size_t number,
                     alx_status *status) {
  alx_source *source = open_source(reader, frame, number, status);
  if (source == NULL) return status->code;
  alxf_expected expected = expected_of(frame, number);
  int code = read_header(source, &expected, &chunk->header, status);
  if (code) {
    source->close(source);
    return code;
  }
  chunk->source = source;
  chunk->number = number;
  chunk->frame = frame;
  return 0;
}

int alxp_open_chunk(alxp_reader *reader, const alxp_frame *frame, size_t number, alxp_chunk **found,
                    alx_status *status) {
  for (size_t i = 0; i < MOST_OPEN; i++) {
    *found = &reader->open[i];
    if ((*found)->frame == frame && (*found)->number == number) return 0;
  }
  *found = &reader->open[reader->next++ % MOST_OPEN];
  alxp_close_chunk(*found);
  return open_into(reader, *found, frame, number, status);
}
