# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Gives images to the nodes' containerd, in parallel, and only those that a node does not have."""

from __future__ import annotations

import json
import tarfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .errors import DevClusterError
from .machine import Machine
from .progress import say

CONTAINERD_TIMEOUT_S = 60.0
_CTR = ["ctr", "--namespace", "k8s.io", "images"]


def load(
    machines: list[Machine], archives: list[Path], report: Callable[[str], None] = say
) -> None:
    """Import the OCI archives into every machine. Raises DevClusterError when one fails."""
    wanted = [(archive, images(archive)) for archive in archives]
    with ThreadPoolExecutor(max_workers=len(machines)) as pool:
        futures = [pool.submit(_load_into, machine, wanted) for machine in machines]
        loaded = sum(future.result() for future in futures)
    report(f"images: {loaded} imported, {len(archives) * len(machines) - loaded} already there")


def images(archive: Path) -> dict[str, str]:
    """The names in an OCI archive and the digests that they stand for. Raises DevClusterError."""
    try:
        with tarfile.open(archive) as tar:
            member = tar.extractfile("index.json")
            assert member
            manifests = json.load(member)["manifests"]
    except (OSError, KeyError, ValueError, AssertionError, tarfile.TarError) as error:
        raise DevClusterError(f"{archive} is not an OCI image archive: {error}") from error
    return {m["annotations"]["io.containerd.image.name"]: m["digest"] for m in manifests}


def _load_into(machine: Machine, wanted: list[tuple[Path, dict[str, str]]]) -> int:
    present = _present(machine)
    loaded = 0
    for archive, names in wanted:
        if names.items() <= present.items():
            continue
        done = machine.run([*_CTR, "import", str(archive.resolve())])
        if done.returncode:
            raise DevClusterError(
                f"{machine.name} did not take {archive}: {done.stderr.strip()[-500:]}"
            )
        loaded += 1
    return loaded


def _present(machine: Machine) -> dict[str, str]:
    deadline = time.monotonic() + CONTAINERD_TIMEOUT_S
    while (done := machine.run([*_CTR, "list"])).returncode:
        if time.monotonic() > deadline:
            raise DevClusterError(
                f"containerd of {machine.name} does not answer: {done.stderr.strip()[-500:]}"
            )
        time.sleep(0.1)
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    return {row[0]: row[2] for row in rows}
