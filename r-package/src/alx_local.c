/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alx_source.h"

typedef struct file_source {
  alx_source source;
  int fd;
  void *mapped; /* the whole file; NULL until it is wanted, or where that is not possible */
} file_source;

static int outside(const alx_source *source, uint64_t offset, uint64_t length) {
  return offset > source->length || length > source->length - offset;
}

static int read_file(alx_source *source, uint64_t offset, uint64_t length, void *into,
                     alx_status *status) {
  file_source *file = (file_source *)source;
  if (outside(source, offset, length))
    return alx_fail(status, ALX_INVALID, "the file has only %llu bytes",
                    (unsigned long long)source->length);
  char *to = into;
  while (length) {
    ssize_t came = pread(file->fd, to, length, (off_t)offset);
    if (came < 0 && errno == EINTR) continue;
    if (came < 0) return alx_fail(status, ALX_UNAVAILABLE, "%s", strerror(errno));
    if (came == 0) return alx_fail(status, ALX_CHANGED, "the file has become shorter");
    to += came;
    offset += (uint64_t)came;
    length -= (uint64_t)came;
  }
  return 0;
}

static const void *map_file(alx_source *source, uint64_t offset, uint64_t length) {
  file_source *file = (file_source *)source;
  if (outside(source, offset, length) || source->length == 0) return NULL;
  if (file->mapped == NULL) {
    void *mapped = mmap(NULL, source->length, PROT_READ, MAP_SHARED, file->fd, 0);
    if (mapped == MAP_FAILED) return NULL;
    file->mapped = mapped;
  }
  return (const char *)file->mapped + offset;
}

static void close_file(alx_source *source) {
  file_source *file = (file_source *)source;
  if (file->mapped) munmap(file->mapped, source->length);
  close(file->fd);
  free(file);
}

static int code_of(int error) {
  if (error == ENOENT || error == ENOTDIR) return ALX_NOT_FOUND;
  return error == EACCES || error == EPERM ? ALX_PERMISSION : ALX_UNAVAILABLE;
}

alx_source *alx_file_source(const char *path, alx_status *status) {
  struct stat facts;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    alx_fail(status, code_of(errno), "%s: %s", path, strerror(errno));
    return NULL;
  }
  file_source *file = calloc(1, sizeof *file);
  if (file == NULL || fstat(fd, &facts) || !S_ISREG(facts.st_mode)) {
    alx_fail(status, file ? ALX_INVALID : ALX_MEMORY, "%s: not a file", path);
    free(file);
    close(fd);
    return NULL;
  }
  file->source = (alx_source){"file", (uint64_t)facts.st_size, read_file, map_file, close_file};
  file->fd = fd;
  return &file->source;
}
