/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ALX_SOURCE_H
#define ALX_SOURCE_H
#include <stdint.h>
#include "alx_status.h"
typedef struct alx_source alx_source;
struct alx_source {
    const char *kind;
    uint64_t length;
    int (*read_at)(alx_source *, uint64_t offset, uint64_t length, void *into, alx_status *);
    const void *(*map)(alx_source *, uint64_t offset, uint64_t length);
    void (*close)(alx_source *);
};
#endif
