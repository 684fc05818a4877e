# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Sums over a listing that is read once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import FileStatus
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.decode import Decoder
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import message
from ansible_collections.alluxio.k8s.plugins.module_utils.path_info import add_up, status_row

INFO = message("alluxio.grpc.file.FileInfo")
LOCATION = message("alluxio.grpc.BlockLocation")


def status(path: str, *blocks: tuple[int, list[str]], persisted: bool = True) -> FileStatus:
    """A file of blocks of (length, ["host/tier", ...])."""
    infos = [
        {
            "blockInfo": {
                "blockId": number,
                "length": length,
                "locations": [location(*place.split("/")) for place in places],
            }
        }
        for number, (length, places) in enumerate(blocks)
    ]
    return Decoder("test").file(
        INFO(
            path=path,
            completed=True,
            length=sum(length for length, _places in blocks),
            persistenceState="PERSISTED" if persisted else "NOT_PERSISTED",
            fileBlockInfos=infos,
        )
    )


def location(host: str, tier: str) -> bytes:
    return bytes(LOCATION(workerAddress={"host": host}, tierAlias=tier).SerializeToString())


def folder(path: str) -> FileStatus:
    return Decoder("test").file(INFO(path=path, folder=True, length=3))


def test_sums() -> None:
    listing = [
        folder("/d"),
        status("/d/a", (10, ["w1/MEM", "w2/SSD"]), (5, ["w1/SSD"])),
        status("/d/b", (7, [])),
        status("/d/c", (3, []), (2, ["w2/MEM"]), persisted=False),
        status("/d/empty"),
    ]
    row = add_up(listing, 0).as_row()
    assert row == {
        "files": 4,
        "directories": 1,
        "blocks": 5,
        "total_bytes": 27,
        "cached_bytes": 17,
        "uncached_bytes": 10,
        "lost_bytes": 3,
        "not_persisted_bytes": 5,
        "incomplete_files": 0,
        "workers": [
            {"host": "w1", "bytes": 15, "tiers": {"MEM": 10, "SSD": 5}},
            {"host": "w2", "bytes": 12, "tiers": {"MEM": 2, "SSD": 10}},
        ],
        "tiers": {"MEM": 12, "SSD": 15},
    }


def test_a_listing_is_not_held() -> None:
    def endless() -> Iterator[FileStatus]:
        one = status("/d/a", (1, ["w1/MEM"]))
        for _number in range(50_000):
            yield one

    usage = add_up(endless(), 2)
    assert (usage.files, len(usage.first_files)) == (50_000, 2)


def test_nothing_below() -> None:
    row = add_up([], 5).as_row()
    assert (row["files"], row["total_bytes"], row["workers"], row["tiers"]) == (0, 0, [], {})


@pytest.mark.parametrize("with_blocks", [False, True])
def test_a_row_is_plain_data(with_blocks: bool) -> None:
    row = status_row(status("/d/a", (10, ["w1/MEM"])), with_blocks=with_blocks)
    assert row["pinned_media"] == []
    assert ("blocks" in row) is with_blocks
    if with_blocks:
        assert row["blocks"][0]["locations"] == [{"host": "w1", "tier": "MEM", "medium": ""}]
