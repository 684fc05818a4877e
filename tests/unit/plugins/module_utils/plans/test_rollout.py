# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The next step of a roll: single situations, and whole rolls in a world that is simulated."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.rollout import (
    Quorum,
    Scene,
    Step,
    due,
    leaving,
    next_step,
    order_of,
)

NOW = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
PLAN = {
    "masters": {"workload": "demo-master"},
    "pools": [
        {"workload": "demo-worker-fast", "name": "fast"},
        {"workload": "demo-worker-big", "name": "big"},
    ],
}
ORDER = order_of(PLAN)
OLD, NEW = "rev-1", "rev-2"

Row = dict[str, Any]


def at(age_s: float) -> str:
    return (NOW - timedelta(seconds=age_s)).isoformat()


def pod(name: str, revision: str = OLD, **more: Any) -> Row:
    component = "master" if "-master-" in name else "worker"
    ready = more.get("ready", True)
    return {
        "name": name,
        "uid": f"uid-{name}",
        "component": component,
        "host_ip": f"host-of-{name}",
        "revision": revision,
        "ready": ready,
        "ready_since": at(580) if ready else "",
        "created": at(600),
        "restarts": 0,
        "deleting": False,
        "reason": "" if ready else "NotReady",
        "message": "",
        **more,
    }


def workload(name: str, replicas: int, revision: str = NEW, **more: Any) -> Row:
    return {
        "kind": "StatefulSet",
        "name": name,
        "component": "master" if name.endswith("-master") else "worker",
        "replicas": replicas,
        "revision": revision,
        "generation": 2,
        "observed_generation": 2,
        **more,
    }


def masters(*revisions: str, **changes: Any) -> list[Row]:
    """Masters of these revisions; ``changes`` by ``m0``, ``m1``, ..."""
    return [
        pod(f"demo-master-{number}", revision, **changes.get(f"m{number}", {}))
        for number, revision in enumerate(revisions)
    ]


def workers(pool: str, *revisions: str, **changes: Any) -> list[Row]:
    return [
        pod(f"demo-worker-{pool}-{number}", revision, **changes.get(f"w{number}", {}))
        for number, revision in enumerate(revisions)
    ]


def step(pods: list[Row], **more: Any) -> Step:
    counts: dict[str, int] = {}
    for each in pods:
        name = each["name"].rpartition("-")[0]
        counts[name] = counts.get(name, 0) + 1
    live = frozenset(each["host_ip"] for each in pods if each["ready"] and not each["deleting"])
    scene: dict[str, Any] = {
        "now": NOW,
        "order": ORDER,
        "workloads": [workload(name, count) for name, count in counts.items()],
        "pods": pods,
        "quorum": Quorum("demo-master-0"),
        "live_hosts": live,
        "unpersisted": {},
        **more,
    }
    return next_step(Scene(**scene))


def test_the_order_is_masters_then_pools_as_written() -> None:
    assert [row["workload"] for row in ORDER] == [
        "demo-master",
        "demo-worker-fast",
        "demo-worker-big",
    ]


def test_nothing_outdated_is_nothing_to_do() -> None:
    done = step([*masters(NEW, NEW, NEW), *workers("fast", NEW)])
    assert (done.action, done.why, done.outdated, done.again_s) == ("none", "", 0, None)


@pytest.mark.parametrize(
    ("leader", "evicted"),
    [("demo-master-0", "demo-master-2"), ("demo-master-2", "demo-master-1")],
)
def test_standbys_go_first_from_the_highest(leader: str, evicted: str) -> None:
    done = step(masters(OLD, OLD, OLD), quorum=Quorum(leader))
    assert (done.action, done.pods, done.outdated) == ("evict", (evicted,), 3)


@pytest.mark.parametrize("leader", [0, 1, 2])
def test_the_leader_goes_last_after_its_lead_was_handed_over(leader: int) -> None:
    name = f"demo-master-{leader}"
    revisions = [OLD if number == leader else NEW for number in range(3)]
    done = step(masters(*revisions), quorum=Quorum(name))
    assert (done.action, done.pods) == ("hand_over", (name,))
    assert done.to in {f"demo-master-{number}" for number in range(3)} - {name}


