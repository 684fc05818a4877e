# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The objects that a spec refers to but does not make: Secrets, StorageClasses, namespaces. Works on
specs that are not valid too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reference:
    """One mention of an object; ``field`` is its path in the resource."""

    kind: str
    name: str
    field: str


def references(spec: Any) -> list[Reference]:
    """Every mention of a Secret or a StorageClass, in the order of the spec. Optional ones are left
    out.
    """
    return list(_walk(spec, "spec"))


def names(found: list[Reference], kind: str) -> list[str]:
    """The names of that kind, each once, sorted."""
    return sorted({reference.name for reference in found if reference.kind == kind})


def namespaces(own: Any, spec: Any) -> list[str]:
    """The namespaces whose labels or annotations decide whether parts of the spec may be: its own,
    when something needs more than restricted pods, and those of claims.
    """
    spec = spec if isinstance(spec, Mapping) else {}
    fuse = spec.get("fuse")
    fuse = fuse if isinstance(fuse, Mapping) and fuse.get("enabled") else {}
    pools = spec.get("workers")
    short_circuit = any(
        isinstance(pool, Mapping)
        and isinstance(pool.get("shortCircuit"), Mapping)
        and pool["shortCircuit"].get("enabled")
        for pool in (pools if isinstance(pools, list) else ())
    )
    found = [own] if fuse or short_circuit else []
    claims = fuse.get("claims")
    for claim in claims if isinstance(claims, list) else ():
        found.append(claim.get("namespace") if isinstance(claim, Mapping) else None)
    return sorted({name for name in found if isinstance(name, str) and name})


def _walk(value: Any, path: str) -> Iterator[Reference]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _mention(str(key), item, f"{path}.{key}")


def _mention(key: str, item: Any, path: str) -> Iterator[Reference]:
    if key in ("secretRef", "secretKeyRef") and isinstance(item, Mapping):
        if not item.get("optional"):
            yield from _named("Secret", item.get("name"), f"{path}.name")
    elif key == "secret" and isinstance(item, Mapping):
        if not item.get("optional"):
            yield from _named("Secret", item.get("secretName"), f"{path}.secretName")
    elif key == "pullSecrets" and isinstance(item, list):
        for index, name in enumerate(item):
            yield from _named("Secret", name, f"{path}[{index}]")
    elif key == "storageClassName":
        yield from _named("StorageClass", item, path)
    else:
        yield from _walk(item, path)


def _named(kind: str, name: Any, path: str) -> Iterator[Reference]:
    if isinstance(name, str) and name:
        yield Reference(kind, name, path)
