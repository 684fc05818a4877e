/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A file in Alluxio as a source of bytes, by the fastest way that works for each block: the block's file,
 * where it is on this machine; a worker that holds the block; any worker, out of the UFS.
 */
#ifndef ALX_READER_H
#define ALX_READER_H

#include "alx_ahead.h"
#include "alx_source.h"

/* What has come so far, by way. */
typedef struct alx_ways {
  uint64_t local_bytes, grpc_bytes, through_bytes; /* through: read by a worker out of the UFS */
  uint64_t ahead_bytes; /* of grpc_bytes, what was asked for before it was wanted */
} alx_ways;

typedef struct alx_reader {
  alx_source source; /* `kind` is "local" or "grpc", as the last bytes came */
  alx_client *client;
  char *path;
  alx_file_status file;
  void **mapped; /* a block's file, or NULL */
  alx_ways ways;
  alx_ahead ahead;
  uint64_t next_offset;  /* where the last read ended; none ends at UINT64_MAX */
  uint64_t ahead_length; /* what is asked for next while reads follow each other; else 0 */
} alx_reader;

/* Opens a file that is complete. It reads the file as it is now: when another takes its place, blocks that
 * are still cached give the old bytes, and all else fails with ALX_CHANGED. NULL after a failure. It
 * holds the client. */
alx_reader *alx_open_reader(alx_client *client, const char *path, alx_status *status);

#endif
