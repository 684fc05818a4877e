# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Jobs and pods of a SparkApplication as the API server returns them -> one flat row each. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .kube.pods import trouble_of
from .plans.spark_names import (
    APPLICATION_ID_ANNOTATION,
    ATTEMPT_LABEL,
    DRIVER_CONTAINER,
    PLANNED_ANNOTATION,
    PROGRESS_ANNOTATION,
    REQUESTED_ANNOTATION,
    ROLE_LABEL,
)

Object = Mapping[str, Any]


def job_row(job: Object) -> dict[str, Any]:
    """The row of an attempt's Job. ``state``: Active, Suspended, Succeeded or Failed; ``ended`` None while it runs."""
    metadata, status = job["metadata"], job.get("status") or {}
    annotations = metadata.get("annotations") or {}
    conditions = {
        row["type"]: row for row in status.get("conditions") or () if row["status"] == "True"
    }
    state, reason, message, ended = _outcome(job, conditions)
    return {
        "name": metadata["name"],
        "attempt": _number((metadata.get("labels") or {}).get(ATTEMPT_LABEL)),
        "application_id": annotations.get(APPLICATION_ID_ANNOTATION, ""),
        "planned": json.loads(annotations.get(PLANNED_ANNOTATION) or "{}"),
        "requested": _number(annotations.get(REQUESTED_ANNOTATION)),
        "state": state,
        "reason": reason,
        "message": message,
        "started": metadata["creationTimestamp"],
        "ended": ended,
        "deleting": "deletionTimestamp" in metadata,
    }


def _outcome(job: Object, conditions: Mapping[str, Object]) -> tuple[str, str, str, str | None]:
    for kind, state in (("Complete", "Succeeded"), ("Failed", "Failed")):
        if kind in conditions:
            found = conditions[kind]
            ended = found.get("lastTransitionTime")
            return state, found.get("reason", ""), found.get("message", ""), ended
    if job["spec"].get("suspend"):
        suspended = conditions.get("Suspended", {})
        return "Suspended", "", "", suspended.get("lastTransitionTime")
    return "Active", "", "", None


def pod_row(pod: Object) -> dict[str, Any]:
    """The row of a driver's or executor's pod. ``exit_code`` and ``termination_message`` are the driver's."""
    metadata, status = pod["metadata"], pod.get("status") or {}
    labels = metadata.get("labels") or {}
    trouble = trouble_of(pod)
    state = _driver_state(status)
    ended = state.get("terminated") or {}
    return {
        "name": metadata["name"],
        "uid": metadata["uid"],
        "role": labels.get(ROLE_LABEL, ""),
        "attempt": _number(labels.get(ATTEMPT_LABEL)),
        "phase": status.get("phase", "Unknown"),
        "node": pod["spec"].get("nodeName", ""),
        "deleting": "deletionTimestamp" in metadata,
        "started": "running" in state or "terminated" in state,
        "reason": trouble.reason,
        "message": trouble.message,
        "exit_code": ended.get("exitCode"),
        "out_of_memory": ended.get("reason") == "OOMKilled",
        "termination_message": ended.get("message", ""),
        "progress": (metadata.get("annotations") or {}).get(PROGRESS_ANNOTATION, ""),
    }


def run_row(application: Object) -> dict[str, Any]:
    """The row of an application that a schedule has made."""
    metadata = application["metadata"]
    return {
        "name": metadata["name"],
        "phase": (application.get("status") or {}).get("phase", "Pending"),
        "created": metadata["creationTimestamp"],
        "deleting": "deletionTimestamp" in metadata,
    }


def _driver_state(status: Object) -> Mapping[str, Any]:
    for container in status.get("containerStatuses") or ():
        if container["name"] == DRIVER_CONTAINER:
            state: Mapping[str, Any] = container.get("state") or {}
            return state
    return {}


def _number(text: Any) -> int:
    """0 for what is no number: anybody may label a pod."""
    return int(text) if isinstance(text, str) and text.isdecimal() else 0
