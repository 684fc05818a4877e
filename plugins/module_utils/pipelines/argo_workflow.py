# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The document of Argo Workflows: which tasks it has, in which order, and by which template each runs.

A task of a sub-DAG is called ``outer.inner``. Source: docs/fields.md and docs/variables.md of Argo Workflows 3.7.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InvalidValue
from .edit import Node
from .stages import Known

_WORD = re.compile(r"[A-Za-z0-9][-A-Za-z0-9_]*")
_FAN_OUT = ("withItems", "withParam", "withSequence")
# Where a template can be that runs a program of the user's.
PROGRAMS = ("container", "script", "containerSet")


@dataclass(frozen=True)
class Place:
    """Where a stage stands: the way to its task, and its siblings' prefix (``tasks`` or ``steps``)."""

    known: Known
    root: str
    way: tuple[str, ...]


class Workflow:
    """The ``spec`` of a Workflow, WorkflowTemplate or ClusterWorkflowTemplate, or a CronWorkflow's."""

    def __init__(self, spec: Node) -> None:
        self.spec = spec
        self.templates: list[Node] = spec.setdefault("templates", [])

    def template(self, name: str) -> Node | None:
        return next((one for one in self.templates if one.get("name") == name), None)

    def every_template(self) -> Iterator[Node]:
        """Those written into a task, too."""
        for template in self.templates:
            yield template
            for task, _group in _tasks(template):
                if isinstance(task.get("inline"), dict):
                    yield task["inline"]

    def places(self) -> dict[str, Place]:
        """Each stage that can be wired, by its name."""
        entrypoint = self.spec.get("entrypoint")
        roots = [entrypoint] if entrypoint else self._uncalled()
        found: dict[str, Place] = {}
        for root in roots:
            template = self.template(root)
            if template is None:
                raise InvalidValue("definition", root, "its entrypoint names no template of it")
            # Without an entrypoint others call its templates, so a stage says in which one it is.
            prefix = "" if entrypoint and _tasks(template) else root
            for place in self._walk(template, Known(prefix), Place(Known(""), root, ())):
                found[place.known.name] = place
        return found

    def _uncalled(self) -> list[str]:
        return [one["name"] for one in self.templates if not self._users(one["name"])]

    def _walk(
        self, template: Node, at: Known, place: Place, seen: tuple[str, ...] = ()
    ) -> Iterator[Place]:
        tasks = _tasks(template)
        name = template.get("name", "")
        if not tasks:
            if any(program in template for program in PROGRAMS):
                yield replace(place, known=self._leaf(template, at, called=bool(place.way)))
            return
        if name and name in seen:
            return  # a template that calls itself: the same stages again
        before = _before(template)
        for task, _group in tasks:
            called = self.called(task)
            if called is None:
                continue  # a template of another document
            full = f"{at.name}.{task['name']}" if at.name else task["name"]
            outer = at.name and f"{at.name}."
            known = Known(
                full,
                after=at.after | {f"{outer}{one}" for one in before[task["name"]]},
                copies=at.copies or is_repeated(task),
                optional=at.optional or "when" in task,
            )
            yield from self._walk(
                called, known, replace(place, way=(*place.way, task["name"])), (*seen, name)
            )

    def _leaf(self, template: Node, at: Known, *, called: bool) -> Known:
        defaults = self.spec.get("templateDefaults") or {}
        return replace(
            at,
            retried="retryStrategy" in template or "retryStrategy" in defaults,
            reused="memoize" in template,
            # What no task calls has nobody who passes it parameters.
            params=frozenset(_parameters(template) if called else ()),
        )

    def called(self, task: Node) -> Node | None:
        """The template that a task runs, None for one of another document."""
        if isinstance(task.get("inline"), dict):
            inline: Node = task["inline"]
            return inline
        return self.template(task.get("template", ""))

    def own(self, place: Place) -> tuple[Node, Node | None, Node]:
        """The stage's template, the task that runs it, and the template which that task is in.

        What others use too is copied first, so that a change is this stage's alone.
        """
        template = owner = self._named(place.root)
        task: Node | None = None
        for name in place.way:
            owner = template
            task = find_task(owner, name)
            template = self._alone(task)
        return template, task, owner

    def owner(self, place: Place) -> Node:
        """The template that the stage's task is in."""
        template = self._named(place.root)
        for name in place.way[:-1]:
            template = self._runs(find_task(template, name))
        return template

    def _named(self, name: str) -> Node:
        return next(one for one in self.templates if one.get("name") == name)

    def _runs(self, task: Node) -> Node:
        """As called(), of a task on the way to a stage."""
        inline: Node | None = task.get("inline")
        return inline or self._named(task["template"])

    def _alone(self, task: Node) -> Node:
        template = self._runs(task)
        if template is task.get("inline") or self._users(template["name"]) == 1:
            return template
        copied = copy.deepcopy(template)
        copied["name"] = self._free_name(f"{template['name']}-{task['name']}")
        self.templates.insert(self.templates.index(template) + 1, copied)
        task["template"] = copied["name"]
        return copied

    def _users(self, name: str) -> int:
        calls = [task for template in self.templates for task, _group in _tasks(template)]
        hooks = [
            hook
            for one in (self.spec, *calls)
            for hook in (one.get("hooks") or {}).values()
            if isinstance(hook, dict)
        ]
        named = [call.get("template") for call in (*calls, *hooks)]
        named += [one.get("onExit") for one in (self.spec, *calls)]
        return [*named, self.spec.get("entrypoint")].count(name)

    def _free_name(self, wanted: str) -> str:
        name, number = wanted, 2
        while self.template(name) is not None:
            name, number = f"{wanted}-{number}", number + 1
        return name


