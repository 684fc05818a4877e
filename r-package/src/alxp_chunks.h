/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A frame's chunks, opened one at a time without R: on Alluxio, or in a folder of this machine.
 */
#ifndef ALXP_CHUNKS_H
#define ALXP_CHUNKS_H

#include "alx_master.h"
#include "alxf_read.h"

/* What the manifest says, and where the chunks are. It is never changed. */
typedef struct alxp_frame {
  char *folder;
  char *masters, *user; /* "": the folder is one of this machine */
  int64_t timeout_ms;
  alx_short_circuit short_circuit;
  bool may_map; /* the chunks' files, where they are on this machine */
  uint64_t rows, chunk_rows;
  uint8_t version[ALXF_VERSION_BYTES];
  uint32_t column_count;
  int *types;
  size_t chunk_count;
  char **files;
  uint64_t *hashes; /* of the chunks' headers */
  int holders;      /* whoever keeps it; the last one frees it */
} alxp_frame;

/* Zeroed, with room for so many; NULL without memory. */
alxp_frame *alxp_new_frame(size_t chunk_count, uint32_t column_count);
void alxp_keep_frame(alxp_frame *frame);
void alxp_leave_frame(alxp_frame *frame);
/* Rows of chunk `number`, from 0. */
uint64_t alxp_chunk_rows(const alxp_frame *frame, size_t number);

/* The chunks that one thread has open, and its connections. */
typedef struct alxp_reader alxp_reader;

typedef struct alxp_chunk {
  const alxp_frame *frame; /* NULL: none */
  size_t number;
  alx_source *source;
  alxf_header header;
} alxp_chunk;

alxp_reader *alxp_new_reader(void);
/* A chunk whose header was read and is the one that the manifest says. It stays open until others took its
 * place; the reader owns it. */
int alxp_open_chunk(alxp_reader *reader, const alxp_frame *frame, size_t number, alxp_chunk **found,
                    alx_status *status);
void alxp_close_chunk(alxp_chunk *chunk);
/* Before a frame goes. */
void alxp_close_chunks(alxp_reader *reader, const alxp_frame *frame);

#endif
