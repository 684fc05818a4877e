/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ALX_STATUS_H
#define ALX_STATUS_H
enum { ALX_OK = 0, ALX_NOT_FOUND, ALX_PERMISSION, ALX_UNAVAILABLE, ALX_TIMEOUT, ALX_CORRUPT, ALX_CHANGED, ALX_INTERRUPTED, ALX_INVALID, ALX_MEMORY };
typedef struct alx_status { int code; char text[512]; } alx_status;
#endif
