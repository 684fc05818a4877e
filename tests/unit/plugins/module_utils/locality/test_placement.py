# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Single plans, each for one rule, in the words that a user reads."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.nodes import Node, Taint, Toleration
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.executors import (
    Executors,
    OnBusy,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.placement import (
    ClusterView,
    Placement,
    place,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.tally import Block

GIB = 1024**3
ROOM = {"cpu": 4000, "memory": 16 * GIB, "pods": 110}
ONE = {"cpu": 1000, "memory": 2 * GIB}


def node(number: int, **changes: Any) -> Node:
    plain = Node(
        name=f"node-{number}",
        labels={"kubernetes.io/hostname": f"host-{number}"},
        addresses=(("InternalIP", f"10.0.0.{number}"), ("Hostname", f"host-{number}")),
        allocatable=ROOM,
    )
    return replace(plain, **changes)


def block(size: int, *hosts: str, tier: str = "MEM", group: str = "/data") -> Block:
    return (group, size, tuple((host, tier) for host in hosts))


def answer(
    blocks: list[Block],
    nodes: list[Node] | None = None,
    used: dict[str, dict[str, int]] | None = None,
    pod_nodes: dict[str, str] | None = None,
    container_hosts: dict[str, str] | None = None,
    **executors: Any,
) -> Placement:
    view = ClusterView(nodes or [node(1), node(2), node(3)], used or {}, pod_nodes or {})
    wanted = Executors(**{"count": 3, "requests": ONE, **executors})
    return place(["/data"], blocks, view, wanted, container_hosts)


def planned(placement: Placement) -> dict[str, int]:
    return {row.name: row.executors for row in placement.rows if row.executors}


def row(placement: Placement, name: str) -> dict[str, Any]:
    return next(r for r in placement.as_dict()["nodes"] if r["name"] == name)


def test_executors_follow_bytes_by_highest_averages() -> None:
    placement = answer([block(60, "10.0.0.1"), block(29, "10.0.0.2"), block(11, "10.0.0.3")])
    assert planned(placement) == {"node-1": 2, "node-2": 1}
    # 2/3 of the readers find 60 % on their node, 1/3 find 29 %.
    assert placement.as_dict()["local_share"]["planned"] == pytest.approx(0.4967)
    assert placement.as_dict()["local_share"]["default_scheduler"] == pytest.approx(0.3333)
    # Two thirds of the work on node-1, which holds 60 %; a third on node-2, which holds 29 %.
    assert placement.as_dict()["local_share"]["planned_with_task_locality"] == pytest.approx(0.89)


def test_equal_bytes_are_spread_first() -> None:
    even = [block(10, f"10.0.0.{number}") for number in (1, 2, 3)]
    assert planned(answer(even)) == {"node-1": 1, "node-2": 1, "node-3": 1}


def test_nothing_cached_is_an_even_spread_without_affinity() -> None:
    placement = answer([block(10)], count=4)
    assert sorted(planned(placement).values()) == [1, 1, 2]
    assert placement.affinity() == {}
    assert placement.notes() == [
        "10 of 10 are not cached and will be read from the under file system"
    ]


def test_a_full_node_falls_back_and_says_so() -> None:
    placement = answer(
        [block(90, "10.0.0.1"), block(10, "10.0.0.2")], used={"node-1": {"cpu": 3500}}
    )
    assert planned(placement) == {"node-2": 3}
    assert row(placement, "node-1")["reason"] == "no room: free CPU 0.5 < 1"
    assert placement.notes() == [
        "node node-1 holds 90 and gets no executor: no room: free CPU 0.5 < 1;"
        " the next best nodes take its executors"
    ]
    # It keeps its weight: it may have room again when the pods come.
    assert row(placement, "node-1")["weight"] == 100


def test_waiting_requires_the_nodes_with_data() -> None:
    placement = answer(
        [block(90, "10.0.0.1"), block(10, "10.0.0.2")],
        used={"node-1": {"cpu": 4000}, "node-2": {"cpu": 3000}},
        on_busy=OnBusy.WAIT,
    )
    assert planned(placement) == {"node-2": 1}
    hard = placement.affinity()["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    values = hard["nodeSelectorTerms"][0]["matchExpressions"][0]["values"]
    assert values == ["host-1", "host-2"]
    assert "2 of 3 executors will wait for room beside the data" in placement.notes()


def test_waiting_for_nobody_is_no_requirement() -> None:
    placement = answer([block(9)], on_busy=OnBusy.WAIT)
    assert placement.affinity() == {}
    assert planned(placement) == {"node-1": 1, "node-2": 1, "node-3": 1}
    assert any("none to wait for" in note for note in placement.notes())


def test_replication_names_paths_and_bytes() -> None:
    placement = answer(
        [
            block(90, "10.0.0.1", group="/data/hot"),
            block(5, "10.0.0.1", "10.0.0.2", group="/data/hot"),
            block(10, "10.0.0.2", group="/data/cold"),
        ],
        used={"node-1": {"cpu": 4000}},
        on_busy=OnBusy.REPLICATE,
    )
    assert placement.as_dict()["replicate"] == {
        "bytes": 90,
        "paths": [{"path": "/data/hot", "bytes": 90}],
        "to_nodes": ["node-2"],
    }


def test_every_reason_has_its_words() -> None:
    nodes = [
        node(1, trouble="Ready is Unknown: NodeStatusUnknown"),
        node(2, unschedulable=True),
        node(3, taints=(Taint("gpu", "yes", "NoSchedule"),)),
        node(4, labels={"disk": "hdd"}),
        node(5, labels={"disk": "ssd"}, allocatable={**ROOM, "memory": GIB}),
        node(6, labels={"disk": "ssd"}, allocatable={**ROOM, "pods": 0}),
        node(7, labels={"disk": "ssd"}, taints=(Taint("slow", "", "PreferNoSchedule"),)),
    ]
    placement = answer([], nodes, node_selector={"disk": "ssd"})
    assert {r["name"]: r["reason"] for r in placement.as_dict()["nodes"]} == {
        "node-1": "not ready: Ready is Unknown: NodeStatusUnknown",
        "node-2": "cordoned",
        "node-3": "tainted: gpu=yes:NoSchedule",
        "node-4": "selector: disk=ssd is wanted, it has disk=hdd",
        "node-5": "no room: free memory 1Gi < 2Gi",
        "node-6": "no room: free pods 0 < 1",
        "node-7": "",
    }


def test_a_shortage_that_rounds_away_is_written_exactly() -> None:
    short = node(1, allocatable={**ROOM, "memory": 2 * GIB - 1})
    assert row(answer([], [short]), "node-1")["reason"] == (
        "no room: free memory 2147483647 < 2147483648"
    )


def test_a_resource_that_a_node_does_not_have_is_lacking() -> None:
    placement = answer([], [node(1)], requests={"nvidia.com/gpu": 1})
    assert row(placement, "node-1")["reason"] == "no room: free nvidia.com/gpu 0 < 1"


def test_tolerations_open_nodes() -> None:
    nodes = [
        node(1, taints=(Taint("gpu", "yes", "NoSchedule"),)),
        node(2, unschedulable=True),
        node(3, taints=(Taint("node.kubernetes.io/memory-pressure", "", "NoSchedule"),)),
    ]
    tolerations = [
        Toleration("gpu", "Equal", "yes"),
        Toleration("node.kubernetes.io/unschedulable", "Exists"),
    ]
    assert len(planned(answer([], nodes, tolerations=tolerations))) == 3
    assert planned(answer([], nodes)) == {"node-3": 3}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("10.0.0.1", "node-1"),
        ("HOST-1.", "node-1"),
        ("node-1", "node-1"),
        ("10.9.9.9", "node-1"),
        ("fd00:0::1", "node-1"),
        ("far-away", None),
        ("10.9.9.8", None),
    ],
)
def test_a_worker_is_found_by_any_name_of_its_node(host: str, expected: str | None) -> None:
    first = node(
        1, addresses=(("InternalIP", "10.0.0.1"), ("InternalIP", "fd00::1"), ("Hostname", "host-1"))
    )
    pods = {"10.9.9.9": "node-1", "10.9.9.8": "node-9"}
    placement = answer([block(7, host)], [first, node(2)], pod_nodes=pods)
    held = [r["name"] for r in placement.as_dict()["nodes"] if r["bytes"]]
    assert held == ([expected] if expected else [])


def test_workers_of_no_node_are_named_with_the_reason() -> None:
    placement = answer(
        [block(7, "10.9.9.8"), block(3, "elsewhere"), block(2, "elsewhere", "10.0.0.2")],
        pod_nodes={"10.9.9.8": "node-9"},
    )
    assert placement.as_dict()["stray_workers"] == [
        {"host": "10.9.9.8", "bytes": 7, "reason": "its node node-9 is gone"},
        {"host": "elsewhere", "bytes": 5, "reason": "no node and no pod has this address"},
    ]
    assert row(placement, "node-2")["bytes"] == 2


def test_a_name_of_two_nodes_is_nobodys() -> None:
    twins = [node(1), replace(node(2), addresses=(("InternalIP", "10.0.0.1"),))]
    stray = answer([block(7, "10.0.0.1")], twins).as_dict()["stray_workers"]
    assert stray == [
        {"host": "10.0.0.1", "bytes": 7, "reason": "it names several nodes: node-1, node-2"}
    ]


def test_a_worker_with_a_strange_host_is_found_by_its_container_host() -> None:
    placement = answer(
        [block(7, "localhost")],
        pod_nodes={"10.8.0.5": "node-3"},
        container_hosts={"localhost": "10.8.0.5"},
    )
    assert row(placement, "node-3")["bytes"] == 7


def test_two_workers_on_a_node_count_a_block_once() -> None:
    placement = answer(
        [("/data", 7, (("10.0.0.1", "MEM"), ("host-1", "SSD"))), block(1, "host-1", tier="SSD")]
    )
    assert row(placement, "node-1")["bytes"] == 8
    assert row(placement, "node-1")["tiers"] == {"MEM": 7, "SSD": 1}
    assert row(placement, "node-1")["workers"] == ["10.0.0.1", "host-1"]


def test_weights_are_in_proportion_and_twenty_classes_at_most() -> None:
    nodes = [node(number) for number in range(1, 41)]
    blocks = [block(number * GIB, f"10.0.0.{number}") for number in range(1, 41)]
    placement = answer(blocks, nodes)
    terms = placement.affinity()["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    assert [term["weight"] for term in terms] == list(range(100, 0, -5))
    assert row(placement, "node-20")["weight"] == 50
    few = answer([block(100, "10.0.0.1"), block(33, "10.0.0.2"), block(0, "10.0.0.3")])
    assert [row(few, f"node-{number}")["weight"] for number in (1, 2, 3)] == [100, 33, 0]


def scheduled(placement: Placement) -> dict[str, int]:
    """What the two scores of kube-scheduler, with equal weight, make of affinity and spread."""
    room = {row.name: row.standing.room for row in placement.rows if row.standing.room}
    weight = {row.name: row.weight for row in placement.rows}
    max_skew, landed = placement.spread()[0]["maxSkew"], dict.fromkeys(room, 0)
    for _number in range(placement.planned):
        free = [name for name in room if landed[name] < room[name]]
        count_score = {n: landed[n] * math.log(len(free) + 2) + max_skew - 1 for n in free}
        most, least = max(count_score.values()), min(count_score.values())
        heaviest = max(weight[name] for name in free) or 1

        score = {
            name: int(100 * (most + least - count_score[name]) / most)
            + int(100 * weight[name] / heaviest)
            for name in free
        }
        landed[max(free, key=score.__getitem__)] += 1
    return {name: count for name, count in landed.items() if count}


@pytest.mark.parametrize(("nodes", "count"), [(3, 6), (10, 12), (200, 40), (1000, 60)])
def test_affinity_and_spread_together_make_the_plan(nodes: int, count: int) -> None:
    holders = range(1, min(nodes, 30))
    placement = answer(
        [block((31 - number) * GIB, f"10.0.0.{number}") for number in holders],
        [node(number) for number in range(1, nodes + 1)],
        count=count,
        requests={"cpu": 100},
    )
    plan, landed = planned(placement), scheduled(placement)
    as_planned = sum(min(plan.get(name, 0), number) for name, number in landed.items())
    assert as_planned >= 0.9 * count


def test_the_spread_is_over_the_nodes_that_may_run_them() -> None:
    (constraint,) = answer([block(100, "10.0.0.1")], count=4).spread()
    assert constraint["topologyKey"] == "kubernetes.io/hostname"
    assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"
    assert constraint["maxSkew"] == 1 + round(math.log(3 + 2))
    (alone,) = answer([block(100, "10.0.0.1")], count=4, on_busy=OnBusy.WAIT).spread()
    assert alone["maxSkew"] == 1 + round(math.log(1 + 2))


def test_without_executors_there_are_weights_and_no_plan() -> None:
    placement = answer([block(5, "10.0.0.1")], count=0, requests={})
    assert placement.as_dict()["local_share"] is None
    assert row(placement, "node-1")["weight"] == 100
    assert placement.as_dict()["executors"] == {"wanted": 0, "planned": 0, "unplaced": 0}


def test_too_many_executors_are_said_to_be() -> None:
    placement = answer([], [node(1)], count=9)
    assert planned(placement) == {"node-1": 4}
    assert placement.notes() == [
        "there is room for 4 of 9 executors: ask for fewer or smaller ones, or add nodes"
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"count": -1}, "executors"), ({"requests": {"cpu": -5}}, "requests.cpu")],
)
def test_what_no_pod_can_have_is_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Executors(**changes)
    assert caught.value.field == field


def test_more_groups_than_a_table_can_show_are_put_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from ansible_collections.alluxio.k8s.plugins.module_utils.locality import tally

    monkeypatch.setattr(tally, "MOST_GROUPS", 2)
    blocks = [block(1, "10.0.0.1", group=f"/data/{number}") for number in range(5)]
    groups = answer(blocks).as_dict()["groups"]
    assert {group["path"]: group["total_bytes"] for group in groups} == {
        "/data/0": 1,
        "/data/1": 1,
        tally.OTHERS: 3,
    }