def test_a_lone_master_is_replaced_without_an_heir() -> None:
    done = step(masters(OLD))
    assert (done.action, done.pods) == ("evict", ("demo-master-0",))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"m2": {"ready": False}}, "waits for demo-master-2 to be ready"),
        ({"m2": {"deleting": True}}, "waits for demo-master-2 to come back"),
    ],
)
def test_no_master_goes_while_another_is_away(changes: Row, word: str) -> None:
    done = step(masters(OLD, OLD, NEW, **changes))
    assert (done.action, done.stuck) == ("none", False)
    assert word in done.why
    assert done.again_s


def test_no_master_goes_while_one_does_not_exist_yet() -> None:
    two = masters(OLD, OLD, NEW)[:2]
    done = step(two, workloads=[workload("demo-master", 3)])
    assert done.action == "none"
    assert "demo-master to come back" in done.why


def test_no_master_goes_while_the_leader_does_not_hear_one() -> None:
    quorum = Quorum("demo-master-0", frozenset({"demo-master-2"}))
    done = step(masters(OLD, OLD, NEW), quorum=quorum)
    assert done.action == "none"
    assert "waits for demo-master-2 to be in the quorum" in done.why


def test_no_master_goes_while_none_leads() -> None:
    done = step(masters(OLD, OLD, OLD), quorum=None, leader=None)
    assert (done.action, done.why) == ("none", "no master leads")


@pytest.mark.parametrize(("age_s", "action"), [(3, "none"), (30, "evict")])
def test_without_word_of_the_quorum_a_master_gets_time_to_catch_up(age_s: int, action: str) -> None:
    fresh = {"m2": {"ready_since": at(age_s)}}
    done = step(masters(OLD, OLD, NEW, **fresh), quorum=None, leader="demo-master-0")
    assert done.action == action


def test_a_wrong_edit_stops_at_its_first_pod() -> None:
    broken = {"m2": {"ready": False, "reason": "CrashLoopBackOff", "message": "exit code 1"}}
    done = step(masters(OLD, OLD, NEW, **broken))
    assert (done.action, done.stuck, done.again_s, done.outdated) == ("none", True, None, 2)
    assert done.why == "stopped: demo-master-2 does not start (exit code 1)"


def test_its_correction_replaces_the_broken_pod_first() -> None:
    broken = {"m2": {"ready": False, "reason": "CrashLoopBackOff"}}
    done = step(masters(OLD, OLD, "rev-wrong", **broken))
    assert (done.action, done.pods) == ("evict", ("demo-master-2",))


def test_a_correction_gets_through_when_every_master_is_broken() -> None:
    broken = {"ready": False, "reason": "CrashLoopBackOff"}
    all_broken = masters(OLD, OLD, OLD, m0=broken, m1=broken, m2=broken)
    done = step(all_broken, quorum=None, leader=None, live_hosts=None)
    assert (done.action, done.pods) == ("evict", ("demo-master-0",))


def test_taking_the_edit_back_leaves_the_pods_that_never_changed() -> None:
    broken = {"m2": {"ready": False, "reason": "CrashLoopBackOff"}}
    pods = masters(OLD, OLD, NEW, **broken)
    done = step(pods, workloads=[workload("demo-master", 3, OLD)])
    assert (done.action, done.pods, done.outdated) == ("evict", ("demo-master-2",), 1)


def test_workers_wait_for_the_masters() -> None:
    done = step([*masters(OLD, NEW, NEW), *workers("fast", OLD, OLD)])
    assert done.pods == ("demo-master-0",)


@pytest.mark.parametrize("reason", ["Starting", "CrashLoopBackOff"])
def test_workers_wait_for_the_last_master_to_be_back(reason: str) -> None:
    away = {"m0": {"ready": False, "reason": reason}}
    done = step([*masters(NEW, NEW, NEW, **away), *workers("fast", OLD)])
    assert (done.action, done.stuck) == ("none", reason == "CrashLoopBackOff")
    assert "demo-master-0" in done.why


