# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Programs of the distribution: found, or installed where this tool knows how to (Debian and Ubuntu)."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .errors import DevClusterError
from .paths import cache
from .progress import say


def program(name: str, package: str) -> str:
    """The path of a program, whose package is installed when it is missing. Raises DevClusterError."""
    found = shutil.which(name)
    if not found:
        install([package])
        found = shutil.which(name)
    if not found:
        raise DevClusterError(f"the package {package} is installed, but {name} is not in PATH")
    return found


def install(names: Sequence[str]) -> None:
    """Installs packages; raises DevClusterError with the command to run where it cannot."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *names]
    if not shutil.which("apt-get"):
        raise DevClusterError(
            f"Programs are missing; install what your distribution calls {', '.join(names)}"
            f" (on Debian and Ubuntu: {shlex.join(command)})."
        )
    say(f"installing packages: {' '.join(names)}")
    if not _apt(command) and not (_apt(["apt-get", "update"]) and _apt(command)):
        raise DevClusterError(f"`{shlex.join(command)}` failed; see {_apt_log()}.")


def _apt(command: list[str]) -> bool:
    with open(_apt_log(), "ab") as log:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        return subprocess.run(command, stdout=log, stderr=log, env=environment).returncode == 0


def _apt_log() -> Path:
    cache().mkdir(parents=True, exist_ok=True)
    return cache() / "apt.log"
