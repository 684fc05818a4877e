# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The cgroups of a cluster: every process of it is in one, to be found and ended exactly.

A cluster has the group <prefix>-<name>, a machine a group below it, and in that `system` for what
the machine itself runs; the kubelet puts pods beside it. With cgroup v1 the groups exist in every
hierarchy, with v2 once. (v2 alone is written after the kernel's documentation and not yet tested.)
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from .errors import DevClusterError

ROOT = Path("/sys/fs/cgroup")
V1_NEEDED = {"cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids"}
V2_NEEDED = {"cpu", "cpuset", "memory", "pids"}
END_TIMEOUT_S = 60.0
INSTEAD = "Use a cluster of your own with CLUSTER=current."


@dataclass(frozen=True)
class Hierarchies:
    """The mounted cgroup hierarchies below /sys/fs/cgroup."""

    version: int
    roots: tuple[Path, ...]
    controllers: frozenset[str]

    def missing(self) -> set[str]:
        """Controllers that Kubernetes needs and the machine does not offer."""
        return (V1_NEEDED if self.version == 1 else V2_NEEDED) - self.controllers


def hierarchies() -> Hierarchies:
    """What is mounted now. Hybrid machines count as v1, as runc and the kubelet see them.

    Their v2 hierarchy without controllers is one more root, because runc makes groups there too.
    """
    v1_roots: list[Path] = []
    v1_controllers: set[str] = set()
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        mount_point = Path(before.split()[4])
        if kind == "cgroup2" and mount_point == ROOT:
            controllers = (ROOT / "cgroup.controllers").read_text().split()
            return Hierarchies(2, (ROOT,), frozenset(controllers))
        hidden = not mount_point.is_dir()  # below another mount
        if kind in ("cgroup", "cgroup2") and ROOT in mount_point.parents and not hidden:
            v1_roots.append(mount_point)
            v1_controllers.update(options.split(","))
    return Hierarchies(1, tuple(v1_roots), frozenset(v1_controllers))


def create(cluster: str, machine: str) -> list[Path]:
    """Make the groups of a machine; returns the files that a process writes 0 into to join them.

    Raises DevClusterError where the machine does not allow it.
    """
    found = hierarchies()
    try:
        for root in found.roots:
            folder = root
            for part in (cluster, machine, "system"):
                if found.version == 2:
                    _delegate(folder)
                folder = folder / part
                folder.mkdir(exist_ok=True)
                _fill_cpuset(folder)
    except OSError as error:
        raise DevClusterError(f"cgroup {folder} cannot be made: {error}. {INSTEAD}") from error
    return joins(cluster, machine)


def joins(cluster: str, machine: str) -> list[Path]:
    """The `cgroup.procs` files of a machine's own processes."""
    return [root / cluster / machine / "system" / "cgroup.procs" for root in hierarchies().roots]


def processes(cluster: str, *below: str) -> set[int]:
    """The ids of every process in the group and below it."""
    pids: set[int] = set()
    for root in hierarchies().roots:
        for folder, _, _ in os.walk(root.joinpath(cluster, *below)):
            pids.update(_members(Path(folder)))
    return pids


def end(cluster: str, *below: str) -> None:
    """Kill every process in the group and below it, then remove the groups.

    Raises DevClusterError when something survives, for example in an uninterruptible system call.
    """
    deadline = time.monotonic() + END_TIMEOUT_S
    while pids := processes(cluster, *below):
        if time.monotonic() > deadline:
            raise DevClusterError(
                f"processes {sorted(pids)} of {cluster} do not end; look at them with ps."
            )
        for pid in pids:
            _kill(pid, cluster)
        time.sleep(0.05)
    for root in hierarchies().roots:
        _remove(root.joinpath(cluster, *below), deadline)


def _delegate(folder: Path) -> None:
    (folder / "cgroup.subtree_control").write_text(
        " ".join(f"+{name}" for name in sorted(V2_NEEDED))
    )


def _fill_cpuset(folder: Path) -> None:
    # A new cpuset group of cgroup v1 is empty, and no process can join it until it is filled.
    for name in ("cpuset.cpus", "cpuset.mems"):
        file = folder / name
        if file.exists() and not file.read_text().strip():
            file.write_text((folder.parent / name).read_text())


def _members(folder: Path) -> list[int]:
    try:
        return [int(pid) for pid in (folder / "cgroup.procs").read_text().split()]
    except OSError:  # removed meanwhile
        return []


def _kill(pid: int, cluster: str) -> None:
    # The pidfd pins the process: if the id was given to another one meanwhile, its cgroup tells.
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if f":/{cluster}/" in Path(f"/proc/{pid}/cgroup").read_text():
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except (ProcessLookupError, FileNotFoundError):
        pass
    finally:
        os.close(descriptor)


def _remove(group: Path, deadline: float) -> None:
    for folder, _, _ in os.walk(group, topdown=False):
        while True:
            try:
                os.rmdir(folder)
                break
            except FileNotFoundError:
                break
            except OSError as error:  # busy for a moment after the last process
                if time.monotonic() > deadline:
                    raise DevClusterError(f"cgroup {folder} cannot be removed: {error}") from error
                time.sleep(0.05)
