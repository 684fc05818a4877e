/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* Bytes in memory as a source. */
#ifndef ALXF_MEMORY_H
#define ALXF_MEMORY_H

#include "alx_source.h"

/* A source to be closed by its close(), or NULL and a status. The bytes stay the caller's. */
alx_source *alxf_open_memory(const void *bytes, uint64_t length, alx_status *status);

#endif
