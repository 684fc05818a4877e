# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Events of events.k8s.io/v1 about an object: the same one again is counted, not made anew."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..errors import InvalidValue
from .api import KubeClient, Object
from .errors import Conflict

_API_VERSION = "events.k8s.io/v1"
_TYPES = ("Normal", "Warning")
_REPORTER = "alluxio.io/k8s"
# Limits of the API: a longer note is refused.
_NOTE_BYTES = 1024
_INSTANCE_BYTES = 128


def check(wanted: Sequence[Mapping[str, Any]]) -> None:
    """Raises InvalidValue for an event that the API server would refuse."""
    for index, event in enumerate(wanted):
        for field in ("reason", "message"):
            if not (isinstance(event.get(field), str) and event[field]):
                raise InvalidValue(f"events[{index}].{field}", event.get(field), "give a text")
        if event.get("type", _TYPES[0]) not in _TYPES:
            remedy = f"give one of {', '.join(_TYPES)}"
            raise InvalidValue(f"events[{index}].type", event["type"], remedy)


def emit(kube: KubeClient, regarding: Mapping[str, Any], event: Mapping[str, Any]) -> None:
    """Publishes one event (``type``, ``reason``, ``message``) about an object (apiVersion, kind,
    name, namespace, uid).

    ``kube`` should be ``direct``: ansible-operator's proxy would make itself the owner's watcher of
    every event.
    """
    body = event_object(regarding, event, _now())
    try:
        kube.create(body)
    except Conflict:
        _count_again(kube, body)


def event_object(regarding: Mapping[str, Any], event: Mapping[str, Any], time: str) -> Object:
    """The Event; its name follows from what it says about whom, so that a repetition meets it."""
    note = _cut(str(event["message"]), _NOTE_BYTES)
    kind = event.get("type", _TYPES[0])
    said = "\n".join((str(regarding.get("uid", "")), kind, event["reason"], note))
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    reference = {
        key: regarding[key]
        for key in ("apiVersion", "kind", "name", "namespace", "uid")
        if regarding.get(key)
    }
    return {
        "apiVersion": _API_VERSION,
        "kind": "Event",
        # Events about what lives in no namespace are kept in "default", as Kubernetes' own are.
        "metadata": {
            "name": f"{regarding['name']}.{digest}",
            "namespace": regarding.get("namespace") or "default",
        },
        "type": kind,
        "reason": event["reason"],
        "note": note,
        "action": event.get("action", "Reconcile"),
        "regarding": reference,
        "eventTime": time,
        "reportingController": _REPORTER,
        "reportingInstance": _cut(socket.gethostname() or "unknown", _INSTANCE_BYTES),
    }


def _count_again(kube: KubeClient, body: Object) -> None:
    metadata = body["metadata"]
    current = kube.get(_API_VERSION, "Event", metadata["name"], metadata["namespace"]) or {}
    count = (current.get("series") or {}).get("count", 1) + 1
    series = {"series": {"count": count, "lastObservedTime": body["eventTime"]}}
    kube.merge_patch(_API_VERSION, "Event", metadata["name"], metadata["namespace"], series)


def _cut(text: str, limit_bytes: int) -> str:
    encoded = text.encode()
    if len(encoded) <= limit_bytes:
        return text
    return encoded[: limit_bytes - 3].decode(errors="ignore") + "..."


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