def find_task(template: Node, name: str) -> Node:
    return next(task for task, _group in _tasks(template) if task["name"] == name)


def every_task(template: Node) -> list[Node]:
    return [task for task, _group in _tasks(template)]


def kind_of_tasks(template: Node) -> str:
    """The variable under which a task sees its siblings."""
    return "tasks" if "dag" in template else "steps"


def is_repeated(task: Node) -> bool:
    """Whether a task stands for several pods."""
    return any(key in task for key in _FAN_OUT)


def _parameters(template: Node) -> list[str]:
    rows = (template.get("inputs") or {}).get("parameters") or []
    return [row["name"] for row in rows]


def _tasks(template: Mapping[str, Any]) -> list[tuple[Node, int]]:
    """A template's tasks, each with the number of its group; the tasks of a DAG are one group."""
    if isinstance(template.get("dag"), dict):
        return [(task, 0) for task in template["dag"].get("tasks") or []]
    groups = template.get("steps") or []
    return [
        (task, number)
        for number, group in enumerate(groups)
        for task in (group if isinstance(group, list) else [group])
    ]


def _before(template: Node) -> dict[str, set[str]]:
    """Task -> the tasks of the same template that have ended when it starts."""
    tasks = _tasks(template)
    if "dag" not in template:
        return {
            task["name"]: {t["name"] for t, other in tasks if other < group}
            for task, group in tasks
        }
    direct = {task["name"]: _depends(task) for task, _group in tasks}
    found: dict[str, set[str]] = {}

    def all_before(name: str, way: frozenset[str]) -> set[str]:
        if name not in found and name not in way:
            wide = [all_before(one, way | {name}) for one in direct.get(name, ())]
            found[name] = set(direct.get(name, ())).union(*wide)
        return found.get(name, set())

    return {name: all_before(name, frozenset()) for name in direct}


def _depends(task: Node) -> set[str]:
    """``dependencies: [a, b]`` or ``depends: "a && (b.Succeeded || c)"``."""
    text = re.sub(r"\.[A-Za-z]+", "", str(task.get("depends") or ""))
    return {*(task.get("dependencies") or []), *_WORD.findall(text)}