def test_workers_go_from_the_lowest_pool_by_pool() -> None:
    # A StatefulSet made anew around pods that lack a claim makes none beyond the first of them.
    pods = [*masters(NEW), *workers("fast", OLD, OLD), *workers("big", OLD)]
    assert step(pods).pods == ("demo-worker-fast-0",)
    pods = [*masters(NEW), *workers("fast", NEW, OLD), *workers("big", OLD)]
    assert step(pods).pods == ("demo-worker-fast-1",)
    pods = [*masters(NEW), *workers("fast", NEW, NEW), *workers("big", OLD)]
    assert step(pods).pods == ("demo-worker-big-0",)


def test_only_as_many_workers_as_the_budget_says_across_the_pools() -> None:
    away = {"w0": {"ready": False}}
    pods = [*masters(NEW), *workers("fast", OLD, OLD, OLD), *workers("big", NEW, **away)]
    assert step(pods).action == "none"
    assert step(pods, workers_at_once=2).pods == ("demo-worker-fast-0",)
    assert step(pods, workers_at_once=3).pods == ("demo-worker-fast-0", "demo-worker-fast-1")


def test_a_budget_of_none_says_so() -> None:
    done = step([*masters(NEW), *workers("fast", OLD)], workers_at_once=0)
    assert (done.action, done.stuck) == ("none", True)
    assert "maxUnavailableWorkers is 0" in done.why


def test_the_next_worker_waits_until_the_last_has_registered() -> None:
    pods = [*masters(NEW), *workers("fast", OLD, NEW)]
    done = step(pods, live_hosts=frozenset({"host-of-demo-worker-fast-0"}))
    assert (done.action, done.why) == (
        "none",
        "waits for the worker of demo-worker-fast-1 to register",
    )


def test_no_worker_goes_while_no_master_leads() -> None:
    done = step([*masters(NEW), *workers("fast", OLD)], live_hosts=None)
    assert (done.action, done.why) == ("none", "waits for a master that leads")


def test_what_any_worker_holds_alone_is_persisted_before_one_goes() -> None:
    pods = [*masters(NEW), *workers("fast", OLD, OLD), *workers("big", NEW)]
    held = {"host-of-demo-worker-fast-0": 7, "host-of-demo-worker-big-0": 1, "elsewhere": 2}
    done = step(pods, unpersisted=held)
    assert (done.action, done.pods) == ("persist", ("demo-worker-fast-0", "demo-worker-big-0"))
    assert step(pods, unpersisted={"elsewhere": 2}).pods == ("demo-worker-fast-0",)


def test_no_worker_goes_while_nobody_can_tell_what_it_holds() -> None:
    done = step([*masters(NEW), *workers("fast", OLD)], unpersisted=None)
    assert (done.action, done.stuck) == ("none", False)
    assert "cannot be told" in done.why


def test_a_missing_secret_stops_a_roll_before_its_first_pod() -> None:
    done = step(masters(OLD, OLD, OLD), missing=["Secret s3"])
    assert (done.action, done.stuck, done.why) == ("none", True, "waits for Secret s3")


def test_a_template_that_kubernetes_has_not_looked_at_is_waited_for() -> None:
    late = workload("demo-master", 3, OLD, observed_generation=1)
    done = step(masters(OLD, OLD, OLD), workloads=[late])
    assert (done.action, done.again_s) == ("none", 1)


def test_the_next_pass_comes_when_the_pod_is_expected_back() -> None:
    slow = {"created": at(600), "ready_since": at(575)}
    done = step(masters(OLD, OLD, OLD, m1=slow))
    assert done.again_s == 25 + 4
    restarted = {"created": at(600), "ready_since": at(10), "restarts": 2}
    done = step(masters(OLD, OLD, OLD, m1=restarted))
    assert done.again_s == 20 + 4


@pytest.mark.parametrize(("age_s", "again_s"), [(2, 22), (20, 4), (23, 3), (300, 3)])
def test_a_pod_that_starts_is_looked_at_when_it_is_expected_to_be_ready(
    age_s: int, again_s: int
) -> None:
    starting = {"created": at(age_s), "ready": False, "reason": "Starting"}
    done = step(masters(OLD, OLD, NEW, m2=starting))
    assert (done.action, done.again_s) == ("none", again_s)


