# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What there is to say about a pipeline before it runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ..errors import AlluxioError


class Level(StrEnum):
    """An error fails or loses data, a warning does so in cases, a note is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FailOn(StrEnum):
    """From which level on a check fails."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


@dataclass(frozen=True)
class Finding:
    """``check`` names the rule, for programs; ``field`` the place in the settings."""

    level: Level
    check: str
    field: str
    message: str
    remedy: str

    def as_row(self) -> dict[str, Any]:
        return {**asdict(self), "level": str(self.level)}

    def __str__(self) -> str:
        return f"{self.message}: {self.remedy}"


class PipelineRefused(AlluxioError):
    """Findings that forbid to render or to run, all of them at once."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        rows = list(findings)
        super().__init__("; ".join(map(str, rows)), findings=[finding.as_row() for finding in rows])


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """In their order otherwise."""
    levels = list(Level)
    return sorted(findings, key=lambda finding: levels.index(finding.level))


def failing(findings: Iterable[Finding], fail_on: FailOn) -> list[Finding]:
    """Those of the level or a worse one."""
    levels = {
        FailOn.ERROR: {Level.ERROR},
        FailOn.WARNING: {Level.ERROR, Level.WARNING},
        FailOn.NEVER: set[Level](),
    }[fail_on]
    return [finding for finding in findings if finding.level in levels]


def refuse(findings: Iterable[Finding], fail_on: FailOn) -> None:
    """Raises PipelineRefused when there are such findings."""
    bad = failing(findings, fail_on)
    if bad:
        raise PipelineRefused(bad)
