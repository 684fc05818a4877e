/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A file in Alluxio as a source of bytes, by the fastest way that works for each block: the block's file,
 * where it is on this machine; a worker that holds the block; any worker, out of the UFS.
 */
#ifndef ALX_READER_H
#define ALX_READER_H

#include "alx_source.h"
#include "alx_worker.h"

/* What has come so far, by way. */
typedef struct alx_ways {
  uint64_t local_bytes, grpc_bytes, through_bytes; /* through: read by a worker out of the UFS */
} alx_ways;

typedef struct alx_reader {
  alx_source source; /* `kind` is "local" or "grpc", as the last bytes came */
  alx_client *client;
  char *path;
  alx_file_status file;
  void **mapped; /* a block's file, or NULL */
  alx_ways ways;
} alx_reader;

/* Opens a file that is complete. It reads the file as it is now: when another takes its place, blocks that
 * are still cached give the old bytes, and all else fails with ALX_CHANGED. NULL after a failure. The
 * client must outlive it. */
alx_reader *alx_open_reader(alx_client *client, const char *path, alx_status *status);

#endif
