# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A compiled package of Kubeflow Pipelines: its tasks, in which order, and what each runs.

A task names a component, a component an executor, and the platform's settings hang on the executor. A task of a
sub-DAG (condition, loop, exit handler, pipeline in a pipeline) is called ``outer.inner``. Source:
pipeline_spec.proto and kubernetes_executor_config.proto of Kubeflow Pipelines 2.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import InvalidValue
from .edit import Node, below
from .stages import Document, Known

_COMPONENTS = "components"
# The driver makes and deletes claims itself for containers of these images; no pod runs them.
_STUBS = "argostub/"


@dataclass(frozen=True)
class Place:
    """Where a stage stands: the names of the tasks on the way to it."""

    known: Known
    way: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """What one stage is made of. ``config`` is the platform's part of its executor."""

    task: Node
    container: Node
    config: Node


class Package:
    """The two documents of a package, or the PipelineVersion that holds both."""

    def __init__(self, documents: list[Document]) -> None:
        self.documents = documents
        versions = [one for one in documents if one.get("kind") == "PipelineVersion"]
        self._holder = versions[0]["spec"] if len(versions) == 1 else None
        self.spec = self._find_spec()
        self.components: Node = self.spec.setdefault(_COMPONENTS, {})
        self.executors: Node = below(self.spec, "deploymentSpec", "executors")

    def _find_spec(self) -> Node:
        if self._holder is not None:
            candidates = [self._holder.get("pipelineSpec")]
        else:
            candidates = [one for one in self.documents if "deploymentSpec" in one]
        if len(candidates) != 1 or not isinstance(candidates[0], dict):
            remedy = "give one compiled package, or one PipelineVersion"
            if any("argoproj.io" in str(one.get("apiVersion")) for one in self.documents):
                remedy = (
                    "a package of Kubeflow Pipelines 1 is a Workflow of Argo: write engine argo"
                )
            raise InvalidValue("definition", [one.get("kind") for one in self.documents], remedy)
        return candidates[0]

    def configs(self) -> Node:
        """The platform's settings by executor, made when they are missing."""
        return below(self._platform(), "platforms", "kubernetes", "deploymentSpec", "executors")

    def _platform(self) -> Node:
        if self._holder is not None:
            return below(self._holder, "platformSpec")
        for one in self.documents:
            if "platforms" in one:
                return one
        self.documents.append({})
        return self.documents[-1]

    def drop_empty_platform(self) -> None:
        """Takes out the platform's document when nothing is in it."""
        if not self.configs():
            platform = self._platform()
            kubernetes = platform["platforms"]["kubernetes"]
            del kubernetes["deploymentSpec"]
            for node, key in ((platform["platforms"], "kubernetes"), (platform, "platforms")):
                if not node[key]:
                    del node[key]
            if self._holder is not None and not platform:
                del self._holder["platformSpec"]
            self.documents[:] = [one for one in self.documents if one]

    def every_task(self) -> Iterator[Node]:
        for component in (self.spec.get("root") or {}, *self.components.values()):
            yield from _tasks(component).values()

    def places(self) -> dict[str, Place]:
        """Each stage that can be wired, by its name."""
        walk = self._walk(self.spec.get("root") or {}, Place(Known(""), ()))
        return {place.known.name: place for place in walk}

    def _walk(self, component: Node, at: Place) -> Iterator[Place]:
        tasks = _tasks(component)
        prefix = f"{at.known.name}." if at.known.name else ""
        for name, task in tasks.items():
            trigger = task.get("triggerPolicy") or {}
            known = Known(
                f"{prefix}{name}",
                after=at.known.after | {f"{prefix}{one}" for one in _before(tasks, name)},
                copies=at.known.copies or "parameterIterator" in task or "artifactIterator" in task,
                retried=at.known.retried or "retryPolicy" in task,
                optional=at.known.optional or "condition" in trigger,
            )
            called = self.components.get(_component(task)) or {}
            place = Place(known, (*at.way, name))
            if "dag" in called:
                yield from self._walk(called, place)
            elif self._runs_a_program(called):
                names = (called.get("inputDefinitions") or {}).get("parameters") or {}
                yield replace(place, known=replace(known, params=frozenset(names)))

    def _runs_a_program(self, component: Node) -> bool:
        executor = self.executors.get(str(component.get("executorLabel"))) or {}
        image = (executor.get("container") or {}).get("image")
        return image is not None and not str(image).startswith(_STUBS)

    def own(self, place: Place) -> Parts:
        """What the stage is made of. What others use too is copied first, so that a change is this stage's alone."""
        component: Node = self.spec["root"]
        task: Node = {}
        for name in place.way:
            task = _tasks(component)[name]
            component = self._alone(task, name)
        label = component["executorLabel"]
        return Parts(task, self.executors[label]["container"], below(self.configs(), label))

    def _alone(self, task: Node, task_name: str) -> Node:
        name = _component(task)
        component: Node = self.components[name]
        if [_component(one) for one in self.every_task()].count(name) > 1:
            component = copy.deepcopy(component)
            name = _free_name(f"{name}-{task_name}", self.components)
            self.components[name] = component
            task["componentRef"]["name"] = name
        label = component.get("executorLabel")
        labels = [one.get("executorLabel") for one in self.components.values()]
        if label and labels.count(label) > 1:
            component["executorLabel"] = self._copy_executor(label, task_name)
        return component

    def _copy_executor(self, label: str, task_name: str) -> str:
        copied = _free_name(f"{label}-{task_name}", self.executors)
        self.executors[copied] = copy.deepcopy(self.executors[label])
        configs = self.configs()
        if label in configs:
            configs[copied] = copy.deepcopy(configs[label])
        return copied


def _tasks(component: Node) -> dict[str, Node]:
    return (component.get("dag") or {}).get("tasks") or {}


def _component(task: Node) -> str:
    return str((task.get("componentRef") or {}).get("name"))


def _before(tasks: dict[str, Node], name: str) -> set[str]:
    """The tasks of the same DAG that have ended when this one starts."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = _direct(tasks.get(waiting.pop()) or {}) - found
        found |= new
        waiting += new
    return found - {name}


def _direct(task: Node) -> set[str]:
    inputs = task.get("inputs") or {}
    named = [
        *(one.get("taskOutputParameter") for one in (inputs.get("parameters") or {}).values()),
        *(one.get("taskOutputArtifact") for one in (inputs.get("artifacts") or {}).values()),
    ]
    producers = {one["producerTask"] for one in named if one and "producerTask" in one}
    return producers | set(task.get("dependentTasks") or [])


def _free_name(wanted: str, taken: Node) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}-{number}", number + 1
    return name
