# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""pid 1 of a machine: prepares its mounts, starts its components, restarts those that end, reaps.

Run as `python -m devcluster.machine_init SPEC.json` in fresh namespaces. It begins when its
standard input gives a line: by then the network is there.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

RESTART_DELAY_S = 1.0
API_POLL_S = 0.1


def main() -> None:
    spec: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
    if not sys.stdin.readline():
        sys.exit("the maker of this machine ended before it was complete")
    _prepare(spec)
    supervisor = Supervisor(spec)
    supervisor.run()


class Supervisor:
    """Keeps the components of a machine running for as long as it lives."""

    def __init__(self, spec: dict[str, Any]) -> None:
        self.components = spec["components"]
        self.logs = Path(spec["logs"])
        self.api_ready_url = spec["api_ready_url"]
        self.running: dict[int, dict[str, Any]] = {}

    def run(self) -> None:
        for component in self.components:
            if not component["needs_api"]:
                self._start(component)
        waiter = self._fork_waiter()
        while True:
            pid, status = os.wait()  # also of orphans, which pid 1 inherits
            if pid == waiter:
                for component in self.components:
                    if component["needs_api"]:
                        self._start(component)
            elif component := self.running.pop(pid, None):
                print(
                    f"{component['name']} ended with wait status {status}: restarting it",
                    flush=True,
                )
                time.sleep(RESTART_DELAY_S)
                self._start(component)

    def _start(self, component: dict[str, Any]) -> None:
        with open(self.logs / f"{component['name']}.log", "ab") as log:
            process = subprocess.Popen(
                component["command"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=component["descriptors"],
            )
        process.returncode = 0  # this loop reaps; keeps Popen from waiting for it
        self.running[process.pid] = component

    def _fork_waiter(self) -> int:
        """A child that ends once the API server is ready; only it needs the TLS library."""
        pid = os.fork()
        if pid:
            return pid
        _wait_for_api(self.api_ready_url)
        os._exit(0)


def _wait_for_api(url: str) -> None:
    import ssl
    import urllib.request

    # Not verified: this only asks for `ok`; the components verify the server themselves.
    context = ssl._create_unverified_context()
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5, context=context) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(API_POLL_S)


def _prepare(spec: dict[str, Any]) -> None:
    os.umask(0o022)  # the folder of a volume must be readable whatever its maker's umask was
    socket.sethostname(spec["hostname"])
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for folder in spec["folders"]:
        Path(folder).mkdir(parents=True, exist_ok=True)
    if spec["own_sys"]:
        _mount_own_sys()
    for target in spec["tmpfs"]:
        _mount("-t", "tmpfs", "tmpfs", target)
    for source, target in spec["binds"]:
        Path(source).mkdir(parents=True, exist_ok=True)
        Path(target).mkdir(parents=True, exist_ok=True)
        _mount("--bind", source, target)
    # Pods with mountPropagation need shared mounts. This namespace is a copy: the host sees none.
    _mount("--make-rshared", "/")
    for name, value in spec["sysctls"].items():
        Path("/proc/sys", name.replace(".", "/")).write_text(value)


def _mount_own_sys() -> None:
    """A /sys that shows this network namespace's devices and keeps the host's cgroup mounts."""
    _mount("-t", "tmpfs", "tmpfs", "/mnt")
    Path("/mnt/sys").mkdir()
    _mount("-t", "sysfs", "sysfs", "/mnt/sys")
    _mount("--rbind", "/sys/fs/cgroup", "/mnt/sys/fs/cgroup")
    _mount("--rbind", "/mnt/sys", "/sys")
    subprocess.run(["umount", "--lazy", "/mnt"], check=True)


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


if __name__ == "__main__":
    main()
