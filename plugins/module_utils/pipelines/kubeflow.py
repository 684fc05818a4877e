# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Kubeflow Pipelines 2: Alluxio in a compiled package, or in a PipelineVersion."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping

from ..errors import InvalidValue
from .access import S3, Fuse
from .edit import Node, add_rows, below, drop_empty, drop_key, drop_rows
from .environment import is_ours
from .findings import Finding, Level
from .kubeflow_package import Package, Parts
from .locality import cannot_follow
from .settings import AUTO, LABEL, NO_RUN, Pipeline
from .stages import Document, Known, Wiring

# The driver fills in the run's id only where it is the whole of a task's input, and the launcher fills in
# inputs in a command: so the id comes as an input. Values of container.env are passed as they are.
_RUN_INPUT = "pipelinechannel--alluxio-run"
_RUN_ID = "{{$.pipeline_job_uuid}}"
RUN = f"{{{{$.inputs.parameters['{_RUN_INPUT}']}}}}"
# A mount of the platform's has no name; this annotation says which is ours.
_MOUNT = "alluxio.io/mount-path"
_ASSIGNMENT = re.compile(r"([A-Z][A-Z0-9_]*)=")


class Kubeflow:
    """See stages.Engine."""

    def __init__(self, documents: list[Document], pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._package = Package(copy.deepcopy(documents))
        configs = self._package.configs()
        for label in list(configs):
            if LABEL in (_metadata(configs[label]).get("labels") or {}):
                executor = self._package.executors.get(label) or {}
                _strip(executor.get("container") or {}, configs[label])
                drop_empty(configs, label)
        for task in self._package.every_task():
            drop_key(task, ["inputs", "parameters"], _RUN_INPUT)
        self._package.drop_empty_platform()
        self._places = self._package.places()

    def run(self) -> str:
        return {AUTO: RUN, NO_RUN: ""}.get(self._pipeline.run, self._pipeline.run)

    def known(self) -> Mapping[str, Known]:
        return {name: place.known for name, place in self._places.items()}

    def findings(self, pipeline: Pipeline) -> list[Finding]:
        following = cannot_follow(pipeline, "Kubeflow Pipelines tells no stage where another ran")
        return [*following, *self._pipeline_root(), *self._dead_mounts()]

    def wire(self, wirings: list[Wiring]) -> list[Document]:
        for wiring in wirings:
            parts = self._package.own(self._places[wiring.stage.name])
            self._wire(parts, wiring)
        return self._package.documents

    def _wire(self, parts: Parts, wiring: Wiring) -> None:
        # The cache knows inputs, command and image, nothing of the data behind a path.
        parts.task["cachingOptions"] = {}
        literal = {k: v for k, v in wiring.environment.items() if RUN not in v}
        by_run = {k: v for k, v in wiring.environment.items() if RUN in v}
        add_rows(parts.container, "env", [{"name": k, "value": v} for k, v in literal.items()])
        if by_run:
            self._prefix_command(parts.container, by_run, wiring.stage.field)
        for name, value in wiring.params.items():
            below(parts.task, "inputs", "parameters")[name] = _constant(value)
        if by_run or any(RUN in value for value in wiring.params.values()):
            below(parts.task, "inputs", "parameters")[_RUN_INPUT] = _constant(_RUN_ID)
        below(parts.config, "podMetadata", "labels")[LABEL] = self._pipeline.name
        self._reach(parts.config)

    def _prefix_command(self, container: Node, variables: Mapping[str, str], field: str) -> None:
        if not container.get("command"):
            remedy = "give the component a command, or write a fixed run"
            raise InvalidValue(field, "no command", remedy)
        assignments = [f"{name}={value}" for name, value in variables.items()]
        container["command"] = ["env", *assignments, *container["command"]]

    def _reach(self, config: Node) -> None:
        access = self._pipeline.access
        if isinstance(access, Fuse):
            for row in config.get("pvcMount") or []:
                if row.get("mountPath") == access.mount_path:
                    remedy = "choose another path: the document mounts a claim there"
                    raise InvalidValue("access.mount_path", access.mount_path, remedy)
            below(config, "podMetadata", "annotations")[_MOUNT] = access.mount_path
            mount = {"constant": access.claim, "mountPath": access.mount_path}
            config["pvcMount"] = [*(config.get("pvcMount") or []), mount]
        elif isinstance(access, S3):
            keys = [
                {"secretKey": key, "envVar": name}
                for name, key in access.secret_environment.items()
            ]
            row = {"secretName": access.secret, "keyToEnv": keys}
            config["secretAsEnv"] = [*(config.get("secretAsEnv") or []), row]

    def _pipeline_root(self) -> list[Finding]:
        root = str(self._package.spec.get("defaultPipelineRoot", ""))
        bucket = self._pipeline.root.split("/")[1]
        if not root.startswith(f"s3://{bucket}/"):
            return []
        return [
            Finding(
                Level.WARNING,
                "artifacts-in-the-proxy",
                "definition",
                f"artifacts go to {root}, where the pipeline's root is: an artifact that is a directory cannot be "
                "read back through the proxy of Alluxio 2.x",
                "keep pipeline_root in another store and hand large data over by the stages' directories",
            )
        ]

    def _dead_mounts(self) -> list[Finding]:
        if not isinstance(self._pipeline.access, Fuse):
            return []
        return [
            Finding(
                Level.NOTE,
                "mount-without-propagation",
                "access",
                "Kubeflow cannot say mountPropagation: a stage that runs while Alluxio's FUSE pod is replaced "
                "loses its mount",
                "let stages be tried again (set_retry)",
            )
        ]


def _metadata(config: Node) -> Node:
    return config.get("podMetadata") or {}


def _constant(value: str) -> Node:
    return {"runtimeValue": {"constant": value}}


def _strip(container: Node, config: Node) -> None:
    """Takes out what an earlier rendering has put in."""
    drop_rows(container, "env", lambda row: is_ours(str(row.get("name"))))
    command = container.get("command") or []
    if command[:1] == ["env"]:
        rest = command[1:]
        while rest and _is_assignment(rest[0]):
            rest = rest[1:]
        container["command"] = rest if len(rest) < len(command) - 1 else command
    path = (_metadata(config).get("annotations") or {}).get(_MOUNT)
    drop_rows(config, "pvcMount", lambda row: row.get("mountPath") == path)
    drop_rows(config, "secretAsEnv", _is_our_secret)
    drop_key(config, ["podMetadata", "annotations"], _MOUNT)
    drop_key(config, ["podMetadata", "labels"], LABEL)


def _is_assignment(word: str) -> bool:
    match = _ASSIGNMENT.match(word)
    return match is not None and is_ours(match[1])


def _is_our_secret(row: Node) -> bool:
    keys = row.get("keyToEnv") or []
    return bool(keys) and all(is_ours(str(key.get("envVar"))) for key in keys)
