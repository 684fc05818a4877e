# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Nodes as the API server returns them -> what a decision about placement needs, and no more.

Amounts are ints in the smallest unit of the resource: millicores of ``cpu``, bytes of ``memory`` and
``ephemeral-storage``, pieces of everything else (``pods``, ``nvidia.com/gpu``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidValue
from ..quantities import parse_bytes, parse_millicores

HOSTNAME_LABEL = "kubernetes.io/hostname"
_EXISTS, _EQUAL = "Exists", "Equal"
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


@dataclass(frozen=True, slots=True)
class Taint:
    """What keeps pods without a matching toleration off a node."""

    key: str
    value: str
    effect: str

    def __str__(self) -> str:
        return (
            f"{self.key}={self.value}:{self.effect}" if self.value else f"{self.key}:{self.effect}"
        )


@dataclass(frozen=True, slots=True)
class Toleration:
    """An empty ``key`` with Exists matches every taint, an empty ``effect`` every effect."""

    key: str = ""
    operator: str = _EQUAL
    value: str = ""
    effect: str = ""

    def tolerates(self, taint: Taint) -> bool:
        """As ``Toleration.ToleratesTaint`` of k8s.io/api/core/v1."""
        if self.effect and self.effect != taint.effect:
            return False
        if self.key and self.key != taint.key:
            return False
        if self.operator == _EXISTS:
            return True
        return bool(self.key) and self.value == taint.value


@dataclass(frozen=True, slots=True)
class Node:
    """``trouble`` says why it is not ready, empty when it is; ``addresses`` are (type, address)."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    addresses: Sequence[tuple[str, str]] = ()
    taints: Sequence[Taint] = ()
    unschedulable: bool = False
    trouble: str = ""
    allocatable: Mapping[str, int] = field(default_factory=dict)

    @property
    def hostname(self) -> str:
        """The value that affinity by host name compares with; empty when the node lacks the label."""
        return self.labels.get(HOSTNAME_LABEL, "")


def node_of(obj: Mapping[str, Any]) -> Node:
    """From an object of the API."""
    metadata, spec, status = obj["metadata"], obj.get("spec") or {}, obj.get("status") or {}
    return Node(
        name=metadata["name"],
        labels=metadata.get("labels") or {},
        addresses=tuple((row["type"], row["address"]) for row in status.get("addresses") or ()),
        taints=tuple(
            Taint(row["key"], row.get("value") or "", row["effect"])
            for row in spec.get("taints") or ()
        ),
        unschedulable=bool(spec.get("unschedulable")),
        trouble=_trouble(status.get("conditions") or ()),
        allocatable=amounts(status.get("allocatable") or {}, f"node {metadata['name']}"),
    )


def toleration_of(row: Mapping[str, Any], field_path: str) -> Toleration:
    """From a toleration as pods have it. Raises InvalidValue, which names ``field_path``."""
    operator = row.get("operator") or _EQUAL
    if operator not in (_EXISTS, _EQUAL):
        raise InvalidValue(f"{field_path}.operator", operator, "give Exists or Equal")
    effect = row.get("effect") or ""
    if effect and effect not in _EFFECTS:
        raise InvalidValue(f"{field_path}.effect", effect, f"give one of {', '.join(_EFFECTS)}")
    key, value = row.get("key") or "", row.get("value") or ""
    if operator == _EQUAL and not key:
        raise InvalidValue(f"{field_path}.key", key, "give the taint's key, or operator Exists")
    if operator == _EXISTS and value:
        raise InvalidValue(f"{field_path}.value", value, "leave it out: Exists compares no value")
    return Toleration(key, operator, value, effect)


def amounts(quantities: Mapping[str, object], field_path: str) -> dict[str, int]:
    """Kubernetes quantities by resource as ints. Raises InvalidValue, which names the resource."""
    return {
        name: amount(name, quantity, f"{field_path}.{name}")
        for name, quantity in quantities.items()
    }


def amount(resource: str, quantity: object, field_path: str) -> int:
    """One quantity in the smallest unit of its resource, rounded up as Kubernetes does."""
    if resource == "cpu":
        return parse_millicores(quantity, field_path)
    return parse_bytes(quantity, field_path)


def _trouble(conditions: Sequence[Mapping[str, Any]]) -> str:
    ready = next((row for row in conditions if row["type"] == "Ready"), None)
    if ready is None:
        return "it has reported no condition yet"
    if ready["status"] == "True":
        return ""
    return f"Ready is {ready['status']}" + (f": {ready['reason']}" if ready.get("reason") else "")
