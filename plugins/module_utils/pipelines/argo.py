# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Argo Workflows: Alluxio in a Workflow, WorkflowTemplate, ClusterWorkflowTemplate or CronWorkflow.

What a stage needs goes into its own template, the volume too: so other templates stay as they are, and a
template that another document calls brings its volume along.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidValue
from . import argo_exit
from .access import S3, Fuse
from .argo_workflow import (
    PROGRAMS,
    Place,
    Workflow,
    every_task,
    find_task,
    is_repeated,
    kind_of_tasks,
)
from .edit import Node, add_rows, below, drop_empty, drop_key, drop_rows
from .environment import is_ours
from .findings import Finding, Level
from .settings import AUTO, LABEL, NO_RUN, VOLUME, Locality, Pipeline, Stage
from .stages import Document, Known, Wiring

KINDS = ("Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow")
# Unique in the cluster for ever, unlike the workflow's name, and the same when the workflow is retried.
RUN = "{{workflow.uid}}"
_NODE = "alluxio-node-"
_NODE_VALUE = "{{inputs.parameters." + _NODE


class Argo:
    """See stages.Engine."""

    def __init__(self, documents: list[Document], pipeline: Pipeline) -> None:
        self._documents = copy.deepcopy(documents)
        self._pipeline = pipeline
        self._spec = _spec(self._documents)
        argo_exit.remove(self._spec)
        self._workflow = Workflow(self._spec)
        for template in self._workflow.every_template():
            if LABEL in _labels(template):
                _strip(template)
        for template in self._workflow.templates:
            _strip_arguments(template)
        self._places = self._workflow.places()

    def run(self) -> str:
        return {AUTO: RUN, NO_RUN: ""}.get(self._pipeline.run, self._pipeline.run)

    def known(self) -> Mapping[str, Known]:
        return {name: place.known for name, place in self._places.items()}

    def findings(self, pipeline: Pipeline) -> list[Finding]:
        found = [*self._artifact_store()]
        for stage in pipeline.stages:
            if stage.locality != Locality.OFF:
                found += self._following(stage)
        return found

    def wire(self, wirings: list[Wiring]) -> list[Document]:
        for wiring in wirings:
            template, task, owner = self._workflow.own(self._places[wiring.stage.name])
            # What may stay when the rest is taken out again comes first, so that the order of keys does not change.
            if task is not None:
                _set_params(task, wiring.params)
                if wiring.stage.locality != Locality.OFF:
                    self._follow(template, task, owner, wiring)
            self._wire(template, wiring)
        argo_exit.add(self._spec, self._pipeline, self.run())
        return self._documents

    def _wire(self, template: Node, wiring: Wiring) -> None:
        below(template, "metadata", "labels")[LABEL] = self._pipeline.name
        program = next(key for key in PROGRAMS if key in template)
        environment = self._environment(wiring)
        containers = (
            template[program]["containers"] if program == "containerSet" else [template[program]]
        )
        for container in containers:
            add_rows(container, "env", copy.deepcopy(environment))
        access = self._pipeline.access
        if isinstance(access, Fuse):
            _check_free(template.get("volumes"))
            _check_free(self._spec.get("volumes"))
            claim = {"claimName": access.claim}
            add_rows(template, "volumes", [{"name": VOLUME, "persistentVolumeClaim": claim}])
            _check_path(template[program].get("volumeMounts"), access)
            # Without the propagation a pod keeps a dead mount when Alluxio's FUSE pod is replaced.
            mount = {
                "name": VOLUME,
                "mountPath": access.mount_path,
                "mountPropagation": "HostToContainer",
            }
            add_rows(template[program], "volumeMounts", [mount])

    def _environment(self, wiring: Wiring) -> list[Node]:
        rows: list[Node] = [{"name": k, "value": v} for k, v in wiring.environment.items()]
        access = self._pipeline.access
        if isinstance(access, S3):
            rows += [
                {"name": name, "valueFrom": {"secretKeyRef": {"name": access.secret, "key": key}}}
                for name, key in access.secret_environment.items()
            ]
        return rows

    def _followed(self, stage: Stage) -> tuple[list[str], list[str]]:
        """The stages by whose node this one goes, and those of its inputs whose node cannot be known."""
        place = self._places[stage.name]
        writers = [given.stage for given in stage.inputs if given.stage in self._places]
        near = [one for one in writers if self._is_seen(place, one)]
        return near, [one for one in writers if one not in near]

    def _is_seen(self, place: Place, writer: str) -> bool:
        """A task sees the nodes of its siblings alone, of each only if it is one pod, and one that runs: a task
        that was passed over has no node, and Argo fails the one that asks for it.
        """
        other = self._places[writer]
        if not place.way or (other.root, other.way[:-1]) != (place.root, place.way[:-1]):
            return False
        task = find_task(self._workflow.owner(place), other.way[-1])
        return "when" not in task and not is_repeated(task) and not other.known.reused

    def _following(self, stage: Stage) -> list[Finding]:
        near, far = self._followed(stage)
        required = stage.locality == Locality.REQUIRED
        if required and len(near) > 1:
            message = f"{stage.name} cannot be on the nodes of {', '.join(near)} at once"
            return [_locality(stage, Level.ERROR, message)]
        if far or not near:
            why = (
                f"no node is known of {', '.join(far)}: no task beside it, several pods, or one that may not run"
                if far
                else "no stage writes its input"
            )
            level = Level.ERROR if required else Level.WARNING
            return [_locality(stage, level, f"{stage.name} has no stage to follow: {why}")]
        return []

    def _follow(self, template: Node, task: Node, owner: Node, wiring: Wiring) -> None:
        near, _far = self._followed(wiring.stage)
        names = [self._places[one].way[-1] for one in near]
        if not names:
            return
        numbers = range(1, len(names) + 1)
        scope = kind_of_tasks(owner)
        arguments = [
            {"name": f"{_NODE}{n}", "value": f"{{{{{scope}.{name}.hostNodeName}}}}"}
            for n, name in zip(numbers, names, strict=True)
        ]
        add_rows(below(task, "arguments"), "parameters", arguments)
        if "affinity" not in template and "affinity" in self._spec:
            # A template's affinity stands in the place of the workflow's.
            template["affinity"] = copy.deepcopy(self._spec["affinity"])
        _add_affinity(template, [_on_node(n) for n in numbers], wiring.stage.locality)
        inputs: list[Node] = [{"name": f"{_NODE}{n}"} for n in numbers]
        add_rows(below(template, "inputs"), "parameters", inputs)

    def _artifact_store(self) -> list[Finding]:
        if not any("/api/v1/s3" in endpoint for endpoint in _endpoints(self._spec)):
            return []
        return [
            Finding(
                Level.ERROR,
                "artifacts-in-the-proxy",
                "definition",
                "an artifact's S3 endpoint is the proxy of Alluxio 2.x, whose path Argo's S3 client refuses",
                "keep artifacts in another store and hand large data over by the stages' directories",
            )
        ]


