#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a test left behind on the machine: compares two snapshots of it.

`leaks.py save FILE` before, `leaks.py compare FILE` after; or snapshot() and difference(). The
machine may be busy with other things. A process that called adopt_orphans() is made the parent of
whatever its descendants leave running, so only those count; without that, every new process counts
for which nobody answers who was there before. The namespaces of a process count with it.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

NAMESPACES = ("net", "mnt", "pid", "uts", "ipc")
CGROUPS = Path("/sys/fs/cgroup")
# These change by themselves.
VOLATILE_SYSCTLS = re.compile(
    r"fs/(aio-nr|dentry-state|file-nr|inode-nr|inode-state|mqueue/.*|quota/.*)|kernel/(ns_last_pid|perf_.*|pty/nr|random/.*"
    r"|sched_.*|tainted)|net/netfilter/nf_conntrack_(count|buckets)|vm/stat_refresh"
)
SETTLE_S = 5.0
# linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36
PR_GET_CHILD_SUBREAPER = 37


@dataclass(frozen=True)
class Process:
    """One process; `started` (clock ticks since boot) tells it from an earlier one of its id."""

    pid: int
    started: int
    parent: int
    command: str
    namespaces: tuple[str, ...]

    @property
    def identity(self) -> str:
        return f"{self.pid}@{self.started}"


@dataclass(frozen=True)
class Snapshot:
    """The state of the machine, as the process `observer` saw it; `adopts`: orphans become its children."""

    observer: int
    adopts: bool
    processes: dict[str, Process]
    mounts: list[str]
    cgroups: list[str]
    links: list[str]
    named_namespaces: list[str]
    firewall: list[str]
    sysctls: dict[str, str]


def adopt_orphans() -> None:
    """Makes this process the parent of orphaned descendants, in place of process 1 (Linux 3.4)."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def _adopts() -> bool:
    answer = ctypes.c_int()
    ctypes.CDLL(None).prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(answer), 0, 0, 0)
    return bool(answer.value)


def snapshot() -> Snapshot:
    """What is there now. Kernel threads and zombies are left out; firewall rules need root."""
    return Snapshot(
        observer=os.getpid(),
        adopts=_adopts(),
        firewall=_firewall(),
        processes={process.identity: process for process in _processes()},
        mounts=_mounts(),
        cgroups=_cgroups(),
        links=sorted(os.listdir("/sys/class/net")),
        named_namespaces=_names(Path("/run/netns")),
        sysctls=dict(_sysctls()),
    )


def difference(before: Snapshot, after: Snapshot) -> list[str]:
    """One line for each thing that is there only after, or changed; empty when nothing was left."""
    lines = [f"process {p.pid}: {p.command[:200]}" for p in _unanswered(before, after)]
    old_namespaces = {name for p in before.processes.values() for name in p.namespaces}
    for process in _unanswered(before, after):
        lines += [
            f"namespace {n} of process {process.pid}"
            for n in process.namespaces
            if n not in old_namespaces
        ]
    for kind in ("mounts", "cgroups", "links", "named_namespaces", "firewall"):
        old = set(getattr(before, kind))
        lines += [f"{kind.rstrip('s')}: {item}" for item in getattr(after, kind) if item not in old]
    for name, value in after.sysctls.items():
        if before.sysctls.get(name, value) != value:
            lines.append(f"sysctl {name}: {before.sysctls[name]!r} became {value!r}")
    return lines


def lasting_difference(before: Snapshot, settle_s: float = SETTLE_S) -> list[str]:
    """The difference to now, once it is empty or `settle_s` have passed: an end takes a moment."""
    deadline = time.monotonic() + settle_s
    while (lines := difference(before, snapshot())) and time.monotonic() < deadline:
        time.sleep(0.2)
    return lines


def _unanswered(before: Snapshot, after: Snapshot) -> list[Process]:
    new = {p.pid: p for identity, p in after.processes.items() if identity not in before.processes}
    # An orphan goes to the nearest adopting ancestor of who left it, or to process 1.
    answerable = {after.observer} if after.adopts else {after.observer, *_ancestors(after)}
    return [p for p in new.values() if _topmost_parent(p, new) in answerable]


def _ancestors(snapshot: Snapshot) -> Iterator[int]:
    parents = {p.pid: p.parent for p in snapshot.processes.values()}
    pid = snapshot.observer
    while pid := parents.get(pid, 0):
        yield pid


def _topmost_parent(process: Process, new: dict[int, Process]) -> int:
    while process.parent in new:
        process = new[process.parent]
    return process.parent


def _processes() -> Iterator[Process]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (
                (folder / "cmdline")
                .read_bytes()
                .replace(b"\0", b" ")
                .decode(errors="replace")
                .strip()
            )
            namespaces = tuple(os.readlink(folder / "ns" / name) for name in NAMESPACES)
        except OSError:  # ended meanwhile, or another user's
            continue
        if fields[0] != "Z" and command:
            yield Process(int(folder.name), int(fields[19]), int(fields[1]), command, namespaces)


def _mounts() -> list[str]:
    rows = [line.split(" - ") for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return [f"{left.split()[4]} ({right.split()[0]})" for left, right in rows]


def _cgroups() -> list[str]:
    # The topmost ones of each hierarchy: what lies below them is their owner's.
    hierarchies = [
        CGROUPS,
        *(p for p in CGROUPS.iterdir() if p.is_dir() and (p / "cgroup.procs").exists()),
    ]
    return sorted({str(p) for root in hierarchies for p in root.iterdir() if p.is_dir()})


def _names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def _firewall() -> list[str]:
    try:
        done = subprocess.run(
            ["nft", "--stateless", "list", "ruleset"], capture_output=True, text=True
        )
    except FileNotFoundError:
        return []
    return done.stdout.splitlines()


def _sysctls() -> Iterator[tuple[str, str]]:
    root = Path("/proc/sys")
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder, name)
            key = str(path.relative_to(root))
            if VOLATILE_SYSCTLS.fullmatch(key) or not path.stat().st_mode & 0o400:
                continue
            try:
                yield key, path.read_text(errors="replace")
            except OSError:  # not supported here, or another user's
                continue


def _load(path: Path) -> Snapshot:
    content = json.loads(path.read_text())
    processes = {
        identity: Process(**{**fields, "namespaces": tuple(fields["namespaces"])})
        for identity, fields in content["processes"].items()
    }
    return Snapshot(**{**content, "processes": processes})


def main() -> int:
    """`save FILE` | `compare FILE`; the status is 1 when something was left behind."""
    match sys.argv[1:]:
        case ["save", path]:
            Path(path).write_text(json.dumps(asdict(snapshot())))
            return 0
        case ["compare", path]:
            lines = lasting_difference(_load(Path(path)))
            print("\n".join(lines))
            return 1 if lines else 0
    print("usage: leaks.py save|compare FILE", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
