/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alx_status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int alx_fail(alx_status *status, int code, const char *format, ...) {
  va_list arguments;
  if (status == NULL) return code;
  status->code = code;
  va_start(arguments, format);
  vsnprintf(status->text, sizeof status->text, format, arguments);
  va_end(arguments);
  return code;
}

int alx_fail_in(alx_status *status, const char *prefix) {
  char before[sizeof status->text];
  memcpy(before, status->text, sizeof before);
  int put = snprintf(status->text, sizeof status->text, "%s: ", prefix);
  if (put > 0 && (size_t)put < sizeof status->text)
    snprintf(status->text + put, sizeof status->text - (size_t)put, "%.*s",
             (int)(sizeof status->text - (size_t)put - 1), before);
  return status->code;
}