def _spec(documents: list[Document]) -> Node:
    found = [one for one in documents if one.get("kind") in KINDS]
    if len(found) != 1:
        kinds = [one.get("kind") for one in documents]
        raise InvalidValue("definition", kinds, f"give one document of kind {', '.join(KINDS)}")
    spec: Node = found[0].setdefault("spec", {})
    if found[0]["kind"] == "CronWorkflow":
        spec = spec.setdefault("workflowSpec", {})
    if not spec.get("templates"):
        named = spec.get("workflowTemplateRef") or {}
        remedy = (
            f"render the WorkflowTemplate {named['name']}, which has the templates"
            if "name" in named
            else "give a document with templates"
        )
        raise InvalidValue("definition", found[0]["kind"], remedy)
    return spec


def _labels(template: Node) -> Mapping[str, Any]:
    return (template.get("metadata") or {}).get("labels") or {}


def _strip(template: Node) -> None:
    """Takes out what an earlier rendering has put in."""
    drop_key(template, ["metadata", "labels"], LABEL)
    drop_rows(template, "volumes", _is_volume)
    for program in PROGRAMS:
        if program in template:
            drop_rows(template[program], "volumeMounts", _is_volume)
            for container in template[program].get("containers") or [template[program]]:
                drop_rows(container, "env", lambda row: is_ours(str(row.get("name"))))
    if "inputs" in template:
        drop_rows(template["inputs"], "parameters", _is_node)
        drop_empty(template, "inputs")
    _drop_affinity(template)


