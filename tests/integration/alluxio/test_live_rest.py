# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Every operation of the proxy's REST API, and a proxy that has it switched off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    InvalidRequest,
    NotPossibleNow,
    NotServed,
    PathExists,
    PathNotFound,
    RequestRefused,
    RestDisabled,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.proxy_rest import ProxyRest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.transport import DirectTransport
from live_alluxio import MASTER_HOST, LiveAlluxio, worker_host
from test_live_files import ODD_NAMES

MB = 1024 * 1024


@pytest.fixture(scope="module")
def rest(cluster: LiveAlluxio) -> ProxyRest:
    client = ProxyRest(DirectTransport(MASTER_HOST, cluster.proxy_port))
    cluster.wait_for("proxy", lambda: _answers(client), 60)
    return client


def _answers(client: ProxyRest) -> bool:
    try:
        return bool(client.get_version())
    except Exception:
        return False


def test_a_file_is_written_read_and_told_as_by_grpc(rest: ProxyRest, master: MasterRpc) -> None:
    content = bytes(range(256)) * 10_000
    rest.create_directory("/rest", recursive=True, allowExists=True)
    rest.write("/rest/file", [content[:MB], content[MB:]], blockSizeBytes=MB)
    assert rest.read("/rest/file") == content
    stream = rest.open_file("/rest/file")
    assert rest.read_stream(stream) == content
    assert rest.read_stream(stream) == b""
    rest.close_stream(stream)
    # The fingerprint and the access differ by when they are looked at.
    ours = master.files.get_status("/rest/file")
    theirs = rest.get_status("/rest/file")
    for name in (
        *("path", "file_id", "length_bytes", "block_ids", "blocks", "mode", "owner", "mount_id"),
        *("ttl_ms", "ttl_action", "persistence_state", "ufs_path", "replication_max", "created_ms"),
    ):
        assert getattr(theirs, name) == getattr(ours, name), name
    assert rest.list_status("/rest") == [rest.get_status("/rest/file")]
    assert rest.exists("/rest/file")
    assert not rest.exists("/rest/nothing")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(rest: ProxyRest, master: MasterRpc, name: str) -> None:
    path = f"/rest-odd/{name}"
    rest.write(path, [b"odd"], recursive=True)
    assert rest.get_status(path).path == path
    assert master.files.get_status(path).length_bytes == 3
    assert rest.read(path) == b"odd"
    rest.rename(path, "/rest-odd/plain")
    rest.delete("/rest-odd/plain")
    assert not rest.exists(path)


def test_placing_pinning_freeing(cluster: LiveAlluxio, rest: ProxyRest, master: MasterRpc) -> None:
    worker = next(one for one in master.blocks.get_workers() if one.host == worker_host(2))
    place = {"host": worker.host, "rpcPort": worker.address.rpc_port}
    rest.write("/rest-placed", [b"x" * 10], workerLocation=place, writeType="CACHE_THROUGH")
    ((location,),) = (block.locations for block in rest.get_status("/rest-placed").blocks)
    assert location.worker.host == worker_host(2)
    rest.set_attribute("/rest-placed", pinned=True)
    assert rest.get_status("/rest-placed").pinned
    assert rest.get_status("/rest-placed").ttl_ms == -1
    rest.set_attribute("/rest-placed", pinned=False)
    rest.free("/rest-placed")
    cluster.wait_for(
        "free blocks", lambda: not rest.get_status("/rest-placed").blocks[0].locations, 20
    )
    with pytest.raises(InvalidRequest, match="persisted"):
        rest.set_attribute("/rest-placed", persisted=True)


def test_mounts(cluster: LiveAlluxio, rest: ProxyRest) -> None:
    folder = cluster.folder / "rest-mount"
    folder.mkdir()
    rest.mount("/rest-mnt", str(folder), readOnly=True)
    assert rest.get_status("/rest-mnt").mount_point
    rest.unmount("/rest-mnt")
    assert not rest.exists("/rest-mnt")


def test_refusals(rest: ProxyRest) -> None:
    with pytest.raises(PathNotFound):
        rest.get_status("/rest-missing")
    rest.create_directory("/rest-full/sub", recursive=True)
    with pytest.raises(NotPossibleNow):
        rest.delete("/rest-full")
    with pytest.raises(PathExists):
        rest.create_directory("/rest-full")
    with pytest.raises(InvalidRequest, match="nonsense"):
        rest.get_status("/rest-full", nonsense=1)
    with pytest.raises(RequestRefused, match="does not exist"):
        rest.close_stream(2**30)
    with pytest.raises(NotServed):
        rest._on_path("/rest-full", "no-such-operation", {})


def test_a_write_that_breaks_off_leaves_nothing(rest: ProxyRest) -> None:
    def source() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the source broke")

    with pytest.raises(OSError, match="the source broke"):
        rest.write("/rest-broken", source())
    assert not rest.exists("/rest-broken")


def test_a_proxy_without_rest_is_found_out(cluster: LiveAlluxio) -> None:
    port = cluster.start_proxy_without_rest()
    client = ProxyRest(DirectTransport(MASTER_HOST, port))

    def refuses() -> bool:
        try:
            client.get_version()
        except RestDisabled:
            return True
        except Exception:
            return False
        return False

    cluster.wait_for("second proxy", refuses, 60)
    for call in (
        lambda: client.exists("/"),
        lambda: client.get_status("/"),
        lambda: client.list_status("/"),
        lambda: client.create_directory("/never"),
        lambda: client.delete("/never"),
        lambda: client.write("/never", [b"x"]),
        lambda: client.read("/never"),
    ):
        with pytest.raises(RestDisabled, match=r"s3\.v2\.version\.enabled"):
            call()
