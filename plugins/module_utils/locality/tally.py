# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Adds blocks up by node, tier and group while they stream by; nothing is kept for a single block.

The inner loop counts bytes by location, that is by worker and tier; what is asked for more rarely, by
node or by worker, is added up from that. Memory grows with locations and groups alone
(benchmarks/placement.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from .hosts import Found, Hosts

Location = tuple[str, str]
"""The worker's host and the alias of its tier."""

Block = tuple[str, int, tuple[Location, ...]]
"""The group that the block's file belongs to, its length in bytes, where it is cached: the fastest
tier first, as Alluxio lists them. A part of a file beyond its blocks is a block of no location."""

MOST_GROUPS = 10_000
OTHERS = "(others)"
_GROUP = itemgetter(0)


class Places(dict[Location, str]):
    """The node of each location, empty where there is none; looked up when it is first asked for."""

    def __init__(self, find: Callable[[str], Found]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, location: Location) -> str:
        node = self[location] = self._find(location[0]).node
        return node


@dataclass(slots=True)
class Group:
    """Bytes of the files below one path. ``stranded`` are cached, but on no node with room.

    ``held_bytes`` are those at each location; a block on two workers of one node is held by the first
    of them alone.
    """

    total_bytes: int = 0
    uncached_bytes: int = 0
    stranded_bytes: int = 0
    held_bytes: defaultdict[Location, int] = field(default_factory=lambda: defaultdict(int))

    def node_bytes(self, places: Mapping[Location, str]) -> dict[str, int]:
        """Bytes by node, in the order of names."""
        sums: dict[str, int] = defaultdict(int)
        for location, size in self.held_bytes.items():
            sums[places[location]] += size
        sums.pop("", None)
        return dict(sorted(sums.items()))

    def add(self, blocks: Iterable[Block], places: Places, with_room: Set[str]) -> None:
        """The inner loop: a million turns in about a second."""
        held, node_of = self.held_bytes, places.__getitem__
        total = uncached = stranded = 0
        for _block, size, locations in blocks:
            total += size
            if len(locations) == 1:
                location = locations[0]
                held[location] += size
                if places[location] not in with_room:
                    stranded += size
            elif locations:
                nodes = set(map(node_of, locations))
                if len(nodes) == len(locations):
                    for location in locations:
                        held[location] += size
                else:
                    self._add_once_a_node(size, locations, places)
                if with_room.isdisjoint(nodes):
                    stranded += size
            else:
                uncached += size
        self.total_bytes += total
        self.uncached_bytes += uncached
        self.stranded_bytes += stranded

    def _add_once_a_node(self, size: int, locations: tuple[Location, ...], places: Places) -> None:
        seen: set[str] = set()
        for location in locations:
            node = places[location]
            # A worker that adds nothing is still one that holds some of it.
            self.held_bytes[location] += 0 if node and node in seen else size
            seen.add(node)


class Tally:
    """Call ``add`` as often as there are streams; then read the sums."""

    def __init__(self, hosts: Hosts, with_room: Set[str]) -> None:
        self._hosts = hosts
        self._with_room = with_room
        self._found: dict[str, Found] = {}
        self.places = Places(self.found)
        self.groups: dict[str, Group] = {}

    def add(self, blocks: Iterable[Block]) -> None:
        """Counts the blocks; those of one group should follow each other."""
        for name, run in groupby(blocks, key=_GROUP):
            self._group(name).add(run, self.places, self._with_room)

    def found(self, host: str) -> Found:
        """The node of a worker's host."""
        known = self._found.get(host)
        if known is None:
            known = self._found[host] = self._hosts.find(host)
        return known

    def location_bytes(self) -> dict[Location, int]:
        """Bytes at each location that a block named, in the order of locations."""
        sums: dict[Location, int] = defaultdict(int)
        for group in self.groups.values():
            for location, size in group.held_bytes.items():
                sums[location] += size
        return dict(sorted(sums.items()))

    def _group(self, name: str) -> Group:
        if name not in self.groups and len(self.groups) >= MOST_GROUPS:
            name = OTHERS
        return self.groups.setdefault(name, Group())
