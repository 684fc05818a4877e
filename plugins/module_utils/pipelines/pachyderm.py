# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Pachyderm 2: Alluxio in pipeline specifications, each of which is a stage.

A specification has no place for a volume; ``podPatch``, a JSON patch (RFC 6902) in a string, is the last thing that
Pachyderm does to a worker's pod. Keys may be written as ``podPatch`` or ``pod_patch``.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import InvalidValue
from .access import S3, Fuse
from .edit import Node, below, drop_empty, drop_key, drop_rows
from .environment import is_ours
from .findings import Finding, Level
from .locality import cannot_follow
from .settings import LABEL, NO_RUN, VOLUME, Pipeline
from .stages import Document, Known, Wiring

# The user's container is the first. If podSpec has changed that, this operation fails instead of the wrong
# container being changed.
_GUARD: Node = {"op": "test", "path": "/containers/0/name", "value": "user"}
_OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")


class Pachyderm:
    """See stages.Engine."""

    def __init__(self, documents: list[Document], pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._documents = copy.deepcopy(documents)
        self._specs: dict[str, Node] = {}
        for one in self._documents:
            name = (one.get("pipeline") or {}).get("name")
            if name in self._specs:
                raise InvalidValue("definition", name, "render pipelines of one name separately")
            if name:
                self._specs[str(name)] = one
        if not self._specs:
            remedy = "give pipeline specifications, each with pipeline.name"
            raise InvalidValue("definition", [list(one) for one in documents], remedy)
        for spec in self._specs.values():
            if LABEL in ((spec.get("metadata") or {}).get("labels") or {}):
                _strip(spec)

    def run(self) -> str:
        return "" if self._pipeline.run == NO_RUN else self._pipeline.run

    def known(self) -> Mapping[str, Known]:
        before = {name: _repositories(spec.get("input")) for name, spec in self._specs.items()}
        return {
            name: Known(
                name,
                after=frozenset(_all_before(name, before)),
                copies=_has_several_writers(spec),
                # Pachyderm tries a datum three times unless told otherwise.
                retried=_get(spec, "datumTries", 3) != 1,
                # A datum whose files are the same as before is passed over.
                reused=_get(spec, "reprocessSpec") != "every_job",
            )
            for name, spec in self._specs.items()
        }

    def findings(self, pipeline: Pipeline) -> list[Finding]:
        stages = [(stage, self._specs[stage.name]) for stage in pipeline.stages]
        found = cannot_follow(pipeline, "Pachyderm's workers serve many jobs where they are")
        for stage, spec in stages:
            if "/api/v1/s3" in json.dumps(spec.get("egress") or {}):
                found.append(
                    Finding(
                        Level.WARNING,
                        "egress-to-the-proxy",
                        stage.field,
                        f"{stage.name} has its egress in Alluxio's proxy, whose path Pachyderm takes for a bucket",
                        "write by the stage's directory instead",
                    )
                )
            if '"containers"' in str(_get(spec, "podSpec", "")):
                found.append(
                    Finding(
                        Level.WARNING,
                        "pod-spec-replaces",
                        stage.field,
                        f"{stage.name} has containers in podSpec, which replaces the whole list before podPatch",
                        "move that change into podPatch",
                    )
                )
        return found

    def wire(self, wirings: list[Wiring]) -> list[Document]:
        for wiring in wirings:
            self._wire(self._specs[wiring.stage.name], wiring)
        return self._documents

    def _wire(self, spec: Node, wiring: Wiring) -> None:
        below(spec, "metadata", "labels")[LABEL] = self._pipeline.name
        below(spec, "transform", "env").update(wiring.environment)
        access = self._pipeline.access
        if isinstance(access, Fuse):
            operations = _operations(spec)
            _check_free(operations, access)
            mine = json.dumps([*operations, _GUARD, *_additions(access)])
            spec[_spelling(spec, "podPatch")] = mine
        elif isinstance(access, S3):
            rows = [
                {"name": access.secret, "key": key, "envVar": name}
                for name, key in access.secret_environment.items()
            ]
            transform = spec["transform"]
            transform["secrets"] = [*(transform.get("secrets") or []), *rows]


def _additions(access: Fuse) -> list[Node]:
    """Both lists are there in every worker's pod."""
    mount = {
        "name": VOLUME,
        "mountPath": access.mount_path,
        "mountPropagation": "HostToContainer",
    }
    volume = {"name": VOLUME, "persistentVolumeClaim": {"claimName": access.claim}}
    return [
        {"op": "add", "path": "/volumes/-", "value": volume},
        {"op": "add", "path": "/containers/0/volumeMounts/-", "value": mount},
    ]


def _operations(spec: Node) -> list[Node]:
    """Those of the user's podPatch. Pachyderm checks no more than that it is JSON: a wrong one crashes the pipeline."""
    text = _get(spec, "podPatch", "")
    if not text:
        return []
    name = spec["pipeline"]["name"]
    remedy = f"write the podPatch of {name} as a JSON list of operations (RFC 6902) in a string"
    try:
        operations = json.loads(text)
    except (TypeError, ValueError) as error:
        raise InvalidValue("definition", text, f"{remedy} ({error})") from None
    if not isinstance(operations, list) or not all(map(_is_operation, operations)):
        raise InvalidValue("definition", text, remedy)
    return operations


def _is_operation(operation: Any) -> bool:
    return (
        isinstance(operation, dict)
        and operation.get("op") in _OPERATIONS
        and str(operation.get("path", "")).startswith("/")
    )


def _check_free(operations: list[Node], access: Fuse) -> None:
    for one in operations:
        value = one.get("value")
        if not isinstance(value, dict):
            continue
        if value.get("name") == VOLUME:
            remedy = f"rename that volume: {VOLUME} is the name of the one that is wired in"
            raise InvalidValue("definition", f"volume {VOLUME}", remedy)
        if value.get("mountPath") == access.mount_path:
            remedy = f"choose another path: the document mounts {value.get('name')} there"
            raise InvalidValue("access.mount_path", access.mount_path, remedy)


def _strip(spec: Node) -> None:
    """Takes out what an earlier rendering has put in."""
    drop_key(spec, ["metadata", "labels"], LABEL)
    transform = spec.get("transform") or {}
    for name in [one for one in transform.get("env") or {} if is_ours(one)]:
        drop_key(transform, ["env"], name)
    drop_rows(transform, "secrets", lambda row: is_ours(str(row.get("envVar"))))
    operations = _operations(spec)
    left = [one for one in operations if not _is_addition(one)]
    if len(left) < len(operations):
        # The guard stands before our additions, which are the last.
        left = left[:-1] if left[-1:] == [_GUARD] else left
        key = _spelling(spec, "podPatch")
        spec[key] = json.dumps(left) if left else ""
        drop_empty(spec, key)


def _is_addition(operation: Node) -> bool:
    value = operation.get("value")
    return isinstance(value, dict) and value.get("name") == VOLUME


def _repositories(node: Any) -> set[str]:
    """All repositories of an input, however they are joined; a pipeline's output is one of its name."""
    if isinstance(node, list):
        return {one for item in node for one in _repositories(item)}
    if not isinstance(node, dict):
        return set()
    own = {str(node["pfs"]["repo"])} if "repo" in (node.get("pfs") or {}) else set()
    return own.union(*(_repositories(item) for item in node.values()))


def _all_before(name: str, before: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = before.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _has_several_writers(spec: Node) -> bool:
    """Whether a job runs the program more than once: a glob other than / makes several datums of a commit."""
    return any(glob != "/" for glob in _globs(spec.get("input")))


def _globs(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _globs(item)
    elif isinstance(node, dict):
        if isinstance(node.get("pfs"), dict) and "glob" in node["pfs"]:
            yield str(node["pfs"]["glob"])
        for item in node.values():
            yield from _globs(item)


def _spelling(spec: Node, key: str) -> str:
    """The key as this document writes it."""
    snake = re.sub(r"[A-Z]", lambda match: f"_{match[0].lower()}", key)
    return snake if snake in spec else key


def _get(spec: Node, key: str, default: Any = None) -> Any:
    return spec.get(_spelling(spec, key), default)
