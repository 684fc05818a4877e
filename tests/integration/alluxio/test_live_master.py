# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What we say about a live Alluxio equals what its master says, also when a worker is killed."""

from __future__ import annotations

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio import master_web, proxy_rest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import ServerUnreachable
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import (
    WorkerState,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.transport import DirectTransport
from live_alluxio import (
    MASTER_HOST,
    MEM_BYTES,
    SSD_BYTES,
    START_TIMEOUT_S,
    LiveAlluxio,
    MakeAlluxio,
    worker_host,
)

DEADLINE_S = 6.0
MB = 1000 * 1000


def master(alluxio: LiveAlluxio, number: int = 0) -> DirectTransport:
    return DirectTransport(MASTER_HOST, alluxio.masters[number].web)


def states(alluxio: LiveAlluxio) -> dict[str, WorkerState]:
    info = master_web.get_info(master(alluxio), DEADLINE_S)
    return {worker.host: worker.state for worker in info.workers}


def equals_the_raw_answer(alluxio: LiveAlluxio) -> bool:
    """Whether ours is the master's answer; two requests may fall on both sides of a change."""
    raw = alluxio.master_answer(master_web.INFO_PATH)
    info = master_web.get_info(master(alluxio), DEADLINE_S)
    ours = (
        info.version,
        (info.capacity_bytes, info.used_bytes),
        {name: (tier.total_bytes, tier.used_bytes) for name, tier in info.tiers.items()},
        {
            (w.worker_id, w.host, w.capacity_bytes, w.used_bytes)
            for w in info.workers
            if w.state is WorkerState.LIVE
        },
    )
    tiers = {name: (tier["total"], tier["used"]) for name, tier in raw["tierCapacity"].items()}
    return ours == (
        raw["version"],
        (raw["capacity"]["total"], raw["capacity"]["used"]),
        {name: figures for name, figures in tiers.items() if any(figures)},
        {
            (w["id"], w["address"]["host"], w["capacityBytes"], w["usedBytes"])
            for w in raw["workers"]
        },
    )


def assert_equals_the_raw_answer(alluxio: LiveAlluxio) -> None:
    alluxio.wait_for("equality", lambda: equals_the_raw_answer(alluxio), 10)


def test_figures_equal_the_masters_answer(alluxio: LiveAlluxio) -> None:
    assert_equals_the_raw_answer(alluxio)
    info = master_web.get_info(master(alluxio), DEADLINE_S)
    assert info.capacity_bytes == 2 * (MEM_BYTES + SSD_BYTES)
    assert info.tiers["SSD"].total_bytes == 2 * SSD_BYTES
    assert info.mounts["/"].ufs_type == "local"


def test_what_is_not_persisted_is_counted(alluxio: LiveAlluxio) -> None:
    alluxio.write("/d/cached", b"c" * 3 * MB, "MUST_CACHE")
    alluxio.write("/d/later", b"l" * 2 * MB, "ASYNC_THROUGH")
    alluxio.write("/d/safe", b"s" * MB, "CACHE_THROUGH")
    proxy = DirectTransport(MASTER_HOST, alluxio.proxy_port)
    for path in ("/", "/d"):
        found = proxy_rest.get_cache_only(proxy, path, DEADLINE_S)
        assert (found.not_persisted_bytes, found.lost_files) == (5 * MB, 0)
        assert found.files == (("/d/cached", 3 * MB), ("/d/later", 2 * MB))
        assert sum(found.held_by.values()) == 5 * MB
    counters = master_web.get_counters(master(alluxio), DEADLINE_S)
    assert counters.files_to_persist == 1
    assert counters.total_paths == 5
    alluxio.wait_for(
        "use on the master",
        lambda: master_web.get_info(master(alluxio), DEADLINE_S).used_bytes >= 6 * MB,
        15,
    )
    assert_equals_the_raw_answer(alluxio)


def test_a_killed_worker_is_lost_and_comes_back_once(alluxio: LiveAlluxio) -> None:
    victim, other = worker_host(1), worker_host(2)
    alluxio.kill("worker-1")
    lost = {victim: WorkerState.LOST, other: WorkerState.LIVE}
    alluxio.wait_for("lost worker", lambda: states(alluxio) == lost, 30)
    assert_equals_the_raw_answer(alluxio)
    assert master_web.get_info(master(alluxio), DEADLINE_S).capacity_bytes == MEM_BYTES + SSD_BYTES
    alluxio.start_worker(1)
    both = {victim: WorkerState.LIVE, other: WorkerState.LIVE}
    alluxio.wait_for("worker that is back", lambda: states(alluxio) == both, START_TIMEOUT_S)
    raw = alluxio.master_answer("/api/v1/master/info")
    assert [w["address"]["host"] for w in raw["lostWorkers"]] == [victim]


def test_files_that_died_with_their_worker_are_counted(alluxio: LiveAlluxio) -> None:
    alluxio.kill("worker-1")
    alluxio.kill("worker-2")
    proxy = DirectTransport(MASTER_HOST, alluxio.proxy_port)

    def lost_files() -> int:
        return proxy_rest.get_cache_only(proxy, "/", DEADLINE_S).lost_files

    alluxio.wait_for("two lost files", lambda: lost_files() == 2, 60)


@pytest.mark.wide
def test_the_leader_of_three_masters_is_found_again(make_alluxio: MakeAlluxio) -> None:
    alluxio = make_alluxio(3)
    for number in range(3):
        alluxio.start_master(number)
    roads = [master(alluxio, number) for number in range(3)]

    def leader() -> int | None:
        try:
            return master_web.find_leader(roads, DEADLINE_S).index
        except ServerUnreachable:
            return None

    alluxio.wait_for("leader", lambda: leader() is not None, START_TIMEOUT_S)
    first = leader()
    assert first is not None

    def standbys() -> int:
        return len(master_web.get_quorum(roads[first], DEADLINE_S).standbys)

    alluxio.wait_for("two standbys", lambda: standbys() == 2, 30)
    alluxio.kill(f"master-{first}")
    alluxio.wait_for("new leader", lambda: leader() not in (None, first), START_TIMEOUT_S)
    second = leader()
    assert second is not None
    alluxio.kill(f"master-{second}")
    alluxio.wait_for("end of the quorum", lambda: leader() is None, 60)
    with pytest.raises(ServerUnreachable) as caught:
        master_web.find_leader(roads, DEADLINE_S)
    assert str(caught.value).count("connection refused") == 2
