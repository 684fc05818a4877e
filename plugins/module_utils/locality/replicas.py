# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Which blocks are copied where, so that executors read them on their own nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..alluxio.endpoint import Endpoint
from ..alluxio.rpc.worker import UfsBlock


@dataclass(frozen=True, slots=True)
class CachedBlock:
    """``hosts`` of the workers that hold it, ``source`` the address of one of them. ``room_for_copies``: how many
    more the file's limit of replicas allows, None without a limit.
    """

    block_id: int
    length_bytes: int
    hosts: tuple[str, ...]
    source: Endpoint
    ufs: UfsBlock | None = None
    room_for_copies: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The worker ``host`` on a node that gets ``executors``, at least one. Nothing is evicted for copies: they get
    ``free_bytes`` at most.
    """

    host: str
    executors: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Copy:
    """One block on its way to a worker."""

    block: CachedBlock
    target: str


def choose(
    blocks: Iterable[CachedBlock], targets: Sequence[Target], most: int, asked: Mapping[int, str]
) -> tuple[list[Copy], int]:
    """At most ``most`` copies, a target's share of the bytes in proportion to its executors; and the bytes for
    which there is no place. ``asked`` are the targets of copies that are under way, by the id of the block.
    """
    copies: list[Copy] = []
    of_host = {target.host: target for target in targets}
    given = dict.fromkeys(of_host, 0)
    left_bytes = 0
    for block in blocks:
        before = of_host.get(asked.get(block.block_id, ""))
        target = before or _next(block, targets, given)
        if target is None or len(copies) == most:
            left_bytes += block.length_bytes
            continue
        given[target.host] += block.length_bytes
        copies.append(Copy(block, target.host))
    return copies, left_bytes


def _next(block: CachedBlock, targets: Sequence[Target], given: Mapping[str, int]) -> Target | None:
    """The target that is furthest behind its share and has room; None without one."""
    if block.room_for_copies == 0:
        return None
    fit = [one for one in targets if given[one.host] + block.length_bytes <= one.free_bytes]
    return min(fit, key=lambda one: (given[one.host] / one.executors, one.host), default=None)
