# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Removing a cluster's files without ever touching what a mount shows among them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from .errors import DevClusterError


def remove_tree(folder: Path) -> None:
    """Delete the folder. Raises DevClusterError, nothing deleted, when it holds a mount."""
    if not folder.exists():
        return
    real = folder.resolve()
    if mounted := [point for point in mount_points() if point == real or real in point.parents]:
        raise DevClusterError(
            f"{mounted[0]} is mounted: nothing below {folder} was deleted. Unmount it first."
        )
    # A second guard, for a mount that comes at this moment: rm enters no other file system.
    done = subprocess.run(
        ["rm", "-rf", "--one-file-system", "--", str(real)], capture_output=True, text=True
    )
    if done.returncode or folder.exists():
        raise DevClusterError(f"{folder} was not deleted completely: {done.stderr.strip()[-500:]}")


def mount_points() -> list[Path]:
    """Every mount point of this process's mount namespace."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [Path(_unescaped(line.split()[4])) for line in lines]


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
