# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs a command inside the root file system that some layers make, and keeps what it changes.

Every mount is made in a mount namespace of its own, which ends with the command: nothing has to be
unmounted, and no folder that is deleted later ever shows a mount.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from devcluster.errors import DevClusterError

from . import oci
from .layers import Workspace

_MERGE = """
set -eu
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"
"""

# /run, /tmp and /dev are file systems of the step's own, so that nothing in them becomes content.
_ENTER = """
ip link set lo up
for folder in run tmp dev; do mount -t tmpfs -o mode=0755 tmpfs "$ROOT/$folder"; done
chmod 1777 "$ROOT/tmp"
for device in null zero random urandom; do
  touch "$ROOT/dev/$device"; mount --bind "/dev/$device" "$ROOT/dev/$device"
done
mount -t proc proc "$ROOT/proc"
for folder in $INPUTS; do
  mkdir "$ROOT/run/${folder##*/}"; mount --bind "$folder" "$ROOT/run/${folder##*/}"
done
exec env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 \
  "$@"
"""


def change(workspace: Workspace, command: Sequence[str]) -> None:
    """Runs `command` on the host; the root of the layers below is the folder $ROOT.

    What the command changes there ends in the layer. Raises DevClusterError when it fails.
    """
    _in_namespaces(workspace, _MERGE + 'exec "$@"', command, {})


def run(
    workspace: Workspace,
    command: Sequence[str],
    inputs: Sequence[Path] = (),
    env: Mapping[str, str] | None = None,
) -> None:
    """Runs `command` inside the root of the layers below, with the loopback network alone.

    Each folder of `inputs` is at /run/<its name>. Raises DevClusterError when the command fails.
    """
    settings = [f"{name}={value}" for name, value in (env or {}).items()]
    inside = [*settings, "chroot", str(workspace.scratch / "root"), *command]
    folders = " ".join(str(path) for path in inputs)
    _in_namespaces(workspace, _MERGE + _ENTER, inside, {"INPUTS": folders}, "--net")


def _in_namespaces(
    workspace: Workspace,
    script: str,
    command: Sequence[str],
    variables: Mapping[str, str],
    *namespaces: str,
) -> None:
    lower, root, scratch = (workspace.scratch / name for name in ("below", "root", "overlay"))
    for folder in (lower, root, scratch):
        folder.mkdir()
    for layer in workspace.below:
        oci.unpack_layer(layer, lower)
    setting = {
        **os.environ,
        "LOWER": str(lower),
        "UPPER": str(workspace.tree),
        "WORK": str(scratch),
        "ROOT": str(root),
        # Debian's tools and Python write no time into their files when this is set
        "SOURCE_DATE_EPOCH": "0",
        **variables,
    }
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            *namespaces,
            "bash",
            "-c",
            script,
            "step",
            *command,
        ],
        env=setting,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise DevClusterError(f"a build step failed ({' '.join(command)}):\n{tail}")
