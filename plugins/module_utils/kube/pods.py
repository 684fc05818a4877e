# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Pods as the API server returns them -> one flat row each, with the reason why one is not ready.

Reasons and messages stay the same while the situation does: back-off times, counters and the two
names of one failed pull would otherwise make a status change without news.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

COMPONENT_LABEL = "app.kubernetes.io/component"
POOL_LABEL = "alluxio.io/pool"
ANNOTATION_PREFIX = "alluxio.io/"
# Set by the StatefulSet's controller: the revision of the template that the pod was made of.
REVISION_LABEL = "controller-revision-hash"

_LONGEST_MESSAGE = 300
# A container that came back this often and is not ready is failing, also in the moment it runs.
_CRASHING_RESTARTS = 3
_PULL_REASONS = ("ImagePullBackOff", "ErrImagePull", "InvalidImageName", "ErrImageNeverPull")
_STARTING_REASONS = ("", "ContainerCreating", "PodInitializing")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a pod is not ready: a reason in Kubernetes' words and a sentence; empty if it is."""

    reason: str = ""
    message: str = ""


def pod_row(pod: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a pod in ``observed.pods``."""
    metadata, status = pod["metadata"], pod.get("status") or {}
    labels = metadata.get("labels") or {}
    annotations = metadata.get("annotations") or {}
    statuses = list(_container_statuses(status))
    trouble = trouble_of(pod)
    ready = _condition(status, "Ready")
    return {
        "name": metadata["name"],
        "uid": metadata["uid"],
        "component": labels.get(COMPONENT_LABEL, ""),
        "pool": labels.get(POOL_LABEL, ""),
        "node": pod["spec"].get("nodeName", ""),
        "host_ip": status.get("hostIP", ""),
        "pod_ip": status.get("podIP", ""),
        "phase": status.get("phase", "Unknown"),
        "ready": ready.get("status") == "True",
        "ready_since": ready.get("lastTransitionTime", "") if ready.get("status") == "True" else "",
        "revision": labels.get(REVISION_LABEL, ""),
        "restarts": sum(container.get("restartCount", 0) for container in statuses),
        "created": metadata["creationTimestamp"],
        "deleting": "deletionTimestamp" in metadata,
        "reason": trouble.reason,
        "message": trouble.message,
        "out_of_memory": [c["name"] for c in statuses if _was_out_of_memory(c)],
        "annotations": {
            key: value for key, value in annotations.items() if key.startswith(ANNOTATION_PREFIX)
        },
    }


def trouble_of(pod: Mapping[str, Any]) -> Trouble:
    """Why this pod is not ready, from its conditions and its containers, init containers first."""
    status = pod.get("status") or {}
    if _condition(status, "Ready").get("status") == "True":
        return Trouble()
    if status.get("phase") in ("Failed", "Succeeded"):
        return Trouble(
            status.get("reason") or status["phase"],
            _short(status.get("message") or "its containers have ended"),
        )
    scheduled = _condition(status, "PodScheduled")
    if scheduled.get("status") == "False":
        return Trouble(
            scheduled.get("reason", "Unschedulable"), _short(scheduled.get("message", ""))
        )
    for container in _container_statuses(status):
        trouble = _container_trouble(container)
        if trouble.reason:
            return trouble
    return _waiting_for_readiness(status, (pod.get("spec") or {}).get("nodeName", ""))


def _waiting_for_readiness(status: Mapping[str, Any], node: str) -> Trouble:
    containers = status.get("containerStatuses") or []
    if not containers or any("running" not in (c.get("state") or {}) for c in containers):
        return Trouble("Starting", "its containers are being started")
    unready = [container["name"] for container in containers if not container.get("ready")]
    if not unready:
        return Trouble("NodeNotReady", f"its node {node} does not report any more")
    return Trouble(
        "NotReady", f"container {', '.join(unready)} does not pass its readiness probe yet"
    )


def _container_trouble(container: Mapping[str, Any]) -> Trouble:
    name = container["name"]
    state = container.get("state") or {}
    waiting = state.get("waiting") or {}
    reason = waiting.get("reason", "")
    if reason in _PULL_REASONS:
        return Trouble("ImagePullBackOff", f"container {name}: {_pull_failure(container, waiting)}")
    if _is_crashing(container):
        return Trouble("CrashLoopBackOff", f"container {name} ends at once: {_last_end(container)}")
    if reason not in _STARTING_REASONS:
        return Trouble(reason, _short(f"container {name}: {waiting.get('message', reason)}"))
    return Trouble()


def _is_crashing(container: Mapping[str, Any]) -> bool:
    state = container.get("state") or {}
    if (state.get("waiting") or {}).get("reason") == "CrashLoopBackOff":
        return True
    if (state.get("terminated") or {}).get("exitCode", 0) != 0:
        return True
    return (
        not container.get("ready")
        and container.get("restartCount", 0) >= _CRASHING_RESTARTS
        and bool((container.get("lastState") or {}).get("terminated"))
        and "terminated" not in state
    )


def _last_end(container: Mapping[str, Any]) -> str:
    for key in ("lastState", "state"):
        ended = (container.get(key) or {}).get("terminated")
        if ended:
            message = f": {ended['message'].strip()}" if ended.get("message") else ""
            return _short(f"{ended.get('reason', 'Error')}, exit code {ended['exitCode']}{message}")
    return "no exit code is known"


def _pull_failure(container: Mapping[str, Any], waiting: Mapping[str, Any]) -> str:
    """The kubelet repeats the cause behind ``ErrImagePull: `` while it backs off."""
    message = waiting.get("message", "")
    cause = message.rpartition("ErrImagePull: ")[2]
    if cause.startswith("Back-off pulling image"):
        cause = ""
    image = container.get("image", "")
    return _short(f"image {image} cannot be pulled" + (f": {cause}" if cause else ""))


def _was_out_of_memory(container: Mapping[str, Any]) -> bool:
    ends = [(container.get(key) or {}).get("terminated") or {} for key in ("state", "lastState")]
    return any(end.get("reason") == "OOMKilled" for end in ends)


def _container_statuses(status: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from status.get("initContainerStatuses") or []
    yield from status.get("containerStatuses") or []


def _condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    conditions: list[Mapping[str, Any]] = status.get("conditions") or []
    return next((condition for condition in conditions if condition["type"] == kind), {})


def _short(message: str) -> str:
    message = " ".join(message.split())
    return message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 1] + "…"
