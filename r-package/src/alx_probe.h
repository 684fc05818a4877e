/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Which of several masters leads. All are asked at the same time, each on a thread and a connection of
 * its own, so that those that are dead cost nothing while another one answers.
 */
#ifndef ALX_PROBE_H
#define ALX_PROBE_H

#include "alx_grpc.h"

enum { ALX_MOST_MASTERS = 16 };

/* `leader` gets the number of the first that says it leads, and the connection that it said it by takes
 * the place of its former one. ALX_UNAVAILABLE, with what each said: none leads. */
int alx_probe_masters(alx_rpc **masters, size_t count, alx_limits *limits, size_t *leader,
                      alx_status *status);

#endif
