# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds for every plan, whatever the blocks, nodes and executors."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.kube.nodes import Node, Taint
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.apportion import (
    even_spread,
    highest_averages,
    local_share,
)
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
from hypothesis import given
from hypothesis import strategies as st

GIB = 1024**3
NODES = 6
WANTED = {"cpu": 1000, "memory": GIB}


@dataclass(frozen=True)
class World:
    nodes: tuple[Node, ...]
    used: dict[str, dict[str, int]]
    blocks: tuple[Block, ...]
    executors: Executors

    def place(self) -> Placement:
        view = ClusterView(self.nodes, self.used, {})
        return place(["/data"], self.blocks, view, self.executors)


def address(index: int) -> str:
    return f"10.0.0.{index}"


@st.composite
def nodes(draw: st.DrawFn, index: int) -> Node:
    hostname = draw(st.sampled_from([f"host-{index}", ""]))
    return Node(
        name=f"node-{index}",
        labels={"kubernetes.io/hostname": hostname} if hostname else {},
        addresses=(("InternalIP", address(index)),),
        taints=draw(st.sampled_from([(), (), (Taint("gpu", "", "NoSchedule"),)])),
        unschedulable=draw(st.sampled_from([False, False, False, True])),
        trouble=draw(st.sampled_from(["", "", "", "Ready is Unknown"])),
        allocatable={
            "cpu": draw(st.integers(0, 8000)),
            "memory": draw(st.integers(0, 8)) * GIB,
            "pods": draw(st.integers(0, 10)),
        },
    )


# Host NODES is the address of no node.
LOCATIONS = st.lists(
    st.tuples(st.integers(0, NODES).map(address), st.sampled_from(["MEM", "SSD"])),
    max_size=3,
    unique_by=lambda location: location[0],
).map(tuple)
BLOCKS = st.lists(
    st.tuples(st.sampled_from(["/data/a", "/data/b"]), st.integers(0, 2**40), LOCATIONS),
    max_size=30,
).map(tuple)


@st.composite
def worlds(draw: st.DrawFn, on_busy: OnBusy | None = None) -> World:
    made = tuple(draw(nodes(index)) for index in range(draw(st.integers(1, NODES))))
    busy = {"cpu": draw(st.integers(0, 9000)), "pods": draw(st.integers(0, 5))}
    return World(
        nodes=made,
        used={made[0].name: busy},
        blocks=draw(BLOCKS),
        executors=Executors(
            count=draw(st.integers(0, 40)),
            requests=WANTED,
            on_busy=on_busy or draw(st.sampled_from(list(OnBusy))),
        ),
    )


def plan_of(placement: Placement) -> dict[str, int]:
    return {row.name: row.executors for row in placement.rows}


@given(worlds())
def test_the_plan_never_exceeds_room(world: World) -> None:
    for row in world.place().rows:
        assert 0 <= row.executors <= row.standing.room
        for name, amount in {**WANTED, "pods": 1}.items():
            if row.executors:
                assert row.executors * amount <= row.standing.free[name]


@given(worlds())
def test_the_plan_never_picks_an_ineligible_node(world: World) -> None:
    for row in world.place().rows:
        node = row.standing.node
        if node.trouble or node.unschedulable or node.taints:
            assert row.executors == 0
            assert row.weight == 0
            assert row.standing.reason


@given(worlds(), st.integers(0, NODES - 1), st.integers(1, 2**41))
def test_more_bytes_on_a_node_never_mean_fewer_executors_there(
    world: World, index: int, size: int
) -> None:
    more: Block = ("/data/a", size, ((address(index), "MEM"),))
    before = plan_of(world.place())
    after = plan_of(replace(world, blocks=(*world.blocks, more)).place())
    name = f"node-{index}"
    assert after.get(name, 0) >= before.get(name, 0)


@given(worlds())
def test_of_two_nodes_with_room_the_one_with_more_bytes_has_no_fewer(world: World) -> None:
    rows = [row for row in world.place().rows if row.executors < row.standing.room]
    for one in rows:
        for other in rows:
            if one.held_bytes > other.held_bytes:
                assert one.executors >= other.executors


