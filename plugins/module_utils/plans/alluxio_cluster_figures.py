# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures in the status of an AlluxioCluster: counts and sizes, as Kubernetes and the leader give
them. Pure.

Nothing that changes while nothing happens (uptimes, counters, ages) is among them: an idle cluster
must not cause writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..quantities import describe_bytes
from . import cache_only


def find_figures(
    plan: Mapping[str, Any],
    observed: Mapping[str, Any] | None,
    previous: Mapping[str, Any],
) -> dict[str, Any]:
    """Counts and sizes as the leader gives them; what nobody can tell now is left out."""
    if observed is None:
        return _kept(previous)
    alluxio = observed["alluxio"]
    masters = {
        "desired": _desired(plan, observed, "masters", "master"),
        "ready": sum(p["component"] == "master" and p["ready"] for p in observed["pods"]),
    }
    workers = {
        "desired": _desired(plan, observed, "workers", "worker"),
        "live": count_workers(alluxio, "LIVE") if alluxio else 0,
        "lost": count_workers(alluxio, "LOST") if alluxio else 0,
    }
    columns = {
        "masters": f"{masters['ready']}/{masters['desired']}",
        "workers": f"{workers['live']}/{workers['desired']}",
    }
    figures = {"masters": masters, "workers": workers, "columns": columns}
    if plan.get("fuse"):
        figures["fuse"] = _fuse(plan["fuse"], observed)
    endpoints = plan.get("endpoints") or previous.get("endpoints")
    if endpoints:
        figures["endpoints"] = endpoints
    if alluxio is None:
        return {**figures, **_keep(previous, "version")}
    columns["capacity"] = describe_bytes(alluxio["capacity_bytes"])
    columns["used"] = describe_bytes(alluxio["used_bytes"])
    return {**figures, **_leader_figures(alluxio)}


def _fuse(planned: Mapping[str, Any], observed: Mapping[str, Any]) -> dict[str, Any]:
    rows = [row for row in observed["workloads"] if row["name"] == planned["workload"]]
    return {
        "desired": sum(row["replicas"] for row in rows),
        "ready": sum(row["ready_replicas"] for row in rows),
        "claims": [f"{claim['namespace']}/{claim['name']}" for claim in planned["claims"]],
    }


def _leader_figures(alluxio: Mapping[str, Any]) -> dict[str, Any]:
    figures = {
        "version": alluxio["version"],
        "leader": alluxio["leader"],
        "capacityBytes": alluxio["capacity_bytes"],
        "usedBytes": alluxio["used_bytes"],
        "tiers": [
            {"tier": name, "totalBytes": tier["total_bytes"], "usedBytes": tier["used_bytes"]}
            for name, tier in alluxio["tiers"].items()
        ],
        "filesToPersist": alluxio["files_to_persist"],
        "notPersistedBytes": alluxio["not_persisted_bytes"],
        "cacheOnly": cache_only.figures(alluxio),
    }
    return {name: value for name, value in figures.items() if value is not None}


def _kept(previous: Mapping[str, Any]) -> dict[str, Any]:
    """An observation that failed is no news about the figures."""
    own = ("phase", "observedGeneration", "conditions", "problems")
    return {name: value for name, value in previous.items() if name not in own}


def _keep(previous: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {name: previous[name]} if previous.get(name) else {}


def _desired(
    plan: Mapping[str, Any], observed: Mapping[str, Any], part: str, component: str
) -> int:
    """From the plan; while the spec is invalid or goes away, from what stands."""
    if part in plan and not plan.get("errors"):
        return int(plan[part]["replicas"])
    return sum(w["replicas"] for w in observed["workloads"] if w["component"] == component)


def count_workers(alluxio: Mapping[str, Any], state: str) -> int:
    """How many workers the leader knows in that state, LIVE or LOST."""
    return sum(worker["state"] == state for worker in alluxio["workers"])
