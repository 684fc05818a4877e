/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxf_memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
  alx_source source;
  const char *bytes;
} memory_source;

static int read_memory(alx_source *source, uint64_t offset, uint64_t length, void *into,
                       alx_status *status) {
  if (offset > source->length || length > source->length - offset)
    return alx_fail(status, ALX_CORRUPT, "there are only %llu bytes",
                    (unsigned long long)source->length);
  memcpy(into, ((memory_source *)source)->bytes + offset, length);
  return 0;
}

static void close_memory(alx_source *source) { free(source); }

alx_source *alxf_open_memory(const void *bytes, uint64_t length, alx_status *status) {
  memory_source *memory = calloc(1, sizeof *memory);
  if (memory == NULL) {
    alx_fail(status, ALX_MEMORY, "no memory for a source");
    return NULL;
  }
  memory->source = (alx_source){
      .kind = "memory", .length = length, .read_at = read_memory, .close = close_memory};
  memory->bytes = bytes;
  return &memory->source;
}
