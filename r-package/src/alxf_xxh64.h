/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* The 64-bit xxHash with seed 0, as its specification gives it: the checksum of the chunk format.
 */
#ifndef ALXF_XXH64_H
#define ALXF_XXH64_H

#include <stddef.h>
#include <stdint.h>

uint64_t alxf_xxh64(const void *bytes, size_t length);

#endif
