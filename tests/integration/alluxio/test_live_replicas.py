# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Copies of blocks on workers of one's choice, made and taken away, with a real Alluxio and a real API server.

All workers here share one machine, and so they copy out of the UFS; from worker to worker they copy in
tests/e2e/cluster/test_spark_busy.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils import spark_replicas
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint, direct
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import (
    Login,
    MasterRpc,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.worker import WorkerRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Access
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_replicas import map_name
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_replicas import Wish
from live_alluxio import LiveAlluxio, worker_host

KB = 1024
W1, W2, W3 = (worker_host(number) for number in (1, 2, 3))
NODES = {W1: "full", W2: "second", W3: "third"}
# The node of the first worker has no room.
ROOM = {"second": 1, "third": 1}

Where = dict[str, list[tuple[str, ...]]]


@pytest.fixture
def places(kube: KubeClient, namespace: str) -> str:
    """A namespace in which the AlluxioCluster `cache` can be used, and a node behind each worker."""
    for host, name in NODES.items():
        addresses = [{"type": "InternalIP", "address": host}]
        if not kube.exists("v1", "Node", name):
            kube.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})
        status = {"status": {"addresses": addresses}}
        kube.merge_patch("v1", "Node", name, None, status, subresource="status")
    metadata = {"name": "cache-client", "namespace": namespace}
    kube.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    return namespace


@pytest.fixture
def opened(master: MasterRpc) -> Any:
    """The way to the live Alluxio, whatever AlluxioCluster is named."""

    @contextmanager
    def open_alluxio(_wanted: Any, _client: Any) -> Iterator[Access]:
        yield Access(master, direct, Login("root"))

    return open_alluxio


def written(data: FileData, path: str, count: int) -> str:
    """That many files of one block on the first worker."""
    for number in range(count):
        data.write(f"{path}/{number}", [bytes(10 * KB)], hosts=[W1])
    return path


def where(master: MasterRpc, path: str) -> Where:
    """The hosts of each file's blocks."""
    return {
        file.path: [
            tuple(sorted(at.worker.host for at in block.locations)) for block in file.blocks
        ]
        for file in master.files.list_status(path, recursive=True)
        if not file.folder
    }


def copied(master: MasterRpc, path: str) -> dict[str, int]:
    """How many blocks each worker but the first holds, once all have two."""
    found = where(master, path)
    assert all(W1 in hosts for blocks in found.values() for hosts in blocks)
    targets = [host for blocks in found.values() for hosts in blocks for host in hosts]
    return {host: targets.count(host) for host in (W2, W3)}


def limits(master: MasterRpc, path: str) -> list[tuple[int, int, bool]]:
    files = master.files.list_status(path)
    return [(file.replication_min, file.replication_max, file.pinned) for file in files]


def wish(namespace: str, path: str, application: str = "report") -> Wish:
    return Wish(application, namespace, 1, "cache", namespace, [path], ROOM)


def all_have(master: MasterRpc, path: str, copies: int) -> Callable[[], bool]:
    return lambda: all(
        len(hosts) == copies for blocks in where(master, path).values() for hosts in blocks
    )


def test_copies_lie_where_executors_go_and_go_away(
    cluster: LiveAlluxio,
    master: MasterRpc,
    data: FileData,
    kube: KubeClient,
    places: str,
    opened: Any,
) -> None:
    path = written(data, "/replicas/one", 6)
    before = where(master, path)
    limits_before = limits(master, path)
    assert spark_replicas.copy(kube, wish(places, path), True, opened).asked == 6
    assert not kube.exists("v1", "ConfigMap", map_name("report"), places)

    made = spark_replicas.copy(kube, wish(places, path), False, opened)
    assert (made.asked, made.asked_bytes, made.left_bytes) == (6, 60 * KB, 0)
    cluster.wait_for("two copies of each block", all_have(master, path, 2), 30)
    assert copied(master, path) == {W2: 3, W3: 3}
    # Asked again there is nothing more to do, and that is what the next pass reads.
    assert spark_replicas.copy(kube, wish(places, path), False, opened).asked == 0
    row = spark_replicas.find_replicas(kube, "report", places, True)["own"]
    assert (row["under_way"], row["copied_bytes"], row["problem"]) == (0, 60 * KB, "")

    assert spark_replicas.release(kube, "report", places, False, opened) == 6
    cluster.wait_for("one copy of each block", all_have(master, path, 1), 30)
    assert where(master, path) == before
    assert limits(master, path) == limits_before
    assert not kube.exists("v1", "ConfigMap", map_name("report"), places)
    assert spark_replicas.release(kube, "report", places, False, opened) == 0


