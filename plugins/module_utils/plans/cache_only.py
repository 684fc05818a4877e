# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Data that exists in Alluxio alone: what the status says of it, and what would be lost with given
workers. Pure.

``alluxio`` is the part of an observation that the leader's own account is (cluster_info.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..quantities import describe_bytes

_MOST_PATHS = 5
_MOST_WORKERS = 32
_LONGEST_PATH = 200

Alluxio = Mapping[str, Any]


def lost_with(alluxio: Alluxio, hosts: Collection[str]) -> int | None:
    """Bytes that no worker would hold any more if those on ``hosts`` went; None when unknown.

    For whoever is about to stop workers. Bytes that are lost already do not count.
    """
    known = alluxio.get("cache_only")
    if known is None:
        return None
    return sum(
        int(row["bytes"])
        for row in known["held_by"]
        if row["hosts"] and set(row["hosts"]) <= set(hosts)
    )


def figures(alluxio: Alluxio) -> dict[str, Any] | None:
    """``status.cacheOnly``; None when unknown."""
    known = alluxio.get("cache_only")
    if known is None:
        return None
    alone = [
        {"host": row["hosts"][0], "bytes": row["bytes"]}
        for row in known["held_by"]
        if len(row["hosts"]) == 1
    ]
    alone.sort(key=lambda row: (-row["bytes"], row["host"]))
    return {"files": known["files"], "paths": _paths(known), "workers": alone[:_MOST_WORKERS]}


def condition(alluxio: Alluxio | None) -> tuple[str, str, str]:
    """Status, reason and message of the condition CacheOnlyData."""
    if alluxio is None:
        return "Unknown", "NotObserved", "there was no leading master to ask"
    known = alluxio.get("cache_only")
    if known is None:
        return "Unknown", "NotCounted", f"not counted: {alluxio.get('cache_only_unknown')}"
    if not known["files"]:
        return "False", "AllPersisted", "everything that is complete is in the UFS"
    count, size = known["files"], describe_bytes(alluxio["not_persisted_bytes"])
    files = "1 file exists" if count == 1 else f"{count} files exist"
    message = (
        f"{files} in Alluxio only, {size}: {', '.join(_paths(known))}. "
        "They are lost with the workers that hold them; kubectl exec into a worker and run "
        "'alluxio fs persist PATH' to keep them"
    )
    return "True", "NotPersisted", message


def _paths(known: Mapping[str, Any]) -> list[str]:
    paths = [str(row["path"])[:_LONGEST_PATH] for row in known["largest"][:_MOST_PATHS]]
    others = known["files"] - len(paths)
    return [*paths, f"and {others} more"] if others else paths
