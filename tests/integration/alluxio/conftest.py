# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio servers made of the image's own layers; whatever happens, they are ended by their ids."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "dev"), str(Path(__file__).parent)]

from live_alluxio import (  # noqa: E402
    START_TIMEOUT_S,
    LiveAlluxio,
    MakeAlluxio,
    Ports,
    free_ports,
    rpc_client,
    worker_host,
)


@pytest.fixture(scope="module")
def make_alluxio(
    alluxio_image: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeAlluxio]:
    """make_alluxio(MASTERS): servers that are described but not started."""
    with contextlib.ExitStack() as running:

        def make(masters: int) -> LiveAlluxio:
            ports = [Ports(*free_ports(3)) for _ in range(masters)]
            (proxy,) = free_ports(1)
            folder = tmp_path_factory.mktemp("alluxio")
            live = LiveAlluxio(alluxio_image, folder, ports, proxy, free_ports)
            running.callback(live.end)
            return live

        yield make


@pytest.fixture(scope="module")
def alluxio(make_alluxio: MakeAlluxio) -> LiveAlluxio:
    """One master, two workers and a proxy, all up."""
    live = make_alluxio(1)
    live.start_master(0)
    live.start_worker(1)
    live.start_worker(2)
    live.start_proxy()
    hosts = {worker_host(1), worker_host(2)}
    live.wait_for("two live workers", lambda: live.live_hosts() == hosts, START_TIMEOUT_S)
    return live


@pytest.fixture(scope="session")
def cluster(alluxio_image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAlluxio]:
    """One master, three workers and a proxy, for tests that leave servers and others' files alone."""
    ports = [Ports(*free_ports(3))]
    (proxy,) = free_ports(1)
    live = LiveAlluxio(alluxio_image, tmp_path_factory.mktemp("cluster"), ports, proxy, free_ports)
    try:
        live.start_master(0)
        for number in (1, 2, 3):
            live.start_worker(number)
        live.start_proxy()
        hosts = {worker_host(number) for number in (1, 2, 3)}
        live.wait_for("three live workers", lambda: live.live_hosts() == hosts, START_TIMEOUT_S)
        yield live
    finally:
        live.end()


@pytest.fixture(scope="session")
def master(cluster: LiveAlluxio) -> Iterator[MasterRpc]:
    with rpc_client(cluster) as client:
        yield client


@pytest.fixture(scope="session")
def data(master: MasterRpc) -> Iterator[FileData]:
    with FileData(master, deadline_s=30) as files:
        yield files
