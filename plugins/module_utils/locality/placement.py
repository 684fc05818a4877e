# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Where executors should run to read as much as possible on their own node, and why there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..kube.nodes import Node
from ..quantities import describe_bytes
from . import affinity
from .apportion import even_spread, highest_averages, local_share, local_share_of_tasks
from .executors import Executors, OnBusy, placement_labels
from .hosts import Hosts
from .room import Standing, Verdict, standing
from .tally import Block, Tally

# Beyond these a list in a sentence is cut short: the rows of the nodes say it all.
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class ClusterView:
    """The nodes, what their pods request by node name, and the nodes of pod IPs.

    ``gaps`` are sentences about what could not be seen, which a decision should not hide.
    """

    nodes: Sequence[Node]
    used: Mapping[str, Mapping[str, int]]
    pod_nodes: Mapping[str, str]
    gaps: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One node: what it holds, how it stands, what it gets. ``weight`` 0: not in the affinity."""

    standing: Standing
    tiers: Mapping[str, int]
    workers: tuple[str, ...]
    weight: int
    executors: int

    @property
    def name(self) -> str:
        return self.standing.node.name

    @property
    def held_bytes(self) -> int:
        return sum(self.tiers.values())


@dataclass(frozen=True, slots=True)
class Placement:
    """The answer; ``as_dict`` is its public form. Nodes come with the most bytes first."""

    paths: tuple[str, ...]
    wanted: Executors
    rows: tuple[NodeRow, ...]
    tally: Tally
    required_on: tuple[str, ...]
    stray_workers: tuple[tuple[str, int], ...]
    gaps: tuple[str, ...]

    @property
    def total_bytes(self) -> int:
        return sum(group.total_bytes for group in self.tally.groups.values())

    @property
    def uncached_bytes(self) -> int:
        return sum(group.uncached_bytes for group in self.tally.groups.values())

    @property
    def planned(self) -> int:
        return sum(row.executors for row in self.rows)

    @property
    def labels(self) -> dict[str, str]:
        """What executors must bear for the topology spread to count them."""
        return placement_labels(self.paths)

    def affinity(self) -> dict[str, Any]:
        """``spec.affinity`` of an executor's pod; empty when no node is better than another."""
        nodes = {row.name: row.standing.node for row in self.rows}
        weight_of = {row.name: row.weight for row in self.rows if row.weight}
        node_affinity: dict[str, Any] = {}
        if weight_of:
            node_affinity["preferredDuringSchedulingIgnoredDuringExecution"] = affinity.preferred(
                weight_of, nodes
            )
        if self.required_on:
            node_affinity["requiredDuringSchedulingIgnoredDuringExecution"] = affinity.required(
                self.required_on, nodes
            )
        return {"nodeAffinity": node_affinity} if node_affinity else {}

    def spread(self) -> list[dict[str, Any]]:
        """``spec.topologySpreadConstraints``."""
        open_to_them = len(self.required_on) or sum(bool(row.standing.room) for row in self.rows)
        return affinity.spread(open_to_them, self.labels)

    def replicas_needed(self) -> list[tuple[str, int]]:
        """Paths with the bytes below them that are cached, but on no node with room."""
        if self.wanted.on_busy is not OnBusy.REPLICATE:
            return []
        groups = self.tally.groups.items()
        return sorted(
            (path, group.stranded_bytes) for path, group in groups if group.stranded_bytes
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain data: what the module returns and the CLI prints as JSON."""
        total = self.total_bytes
        return {
            "paths": list(self.paths),
            "total_bytes": total,
            "cached_bytes": total - self.uncached_bytes,
            "uncached_bytes": self.uncached_bytes,
            "executors": {
                "wanted": self.wanted.count,
                "planned": self.planned,
                "unplaced": self.wanted.count - self.planned,
            },
            "local_share": self._shares(),
            "nodes": [self._row(row) for row in self.rows],
            "groups": [
                {
                    "path": path,
                    "total_bytes": group.total_bytes,
                    "uncached_bytes": group.uncached_bytes,
                    "nodes": group.node_bytes(self.tally.places),
                }
                for path, group in sorted(self.tally.groups.items())
            ],
            "stray_workers": [
                {"host": host, "bytes": size, "reason": self.tally.found(host).problem}
                for host, size in self.stray_workers
            ],
            "replicate": self._replicate(),
            "labels": self.labels,
            "affinity": self.affinity(),
            "topology_spread_constraints": self.spread(),
            "notes": self.notes(),
        }

    def notes(self) -> list[str]:
        """What a person should know about this plan, a sentence each; empty when all is well."""
        return [*self.gaps, *self._data_notes(), *self._node_notes(), *self._plan_notes()]

    def _data_notes(self) -> list[str]:
        notes = []
        if self.uncached_bytes:
            notes.append(
                f"{describe_bytes(self.uncached_bytes)} of {describe_bytes(self.total_bytes)} are not"
                " cached and will be read from the under file system"
            )
        for host, size in self.stray_workers[:_MOST_NAMED]:
            notes.append(
                f"worker {host} holds {describe_bytes(size)} and belongs to no node:"
                f" {self.tally.found(host).problem}"
            )
        return notes

    def _node_notes(self) -> list[str]:
        passed = [row for row in self.rows if row.held_bytes and row.standing.reason]
        notes = [
            f"node {row.name} holds {describe_bytes(row.held_bytes)} and gets no executor:"
            f" {row.standing.reason}{self._remedy(row)}"
            for row in passed[:_MOST_NAMED]
        ]
        if len(passed) > _MOST_NAMED:
            notes.append(f"{len(passed) - _MOST_NAMED} more nodes hold data and get no executor")
        return notes

    def _remedy(self, row: NodeRow) -> str:
        if row.standing.verdict is not Verdict.NO_ROOM or not self.wanted.count:
            return ""
        if self.required_on:
            return "; executors wait for it or its peers"
        return "; the next best nodes take its executors"

    def _plan_notes(self) -> list[str]:
        notes = []
        unplaced = self.wanted.count - self.planned
        if unplaced and self.required_on:
            notes.append(
                f"{unplaced} of {self.wanted.count} executors will wait for room beside the data"
            )
        elif unplaced:
            notes.append(
                f"there is room for {self.planned} of {self.wanted.count} executors: ask for fewer or"
                " smaller ones, or add nodes"
            )
        if self.wanted.on_busy is OnBusy.WAIT and not self.required_on:
            notes.append(
                "no node that may run executors holds any of the data: there is none to wait for"
            )
        needed = self.replicas_needed()
        if needed:
            paths = ", ".join(path for path, _size in needed[:_MOST_NAMED])
            size = describe_bytes(sum(size for _path, size in needed))
            notes.append(f"copy {size} to nodes with room to read them locally: {paths}")
        return notes

    def _shares(self) -> dict[str, Any] | None:
        """None when there is nothing to read or nothing that reads."""
        if not self.planned or not self.total_bytes:
            return None
        held = {row.name: row.held_bytes for row in self.rows}
        plan = {row.name: row.executors for row in self.rows if row.executors}
        default = even_spread(self.wanted.count, {row.name: row.standing.room for row in self.rows})
        total, cached = self.total_bytes, self.total_bytes - self.uncached_bytes
        return {
            "planned": round(local_share(plan, held, total), 4),
            "default_scheduler": round(local_share(default, held, total), 4),
            "planned_with_task_locality": round(local_share_of_tasks(plan, held, total, cached), 4),
            "default_scheduler_with_task_locality": round(
                local_share_of_tasks(default, held, total, cached), 4
            ),
        }

    def _row(self, row: NodeRow) -> dict[str, Any]:
        at = row.standing
        return {
            "name": row.name,
            "hostname": at.node.hostname,
            "bytes": row.held_bytes,
            "tiers": dict(sorted(row.tiers.items())),
            "workers": list(row.workers),
            "eligible": at.verdict is Verdict.ELIGIBLE,
            "reason": at.reason,
            "room": at.room,
            "free": dict(sorted(at.free.items())),
            "weight": row.weight,
            "executors": row.executors,
        }

    def _replicate(self) -> dict[str, Any] | None:
        needed = self.replicas_needed()
        if not needed:
            return None
        return {
            "bytes": sum(size for _path, size in needed),
            "paths": [{"path": path, "bytes": size} for path, size in needed],
            "to_nodes": sorted(row.name for row in self.rows if row.executors),
        }


def place(
    paths: Sequence[str],
    blocks: Iterable[Block],
    view: ClusterView,
    executors: Executors,
    container_hosts: Mapping[str, str] | None = None,
) -> Placement:
    """The placement of ``executors`` for the ``blocks`` of the files below ``paths``.

    ``blocks`` is consumed as a stream. ``container_hosts`` are the second addresses of workers, by
    their host.
    """
    standings = {
        node.name: standing(node, view.used.get(node.name, {}), executors) for node in view.nodes
    }
    room = {name: one.room for name, one in standings.items()}
    hosts = Hosts(view.nodes, view.pod_nodes, container_hosts)
    tally = Tally(hosts, {name for name, free in room.items() if free})
    tally.add(blocks)
    tiers: dict[str, dict[str, int]] = {}
    workers: dict[str, dict[str, int]] = {}
    for (host, tier), size in tally.location_bytes().items():
        name = tally.found(host).node
        _add(tiers.setdefault(name, {}), tier, size)
        _add(workers.setdefault(name, {}), host, size)
    held = {name: sum(sizes.values()) for name, sizes in tiers.items()}
    suitable = {name: held[name] for name, one in standings.items() if name in held and one.may_run}
    required_on: tuple[str, ...] = ()
    if executors.on_busy is OnBusy.WAIT:
        required_on = tuple(sorted(name for name, size in suitable.items() if size))
    if required_on:
        room = {name: room[name] for name in required_on}
    plan = highest_averages(executors.count, held, room)
    weight_of = affinity.weights(suitable)
    rows = [
        NodeRow(
            standing=one,
            tiers=tiers.get(name, {}),
            workers=tuple(workers.get(name, ())),
            weight=weight_of.get(name, 0),
            executors=plan.get(name, 0),
        )
        for name, one in standings.items()
    ]
    rows.sort(key=lambda row: (-row.held_bytes, -row.executors, row.name))
    return Placement(
        paths=tuple(sorted(set(paths))),
        wanted=executors,
        rows=tuple(rows),
        tally=tally,
        required_on=required_on,
        stray_workers=tuple(workers.get("", {}).items()),
        gaps=tuple(view.gaps),
    )


def _add(sums: dict[str, int], key: str, size: int) -> None:
    sums[key] = sums.get(key, 0) + size
