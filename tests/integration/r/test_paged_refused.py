# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A data.frame of pages where the system refuses userfaultfd, as the seccomp profiles of most containers do."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess

from conftest import ROOT

# From the kernel's headers: prctl(2), seccomp(2) and classic BPF.
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH_EPERM = 0x7FFF0000, 0x00050001
USERFAULTFD = {"x86_64": 323, "aarch64": 282}[platform.machine()]

PROGRAM = """
options(alluxior.map_files = FALSE, alluxior.cache = 8 * 8192)
x <- as.double(1:20000)
frame <- alx_write_frame(data.frame(x = x, text = rep_len(c("a", NA), 20000)), tempfile(), chunk_rows = 1024)
d <- as.data.frame(frame)
stopifnot(
  .Call(alluxior:::alx_c_paged_counts)[["has_faults"]] == 0, sum(d$x) == sum(x),
  identical(d$x[c(20000, 1)], x[c(20000, 1)]), identical(as.vector(table(d$text)), 10000L)
)
tryCatch(var(d$x), alluxior_memory = function(e) cat("refused, "))
options(alluxior.cache = 2^20)
stopifnot(identical(var(as.data.frame(frame)$x), var(x)))
d$x[3] <- 0
stopifnot(identical(d$x, replace(x, 3, 0)))
cat("alive")
"""


class Instruction(ctypes.Structure):
    _fields_ = [
        ("code", ctypes.c_uint16),
        ("if_true", ctypes.c_uint8),
        ("if_false", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    ]


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("first", ctypes.POINTER(Instruction))]


def test_all_but_pointers_works_without_userfaultfd() -> None:
    install = [str(ROOT / "dev/r"), "install"]
    library = subprocess.run(install, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    done = subprocess.run(
        ["Rscript", "-e", f"library(alluxior); {PROGRAM}"],
        env={**os.environ, "R_LIBS": library},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=refuse_userfaultfd,
    )
    assert (done.returncode, done.stdout) == (0, "refused, alive")


def refuse_userfaultfd() -> None:
    """For this process and what becomes of it."""
    program = (Instruction * 4)(
        Instruction(LOAD_WORD, 0, 0, 0),  # the number of the system call
        Instruction(JUMP_IF_EQUAL, 0, 1, USERFAULTFD),
        Instruction(RETURN, 0, 0, FAIL_WITH_EPERM),
        Instruction(RETURN, 0, 0, ALLOW),
    )
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(Filter(len(program), program))),
    ):
        if libc.prctl(*arguments):
            raise OSError(ctypes.get_errno(), "prctl")