@given(worlds())
def test_one_executor_more_never_takes_one_away(world: World) -> None:
    more = replace(world.executors, count=world.executors.count + 1)
    before, after = plan_of(world.place()), plan_of(replace(world, executors=more).place())
    assert all(after[name] >= number for name, number in before.items())
    assert sum(after.values()) - sum(before.values()) in (0, 1)


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(world: World, random: Any) -> None:
    blocks, made = list(world.blocks), list(world.nodes)
    random.shuffle(blocks)
    random.shuffle(made)
    shuffled = replace(world, blocks=tuple(blocks), nodes=tuple(made))
    assert as_text(shuffled.place()) == as_text(world.place())


def as_text(placement: Placement) -> str:
    return json.dumps(placement.as_dict())


@given(worlds())
def test_bytes_add_up(world: World) -> None:
    answer = world.place().as_dict()
    assert answer["total_bytes"] == sum(size for _rest, size, _rest in world.blocks)
    assert answer["uncached_bytes"] == sum(size for _rest, size, where in world.blocks if not where)
    known = {address(index): f"node-{index}" for index in range(len(world.nodes))}
    for row in answer["nodes"]:
        held = [
            size
            for _rest, size, where in world.blocks
            if row["name"] in {known.get(host) for host, _rest in where}
        ]
        assert row["bytes"] == sum(held) == sum(row["tiers"].values())
        assert row["bytes"] == sum(group["nodes"].get(row["name"], 0) for group in answer["groups"])


@given(worlds())
def test_executors_are_left_over_only_for_want_of_room(world: World) -> None:
    placement = world.place()
    candidates = placement.required_on or [row.name for row in placement.rows]
    room = sum(row.standing.room for row in placement.rows if row.name in candidates)
    assert placement.planned == min(world.executors.count, room)


@given(worlds())
def test_affinity_is_what_the_api_accepts(world: World) -> None:
    placement = world.place()
    affinity = placement.affinity().get("nodeAffinity", {})
    terms = affinity.get("preferredDuringSchedulingIgnoredDuringExecution", [])
    assert len({term["weight"] for term in terms}) <= 20
    named: list[str] = []
    for term in terms:
        assert 1 <= term["weight"] <= 100
        named += names(term["preference"])
    assert len(named) == len(set(named))
    holding = {row.name for row in placement.rows if row.weight}
    assert len(named) == len(holding)
    hard = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if world.executors.on_busy is OnBusy.WAIT:
        assert bool(hard) == bool(holding)
    else:
        assert hard is None


def names(term: dict[str, Any]) -> list[str]:
    found = []
    for row in term.get("matchFields", []):
        assert len(row["values"]) == 1, "the API takes one name a term"
        found += row["values"]
    for row in term.get("matchExpressions", []):
        found += row["values"]
    assert found
    return found


@given(worlds())
def test_weights_are_in_the_order_of_bytes(world: World) -> None:
    rows = [row for row in world.place().rows if row.weight]
    for one in rows:
        for other in rows:
            if one.held_bytes >= other.held_bytes:
                assert one.weight >= other.weight
    assert not rows or max(row.weight for row in rows) == 100


@given(worlds())
def test_shares_are_shares(world: World) -> None:
    shares = world.place().as_dict()["local_share"] or {}
    for share in shares.values():
        assert 0 <= share <= 1
    if shares:
        assert shares["planned"] <= shares["planned_with_task_locality"] + 1e-3


@given(
    st.dictionaries(st.integers(0, 9).map(str), st.integers(0, 5), min_size=1),
    st.integers(0, 60),
)
def test_an_even_spread_fills_no_node_over_its_room(room: dict[str, int], count: int) -> None:
    spread = even_spread(count, room)
    assert abs(sum(spread.values()) - min(count, sum(room.values()))) < 1e-9
    level = max(spread.values(), default=0.0)
    for node, number in spread.items():
        assert number <= room[node] + 1e-9
        assert number >= min(room[node], level) - 1e-9


@given(
    st.dictionaries(st.integers(0, 9).map(str), st.integers(0, 2**50), min_size=1),
    st.integers(1, 30),
)
def test_with_room_everywhere_the_plan_reads_no_less_locally_than_an_even_spread(
    node_bytes: dict[str, int], count: int
) -> None:
    """The reason for all of this."""
    total = sum(node_bytes.values())
    room = dict.fromkeys(node_bytes, count)
    plan = highest_averages(count, node_bytes, room)
    even = even_spread(count, room)
    default = local_share(even, node_bytes, total)
    assert local_share(plan, node_bytes, total) >= default - 1e-9
