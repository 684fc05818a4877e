# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the reports of passes have in common: phase, conditions, notes, the event of a change. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LONGEST_DETAIL = 1000
_MOST_NOTES, _LONGEST_ERROR = 16, 4000

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    """``error`` is what is wrong, None when nothing is."""

    phase: str
    reason: str
    message: str
    error: str | None
    available: bool
    progressing: bool


def compose(resource: Row, plan: Row, outcome: Outcome, own: Row) -> dict[str, Any]:
    """The status with the ``own`` fields of its kind, less those that are None, the events and the summary."""
    generation = resource["metadata"].get("generation")
    about = {} if generation is None else {"observedGeneration": generation}
    notes = [f"{each['message']}: {each['remedy']}" for each in plan.get("warnings", ())]
    error, reason, message = outcome.error, outcome.reason, outcome.message
    status = {
        "phase": outcome.phase,
        **about,
        **own,
        "error": cut(error, _LONGEST_ERROR) if error else None,
        "notes": [cut(note, LONGEST_DETAIL) for note in notes[:_MOST_NOTES]],
        "conditions": [
            _condition(about, "Available", outcome.available, reason, message),
            _condition(about, "Progressing", outcome.progressing, reason, message),
            _condition(about, "Degraded", error is not None, reason, error or "nothing is wrong"),
        ],
    }
    return {
        "status": {key: value for key, value in status.items() if value is not None},
        "events": _events(resource, outcome.phase, message),
        "summary": f"{outcome.phase}; {message}",
    }


def removal(resource: Row, failure: Any) -> dict[str, Any]:
    """The whole report of a pass over a resource that goes; ``failure`` is why it has not, or None."""
    return {
        "status": {**(resource.get("status") or {})},
        "events": [],
        "settled": failure is None,
        "requeue_after_s": None,
        "failed": failure,
        "summary": failure or "everything is removed",
    }


def cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _condition(about: Row, kind: str, holds: bool, reason: str, message: str) -> dict[str, Any]:
    message = cut(message, _LONGEST_ERROR)
    return {"type": kind, "status": str(holds), "reason": reason, "message": message, **about}


def _events(resource: Row, phase: str, message: str) -> list[dict[str, str]]:
    if (resource.get("status") or {}).get("phase") == phase:
        return []
    kind = "Warning" if phase in ("Failed", "Degraded") else "Normal"
    return [{"type": kind, "reason": phase, "message": cut(message, LONGEST_DETAIL)}]
