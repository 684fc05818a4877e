# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A machine of the cluster: a set of namespaces whose pid 1 takes all of it along when it dies.

Nothing about it has a name outside: the namespaces live as long as their processes, and the
processes are found by their cgroup. So a machine cannot leave more behind than that cgroup.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from . import cgroups
from .errors import DevClusterError
from .layout import Layout
from .paths import DEV

START_TIMEOUT_S = 60.0
# `sh` joins the groups itself before it becomes the program: nothing ever runs outside of them.
_JOIN = 'while [ "$1" != -- ]; do echo 0 > "$1" || exit 1; shift; done; shift; exec "$@"'
_NAMESPACES = ["--net", "--mount", "--uts", "--ipc", "--pid"]
_UNSHARE = ["unshare", *_NAMESPACES, "--fork", "--kill-child", "--mount-proc"]


@dataclass(frozen=True)
class Component:
    """A program that the machine keeps running."""

    name: str
    command: list[str]
    needs_api: bool = False
    descriptors: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class MachineSpec:
    """What pid 1 of a machine does (machine_init.py): prepare mounts, keep components running."""

    hostname: str
    api_ready_url: str
    logs: str
    components: list[Component]
    own_sys: bool = False
    tmpfs: list[str] = field(default_factory=list)
    binds: list[tuple[str, str]] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    sysctls: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Machine:
    """The machine `name` of the cluster, running or not."""

    layout: Layout
    name: str

    def pid(self) -> int | None:
        """The id that the machine's pid 1 has on the host; None when the machine does not run."""
        for pid in cgroups.processes(self.layout.cgroup, self.name, "system"):
            if _is_first_of_one_namespace(pid):
                return pid
        return None

    def start(self, spec: MachineSpec, listener: int | None = None) -> IO[bytes]:
        """Start the machine with an empty network and wait for its pid 1.

        pid 1 goes on when a line is written to the returned pipe, and ends when that is closed
        without one: a machine that its maker did not complete does not stay. `listener` is a socket
        of the host that the machine inherits. Raises DevClusterError when it does not come up.
        """
        folder = self.layout.machine(self.name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "machine.json").write_text(json.dumps(asdict(spec), indent=1))
        logs = Path(spec.logs)
        logs.mkdir(parents=True, exist_ok=True)
        groups = cgroups.create(self.layout.cgroup, self.name)
        inside = [sys.executable, "-m", f"{__package__}.machine_init", str(folder / "machine.json")]
        with open(logs / "machine.log", "ab") as log:
            process = subprocess.Popen(
                _joined(groups, [*_UNSHARE, *inside]),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(DEV)},
                pass_fds=[] if listener is None else [listener],
            )
        self._wait_for_first_process(process, logs / "machine.log")
        assert process.stdin
        return process.stdin

    def _wait_for_first_process(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while self.pid() is None:
            if process.poll() is not None or time.monotonic() > deadline:
                raise DevClusterError(
                    f"{self.name} did not start: {log.read_text().strip()[-500:]} {cgroups.INSTEAD}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """End the machine at once, like a power cut; its files stay."""
        cgroups.end(self.layout.cgroup, self.name)

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a program in the machine's namespaces (its files are the host's) and groups.

        Raises DevClusterError when the machine is down; the exit status is the caller's to judge.
        """
        pid = self.pid()
        if pid is None:
            raise DevClusterError(f"{self.name} is not running; `dev/cluster up` starts it again.")
        enter = ["nsenter", f"--target={pid}", *_NAMESPACES, *command]
        groups = cgroups.joins(self.layout.cgroup, self.name)
        return subprocess.run(_joined(groups, enter), capture_output=True, text=True)


def _joined(groups: list[Path], command: list[str]) -> list[str]:
    return ["sh", "-c", _JOIN, "sh", *map(str, groups), "--", *command]


def _is_first_of_one_namespace(pid: int) -> bool:
    # A pod's own pid 1 is one namespace deeper: its line has three numbers.
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    numbers = next(line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:"))
    return len(numbers) == _own_depth() + 1 and numbers[-1] == "1"


def _own_depth() -> int:
    status = Path("/proc/self/status").read_text()
    return next(len(line.split()) - 1 for line in status.splitlines() if line.startswith("NSpid:"))
