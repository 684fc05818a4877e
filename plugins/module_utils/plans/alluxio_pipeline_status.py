# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a pass over an AlluxioPipeline: its status, its events, the rhythm of the next pass. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_MOST_RUNS, _MOST_NOTES = 32, 16
_LONGEST_DETAIL, _LONGEST_ERROR = 1000, 4000
# States of runs that the next pass changes, and that nothing changes but a person.
_MOVING, _BAD = ("Waiting", "Overdue", "Cleaning"), ("Overdue", "Lost")
_WAITING_S, _MOVING_S = 10, 5

Row = Mapping[str, Any]


def pipeline_status(
    resource: Row, plan: Row, applied: Row, state: str = "present"
) -> dict[str, Any]:
    """The report: ``{status, events, settled, requeue_after_s, failed, summary}``.

    ``applied`` is ``{failed: message}`` when a step failed. ``failed`` fails the pass. ``settled`` is whether the
    storage is prepared and no run that has succeeded waits to be cleaned.
    """
    failure = applied.get("failed")
    if state == "absent":
        return _removal(resource, failure)
    if failure:
        return _stopped(resource, plan, str(failure), "StepFailed", "Pending")
    if plan["errors"]:
        message = "; ".join(f"{e['message']}: {e['remedy']}" for e in plan["errors"])
        return _stopped(resource, plan, message, "InvalidSpec", "Failed")
    if plan["waits"]:
        return _waiting(resource, plan)
    return _ready(resource, plan)


def _removal(resource: Row, failure: Any) -> dict[str, Any]:
    return {
        "status": {**(resource.get("status") or {})},
        "events": [],
        "settled": failure is None,
        "requeue_after_s": None,
        "failed": failure,
        "summary": failure or "everything is removed",
    }


def _stopped(resource: Row, plan: Row, message: str, reason: str, phase: str) -> dict[str, Any]:
    """A pass that failed. Runs and their files are left as they are."""
    report = _report(resource, plan, phase, reason, message, message)
    return {**report, "settled": False, "requeue_after_s": None, "failed": message}


def _waiting(resource: Row, plan: Row) -> dict[str, Any]:
    message = "; ".join(plan["waits"])
    report = _report(resource, plan, "Pending", "Waiting", message, None)
    return {**report, "settled": False, "requeue_after_s": _WAITING_S, "failed": None}


def _ready(resource: Row, plan: Row) -> dict[str, Any]:
    runs = plan["runs"]
    moving = [run for run in runs if run["state"] in _MOVING] or plan["steps"]["mark"]
    bad = [f"run {run['name']}: {run['detail']}" for run in runs if run["state"] in _BAD]
    phase = "Cleaning" if moving else "Ready"
    message = "; ".join(bad) or _counted(plan)
    report = _report(resource, plan, phase, phase, message, "; ".join(bad) or None)
    return {
        **report,
        "settled": not moving,
        "requeue_after_s": _MOVING_S if moving else None,
        "failed": None,
    }


def _counted(plan: Row) -> str:
    states = [run["state"] for run in plan["runs"]]
    counts = [f"{states.count(state)} {state.lower()}" for state in dict.fromkeys(states)]
    return f"{plan['look']['root']} is ready, runs: {', '.join(counts) or 'none yet'}"


def _report(
    resource: Row, plan: Row, phase: str, reason: str, message: str, error: str | None
) -> dict[str, Any]:
    """``error`` is what is wrong, None when nothing is."""
    generation = resource["metadata"].get("generation")
    about = {} if generation is None else {"observedGeneration": generation}
    notes = [f"{each['message']}: {each['remedy']}" for each in plan.get("warnings", ())]
    status = {
        "phase": phase,
        **about,
        "root": (plan.get("look") or {}).get("root"),
        "stages": plan.get("stages"),
        "runs": [_shown(run) for run in plan.get("runs", ())][:_MOST_RUNS],
        "error": _cut(error, _LONGEST_ERROR) if error else None,
        "notes": [_cut(note, _LONGEST_DETAIL) for note in notes[:_MOST_NOTES]],
        "conditions": [
            _condition(about, "Available", phase in ("Ready", "Cleaning"), reason, message),
            _condition(about, "Progressing", phase in ("Pending", "Cleaning"), reason, message),
            _condition(about, "Degraded", error is not None, reason, error or "nothing is wrong"),
        ],
    }
    return {
        "status": {key: value for key, value in status.items() if value is not None},
        "events": _events(resource, phase, message),
        "summary": f"{phase}; {message}",
    }


def _shown(run: Row) -> dict[str, str]:
    detail = _cut(run["detail"], _LONGEST_DETAIL)
    return {"name": run["name"], "state": run["state"], "detail": detail}


def _condition(about: Row, kind: str, holds: bool, reason: str, message: str) -> dict[str, Any]:
    message = _cut(message, _LONGEST_ERROR)
    return {"type": kind, "status": str(holds), "reason": reason, "message": message, **about}


def _events(resource: Row, phase: str, message: str) -> list[dict[str, str]]:
    if (resource.get("status") or {}).get("phase") == phase:
        return []
    kind = "Warning" if phase == "Failed" else "Normal"
    return [{"type": kind, "reason": phase, "message": _cut(message, _LONGEST_DETAIL)}]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
