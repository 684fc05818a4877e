# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendered packages, run by kfp's own local runner: stages hand data over through a FUSE mount of a live Alluxio."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/integration/alluxio"))

from live_alluxio import (  # noqa: E402
    START_TIMEOUT_S,
    LiveAlluxio,
    Ports,
    free_ports,
    rpc_client,
    worker_host,
)

pytestmark = pytest.mark.wide

RUNNER = Path(__file__).parent / "kubeflow/run.py"
FUSE = {"alluxio.user.file.writetype.default": "CACHE_THROUGH"}
# Package -> the stage that writes and the one that reads. The pipelines return the checksum that the latter has read.
STAGES = {
    "hand_over": ("write-output", "check-input"),
    "hand_over_by_parameters": ("write-there", "check-there"),
    "hand_over_from_a_sub_pipeline": ("writing.write-output", "check-input"),
}


@pytest.fixture(scope="module")
def live(
    alluxio_image: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveAlluxio, Path]]:
    """Alluxio, and where it is mounted."""
    ports = [Ports(*free_ports(3))]
    (proxy,) = free_ports(1)
    found = LiveAlluxio(alluxio_image, tmp_path_factory.mktemp("kfp"), ports, proxy, free_ports)
    try:
        found.start_master(0)
        found.start_worker(1)
        hosts = {worker_host(1)}
        found.wait_for("live worker", lambda: found.live_hosts() == hosts, START_TIMEOUT_S)
        yield found, found.start_fuse("fuse", "/", FUSE)
        found.stop_fuse("fuse")
    finally:
        found.end()


def settings(package: str, mount: Path) -> dict[str, Any]:
    writer, reader = STAGES[package]
    by_parameters = package == "hand_over_by_parameters"
    return {
        "name": package.replace("_", "-"),
        "engine": "kubeflow",
        "access": {"claim": "alluxio", "mount_path": str(mount), "folder": ""},
        "stages": [
            {
                "name": writer,
                "output": {"path": "made"},
                "params": {"out_dir": "{output}"} if by_parameters else {},
            },
            {
                "name": reader,
                "inputs": [{"stage": writer}],
                "params": {"in_dir": "{input}"} if by_parameters else {},
            },
        ],
    }


@pytest.mark.parametrize("package", STAGES)
def test_the_second_stage_reads_what_the_first_one_wrote(
    live: tuple[LiveAlluxio, Path], compiled: Path, kfp_python: str, tmp_path: Path, package: str
) -> None:
    alluxio, mount = live
    given = settings(package, mount)
    rendered = tmp_path / "package.yaml"
    rendered.write_text(render(given, (compiled / f"{package}.yaml").read_text()).text)
    command = [kfp_python, "-W", "ignore", RUNNER, rendered, tmp_path / "root"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    returned = done.stdout.strip().rpartition("returned ")[2]
    # Each run has a directory of its own, by the number that kfp gave it.
    with rpc_client(alluxio) as masters:
        (run,) = masters.files.list_status(f"/pipelines/{given['name']}")
        (file,) = masters.files.list_status(f"{run.path}/made")
    assert run.path.rpartition("/")[2].isdigit()
    assert file.persisted
    in_ufs = alluxio.folder / "ufs" / file.path.lstrip("/")
    assert hashlib.sha256(in_ufs.read_bytes()).hexdigest() == returned
