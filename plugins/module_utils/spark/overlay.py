# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A user's pod template laid over a pod of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# Lists of a pod whose items are told apart by a field; of all others the template's replaces ours.
_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "imagePullSecrets": "name",
}
_ADDED = ("tolerations", "envFrom")


def overlay(base: Any, template: Any, field: str = "") -> Any:
    """``base`` with what ``template`` says: maps are merged, a null removes, named items are merged by their name."""
    if isinstance(base, Mapping) and isinstance(template, Mapping):
        return _merged(base, template)
    if isinstance(base, list) and isinstance(template, list):
        if field in _ADDED:
            return [*base, *template]
        if field in _KEYS:
            return _merged_items(base, template, _KEYS[field])
    return template


def _merged(base: Mapping[str, Any], template: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in template.items():
        if value is None:
            result.pop(key, None)
        elif key in result:
            result[key] = overlay(result[key], value, key)
        else:
            result[key] = value
    return result


def _merged_items(base: Sequence[Any], template: Sequence[Any], key: str) -> list[Any]:
    """Ours in their order, the template's own after them."""
    theirs = {item[key]: item for item in template}
    merged = [overlay(item, theirs.pop(item[key], {})) for item in base]
    return [*merged, *theirs.values()]
