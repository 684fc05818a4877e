# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs a program under a limit of memory that the kernel enforces, and tells what memory it took.

A memory cgroup of its own, of version 1 or 2, that is gone afterwards with whatever ran in it. Needs root, as the
development cluster does. (v2 alone is written after the kernel's documentation and not yet tested.)
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "dev"))
from devcluster import cgroups

MIB = 1024**2
SAMPLE_S = 0.02
END_TIMEOUT_S = 30
# The shell puts itself into the group and then becomes the program, so that nothing of it is outside.
JOIN = 'echo $$ > "$0" && exec "$@"'


@dataclass(frozen=True)
class Files:
    """What the files of a memory group are called."""

    limit: str
    swap: str
    peak: str
    events: str


V1 = Files(
    "memory.limit_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.max_usage_in_bytes",
    "memory.oom_control",
)
V2 = Files("memory.max", "memory.swap.max", "memory.peak", "memory.events")


@dataclass(frozen=True)
class MemoryGroup:
    """A group with a limit; `folder` is where the kernel shows it."""

    folder: Path
    files: Files

    def inside(self, command: Sequence[str | Path]) -> list[str]:
        """The command that runs this one in the group."""
        return ["sh", "-c", JOIN, str(self.folder / "cgroup.procs"), *map(str, command)]

    def peak_bytes(self) -> int:
        """The most that was charged to it: anonymous memory, files that it was the first to read, kernel memory."""
        return int((self.folder / self.files.peak).read_text())

    def anon_bytes(self) -> int:
        """RssAnon (proc(5)), what no file stands behind, of its largest process now: a child that was just forked has
        the same pages.
        """
        return max(map(_anon_bytes, self.processes()), default=0)

    def out_of_memory(self) -> bool:
        """Whether the kernel has killed a process of it for the limit."""
        events = dict(
            line.split() for line in (self.folder / self.files.events).read_text().splitlines()
        )
        return int(events["oom_kill"]) > 0

    def processes(self) -> list[int]:
        return [int(pid) for pid in (self.folder / "cgroup.procs").read_text().split()]


@dataclass(frozen=True)
class Run:
    """How a program ended: `status` is negative for a signal, `peak_anon_bytes` the most of samples SAMPLE_S apart."""

    status: int
    output: str
    errors: str
    seconds: float
    peak_bytes: int
    peak_anon_bytes: int
    out_of_memory: bool


def run_limited(
    command: Sequence[str | Path],
    limit_bytes: int,
    environment: Mapping[str, str] | None = None,
    timeout_s: float = 300,
) -> Run:
    """Runs a program to its end, which is SIGKILL after `timeout_s`."""
    with (
        memory_group(limit_bytes) as group,
        tempfile.TemporaryFile("w+") as output,
        tempfile.TemporaryFile("w+") as errors,
    ):
        begin = time.monotonic()
        process = subprocess.Popen(
            group.inside(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=environment,
        )
        anon = 0
        while (status := _ended(process)) is None:
            anon = max(anon, group.anon_bytes())
            if time.monotonic() - begin > timeout_s:
                process.kill()
        seconds = time.monotonic() - begin
        output.seek(0)
        errors.seek(0)
        return Run(
            status,
            output.read(),
            errors.read(),
            seconds,
            group.peak_bytes(),
            anon,
            group.out_of_memory(),
        )


@contextlib.contextmanager
def memory_group(limit_bytes: int) -> Iterator[MemoryGroup]:
    """A new group, without swap; what still runs in it in the end is killed."""
    root, files = _memory_hierarchy()
    group = MemoryGroup(root / f"alluxior-test-{uuid.uuid4().hex[:8]}", files)
    group.folder.mkdir()
    try:
        (group.folder / files.limit).write_text(str(limit_bytes))
        swap = group.folder / files.swap
        if swap.exists():
            # Version 1 limits both together, version 2 swap alone.
            swap.write_text(str(limit_bytes) if files is V1 else "0")
        yield group
    finally:
        _remove(group)


def _memory_hierarchy() -> tuple[Path, Files]:
    found = cgroups.hierarchies()
    if found.version == 1:
        return next(root for root in found.roots if (root / V1.limit).exists()), V1
    (root,) = found.roots
    control = root / "cgroup.subtree_control"
    if "memory" not in control.read_text().split():
        control.write_text("+memory")
    return root, V2


def _ended(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(SAMPLE_S)
    except subprocess.TimeoutExpired:
        return None


def _anon_bytes(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # ended meanwhile
        return 0
    found = re.search(r"^RssAnon:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0  # a zombie has none


def _remove(group: MemoryGroup) -> None:
    deadline = time.monotonic() + END_TIMEOUT_S
    while True:
        for pid in group.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            group.folder.rmdir()
            return
        except OSError:  # busy for a moment after the last process
            if time.monotonic() > deadline:
                raise
            time.sleep(SAMPLE_S)
