/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _POSIX_C_SOURCE 200809L
#include "alxf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  alx_source source;
  int descriptor;
} file_source;

static int fail_by_errno(alx_status *status, const char *what) {
  int error = errno;
  int code = error == ENOENT ? ALX_NOT_FOUND : error == EACCES ? ALX_PERMISSION : ALX_UNAVAILABLE;
  return alx_fail(status, code, "%s: %s", what, strerror(error));
}

static int read_file(alx_source *source, uint64_t offset, uint64_t length, void *into,
                     alx_status *status) {
  int descriptor = ((file_source *)source)->descriptor;
  char *at = into;
  while (length > 0) {
    ssize_t got = pread(descriptor, at, length, (off_t)offset);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail_by_errno(status, "reading failed");
    if (got == 0)
      return alx_fail(status, ALX_CORRUPT, "the file became shorter while it was read");
    at += got;
    offset += (uint64_t)got;
    length -= (uint64_t)got;
  }
  return 0;
}

static void close_file(alx_source *source) {
  close(((file_source *)source)->descriptor);
  free(source);
}

alx_source *alxf_open_file(const char *path, alx_status *status) {
  struct stat found;
  int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  status->code = 0;
  if (descriptor < 0) {
    fail_by_errno(status, "opening failed");
    return NULL;
  }
  file_source *file = calloc(1, sizeof *file);
  if (file == NULL || fstat(descriptor, &found) != 0) {
    fail_by_errno(status, "opening failed");
    close(descriptor);
    free(file);
    return NULL;
  }
  file->source = (alx_source){
      .kind = "file", .length = (uint64_t)found.st_size, .read_at = read_file, .close = close_file};
  file->descriptor = descriptor;
  return &file->source;
}
