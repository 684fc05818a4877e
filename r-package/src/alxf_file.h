/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* A file on a local disk as a source. */
#ifndef ALXF_FILE_H
#define ALXF_FILE_H

#include "alx_source.h"

/* A source to be closed by its close(), or NULL and a status. */
alx_source *alxf_open_file(const char *path, alx_status *status);

#endif
