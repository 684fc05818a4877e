# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The namespace and the blocks of a live Alluxio, each block put where the test wants it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    NotPossibleNow,
    NotReadable,
    PathExists,
    PathNotFound,
    PermissionRefused,
    RequestRefused,
    ServerUnreachable,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import (
    Login,
    MasterRpc,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import (
    FileStatus,
    WorkerState,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.files import (
    Load,
    TtlAction,
    WriteType,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.worker import (
    UfsBlock,
    WorkerRpc,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.path_info import add_up
from live_alluxio import (
    FILE_BYTES,
    MASTER_HOST,
    MEM_BYTES,
    SSD_BYTES,
    START_TIMEOUT_S,
    LiveAlluxio,
    MakeAlluxio,
    rpc_client,
    worker_host,
)

MB = 1024 * 1024
W1, W2, W3 = (worker_host(number) for number in (1, 2, 3))
ODD_NAMES = [
    *("a b", "100%", "%41", "#1", "a;b", "a+b", "a&b=c", "tab\tnew\nline", "'\""),
    *("grün-データ-😀", "~", "a:b", "*", "x" * 255, "ü" * 127),
]


def places(status: FileStatus) -> list[list[tuple[str, str]]]:
    """By block. The master names the workers of a block in no order (they have random ids)."""
    return [
        sorted((one.worker.host, one.tier) for one in block.locations) for block in status.blocks
    ]


def settled(alluxio: LiveAlluxio, master: MasterRpc, path: str, expected: object) -> None:
    """Workers tell the master of their blocks with each heartbeat."""
    alluxio.wait_for(f"{expected}", lambda: places(master.files.get_status(path)) == expected, 20)


def worker(master: MasterRpc, host: str, deadline_s: float = 30) -> WorkerRpc:
    (one,) = (one for one in master.blocks.get_workers() if one.host == host)
    return WorkerRpc(Endpoint(host, one.address.rpc_port), Login("root"), deadline_s=deadline_s)


def test_workers(master: MasterRpc) -> None:
    workers = master.blocks.get_workers()
    assert [one.host for one in workers] == [W1, W2, W3]
    assert {one.state for one in workers} == {WorkerState.LIVE}
    assert {one.version for one in workers} == {"2.9.6"}
    for one in workers:
        assert {name: tier.total_bytes for name, tier in one.tiers.items()} == {
            "MEM": MEM_BYTES,
            "SSD": SSD_BYTES,
        }
    state = master.blocks.get_state()
    assert state.live_workers == 3
    assert state.capacity_bytes == 3 * (MEM_BYTES + SSD_BYTES)
    assert state.used_bytes + state.free_bytes == state.capacity_bytes


def test_every_block_is_where_it_was_put(data: FileData) -> None:
    content = os.urandom(3 * MB + 5)
    status = data.write(
        "/placed/a", [content], size_bytes=len(content), block_size_bytes=MB, hosts=[W2, W1, W3]
    )
    assert places(status) == [[(W2, "MEM")], [(W1, "MEM")], [(W3, "MEM")], [(W2, "MEM")]]
    assert [block.length_bytes for block in status.blocks] == [MB, MB, MB, 5]
    assert [block.offset for block in status.blocks] == [0, MB, 2 * MB, 3 * MB]
    assert tuple(block.block_id for block in status.blocks) == status.block_ids
    assert status.cached_bytes == len(content)
    assert b"".join(data.read("/placed/a")) == content
    assert b"".join(data.read("/placed/a", MB - 2, MB + 4)) == content[MB - 2 : 2 * MB + 2]
    assert b"".join(data.read("/placed/a", len(content) + 1)) == b""


def test_a_file_of_64_blocks(data: FileData) -> None:
    content = os.urandom(64 * 16 * 1024)
    status = data.write(
        "/placed/64", [content], size_bytes=len(content), block_size_bytes=16 * 1024
    )
    assert len(status.blocks) == 64
    assert {host for ((host, _tier),) in places(status)} == {W1, W2, W3}
    assert b"".join(data.read("/placed/64")) == content


@pytest.mark.parametrize("write_type", ["MUST_CACHE", "CACHE_THROUGH", "THROUGH"])
def test_an_empty_file(data: FileData, write_type: str) -> None:
    status = data.write(f"/empty/{write_type}", [], write_type=WriteType(write_type))
    assert (status.length_bytes, status.blocks, status.completed) == (0, (), True)
    assert b"".join(data.read(f"/empty/{write_type}")) == b""


def test_a_block_on_two_workers(cluster: LiveAlluxio, master: MasterRpc, data: FileData) -> None:
    content = os.urandom(MB)
    status = data.write("/two", [content], size_bytes=MB, block_size_bytes=MB, hosts=[W1])
    ufs = UfsBlock(status.ufs_path, status.mount_id, 0, MB)
    with worker(master, W3) as third:
        assert b"".join(third.read_block(status.block_ids[0], 0, MB, ufs)) == content
    cluster.wait_for(
        "two copies",
        lambda: places(master.files.get_status("/two"))[0] == [(W1, "MEM"), (W3, "MEM")],
        20,
    )


def test_what_was_freed_is_read_from_the_ufs(
    cluster: LiveAlluxio, master: MasterRpc, data: FileData
) -> None:
    content = os.urandom(2 * MB + 1)
    data.write("/freed", [content], size_bytes=len(content), block_size_bytes=MB)
    master.files.free("/freed")
    settled(cluster, master, "/freed", [[], [], []])
    assert b"".join(data.read("/freed", cache=False)) == content
    assert places(master.files.get_status("/freed")) == [[], [], []]
    assert b"".join(data.read("/freed")) == content
    cluster.wait_for(
        "cached blocks",
        lambda: master.files.get_status("/freed").cached_bytes == len(content),
        20,
    )


def test_more_than_memory_goes_to_the_next_tier(data: FileData, master: MasterRpc) -> None:
    size = MEM_BYTES + 8 * MB
    status = data.write(
        "/full",
        (bytes(MB) for _number in range(size // MB)),
        size_bytes=size,
        block_size_bytes=4 * MB,
        write_type=WriteType.MUST_CACHE,
        hosts=[W2],
    )
    tiers = [tier for ((_host, tier),) in places(status)]
    assert set(tiers) == {"MEM", "SSD"}
    assert sum(map(len, data.read("/full"))) == size
    master.files.delete("/full")


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names(cluster: LiveAlluxio, master: MasterRpc, data: FileData, name: str) -> None:
    path = f"/odd/{name}"
    status = data.write(path, [b"odd"])
    assert status.path == path
    assert Path(status.ufs_path) == cluster.folder / "ufs" / "odd" / name
    assert Path(status.ufs_path).read_bytes() == b"odd"
    assert path in {one.path for one in master.files.list_status("/odd")}
    assert b"".join(data.read(path)) == b"odd"
    master.files.rename(path, "/odd/plain")
    master.files.delete("/odd/plain")
    assert not master.files.exists(path)


def test_a_listing_in_pages_is_the_streamed_one(master: MasterRpc) -> None:
    for number in range(40):
        master.files.create_directory(f"/tree/{number % 5}/{number}", recursive=True)
    streamed = [one.path for one in master.files.list_status("/tree", recursive=True)]
    assert len(streamed) == 45
    for page_files in (1, 7, 1000):
        pages = master.files.list_status("/tree", recursive=True, page_files=page_files)
        assert [one.path for one in pages] == streamed
    children = list(master.files.list_status("/tree"))
    assert [(one.path, one.children) for one in children] == [(f"/tree/{n}", 8) for n in range(5)]


def test_a_listing_of_a_file_is_that_file(master: MasterRpc, data: FileData) -> None:
    data.write("/single", [b"x"])
    for page_files in (None, 5):
        found = master.files.list_status("/single", page_files=page_files)
        assert [one.path for one in found] == ["/single"]


def test_what_was_made_or_loaded_lives_for_ever(
    cluster: LiveAlluxio, master: MasterRpc, data: FileData
) -> None:
    """A time to live that is left out would be 0, with the action DELETE."""
    folder = cluster.folder / "ufs" / "outside" / "sub"
    folder.mkdir(parents=True)
    for name in ("a", "b"):
        (folder / name).write_text("x")
        (folder.parent / name).write_text("x")
    master.files.get_status("/outside/a", load=Load.ALWAYS)
    loaded = list(master.files.list_status("/outside", recursive=True, load=Load.ALWAYS))
    assert len(loaded) == 5
    master.files.create_directory("/lives/dir", recursive=True)
    data.write("/lives/dir/sub/file", [b"x"])
    made = list(master.files.list_status("/lives", recursive=True))
    assert len(made) == 3
    for one in (*loaded, *made, master.files.get_status("/lives")):
        assert (one.path, one.ttl_ms) == (one.path, -1)


def test_attributes(master: MasterRpc, data: FileData) -> None:
    data.write("/attributes", [b"x"])
    master.files.set_attributes("/attributes", pinned=True, pinned_media=["SSD"], mode=0o640)
    master.files.set_attributes("/attributes", ttl_ms=2**40, ttl_action=TtlAction.FREE)
    master.files.set_attributes("/attributes", replication_min=2, replication_max=3)
    status = master.files.get_status("/attributes")
    assert (status.pinned, status.pinned_media, status.mode) == (True, ("SSD",), 0o640)
    assert (status.ttl_ms, status.ttl_action) == (2**40, "FREE")
    assert (status.replication_min, status.replication_max) == (2, 3)
    assert not master.files.schedule_persistence("/attributes")
    with pytest.raises(RequestRefused, match="pinned"):
        master.files.free("/attributes")


def test_mounts(cluster: LiveAlluxio, master: MasterRpc) -> None:
    other = cluster.folder / "other"
    other.mkdir()
    (other / "file").write_text("there")
    master.files.mount("/mnt", str(other), properties={"a.key": "a value"}, read_only=True)
    mount = master.files.get_mount_table(check_ufs=True)["/mnt"]
    assert (mount.uri, mount.ufs_type, mount.read_only) == (str(other), "local", True)
    assert dict(mount.properties) == {"a.key": "a value"}
    assert mount.capacity_bytes
    assert "a value" not in repr(mount)
    found = list(master.files.list_status("/mnt", load=Load.ALWAYS, with_mounts=True))
    assert [(one.path, one.ufs_path) for one in found] == [("/mnt/file", str(other / "file"))]
    master.files.update_mount("/mnt", properties={"a.key": "b"})
    mount = master.files.get_mount_table()["/mnt"]
    assert (dict(mount.properties), mount.read_only) == ({"a.key": "b"}, False)
    master.files.unmount("/mnt")
    assert set(master.files.get_mount_table()) == {"/"}
    with pytest.raises(RequestRefused) as caught:
        master.files.mount("/mnt", str(cluster.folder / "no"), properties={"k": "secret-1"})
    assert "secret-1" not in str(caught.value)


def test_a_checkpoint(master: MasterRpc) -> None:
    assert master.meta.checkpoint() == MASTER_HOST


def test_refusals(cluster: LiveAlluxio, master: MasterRpc, data: FileData) -> None:
    with pytest.raises(PathNotFound):
        master.files.get_status("/missing")
    with pytest.raises(PathNotFound):
        list(master.files.list_status("/missing"))
    data.write("/refused/file", [b"x"])
    with pytest.raises(NotPossibleNow):
        master.files.delete("/refused")
    with pytest.raises(PathExists):
        data.write("/refused/file", [b"y"])
    with pytest.raises(PathExists):
        master.files.create_directory("/refused")
    with pytest.raises(NotReadable, match="directory"):
        list(data.read("/refused"))
    with pytest.raises(InvalidValue, match=W1):
        data.write("/refused/other", [b"x"], hosts=["nowhere"])
    assert not master.files.exists("/refused/other")
    with rpc_client(cluster, "eve") as stranger, pytest.raises(PermissionRefused):
        stranger.files.create_directory("/refused/by-eve")


def test_a_file_that_only_the_ufs_knows_is_not_overwritten(
    cluster: LiveAlluxio, data: FileData
) -> None:
    treasure = cluster.folder / "ufs" / "treasure"
    treasure.write_text("gold")
    with pytest.raises(PathExists):
        data.write("/treasure", [b"dust"])
    assert treasure.read_text() == "gold"
    data.write("/treasure", [b"new"], overwrite=True)
    assert treasure.read_text() == "new"


def test_a_write_that_breaks_off_leaves_nothing(
    cluster: LiveAlluxio, master: MasterRpc, data: FileData
) -> None:
    def source() -> Iterator[bytes]:
        yield bytes(3 * MB)
        raise OSError("the source broke")

    with pytest.raises(OSError, match="the source broke"):
        data.write("/broken", source(), block_size_bytes=MB)
    assert not master.files.exists("/broken", load=Load.ALWAYS)
    assert not (cluster.folder / "ufs" / "broken").exists()


def test_a_block_that_is_nowhere_does_not_hang(master: MasterRpc) -> None:
    with (
        worker(master, W1, deadline_s=3) as one,
        pytest.raises((ServerUnreachable, RequestRefused)),
    ):
        list(one.read_block(2**40, 0, 10))


def test_ten_thousand_files(cluster: LiveAlluxio, master: MasterRpc) -> None:
    """Streamed and in pages; each file's block is on the worker that the names of its blocks say."""
    cluster.cache_files(master, "/ten-thousand", 10_000)
    sums = [
        add_up(master.files.list_status("/ten-thousand", recursive=True, page_files=pages), 0)
        for pages in (None, 3_000)
    ]
    assert sums[0] == sums[1]
    row = sums[0].as_row()
    assert (row["files"], row["cached_bytes"]) == (10_000, 10_000 * FILE_BYTES)
    assert {one["host"]: one["bytes"] for one in row["workers"]} == {
        W1: 3_334 * FILE_BYTES,
        W2: 3_333 * FILE_BYTES,
        W3: 3_333 * FILE_BYTES,
    }


@pytest.mark.wide
def test_workers_that_are_killed(make_alluxio: MakeAlluxio) -> None:
    alluxio = make_alluxio(1)
    alluxio.start_master(0)
    for number in (1, 2, 3):
        alluxio.start_worker(number)
    with rpc_client(alluxio) as master, FileData(master, deadline_s=20) as data:
        alluxio.wait_for(
            "workers", lambda: master.blocks.get_state().live_workers == 3, START_TIMEOUT_S
        )
        content = os.urandom(2 * MB)
        safe = data.write("/safe", [content], block_size_bytes=MB, size_bytes=2 * MB, hosts=[W1])
        data.write(
            "/lost",
            [content],
            write_type=WriteType.MUST_CACHE,
            size_bytes=2 * MB,
            block_size_bytes=MB,
            hosts=[W1, W2],
        )
        with worker(master, W2) as second:
            ufs = UfsBlock(safe.ufs_path, safe.mount_id, 0, MB)
            assert sum(map(len, second.read_block(safe.block_ids[0], 0, MB, ufs))) == MB
        settled(alluxio, master, "/safe", [[(W1, "MEM"), (W2, "MEM")], [(W1, "MEM")]])
        alluxio.kill("worker-1")
        # The master still counts it as live: the other copy, and the UFS, take over.
        assert b"".join(data.read("/safe")) == content
        alluxio.wait_for("lost worker", lambda: master.blocks.get_state().lost_workers == 1, 30)
        states = {one.host: one.state for one in master.blocks.get_workers()}
        assert states == {W1: WorkerState.LOST, W2: WorkerState.LIVE, W3: WorkerState.LIVE}
        with pytest.raises(NotReadable, match="are lost"):
            list(data.read("/lost"))
        address = next(one for one in master.blocks.get_workers() if one.host == W3).address
        master.blocks.decommission_worker(W3, address.web_port, may_register_again=True)
        alluxio.wait_for(
            "decommissioned worker", lambda: master.blocks.get_state().live_workers == 1, 30
        )
        data.write("/after", [content], hosts=[W2])
        assert b"".join(data.read("/after")) == content
        # Though it lives it has not come back by itself; a new one on the same host does.
        assert master.blocks.get_state().live_workers == 1
        alluxio.kill("worker-3")
        alluxio.start_worker(3)
        alluxio.wait_for("new worker", lambda: master.blocks.get_state().live_workers == 2, 60)


@pytest.mark.wide
def test_the_leader_is_killed_in_mid_listing(make_alluxio: MakeAlluxio) -> None:
    alluxio = make_alluxio(3)
    for number in range(3):
        alluxio.start_master(number)
    with rpc_client(alluxio) as master:
        paths = [f"/many/{number:04}" for number in range(300)]
        for path in paths:
            master.files.create_directory(path, recursive=True)
        listing = master.files.list_status("/many", page_files=50)
        found = [next(listing).path for _number in range(60)]
        leader = master.masters.find_leader()
        number = [ports.rpc for ports in alluxio.masters].index(leader.port)
        alluxio.kill(f"master-{number}")
        found += [one.path for one in listing]
        assert found == paths
        # What was acknowledged before is there, and an operation asked again is done once.
        master.files.rename("/many/0000", "/many/moved")
        assert not master.files.exists("/many/0000")
