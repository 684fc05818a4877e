# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Brings a list of objects to the API server, or away from it, as one step. The decisions are in
``kube/decisions.py``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..errors import AlluxioError, InvalidValue
from . import decisions
from .api import KubeClient, Object
from .errors import Conflict, KindMissing, KubernetesError, NotFound, WaitTimeout
from .waiting import wait_until

# Enough to hide the latency of a list of a dozen, few enough for an API server that limits clients.
_THREADS = 6
_ATTEMPTS = 3
_ROLE_PAUSE_S = 0.5
_DEFINITION_TIMEOUT_S = 15
# The garbage collector lets the pods go before the object is gone.
_ORPHAN_TIMEOUT_S = 15

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Prune:
    """Which objects of ours may be removed: these kinds, in one namespace, by a label selector."""

    namespace: str
    label_selector: str
    kinds: Sequence[tuple[str, str]]

    def __post_init__(self) -> None:
        """Raises InvalidValue for a selection that would reach what is not ours."""
        if not self.label_selector.strip():
            raise InvalidValue(
                "prune.label_selector", self.label_selector, "name the label that all objects have"
            )
        if not self.namespace:
            raise InvalidValue(
                "namespace", self.namespace, "pruning needs the namespace it is about"
            )


@dataclass
class Outcome:
    """What was done, by ``Kind/name``; ``changes`` are the objects before and after."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    pruned: list[str] = field(default_factory=list)
    unchanged: int = 0
    changes: list[tuple[Object | None, Object | None]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.created or self.updated or self.pruned)

    def as_dict(self) -> dict[str, Any]:
        return {
            "changed": self.changed,
            "created": self.created,
            "updated": self.updated,
            "pruned": self.pruned,
            "unchanged": self.unchanged,
        }

    def add(self, before: Object | None, after: Object) -> None:
        """Enters one applied object."""
        if before is not None and decisions.content(before) == decisions.content(after):
            self.unchanged += 1
            return
        (self.updated if before else self.created).append(decisions.label(after))
        self.changes.append((before, after))


class Incomplete(KubernetesError):
    """Some objects could not be applied or deleted; what was done up to then stays done."""

    def __init__(self, failures: Sequence[tuple[str, AlluxioError]], outcome: Outcome) -> None:
        first, error = failures[0]
        more = f" (and {len(failures) - 1} more failed)" if len(failures) > 1 else ""
        messages = [{"object": name, "message": str(failure)} for name, failure in failures]
        super().__init__(
            f"{first}: {error.message}{more}",
            error.remedy,
            cause={"type": type(error).__name__, **error.details},
            failures=messages,
        )
        self.outcome = outcome

    def as_result(self) -> dict[str, Any]:
        return {**self.outcome.as_dict(), **super().as_result()}


@dataclass(frozen=True)
class Applier:
    """Applies and deletes with one client, under one field manager; ``dry_run`` asks but changes
    nothing. Objects that ``recreate`` names, each as ``Kind/name``, are deleted without what belongs
    to them and made anew, since a field of theirs cannot be changed.
    """

    kube: KubeClient
    field_manager: str
    dry_run: bool = False
    recreate: frozenset[str] = frozenset()

    def present(
        self,
        objects: Sequence[Any],
        namespace: str | None = None,
        owner: Mapping[str, Any] | None = None,
        prune: Prune | None = None,
        wait_timeout_s: int = 0,
    ) -> Outcome:
        """Makes the objects be as given, wave by wave, then removes what ``prune`` selects beyond
        them.

        With ``wait_timeout_s`` it waits until definitions are served and workloads are rolled out
        (never in a dry run). Raises InvalidValue, and Incomplete with what had been done.
        """
        decisions.check(objects)
        wanted = decisions.desired(
            objects, namespace, owner, [self._namespaced(obj, objects) for obj in objects]
        )
        outcome = Outcome()
        for wave in decisions.waves(wanted):
            self._run(
                wave,
                lambda obj: self._apply(obj, wanted),
                lambda _, pair: outcome.add(*pair),
                outcome,
            )
            if not self.dry_run:
                self._wait(wave, wait_timeout_s)
        if prune:
            surplus = decisions.prunable(self._select(prune), wanted, owner)
            self._delete(surplus, outcome)
        return outcome

    def absent(
        self,
        objects: Sequence[Any],
        namespace: str | None = None,
        prune: Prune | None = None,
        owner: Mapping[str, Any] | None = None,
    ) -> Outcome:
        """Deletes exactly the given objects, and what ``prune`` selects of nobody's and ``owner``'s.

        Raises Incomplete.
        """
        outcome = Outcome()
        self._delete(self._existing(objects, namespace, prune, owner), outcome)
        return outcome

    def remaining(
        self,
        objects: Sequence[Any],
        namespace: str | None = None,
        prune: Prune | None = None,
        owner: Mapping[str, Any] | None = None,
        wait_timeout_s: int = 0,
    ) -> list[str]:
        """What ``absent`` has asked to go and is still there, after at most that many seconds."""
        deadline = time.monotonic() + wait_timeout_s
        while True:
            existing = self._existing(objects, namespace, prune, owner)
            left = [decisions.label(obj) for obj in existing]
            if not left or time.monotonic() >= deadline:
                return left
            time.sleep(0.5)

    def _apply(self, obj: Object, wanted: Sequence[Object]) -> tuple[Object | None, Object]:
        metadata = obj["metadata"]
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                before = self.kube.get(
                    obj["apiVersion"], obj["kind"], metadata["name"], metadata.get("namespace")
                )
                if before:
                    decisions.refuse_foreign(before, obj)
                if before and decisions.label(obj) in self.recreate:
                    if self.dry_run:
                        # Asked for a dry run of it, the API server would refuse the change.
                        return before, obj
                    self._let_go(before)
                try:
                    return before, self.kube.apply(obj, self.field_manager, dry_run=self.dry_run)
                except (Conflict, NotFound) as error:
                    if attempt == _ATTEMPTS or not self._passes(error, obj):
                        raise
        except (KindMissing, NotFound):
            if not (self.dry_run and decisions.promised(obj, wanted)):
                raise
        return None, obj

    def _passes(self, error: Conflict | NotFound, obj: Object) -> bool:
        """Whether to ask again helps, which it may do only after a moment."""
        if isinstance(error, Conflict):
            # Somebody made or changed it between our two requests.
            return True
        if self.dry_run or obj["kind"] not in decisions.BINDINGS:
            return False
        # The API server checks a binding against what it has heard of roles, a moment behind.
        time.sleep(_ROLE_PAUSE_S)
        return True

    def _let_go(self, obj: Object) -> None:
        """Deletes the object alone and waits until it is gone. Raises WaitTimeout."""
        self.kube.delete(obj, orphan=True)
        metadata, deadline = obj["metadata"], time.monotonic() + _ORPHAN_TIMEOUT_S
        where = (obj["apiVersion"], obj["kind"], metadata["name"], metadata.get("namespace"))
        while (left := self.kube.get(*where)) and left["metadata"]["uid"] == metadata["uid"]:
            if time.monotonic() > deadline:
                raise WaitTimeout(
                    f"{decisions.label(obj)} is still there after {_ORPHAN_TIMEOUT_S} s",
                    "see what its finalizers wait for",
                )
            time.sleep(0.2)

    def _wait(self, wave: Sequence[Object], timeout_s: int) -> None:
        if timeout_s:
            wait_until(self.kube, wave, timeout_s)
            return
        # Never without: the next wave may hold objects of these kinds.
        definitions = [obj for obj in wave if obj["kind"] == "CustomResourceDefinition"]
        wait_until(self.kube, definitions, _DEFINITION_TIMEOUT_S)

    def _existing(
        self,
        objects: Sequence[Any],
        namespace: str | None,
        prune: Prune | None,
        owner: Mapping[str, Any] | None,
    ) -> list[Object]:
        decisions.check(objects)
        found = [self._find(obj, namespace) for obj in objects]
        selected = self._select(prune) if prune else []
        named = [obj for obj in found if obj]
        return named + decisions.prunable(selected, named, owner)

    def _find(self, obj: Mapping[str, Any], namespace: str | None) -> Object | None:
        metadata = obj["metadata"]
        # Asked for one pod, the operator's proxy would keep a copy of every pod (docs/decisions/0040).
        kube = self.kube.direct if obj["kind"] == "Pod" else self.kube
        try:
            return kube.get(
                obj["apiVersion"],
                obj["kind"],
                metadata["name"],
                metadata.get("namespace") or namespace,
            )
        except KindMissing:
            return None

    def _select(self, prune: Prune) -> list[Object]:
        found: list[Object] = []
        for api_version, kind in prune.kinds:
            try:
                where = self.kube.kinds.find(api_version, kind)
            except KindMissing:
                continue
            if not where.namespaced:
                raise InvalidValue(
                    "prune.kinds",
                    f"{api_version} {kind}",
                    "it lives in no namespace: delete it by name",
                )
            found += self.kube.list_objects(
                api_version, kind, prune.namespace, prune.label_selector
            )
        return found

    def _delete(self, objects: Iterable[Object], outcome: Outcome) -> None:
        def note(obj: Object, deleted: bool) -> None:
            if deleted:
                outcome.pruned.append(decisions.label(obj))
                outcome.changes.append((obj, None))

        going = [obj for obj in objects if not obj["metadata"].get("deletionTimestamp")]
        self._run(going, lambda obj: self.kube.delete(obj, dry_run=self.dry_run), note, outcome)

    def _run(
        self,
        items: Sequence[Object],
        work: Callable[[Object], Answer],
        note: Callable[[Object, Answer], None],
        outcome: Outcome,
    ) -> None:
        """Works on all items at a time and notes the answers in the items' order; then fails if any
        failed.
        """
        failures: list[tuple[str, AlluxioError]] = []
        with ThreadPoolExecutor(max_workers=_THREADS) as pool:
            for obj, future in [(obj, pool.submit(work, obj)) for obj in items]:
                try:
                    note(obj, future.result())
                except AlluxioError as error:
                    failures.append((decisions.label(obj), error))
        if failures:
            raise Incomplete(failures, outcome)

    def _namespaced(self, obj: Mapping[str, Any], objects: Sequence[Mapping[str, Any]]) -> bool:
        try:
            return self.kube.kinds.find(obj["apiVersion"], obj["kind"]).namespaced
        except KindMissing:
            definition = decisions.definition_of(obj, objects)
            if definition is None:
                raise
            return bool(definition["spec"]["scope"] == "Namespaced")
