# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What one object, as it is wanted and as it is, means for an apply. Pure: nothing here talks to
anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from ..errors import InvalidValue
from .errors import Conflict

Object = dict[str, Any]

# What others need before they can be made, then everything else, then what starts pods and reads
# the rest.
_FIRST = ("Namespace", "CustomResourceDefinition")
# Refused by the API server while it knows no such role, unless the user may grant everything.
BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_LAST = ("CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet")
# Set by the API server: says nothing about what was asked for.
_NOISE = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")
# kubectl's copy of the whole object, a Secret's values with it.
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_HIDDEN, _HIDDEN_CHANGED = "(hidden)", "(hidden, changed)"


def label(obj: Mapping[str, Any]) -> str:
    """``Kind/name``, as results name an object."""
    return f"{obj['kind']}/{obj['metadata']['name']}"


def key(obj: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Identity within a cluster: group, kind, namespace, name. The version is a mere view."""
    group = obj["apiVersion"].rpartition("/")[0]
    return group, obj["kind"], obj["metadata"].get("namespace") or "", obj["metadata"]["name"]


def desired(
    objects: Sequence[Any],
    namespace: str | None,
    owner: Mapping[str, Any] | None,
    namespaced: Iterable[bool],
) -> list[Object]:
    """The objects as they are to be applied: each in its namespace and under its owner.

    ``namespaced`` tells for each object whether its kind lives in a namespace. Raises InvalidValue.
    """
    result = []
    for index, (obj, in_namespace) in enumerate(zip(objects, namespaced, strict=True)):
        one = deepcopy(obj)
        metadata = one["metadata"]
        if in_namespace and not metadata.setdefault("namespace", namespace):
            field = f"objects[{index}].metadata.namespace"
            raise InvalidValue(field, None, "name a namespace here or for all objects")
        if not in_namespace:
            metadata.pop("namespace", None)
        # The API server collects garbage by owner within one namespace only.
        if owner and metadata.get("namespace") == namespace:
            metadata["ownerReferences"] = [owner_reference(owner)]
        result.append(one)
    _refuse_twins(result)
    return result


def check(objects: Sequence[Any]) -> None:
    """Raises InvalidValue, with the path, for what cannot be an object at all."""
    for index, obj in enumerate(objects):
        if not isinstance(obj, Mapping):
            remedy = "give one object with apiVersion, kind and metadata"
            raise InvalidValue(f"objects[{index}]", type(obj).__name__, remedy)
        metadata = obj.get("metadata")
        texts = {"apiVersion": obj.get("apiVersion"), "kind": obj.get("kind")}
        texts["metadata.name"] = metadata.get("name") if isinstance(metadata, Mapping) else None
        for field, value in texts.items():
            if not (isinstance(value, str) and value):
                raise InvalidValue(f"objects[{index}].{field}", value, "give a non-empty string")


def owner_reference(owner: Mapping[str, Any]) -> Object:
    """The owner as its controller; it does not block the owner's deletion, which the finalizer
    orders.
    """
    reference = {field: owner[field] for field in ("apiVersion", "kind", "name", "uid")}
    return {**reference, "controller": True, "blockOwnerDeletion": False}


def refuse_foreign(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Raises Conflict when an object of the name exists that another controller owns."""
    theirs = controller(before)
    ours = controller(wanted)
    if theirs and ours and theirs["uid"] != ours["uid"]:
        raise Conflict(
            f"{label(before)} in namespace {before['metadata'].get('namespace')} belongs to"
            f" {theirs['kind']}/{theirs['name']}",
            "choose another name, or delete that owner first",
        )


def controller(obj: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The owner reference of the object's controller, if it has one."""
    references = obj["metadata"].get("ownerReferences") or []
    return next((reference for reference in references if reference.get("controller")), None)


def waves(objects: Iterable[Object]) -> list[list[Object]]:
    """The objects in groups that follow each other; within one the order does not matter."""
    first: list[Object] = []
    middle: list[Object] = []
    bindings: list[Object] = []
    last: list[Object] = []
    for obj in objects:
        kind = obj["kind"]
        group = first if kind in _FIRST else bindings if kind in BINDINGS else middle
        (last if kind in _LAST else group).append(obj)
    return [group for group in (first, middle, bindings, last) if group]


def promised(obj: Mapping[str, Any], objects: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the list itself brings the object's namespace, kind or role, so that a dry run of a
    first installation cannot ask the API server about it.
    """
    namespace = obj["metadata"].get("namespace")
    brings_namespace = any(
        other["kind"] == "Namespace" and other["metadata"]["name"] == namespace for other in objects
    )
    return brings_namespace or definition_of(obj, objects) is not None or _brings_role(obj, objects)


def _brings_role(obj: Mapping[str, Any], objects: Iterable[Mapping[str, Any]]) -> bool:
    if obj["kind"] not in BINDINGS:
        return False
    role = (obj["roleRef"]["kind"], obj["roleRef"]["name"])
    return any((other["kind"], other["metadata"]["name"]) == role for other in objects)


def definition_of(
    obj: Mapping[str, Any], objects: Iterable[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The CustomResourceDefinition in the list that brings the object's kind."""
    group = obj["apiVersion"].rpartition("/")[0]
    for other in objects:
        if other["kind"] != "CustomResourceDefinition":
            continue
        if (other["spec"]["group"], other["spec"]["names"]["kind"]) == (group, obj["kind"]):
            return other
    return None


def content(obj: Mapping[str, Any] | None) -> Object | None:
    """The object without what only the API server and controllers write."""
    if obj is None:
        return None
    kept = {field: value for field, value in obj.items() if field != "status"}
    metadata = {name: value for name, value in obj["metadata"].items() if name not in _NOISE}
    annotations = metadata.get("annotations") or {}
    if _LAST_APPLIED in annotations:
        rest = {name: text for name, text in annotations.items() if name != _LAST_APPLIED}
        metadata["annotations"] = rest
    return {**kept, "metadata": metadata}


def presentable(before: Object | None, after: Object | None) -> tuple[Object | None, Object | None]:
    """Both contents for a diff; a Secret's values are hidden, with a mark on those that change."""
    before, after = content(before), content(after)
    return _masked(before, after, _HIDDEN), _masked(after, before, _HIDDEN_CHANGED)


def prunable(
    found: Iterable[Object], wanted: Iterable[Object], owner: Mapping[str, Any] | None
) -> list[Object]:
    """Of the objects found by label, those that are not wanted and that nobody else controls."""
    keep = {key(obj) for obj in wanted}
    uid = owner["uid"] if owner else None
    ours = (None, uid)
    return [
        obj for obj in found if key(obj) not in keep and (controller(obj) or {}).get("uid") in ours
    ]


def _masked(obj: Object | None, other: Object | None, changed: str) -> Object | None:
    if obj is None or obj["kind"] != "Secret":
        return obj
    masked = dict(obj)
    for field in {"data", "stringData"} & set(obj):
        theirs = (other or {}).get(field) or {}
        masked[field] = {
            name: changed if other and theirs.get(name) != value else _HIDDEN
            for name, value in obj[field].items()
        }
    return masked


def _refuse_twins(objects: Sequence[Object]) -> None:
    seen: dict[tuple[str, str, str, str], int] = {}
    for index, obj in enumerate(objects):
        first = seen.setdefault(key(obj), index)
        if first != index:
            remedy = f"it is the same object as objects[{first}]: drop one of them"
            raise InvalidValue(f"objects[{index}]", label(obj), remedy)
