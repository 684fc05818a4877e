/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * A range of bytes that can be read, wherever it is.
 */
#ifndef ALX_SOURCE_H
#define ALX_SOURCE_H

#include <stdint.h>

#include "alx_status.h"

typedef struct alx_source alx_source;

struct alx_source {
  /* How the last bytes came: "grpc", "local" (a mapped block file), "file", "function"
   * (of R's, which its main thread alone may read). */
  const char *kind;
  uint64_t length; /* bytes */
  /* All `length` bytes from `offset`, or a failure: 0 or a code. */
  int (*read_at)(alx_source *source, uint64_t offset, uint64_t length, void *into,
                 alx_status *status);
  /* The bytes without a copy, until close; NULL where they cannot be mapped. */
  const void *(*map)(alx_source *source, uint64_t offset, uint64_t length);
  /* Frees the source, too. */
  void (*close)(alx_source *source);
};

/* A file of the operating system's, also one under a FUSE mount. NULL after a failure. */
alx_source *alx_file_source(const char *path, alx_status *status);

#endif