@pytest.mark.parametrize(
    ("workloads", "pods", "expected"),
    [
        ([workload("demo-master", 1)], masters(NEW), False),
        ([workload("demo-master", 1)], masters(OLD), True),
        ([workload("demo-master", 1, observed_generation=1)], masters(NEW), True),
        ([workload("other", 1)], [pod("other-0")], False),
        ([], [], False),
    ],
)
def test_an_idle_cluster_has_nothing_due(
    workloads: list[Row], pods: list[Row], expected: bool
) -> None:
    assert due(ORDER, {"workloads": workloads, "pods": pods}) is expected


class World:
    """Pods that come back by themselves some passes after they were evicted."""

    def __init__(self, pods: list[Row], chance: random.Random) -> None:
        self.pods = pods
        self.chance = chance
        self.leader = "demo-master-0"
        self.evicted: list[str] = []
        self.led_when_evicted: list[str] = []

    def take(self, done: Step) -> None:
        if done.action == "hand_over":
            self.leader = done.to
        for name in done.pods:
            self.evicted.append(name)
            if name == self.leader:
                self.led_when_evicted.append(name)
            self.change(name, revision=NEW, ready=False, reason="Starting")

    def change(self, name: str, **more: Any) -> None:
        self.pods = [{**p, **more} if p["name"] == name else p for p in self.pods]

    def pass_time(self) -> None:
        for each in self.pods:
            if not each["ready"] and self.chance.random() < 0.5:
                self.change(each["name"], ready=True, reason="", ready_since=at(1))


@pytest.mark.parametrize("seed", range(200))
def test_any_roll_ends_touches_each_pod_once_and_keeps_the_others_up(seed: int) -> None:
    chance = random.Random(seed)
    world = World(
        [
            *masters(*[OLD] * chance.choice([1, 3, 5])),
            *workers("fast", *[OLD] * chance.randint(1, 4)),
            *workers("big", *[OLD] * chance.randint(1, 3)),
        ],
        chance,
    )
    lone = sum(p["component"] == "master" for p in world.pods) == 1
    if not lone:
        world.leader = "demo-master-1"
    at_once = chance.randint(1, 3)
    for _rest in range(500):
        done = step(world.pods, quorum=Quorum(world.leader), workers_at_once=at_once)
        away = [p for p in world.pods if not p["ready"]]
        if done.action in ("evict", "hand_over"):
            touched = [p for p in world.pods if p["name"] in done.pods]
            masters_away = [p for p in [*away, *touched] if p["component"] == "master"]
            workers_away = [p for p in [*away, *touched] if p["component"] == "worker"]
            assert len(masters_away) <= 1
            assert len(workers_away) <= at_once
            assert not (masters_away and any(p["component"] == "worker" for p in touched))
        if not done.why:
            break
        world.take(done)
        world.pass_time()
    assert sorted(world.evicted) == sorted(p["name"] for p in world.pods)
    assert all(p["revision"] == NEW for p in world.pods)
    assert world.led_when_evicted == (["demo-master-0"] if lone else [])


def test_a_new_look_goes_on_where_an_operator_was_killed() -> None:
    """Nothing is remembered between passes: half a roll looks like any other situation."""
    done = step([*masters(OLD, OLD, NEW), *workers("fast", OLD)])
    assert done.pods == ("demo-master-1",)


@pytest.mark.parametrize(
    ("replicas", "expected"),
    [
        ({"fast": 2, "big": 1}, []),
        ({"fast": 1, "big": 1}, ["demo-worker-fast-1"]),
        ({"fast": 2}, ["demo-worker-big-0"]),
        ({"big": 5}, ["demo-worker-fast-0", "demo-worker-fast-1"]),
    ],
)
def test_the_workers_that_a_plan_has_no_place_for(
    replicas: dict[str, int], expected: list[str]
) -> None:
    rows = [*masters(OLD), *workers("fast", OLD, OLD), *workers("big", OLD)]
    rows = [{**row, "pool": row["name"].split("-")[-2]} for row in rows]
    planned = {"pools": [{"name": name, "replicas": count} for name, count in replicas.items()]}
    assert leaving(planned, {"pods": rows}) == expected
    gone = [{**row, "deleting": True} for row in rows]
    assert leaving(planned, {"pods": gone}) == []
