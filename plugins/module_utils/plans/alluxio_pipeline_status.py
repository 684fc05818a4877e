# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a pass over an AlluxioPipeline: its status, its events, the rhythm of the next pass. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .pass_report import LONGEST_DETAIL, Outcome, compose, cut, removal

_MOST_RUNS = 32
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
        return removal(resource, failure)
    if failure:
        return _stopped(resource, plan, str(failure), "StepFailed", "Pending")
    if plan["errors"]:
        message = "; ".join(f"{e['message']}: {e['remedy']}" for e in plan["errors"])
        return _stopped(resource, plan, message, "InvalidSpec", "Failed")
    if plan["waits"]:
        return _waiting(resource, plan)
    return _ready(resource, plan)


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
    stands, moves = phase in ("Ready", "Cleaning"), phase in ("Pending", "Cleaning")
    outcome = Outcome(phase, reason, message, error, available=stands, progressing=moves)
    own = {
        "root": (plan.get("look") or {}).get("root"),
        "stages": plan.get("stages"),
        "runs": [_shown(run) for run in plan.get("runs", ())][:_MOST_RUNS],
    }
    return compose(resource, plan, outcome, own)


def _shown(run: Row) -> dict[str, str]:
    detail = cut(run["detail"], LONGEST_DETAIL)
    return {"name": run["name"], "state": run["state"], "detail": detail}
