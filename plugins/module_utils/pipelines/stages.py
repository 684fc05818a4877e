# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What an engine's document says about its stages, and what each stage is to be given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .findings import Finding
from .settings import Pipeline, Stage

Document = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """A stage as the document has it.

    ``after`` names stages, or what holds them (``a`` for ``a.b``), that have ended before it starts.
    ``copies`` says that several pods of it may run at once, ``retried`` that it may run again after a failure,
    ``optional`` that it may not run at all, and ``reused`` that the engine may hand on an earlier run's result.
    """

    name: str
    after: frozenset[str] = frozenset()
    copies: bool = False
    retried: bool = False
    optional: bool = False
    reused: bool = False
    params: frozenset[str] = frozenset()

    def runs_after(self, other: str) -> bool:
        return any(other == one or other.startswith(f"{one}.") for one in self.after)


@dataclass(frozen=True)
class Wiring:
    """All that one stage gets. Values may hold the engine's placeholder for the run."""

    stage: Stage
    environment: Mapping[str, str]
    params: Mapping[str, str]
    producers: tuple[str, ...] = field(default=())


class Engine(Protocol):
    """An opened document, without what an earlier rendering added."""

    def run(self) -> str:
        """What stands for the run in paths; empty for none."""

    def known(self) -> Mapping[str, Known]:
        """All stages that can be wired, by name."""

    def findings(self, pipeline: Pipeline) -> list[Finding]:
        """What only this engine can go wrong with."""

    def wire(self, wirings: list[Wiring]) -> list[Document]:
        """The documents, with Alluxio in them."""
