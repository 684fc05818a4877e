# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Which blocks are copied where."""

from __future__ import annotations

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.replicas import (
    CachedBlock,
    Copy,
    Target,
    choose,
)

FULL = "10.0.0.1"
MANY = 1000


def block(number: int, size: int = 10, **more: Any) -> CachedBlock:
    return CachedBlock(number, size, (FULL,), Endpoint(FULL, 29999), **more)


def targets(free: int = 1000, **executors: int) -> list[Target]:
    return [Target(host, count, free) for host, count in executors.items()]


def spread(copies: list[Copy]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for copy in copies:
        found.setdefault(copy.target, []).append(copy.block.block_id)
    return found


def test_each_target_gets_bytes_in_proportion_to_its_executors() -> None:
    copies, left = choose([block(n) for n in range(6)], targets(b=2, c=1), MANY, {})
    assert {host: len(ids) for host, ids in spread(copies).items()} == {"b": 4, "c": 2}
    assert left == 0


def test_nothing_is_evicted_for_copies() -> None:
    copies, left = choose([block(n) for n in range(3)], targets(free=15, b=1), MANY, {})
    assert (len(copies), left) == (1, 20)
    assert choose([block(1)], [], MANY, {}) == ([], 10)


def test_a_file_s_limit_of_replicas_is_kept() -> None:
    blocks = [block(1, room_for_copies=0), block(2, room_for_copies=1), block(3)]
    copies, left = choose(blocks, targets(b=1), MANY, {})
    assert (spread(copies), left) == ({"b": [2, 3]}, 10)


def test_what_is_under_way_keeps_its_target() -> None:
    asked = {3: "c", 4: "gone"}
    copies, _left = choose([block(n) for n in (3, 4)], targets(b=1, c=1), MANY, asked)
    assert spread(copies) == {"c": [3], "b": [4]}


def test_there_is_a_limit() -> None:
    copies, left = choose([block(n) for n in range(5)], targets(b=1), 3, {})
    assert (len(copies), left) == (3, 20)
