# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Waiting until applied objects have taken effect."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from .api import KubeClient, Object
from .errors import WaitTimeout

_PAUSE_S = 0.2


def wait_until(kube: KubeClient, objects: Sequence[Object], timeout_s: int) -> None:
    """Returns when each definition is served and each workload is rolled out; raises WaitTimeout,
    saying what lags.
    """
    deadline = time.monotonic() + timeout_s
    lagging = list(objects)
    while True:
        states = [(obj, _lag_now(kube, obj)) for obj in lagging]
        reasons = [
            f"{obj['kind']}/{obj['metadata']['name']}: {reason}" for obj, reason in states if reason
        ]
        if not reasons:
            return
        if time.monotonic() >= deadline:
            raise WaitTimeout(
                f"not ready after {timeout_s} s: {'; '.join(reasons)}",
                "look at the events of the named objects and their pods, or allow more time",
                lagging=reasons,
            )
        lagging = [obj for obj, reason in states if reason]
        time.sleep(_PAUSE_S)


def lag(obj: Mapping[str, Any] | None) -> str:
    """Why the object is not ready yet; empty when it is, or when it is of a kind that is ready at
    once.
    """
    if obj is None:
        return "it is not there"
    check = {
        "CustomResourceDefinition": _definition_lag,
        "Deployment": _workload_lag,
        "StatefulSet": _workload_lag,
    }.get(obj["kind"])
    return check(obj) if check else ""


def _definition_lag(obj: Mapping[str, Any]) -> str:
    conditions = (obj.get("status") or {}).get("conditions") or []
    status = {condition["type"]: condition["status"] for condition in conditions}
    return "" if status.get("Established") == "True" else "it is not established"


def _workload_lag(obj: Mapping[str, Any]) -> str:
    status = obj.get("status") or {}
    if status.get("observedGeneration", 0) < obj["metadata"]["generation"]:
        return "its controller has not seen it"
    wanted = obj["spec"].get("replicas", 1)
    updated, ready = status.get("updatedReplicas", 0), status.get("readyReplicas", 0)
    total = status.get("replicas", 0)
    if updated < wanted or ready < wanted or total > wanted:
        return f"{ready} of {wanted} ready, {updated} updated"
    return ""


def _lag_now(kube: KubeClient, obj: Object) -> str:
    metadata = obj["metadata"]
    current = kube.get(obj["apiVersion"], obj["kind"], metadata["name"], metadata.get("namespace"))
    reason = lag(current)
    if not reason and obj["kind"] == "CustomResourceDefinition" and not _is_served(kube, obj):
        return "the API server does not serve it yet"
    return reason


def _is_served(kube: KubeClient, definition: Object) -> bool:
    """Established comes a moment before discovery shows the kind."""
    spec = definition["spec"]
    versions = [f"{spec['group']}/{row['name']}" for row in spec["versions"] if row["served"]]
    return all(kube.has_kind(version, spec["names"]["kind"]) for version in versions)
