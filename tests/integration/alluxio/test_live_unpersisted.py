# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What real workers hold alone is found by its host, and copied into the UFS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.channel import Login
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.unpersisted import (
    at_risk,
    list_unpersisted,
    persist,
)
from live_alluxio import MASTER_HOST, LiveAlluxio, worker_host
from workbench.rest import Rest

LENGTH = 1 << 20


@pytest.fixture
def master(alluxio: LiveAlluxio) -> Iterator[MasterRpc]:
    addresses = [Endpoint(MASTER_HOST, alluxio.masters[0].rpc)]
    with MasterRpc(addresses, Login("root")) as client:
        yield client


def test_only_complete_files_without_a_copy_are_found_with_their_hosts(
    alluxio: LiveAlluxio, master: MasterRpc
) -> None:
    rest = Rest(alluxio.proxy_port)
    rest.write("/kept/copied", LENGTH)
    rest.write("/kept/cached", LENGTH, write_type="MUST_CACHE")
    rest.path_call("/kept/open", "create-file", writeType="MUST_CACHE", recursive=True)
    (found,) = (
        file for file in list_unpersisted(master.masters, 10) if file.path.startswith("/kept/")
    )
    assert (found.path, found.length_bytes, found.under_way) == ("/kept/cached", LENGTH, False)
    assert found.hosts == {host for host, _ in rest.block_places("/kept/cached")}
    hosts = {worker_host(1), worker_host(2)}
    assert found.hosts <= hosts
    assert at_risk([found], frozenset(hosts)).by_host == dict.fromkeys(found.hosts, LENGTH)
    assert at_risk([found], frozenset(hosts - found.hosts)).files == 0


def test_persisting_is_asked_for_once(alluxio: LiveAlluxio, master: MasterRpc) -> None:
    Rest(alluxio.proxy_port).write("/asked/cached", LENGTH, write_type="MUST_CACHE")

    def mine() -> list[bool]:
        files = [f for f in list_unpersisted(master.masters, 10) if f.path == "/asked/cached"]
        return [persist(master.masters, files, 10) == 0 and files[0].under_way]

    assert mine() == [False]
    # There is no job service here that would copy it: it stays under way, and is left alone.
    assert mine() == [True]