def _strip_arguments(template: Node) -> None:
    for task in every_task(template):
        if isinstance(task.get("arguments"), dict):
            drop_rows(task["arguments"], "parameters", _is_node)
            drop_empty(task, "arguments")


def _is_volume(row: Node) -> bool:
    return row.get("name") == VOLUME


def _is_node(row: Node) -> bool:
    return str(row.get("name", "")).startswith(_NODE)


def _check_free(volumes: Any) -> None:
    if any(row.get("name") == VOLUME for row in volumes or []):
        remedy = f"rename that volume: {VOLUME} is the name of the one that is wired in"
        raise InvalidValue("definition", f"volume {VOLUME}", remedy)


def _check_path(mounts: Any, access: Fuse) -> None:
    for row in mounts or []:
        if row.get("name") != VOLUME and row.get("mountPath") == access.mount_path:
            remedy = f"choose another path: the document mounts {row.get('name')} there"
            raise InvalidValue("access.mount_path", access.mount_path, remedy)


def _set_params(task: Node, params: Mapping[str, str]) -> None:
    rows = below(task, "arguments").setdefault("parameters", []) if params else []
    for name, value in params.items():
        row = next((one for one in rows if one.get("name") == name), None)
        if row is None:
            rows.append({"name": name, "value": value})
        else:
            row.pop("valueFrom", None)
            row["value"] = value


def _on_node(number: int) -> Node:
    """By the node's name, which is what Argo knows; the label with the host's name may differ."""
    value = f"{_NODE_VALUE}{number}}}}}"
    return {"key": "metadata.name", "operator": "In", "values": [value]}


def _add_affinity(template: Node, fields: list[Node], locality: Locality) -> None:
    affinity = below(template, "affinity", "nodeAffinity")
    if locality == Locality.PREFERRED:
        rows = [{"weight": 100, "preference": {"matchFields": [field]}} for field in fields]
        add_rows(affinity, "preferredDuringSchedulingIgnoredDuringExecution", rows)
        return
    required = below(affinity, "requiredDuringSchedulingIgnoredDuringExecution")
    # Terms are alternatives: the node must be right in each of them.
    terms = required.setdefault("nodeSelectorTerms", [])
    if not terms:
        terms.append({})
    for term in terms:
        term.setdefault("matchFields", []).extend(copy.deepcopy(fields))


def _drop_affinity(template: Node) -> None:
    affinity = (template.get("affinity") or {}).get("nodeAffinity")
    if not isinstance(affinity, dict):
        return
    drop_rows(
        affinity,
        "preferredDuringSchedulingIgnoredDuringExecution",
        lambda row: any(map(_is_ours, (row.get("preference") or {}).get("matchFields") or [])),
    )
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if isinstance(required, dict):
        for term in required.get("nodeSelectorTerms") or []:
            drop_rows(term, "matchFields", _is_ours)
        drop_rows(required, "nodeSelectorTerms", lambda term: not term)
        drop_empty(affinity, "requiredDuringSchedulingIgnoredDuringExecution")
    drop_empty(template["affinity"], "nodeAffinity")
    drop_empty(template, "affinity")


def _is_ours(field: Node) -> bool:
    return any(str(value).startswith(_NODE_VALUE) for value in field.get("values") or [])


def _endpoints(node: Any) -> list[str]:
    if isinstance(node, list):
        return [one for item in node for one in _endpoints(item)]
    if not isinstance(node, dict):
        return []
    own = [str(node["s3"].get("endpoint", ""))] if isinstance(node.get("s3"), dict) else []
    return own + [one for item in node.values() for one in _endpoints(item)]


def _locality(stage: Stage, level: Level, message: str) -> Finding:
    return Finding(
        level,
        "locality",
        f"{stage.field}.locality",
        message,
        "say preferred or off, or name one stage beside it as input",
    )
