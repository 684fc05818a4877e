# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Claims and workloads of a cluster as the API server returns them -> one flat row each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .pods import COMPONENT_LABEL, POOL_LABEL

# Set by the scheduler on claims of a class with WaitForFirstConsumer.
_SELECTED_NODE = "volume.kubernetes.io/selected-node"


def claim_row(claim: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a PersistentVolumeClaim in ``observed.claims``; its size is a quantity."""
    metadata, spec = claim["metadata"], claim["spec"]
    status = claim.get("status") or {}
    labels = metadata.get("labels") or {}
    asked = (spec.get("resources") or {}).get("requests") or {}
    return {
        "name": metadata["name"],
        "component": labels.get(COMPONENT_LABEL, ""),
        "pool": labels.get(POOL_LABEL, ""),
        "phase": status.get("phase", "Pending"),
        "storage_class": spec.get("storageClassName") or "",
        "size": (status.get("capacity") or {}).get("storage") or asked.get("storage", ""),
        "volume_name": spec.get("volumeName", ""),
        "node": (metadata.get("annotations") or {}).get(_SELECTED_NODE, ""),
        "created": metadata["creationTimestamp"],
        "deleting": "deletionTimestamp" in metadata,
        "message": _claim_message(status),
    }


def _claim_message(status: Mapping[str, Any]) -> str:
    if status.get("phase") == "Lost":
        return "its volume is gone"
    conditions = status.get("conditions") or []
    return "; ".join(c["message"] for c in conditions if c.get("message"))


def share_row(volume: Mapping[str, Any], claim: Mapping[str, Any] | None) -> dict[str, Any]:
    """The row of a volume for applications in ``observed.shares``, with what became of its claim."""
    wanted = volume["spec"].get("claimRef") or {}
    labels = volume["metadata"].get("labels") or {}
    theirs = ((claim or {}).get("metadata") or {}).get("labels") or {}
    marks = [key for key in labels if key.startswith("alluxio.io/")]
    return {
        "volume": volume["metadata"]["name"],
        "phase": (volume.get("status") or {}).get("phase", "Pending"),
        "claim_namespace": wanted.get("namespace", ""),
        "claim": wanted.get("name", ""),
        "created": volume["metadata"]["creationTimestamp"],
        # One of that name that somebody else made must not be deleted with the volume.
        "claim_is_ours": bool(marks) and all(theirs.get(key) == labels[key] for key in marks),
    }


def workload_row(kind: str, workload: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a StatefulSet, Deployment or DaemonSet in ``observed.workloads``."""
    metadata, spec = workload["metadata"], workload["spec"]
    status = workload.get("status") or {}
    labels = metadata.get("labels") or {}
    # The API server fills in 1; 0 is a value.
    replicas = spec.get("replicas", 1)
    ready, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    if kind == "DaemonSet":
        replicas = status.get("desiredNumberScheduled", 0)
        ready, updated = status.get("numberReady", 0), status.get("updatedNumberScheduled", 0)
    return {
        "kind": kind,
        "name": metadata["name"],
        "component": labels.get(COMPONENT_LABEL, ""),
        "pool": labels.get(POOL_LABEL, ""),
        "replicas": replicas,
        "ready_replicas": ready,
        "updated_replicas": updated,
        "revision": status.get("updateRevision", ""),
        "generation": metadata["generation"],
        "observed_generation": status.get("observedGeneration", 0),
        "claim_templates": [_claim_template(c) for c in spec.get("volumeClaimTemplates") or []],
    }


def _claim_template(claim: Mapping[str, Any]) -> dict[str, Any]:
    spec = claim["spec"]
    return {
        "name": claim["metadata"]["name"],
        "size": ((spec.get("resources") or {}).get("requests") or {}).get("storage", ""),
        "storage_class": spec.get("storageClassName"),
        "access_modes": spec.get("accessModes") or [],
    }
