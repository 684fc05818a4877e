/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * One worker's data: blocks read, blocks and files of the UFS written, block files on this machine.
 *
 * Whoever reaches a worker's port can write to the UFS as the worker's user: UFS_FILE checks neither
 * path nor permission (seen on 2.9.6).
 */
#ifndef ALX_WORKER_H
#define ALX_WORKER_H

#include "alx_master.h"

/* Where a block of a persisted file is in the UFS, for a worker that does not hold it. */
typedef struct alx_ufs_block {
  const char *path, *user;
  int64_t mount_id;
  uint64_t offset_in_file, length;
} alx_ufs_block;

/* A range of a block on its way from a worker. Zero it before alx_begin_reading; end it by
 * alx_end_reading whatever happens. */
typedef struct alx_reading {
  alx_call call;
  uint8_t *next; /* where the next byte goes: another place may be given while bytes are missing */
  uint64_t offset, wanted, got, acknowledged;
  uint8_t head[22]; /* of a ReadResponse before its data: two tags and two lengths */
  size_t head_length;
  bool in_data;
  uint64_t data_left;
} alx_reading;

/* Asks for `length` bytes of a block from `offset`, without waiting for any. With `ufs` the worker reads
 * from there, and keeps, what it does not hold. */
int alx_begin_reading(alx_reading *reading, alx_rpc *worker, int64_t block_id, uint64_t offset,
                      uint64_t length, const alx_ufs_block *ufs, void *into, alx_status *status);
/* Receives until `count` bytes are there (`got`), or fails; all of them also end the call. */
int alx_receive(alx_reading *reading, uint64_t count, alx_status *status);
void alx_end_reading(alx_reading *reading);

/* Opens a block's file, for a worker whose files are to be seen from here: `*fd` is the caller's. What
 * was opened stays readable when the worker moves or evicts the block. ALX_STATE: it is not to be seen. */
int alx_open_local_block(alx_rpc *worker, int64_t block_id, uint64_t length, int *fd,
                         alx_status *status);

/* A block, or a file of the UFS, on its way to a worker. Zero it before alx_begin_...; end it by
 * alx_end_writing whatever happens: what was not finished the worker then removes. */
typedef struct alx_writing {
  alx_call call;
  uint64_t sent;
} alx_writing;

/* `reserve` is the room that must be there at the start (bytes). */
int alx_begin_block(alx_writing *writing, alx_rpc *worker, int64_t block_id, uint64_t reserve,
                    alx_status *status);
/* The whole file of a fresh alx_create_file, to its final place in the UFS. */
int alx_begin_ufs_file(alx_writing *writing, alx_rpc *worker, const alx_file_status *file,
                       alx_status *status);
int alx_write(alx_writing *writing, const void *bytes, uint64_t length, alx_status *status);
/* Waits for the worker's word: the bytes that it acknowledges, and the UFS's hash of the content. */
int alx_finish_writing(alx_writing *writing, uint64_t *acknowledged, char *hash, size_t room,
                       alx_status *status);
void alx_end_writing(alx_writing *writing);

#endif
