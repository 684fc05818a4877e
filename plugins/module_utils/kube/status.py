# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A custom resource's status: conditions merged as the API wants, written only when something
differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .api import KubeClient, Object
from .errors import NotFound

# Left behind by ansible-operator when a play of ours died; the report that follows makes them
# untrue.
_OF_THE_OPERATOR = ("Running", "Successful", "Failure")


@dataclass(frozen=True)
class Report:
    """What came of a report: whether it changed the status, and whom events are about."""

    changed: bool
    regarding: Object


def report(
    kube: KubeClient,
    api_version: str,
    kind: str,
    name: str,
    namespace: str | None,
    status: Mapping[str, Any],
    *,
    dry_run: bool = False,
) -> Report:
    """Makes the object's status be ``status``, plus times of transition.

    Raises NotFound when the object is gone.
    """
    current = kube.get(api_version, kind, name, namespace)
    if current is None:
        raise NotFound(
            f"{kind} {name} in namespace {namespace} is not there",
            "it was deleted meanwhile: nothing is left to report on",
        )
    patch = status_patch(current.get("status") or {}, status, now())
    if patch and not dry_run:
        body = {"status": patch}
        kube.merge_patch(api_version, kind, name, namespace, body, subresource="status")
    metadata = current["metadata"]
    reference = {"apiVersion": api_version, "kind": kind, "name": name}
    reference |= {"namespace": metadata.get("namespace"), "uid": metadata["uid"]}
    return Report(bool(patch), reference)


def status_patch(before: Mapping[str, Any], wanted: Mapping[str, Any], time: str) -> Object:
    """The JSON merge patch (RFC 7396) from one status to the other; empty when only times would
    differ.
    """
    after = dict(wanted)
    if "conditions" in wanted or "conditions" in before:
        after["conditions"] = merge_conditions(
            before.get("conditions") or [], wanted.get("conditions") or [], time
        )
    return merge_patch(before, after)


def merge_conditions(
    before: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]], time: str
) -> list[Object]:
    """Ours in their order, each with the time at which its status last flipped; those of others
    stay.
    """
    known = {condition["type"]: condition for condition in before}
    ours = {condition["type"] for condition in wanted}
    merged = [
        {
            **condition,
            "lastTransitionTime": _transition(known.get(condition["type"]), condition, time),
        }
        for condition in wanted
    ]
    others = [
        dict(c) for c in before if c["type"] not in ours and c["type"] not in _OF_THE_OPERATOR
    ]
    return merged + others


def merge_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> Object:
    """The smallest JSON merge patch that turns one into the other; null removes, lists go whole."""
    patch: Object = {key: None for key in before if key not in after}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            if inner := merge_patch(old, value):
                patch[key] = inner
        elif (value != old or key not in before) and value is not None:
            patch[key] = value
        elif value is None and old is not None:
            patch[key] = None
    return patch


def now() -> str:
    """The present in the API's form, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _transition(before: Mapping[str, Any] | None, wanted: Mapping[str, Any], time: str) -> str:
    if before and before.get("status") == wanted["status"] and before.get("lastTransitionTime"):
        return str(before["lastTransitionTime"])
    return time
