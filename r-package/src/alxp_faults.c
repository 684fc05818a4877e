/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#define _GNU_SOURCE
#include "alxp_faults.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of Linux 5.11; older headers do not have it. */
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

/* Faults within a system call as well where that is allowed: else such a call ends in EFAULT. */
static int open_descriptor(void) {
  int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0) return fd;
  return (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
}

static alxp_faults open_with(uint64_t features) {
  alxp_faults faults = {open_descriptor(), features != 0};
  struct uffdio_api api = {.api = UFFD_API, .features = features};
  if (faults.fd >= 0 && ioctl(faults.fd, UFFDIO_API, &api)) {
    close(faults.fd);
    faults.fd = -1;
  }
  return faults;
}

alxp_faults alxp_open_faults(void) {
  alxp_faults faults = open_with(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
  return faults.fd >= 0 ? faults : open_with(0);
}

static struct uffdio_range range_of(void *at, size_t bytes) {
  return (struct uffdio_range){(uint64_t)(uintptr_t)at, bytes};
}

bool alxp_watch(const alxp_faults *faults, void *at, size_t bytes, bool writes) {
  uint64_t mode = UFFDIO_REGISTER_MODE_MISSING | (writes ? UFFDIO_REGISTER_MODE_WP : 0);
  struct uffdio_register watched = {.range = range_of(at, bytes), .mode = mode};
  return ioctl(faults->fd, UFFDIO_REGISTER, &watched) == 0;
}

bool alxp_next_fault(const alxp_faults *faults, uintptr_t *address, bool *is_write) {
  struct uffd_msg message;
  while (read(faults->fd, &message, sizeof message) == sizeof message) {
    if (message.event != UFFD_EVENT_PAGEFAULT) continue;
    *address = (uintptr_t)message.arg.pagefault.address;
    *is_write = message.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP;
    return true;
  }
  return false;
}

bool alxp_put(const alxp_faults *faults, void *at, const void *from, size_t bytes, bool guarded) {
  size_t done = 0;
  while (done < bytes) {
    struct uffdio_copy copy = {.dst = (uint64_t)(uintptr_t)at + done,
                               .src = (uint64_t)(uintptr_t)from + done,
                               .len = bytes - done,
                               .mode = guarded ? UFFDIO_COPY_MODE_WP : 0};
    if (ioctl(faults->fd, UFFDIO_COPY, &copy) && errno != EAGAIN) return false;
    /* Memory that is being changed elsewhere breaks it off: it says how far it came, or why not. */
    if (copy.copy > 0) done += (size_t)copy.copy;
  }
  return true;
}

bool alxp_let_write(const alxp_faults *faults, void *at, size_t bytes) {
  struct uffdio_writeprotect change = {.range = range_of(at, bytes), .mode = 0};
  return ioctl(faults->fd, UFFDIO_WRITEPROTECT, &change) == 0;
}

void alxp_wake(const alxp_faults *faults, void *at, size_t bytes) {
  struct uffdio_range range = range_of(at, bytes);
  ioctl(faults->fd, UFFDIO_WAKE, &range);
}
