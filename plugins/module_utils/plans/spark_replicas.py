# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Copies that an application makes of blocks which no node with room holds (``onBusy: replicate``): when they are
made, how long it waits for them, and the ConfigMap that remembers them until they are taken away (decision 0142).
Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..quantities import describe_bytes
from .naming import MANAGED_BY

# On the ConfigMaps, by which applications that share blocks find each other's.
LABEL = "alluxio.io/spark-replicas"
# An attempt waits no longer for its copies; those that come later serve its later tasks.
WAIT_S = 120
# A copy that was asked for and has not been seen may still arrive that long.
UNDER_WAY_S = 60

Row = Mapping[str, Any]
Blocks = Mapping[str, frozenset[int]]
"""Ids of blocks by the host of the worker that holds the copy."""


@dataclass(frozen=True)
class Ledger:
    """What one application has had copied, in which Alluxio.

    ``since`` is when ``attempt`` first asked, ``asked`` when it last did, both as ISO 8601; ``under_way`` are the
    blocks that had not arrived by then. ``problem`` says why a worker could not be asked, empty if all could.
    """

    cluster: str
    cluster_namespace: str
    attempt: int
    since: str
    asked: str
    under_way: int
    copied_bytes: int
    blocks: Blocks
    problem: str = ""

    def row(self) -> dict[str, Any]:
        """What the plan wants to know of it."""
        return {
            "attempt": self.attempt,
            "since": self.since,
            "under_way": self.under_way,
            "copied_bytes": self.copied_bytes,
            "problem": self.problem,
        }

    def of_cluster(self, name: str, namespace: str) -> bool:
        return (self.cluster, self.cluster_namespace) == (name, namespace)


def map_name(application: str) -> str:
    """The ConfigMap of an application's ledger."""
    return f"{application}-replicas"


def to_config_map(ledger: Ledger, application: str, namespace: str) -> dict[str, Any]:
    """The ledger as an object of Kubernetes."""
    labels = {LABEL: application, "app.kubernetes.io/managed-by": MANAGED_BY}
    data = {
        "cluster": ledger.cluster,
        "clusterNamespace": ledger.cluster_namespace,
        "attempt": str(ledger.attempt),
        "since": ledger.since,
        "asked": ledger.asked,
        "underWay": str(ledger.under_way),
        "copiedBytes": str(ledger.copied_bytes),
        "blocks": json.dumps({host: sorted(ids) for host, ids in sorted(ledger.blocks.items())}),
        "problem": ledger.problem,
    }
    metadata = {"name": map_name(application), "namespace": namespace, "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def from_config_map(body: Row) -> Ledger:
    """The inverse. Raises KeyError and ValueError for what somebody else has written there."""
    data = body["data"]
    blocks = json.loads(data["blocks"])
    return Ledger(
        cluster=data["cluster"],
        cluster_namespace=data["clusterNamespace"],
        attempt=int(data["attempt"]),
        since=data["since"],
        asked=data["asked"],
        under_way=int(data["underWay"]),
        copied_bytes=int(data["copiedBytes"]),
        blocks={host: frozenset(map(int, ids)) for host, ids in blocks.items()},
        problem=data["problem"],
    )


def union(ledgers: Iterable[Ledger]) -> dict[str, frozenset[int]]:
    """All blocks of these, by host."""
    found: dict[str, frozenset[int]] = {}
    for ledger in ledgers:
        for host, ids in ledger.blocks.items():
            found[host] = found.get(host, frozenset()) | ids
    return found


def request(
    spec: Row, attempt: int, placement: Row | None, replicas: Row, now: datetime
) -> dict[str, Any] | None:
    """What the module `spark_replicas` is to copy before ``attempt`` begins; None when nothing (more) is.

    ``replicas`` is what the observation says of the application's own ledger and of others.
    """
    if not placement or not wanted(spec):
        return None
    own = replicas["own"]
    begun = own is not None and own["attempt"] == attempt
    if begun and (own["under_way"] == 0 or _age_s(own["since"], now) > WAIT_S):
        return None
    if not placement["replicate"] and (begun or not replicas["others"]):
        return None
    return {
        "attempt": attempt,
        "paths": list(placement["paths"]),
        "nodes": {row["name"]: row["executors"] for row in placement["nodes"] if row["eligible"]},
    }


def wanted(spec: Row) -> bool:
    """Whether the application has blocks copied at all."""
    locality = spec["locality"]
    return bool(locality["mode"] == "preferred" and locality["onBusy"] == "replicate")


def why(placement: Row) -> str:
    """What an attempt waits for, in words."""
    needed = placement["replicate"]
    if not needed:
        return "copies that another application has made are taken up"
    paths = ", ".join(placement["paths"][:3])
    return f"{describe_bytes(needed['bytes'])} of {paths} are being copied to nodes with room"


def notes(replicas: Row) -> list[str]:
    """What one should know about the copies when the attempt begins."""
    own = replicas["own"]
    if own is None:
        return []
    said = []
    if own["copied_bytes"]:
        size = describe_bytes(own["copied_bytes"])
        said.append(f"{size} were copied to nodes with room; they go when the application ends")
    if own["problem"]:
        said.append(f"not all could be copied: {own['problem']}")
    return said


def _age_s(time: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(time)).total_seconds()