def test_copies_stay_as_long_as_one_of_two_applications_uses_them(
    cluster: LiveAlluxio,
    master: MasterRpc,
    data: FileData,
    kube: KubeClient,
    places: str,
    opened: Any,
) -> None:
    path = written(data, "/replicas/two", 4)
    spark_replicas.copy(kube, wish(places, path, "first"), False, opened)
    cluster.wait_for("two copies of each block", all_have(master, path, 2), 30)
    assert spark_replicas.find_replicas(kube, "second", places, True)["others"]
    spark_replicas.copy(kube, wish(places, path, "second"), False, opened)
    assert spark_replicas.release(kube, "first", places, False, opened) == 0
    assert all_have(master, path, 2)()
    assert spark_replicas.release(kube, "second", places, False, opened) == 4
    cluster.wait_for("one copy of each block", all_have(master, path, 1), 30)


def test_a_limit_of_replicas_is_kept(
    master: MasterRpc, data: FileData, kube: KubeClient, places: str, opened: Any
) -> None:
    path = written(data, "/replicas/limited", 1)
    master.files.set_attributes(f"{path}/0", replication_max=1)
    made = spark_replicas.copy(kube, wish(places, path), False, opened)
    assert (made.asked, made.left_bytes) == (0, 10 * KB)
    spark_replicas.release(kube, "report", places, False, opened)


def test_the_last_copy_stays(
    cluster: LiveAlluxio,
    master: MasterRpc,
    data: FileData,
    kube: KubeClient,
    places: str,
    opened: Any,
) -> None:
    path = written(data, "/replicas/last", 1)
    spark_replicas.copy(kube, wish(places, path), False, opened)
    cluster.wait_for("two copies of the block", all_have(master, path, 2), 30)
    (block,) = master.files.get_status(f"{path}/0").block_ids
    remove(master, W1, block)
    remove(master, W1, block)
    cluster.wait_for("one copy of the block", all_have(master, path, 1), 30)
    assert spark_replicas.release(kube, "report", places, False, opened) == 0
    assert where(master, path)[f"{path}/0"] in ([(W2,)], [(W3,)])


def test_what_may_still_arrive_is_not_forgotten(
    master: MasterRpc, data: FileData, kube: KubeClient, places: str, opened: Any
) -> None:
    path = written(data, "/replicas/late", 1)
    before = spark_replicas._before(kube, wish(places, path))
    (block,) = master.files.get_status(f"{path}/0").block_ids
    asked = replace(
        before, asked=spark_replicas._now(), under_way=1, blocks={W2: frozenset({block})}
    )
    spark_replicas._write(kube, wish(places, path), asked)
    with pytest.raises(AlluxioError, match="may still be on their way"):
        spark_replicas.release(kube, "report", places, False, opened)
    assert kube.exists("v1", "ConfigMap", map_name("report"), places)
    master.files.delete(f"{path}/0")
    # Of a file that is no more nothing arrives.
    assert spark_replicas.release(kube, "report", places, False, opened) == 0


def remove(master: MasterRpc, host: str, block: int) -> None:
    (address,) = [one.address for one in master.blocks.get_workers() if one.host == host]
    with WorkerRpc(Endpoint(address.host, address.rpc_port), Login("root")) as worker:
        worker.remove_block(block)
