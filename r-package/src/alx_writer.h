/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A file in Alluxio, written durably: the UFS acknowledged every byte, the file is complete, counts as
 * persisted, has the right length, and the master took a fingerprint of it in the UFS. The server checks
 * none of it, so the writer does.
 */
#ifndef ALX_WRITER_H
#define ALX_WRITER_H

#include "alx_worker.h"

typedef struct alx_writer alx_writer;

typedef struct alx_write_options {
  alx_write_type type;
  uint64_t block_size; /* bytes */
  uint64_t size;       /* of the whole, where it is known, so that no more room is reserved; else 0 */
  int mode;            /* such as 0644 */
  bool overwrite;
} alx_write_options;

/* Begins a file, its parent directories too. NULL after a failure. */
alx_writer *alx_open_writer(alx_client *client, const char *path, const alx_write_options *options,
                            alx_status *status);
int alx_writer_add(alx_writer *writer, const void *bytes, uint64_t length, alx_status *status);
/* Completes the file and checks it. Call alx_close_writer after it. */
int alx_writer_finish(alx_writer *writer, alx_status *status);
/* Frees the writer. A file that was not finished is removed; when that fails, too, `left` (which may be
 * NULL) says so, and else has no code. */
void alx_close_writer(alx_writer *writer, alx_status *left);

#endif
