# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Adds blocks up by node, tier and group while they stream by; nothing is kept for a single block.

The inner loop counts bytes by location, that is by worker and tier; what is asked for more rarely, by
node or by worker, is added up from that. Memory grows with locations and groups alone
(benchmarks/placement.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
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


class Cell:
    """One location: the node it is on, empty when there is none, whether that has room, and bytes."""

    __slots__ = ("has_room", "held_bytes", "node")

    def __init__(self, node: str, has_room: bool) -> None:
        self.node = node
        self.has_room = has_room
        self.held_bytes = 0


class Cells(dict[Location, Cell]):
    """Cells by location, made when one is first asked for."""

    def __init__(self, make: Callable[[str], Cell]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, location: Location) -> Cell:
        cell = self[location] = self._make(location[0])
        return cell


@dataclass(slots=True)
class Group:
    """Bytes of the files below one path. ``stranded`` are cached, but on no node with room.

    A block on two workers of one node is in the cell of the first alone.
    """

    cells: Cells
    total_bytes: int = 0
    uncached_bytes: int = 0
    stranded_bytes: int = 0

    def node_bytes(self) -> dict[str, int]:
        """Bytes by node, in the order of names."""
        sums: dict[str, int] = defaultdict(int)
        for cell in self.cells.values():
            if cell.node:
                sums[cell.node] += cell.held_bytes
        return dict(sorted(sums.items()))

    def _add_several(self, size: int, locations: tuple[Location, ...]) -> None:
        nodes: list[str] = []
        has_room = False
        for location in locations:
            cell = self.cells[location]
            if cell.node not in nodes or not cell.node:
                nodes.append(cell.node)
                cell.held_bytes += size
                has_room = has_room or cell.has_room
        if not has_room:
            self.stranded_bytes += size

    def add(self, blocks: Iterable[Block]) -> None:
        """The inner loop: a million turns in a second or less."""
        cells = self.cells
        for _, size, locations in blocks:
            self.total_bytes += size
            if len(locations) == 1:
                cell = cells[locations[0]]
                cell.held_bytes += size
                if not cell.has_room:
                    self.stranded_bytes += size
            elif locations:
                self._add_several(size, locations)
            else:
                self.uncached_bytes += size


class Tally:
    """Call ``add`` as often as there are streams; then read the sums."""

    def __init__(self, hosts: Hosts, with_room: Set[str]) -> None:
        self._hosts = hosts
        self._with_room = with_room
        self._found: dict[str, Found] = {}
        self.groups: dict[str, Group] = {}

    def add(self, blocks: Iterable[Block]) -> None:
        """Counts the blocks; those of one group should follow each other."""
        for name, run in groupby(blocks, key=_GROUP):
            self._group(name).add(run)

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
            for location, cell in group.cells.items():
                sums[location] += cell.held_bytes
        return dict(sorted(sums.items()))

    def _group(self, name: str) -> Group:
        if name not in self.groups and len(self.groups) >= MOST_GROUPS:
            name = OTHERS
        known = self.groups.get(name)
        if known is None:
            known = self.groups[name] = Group(Cells(self._cell))
        return known

    def _cell(self, host: str) -> Cell:
        node = self.found(host).node
        return Cell(node, node in self._with_room)
