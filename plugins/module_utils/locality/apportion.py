# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How many executors each node gets.

Executors are given out one by one, each to the node with the most bytes per executor that it would
then have (highest averages, the method of D'Hondt), as long as it has room. A divisor method is the
one kind of apportionment in which one executor more never takes one away from any node, and more
bytes never mean fewer (Balinski and Young, Fair Representation, 1982); both survive the caps, since
a full node just leaves the contest.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping

# Two different averages of counts below 2^32 differ by more than 2^-64.
_SCALE = 64


def highest_averages(
    count: int, node_bytes: Mapping[str, int], room: Mapping[str, int]
) -> dict[str, int]:
    """Executors by node, for the nodes of ``room`` that get any; fewer than ``count`` when room is short.

    On ties the node with fewer executors goes first, then the one with more room, then by name; nodes
    without bytes come last and fill up evenly.
    """

    def entry(node: str, has: int) -> tuple[int, int, int, str]:
        average = (node_bytes.get(node, 0) << _SCALE) // (has + 1)
        return (-average, has, -room[node], node)

    queue = [entry(node, 0) for node, cap in room.items() if cap > 0]
    heapq.heapify(queue)
    plan: dict[str, int] = {}
    for _step in range(count):
        if not queue:
            break
        _priority, has, _order, node = queue[0]
        plan[node] = has + 1
        if has + 1 < room[node]:
            heapq.heapreplace(queue, entry(node, has + 1))
        else:
            heapq.heappop(queue)
    return plan


def even_spread(count: int, room: Mapping[str, int]) -> dict[str, float]:
    """What a scheduler that spreads and knows no data gives each node on average.

    The same (fractional) number everywhere, except where the room is smaller.
    """
    caps = sorted((cap, node) for node, cap in room.items() if cap > 0)
    level, left = 0.0, float(min(count, sum(cap for cap, _node in caps)))
    for index, (cap, _node) in enumerate(caps):
        level = left / (len(caps) - index)
        if cap >= level:
            break
        left -= cap
    return {node: min(float(cap), level) for cap, node in caps}


def local_share(
    executors: Mapping[str, int] | Mapping[str, float],
    node_bytes: Mapping[str, int],
    total_bytes: int,
) -> float:
    """The share of all bytes that is read on a node that holds it, when tasks do not look where their
    data is: a byte is local with the probability that its reader is one of its nodes' executors.
    """
    running = sum(executors.values())
    if not running or not total_bytes:
        return 0.0
    local = sum(number * node_bytes.get(node, 0) for node, number in executors.items())
    return float(local / (running * total_bytes))


def local_share_of_tasks(
    executors: Mapping[str, int] | Mapping[str, float],
    node_bytes: Mapping[str, int],
    total_bytes: int,
    cached_bytes: int,
) -> float:
    """The same when tasks go to their data first and executors share the work equally: a node reads
    locally what it holds, but no more than its executors' part of all.

    Exact when no block is on two nodes, else at most that. A fractional number of executors stands for
    the chance of one more.
    """
    running = sum(executors.values())
    if not running or not total_bytes:
        return 0.0
    part = total_bytes / running
    local = 0.0
    for node, number in executors.items():
        whole = int(number)
        held = node_bytes.get(node, 0)
        more = number - whole
        local += (1 - more) * min(held, whole * part) + more * min(held, (whole + 1) * part)
    return min(local, cached_bytes) / total_bytes
