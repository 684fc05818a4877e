/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The C core of the R package without R: reads the first bytes of a file, range after range, over the
 * workers' RPC port, and prints the seconds of the best of a few rounds.
 *
 *   r_transport_bare MASTERS USER PATH RANGE_BYTES RANGES ROUNDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../r-package/src/alx_reader.h"

static double now_s(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double round_s(alx_source *source, uint64_t range, uint64_t ranges, void *into) {
  alx_status status;
  double begin = now_s();
  for (uint64_t i = 0; i < ranges; i++) {
    if (source->read_at(source, i * range, range, into, &status) == 0) continue;
    fprintf(stderr, "%s\n", status.text);
    exit(EXIT_FAILURE);
  }
  return now_s() - begin;
}

int main(int count, char **arguments) {
  if (count != 7) return EXIT_FAILURE;
  alx_status status;
  uint64_t range = strtoull(arguments[4], NULL, 10), ranges = strtoull(arguments[5], NULL, 10);
  alx_client *client = alx_client_new(arguments[1], arguments[2], 30000, ALX_LOCAL_NEVER, &status);
  alx_reader *reader = client ? alx_open_reader(client, arguments[3], &status) : NULL;
  void *into = malloc(range);
  if (reader == NULL || into == NULL) {
    fprintf(stderr, "%s\n", status.text);
    return EXIT_FAILURE;
  }
  double best = round_s(&reader->source, range, ranges, into);
  for (long left = strtol(arguments[6], NULL, 10) - 1; left > 0; left--) {
    double next = round_s(&reader->source, range, ranges, into);
    if (next < best) best = next;
  }
  printf("%.6f\n", best);
  reader->source.close(&reader->source);
  alx_client_free(client);
  free(into);
  return EXIT_SUCCESS;
}
