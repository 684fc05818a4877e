# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What we read out of recorded answers of live masters, and how loud we are about broken ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio import master_web
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio._json import Node
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    ServerUnreachable,
    UnexpectedAnswer,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import (
    MasterInfo,
    Mount,
    TierUsage,
    WorkerState,
)

SAMPLES = Path(__file__).parent / "samples"


def sample(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return document


def parse(document: dict[str, Any]) -> MasterInfo:
    return master_web.parse_info(Node(document, "m:19999/api/v1/master/info"))


def states(info: MasterInfo) -> dict[str, WorkerState]:
    return {worker.host: worker.state for worker in info.workers}


def test_figures_are_the_masters_own() -> None:
    info = parse(sample("info_two_live"))
    assert info.version == "2.9.6"
    assert info.capacity_bytes == 671088640
    assert info.used_bytes == 14388608
    assert info.tiers == {
        "MEM": TierUsage(total_bytes=134217728, used_bytes=10194304),
        "SSD": TierUsage(total_bytes=536870912, used_bytes=4194304),
    }
    assert info.mounts == {"/": Mount("/srv/alluxio/ufs", "local", read_only=False)}
    assert states(info) == {"127.0.0.11": WorkerState.LIVE, "127.0.0.12": WorkerState.LIVE}


def test_a_tier_that_no_worker_has_is_not_listed() -> None:
    assert "HDD" in sample("info_two_live")["tierCapacity"]
    assert "HDD" not in parse(sample("info_two_live")).tiers


def test_ids_keep_all_their_digits() -> None:
    worker = parse(sample("info_two_live")).workers[0]
    assert worker.worker_id == 7963141986984748236


def test_a_killed_worker_is_lost() -> None:
    info = parse(sample("info_one_lost"))
    assert states(info) == {"127.0.0.11": WorkerState.LOST, "127.0.0.12": WorkerState.LIVE}
    assert info.capacity_bytes == 335544320


def test_a_restarted_worker_counts_once() -> None:
    document = sample("info_restarted")
    assert len(document["workers"]) + len(document["lostWorkers"]) == 3
    assert states(parse(document)) == {
        "127.0.0.11": WorkerState.LIVE,
        "127.0.0.12": WorkerState.LIVE,
    }


def test_of_two_lost_identities_the_younger_counts() -> None:
    document = sample("info_one_lost")
    older = dict(document["lostWorkers"][0], id=1, startTimeMs=1)
    document["lostWorkers"].insert(0, older)
    lost = [w for w in parse(document).workers if w.state is WorkerState.LOST]
    assert [worker.worker_id for worker in lost] == [7963141986984748236]


@pytest.mark.parametrize("word", ["Decommissioned", "DECOMMISSIONED", "Disabled"])
def test_a_worker_out_of_service_is_neither_live_nor_lost(word: str) -> None:
    document = sample("info_two_live")
    document["workers"][0]["state"] = word
    assert states(parse(document))["127.0.0.11"] is WorkerState.DECOMMISSIONED


def test_an_unknown_field_is_welcome() -> None:
    document = sample("info_two_live") | {"news": {"of": ["2.10"]}}
    assert parse(document) == parse(sample("info_two_live"))


@pytest.mark.parametrize(
    ("break_it", "field"),
    [
        (lambda d: d.pop("capacity"), "capacity"),
        (lambda d: d["capacity"].pop("used"), "capacity.used"),
        (lambda d: d.update(version=None), "version"),
        (lambda d: d.pop("lostWorkers"), "lostWorkers"),
        (lambda d: d.update(workers={}), "workers"),
        (lambda d: d["workers"][1].pop("id"), "workers[1].id"),
        (lambda d: d["workers"][0]["address"].pop("host"), "workers[0].address.host"),
        (
            lambda d: d["workers"][0]["capacityBytesOnTiers"].update(MEM="64MB"),
            "workers[0].capacityBytesOnTiers.MEM",
        ),
        (lambda d: d["tierCapacity"]["MEM"].update(total=True), "tierCapacity.MEM.total"),
        (lambda d: d["mountPoints"]["/"].update(readOnly="no"), "mountPoints./.readOnly"),
    ],
)
def test_a_broken_field_is_named_with_its_url(break_it: Any, field: str) -> None:
    document = sample("info_two_live")
    break_it(document)
    with pytest.raises(UnexpectedAnswer) as caught:
        parse(document)
    assert caught.value.field == field
    assert "m:19999/api/v1/master/info" in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff"])
def test_other_than_json_is_said_so(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"m:19999/x"):
        Node.parse(body, "m:19999/x")


def test_counters() -> None:
    counters = master_web.parse_counters(Node(sample("metrics"), "m"))
    assert (counters.files_to_persist, counters.total_paths) == (1, 5)


def test_quorum() -> None:
    document = sample("masters_single")
    document["standbyMasterInfos"] = [{"address": {"host": "demo-master-1", "rpcPort": 19998}}]
    document["lostMasterInfos"] = [{"address": {"host": "demo-master-2", "rpcPort": 19998}}]
    quorum = master_web.parse_quorum(Node(document, "m"))
    assert quorum.leader == "127.0.0.1"
    assert quorum.standbys == ("demo-master-1",)
    assert quorum.lost == ("demo-master-2",)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("s3://bucket/data", "s3://bucket/data"),
        ("s3a://KEY:SECRET@bucket/data", "s3a://bucket/data"),
        ("ftp://user:p%40ss@host:21/d", "ftp://host:21/d"),
        ("/srv/data@home", "/srv/data@home"),
        ("hdfs://nn:8020/a", "hdfs://nn:8020/a"),
    ],
)
def test_credentials_in_a_mount_are_not_kept(uri: str, shown: str) -> None:
    assert master_web.without_credentials(uri) == shown


class FakeMaster:
    def __init__(self, address: str, answer: dict[str, Any] | str) -> None:
        self.address = address
        self._answer = answer

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        deadline_s: float,
        limit_bytes: int,
    ) -> bytes:
        del method, path, body, deadline_s, limit_bytes
        if isinstance(self._answer, str):
            raise ServerUnreachable(self.address, self._answer)
        return json.dumps(self._answer).encode()


def test_the_leader_is_the_one_that_answers() -> None:
    masters = [
        FakeMaster("m-0", "it closed the connection"),
        FakeMaster("m-1", sample("info_two_live")),
        FakeMaster("m-2", {"not": "alluxio"}),
    ]
    leader = master_web.find_leader(masters, deadline_s=5)
    assert (leader.index, leader.transport.address) == (1, "m-1")
    assert leader.info.version == "2.9.6"


def test_without_a_leader_every_master_says_why() -> None:
    masters = [FakeMaster("m-0", "connection refused"), FakeMaster("m-1", {})]
    with pytest.raises(ServerUnreachable) as caught:
        master_web.find_leader(masters, deadline_s=5)
    assert "m-0: connection refused" in str(caught.value)
    assert "m-1: " in str(caught.value)
    assert "'capacity' is missing" in str(caught.value)


def test_no_master_at_all_is_said_so() -> None:
    with pytest.raises(ServerUnreachable, match="there is none to ask"):
        master_web.find_leader([], deadline_s=5)
