# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Directories on the development S3 server: what Spark's commit renames, and why the samples name another marker."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import RequestRefused
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from devcluster import go_build
from live_alluxio import free_ports

ROOT = Path(__file__).resolve().parents[3]
SUFFIX = "alluxio.underfs.s3.directory.suffix"
KEY, SECRET = "development", "secret-of-a-test"
START_S = 30


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The server of the development cluster with two buckets; the mount options for it."""
    folder = tmp_path_factory.mktemp("s3")
    for name in ("objects/marker", "objects/slash", "metadata"):
        (folder / name).mkdir(parents=True)
    (port,) = free_ports(1)
    command = [
        str(go_build.build("versitygw")),
        "--port",
        f"127.0.0.1:{port}",
        "--health",
        "/health",
    ]
    command += ["posix", "--sidecar", str(folder / "metadata"), str(folder / "objects")]
    credentials = {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
    environment = {**os.environ, **credentials}
    with open(folder / "log", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}/health")
        yield {
            "alluxio.underfs.s3.endpoint": f"http://127.0.0.1:{port}",
            "alluxio.underfs.s3.disable.dns.buckets": "true",
            "alluxio.underfs.s3.region": "us-east-1",
            "s3a.accessKeyId": KEY,
            "s3a.secretKey": SECRET,
        }
    finally:
        server.terminate()
        server.wait()


def _wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            assert time.monotonic() < deadline, f"no answer from {url}"
            time.sleep(0.1)
        else:
            return


def rename_a_directory(master: MasterRpc, data: FileData, mount: str) -> bytes:
    """What Spark's default committer does with the folder of a task, and the bytes that arrive."""
    data.write(f"{mount}/out/_temporary/0/task_0/part-0", [b"line\n"])
    master.files.rename(f"{mount}/out/_temporary/0/task_0", f"{mount}/out/task_0")
    return b"".join(data.read(f"{mount}/out/task_0/part-0", cache=False))


def test_a_directory_is_renamed_with_the_marker_of_the_samples(
    s3: dict[str, str], master: MasterRpc, data: FileData
) -> None:
    sample = yaml.safe_load((ROOT / "config/samples/dev.yaml").read_text())
    marker = {SUFFIX: sample["spec"]["rootMount"]["options"][SUFFIX]}
    master.files.mount("/s3-marker", "s3://marker/", properties={**s3, **marker})
    try:
        assert rename_a_directory(master, data, "/s3-marker") == b"line\n"
    finally:
        master.files.unmount("/s3-marker")


def test_the_server_copies_no_marker_that_ends_in_a_slash(
    s3: dict[str, str], master: MasterRpc, data: FileData
) -> None:
    """The cause. When this fails, the server has been mended, and the samples need no marker of their own."""
    master.files.mount("/s3-slash", "s3://slash/", properties=s3)
    try:
        with pytest.raises(RequestRefused, match="rename"):
            rename_a_directory(master, data, "/s3-slash")
    finally:
        master.files.unmount("/s3-slash")
