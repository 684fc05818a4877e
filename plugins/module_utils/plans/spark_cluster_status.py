# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a pass over a SparkCluster: its status, its events, the rhythm of the next pass. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import spark_cluster_names as names
from .pass_report import Outcome, compose, removal

# What a pod does not come out of by itself, or only when somebody acts.
_FAILING = ("CrashLoopBackOff", "ImagePullBackOff", "Unschedulable", "CreateContainerConfigError")
_MAKING_S, _MOVING_S, _WAITING_S = 1, 5, 10

Row = Mapping[str, Any]


def cluster_status(
    resource: Row, plan: Row, observed: Row | None, applied: Row, state: str = "present"
) -> dict[str, Any]:
    """The report: ``{status, events, settled, requeue_after_s, failed, summary}``.

    ``applied`` is what the module `resources` returned, ``{failed: message}`` when a step failed. ``failed`` fails the
    pass. ``settled`` is whether all runs as the spec says or, with ``state`` absent, everything is gone.
    """
    failure = applied.get("failed")
    if state == "absent":
        return removal(resource, failure)
    if failure:
        return _stopped(resource, plan, str(failure), "StepFailed", "Progressing")
    if plan["errors"]:
        message = "; ".join(f"{e['message']}: {e['remedy']}" for e in plan["errors"])
        return _stopped(resource, plan, message, "InvalidSpec", "Failed")
    if plan["waits"]:
        return _waiting(resource, plan)
    return _running(resource, plan, observed or {}, applied)


def _stopped(resource: Row, plan: Row, message: str, reason: str, phase: str) -> dict[str, Any]:
    """A pass that failed. What runs stays as it is."""
    report = _report(resource, plan, {}, phase, reason, message, message)
    return {**report, "settled": False, "requeue_after_s": None, "failed": message}


def _waiting(resource: Row, plan: Row) -> dict[str, Any]:
    message = "; ".join(plan["waits"])
    again_s = _MAKING_S if message.startswith("Secrets") else _WAITING_S
    report = _report(resource, plan, {}, "Pending", "Waiting", message, None)
    return {**report, "settled": False, "requeue_after_s": again_s, "failed": None}


def _running(resource: Row, plan: Row, observed: Row, applied: Row) -> dict[str, Any]:
    troubles = list(_troubles(observed))
    waits = list(_unready(plan, observed))
    # What has just been changed has not been looked at by Kubernetes yet.
    moving = bool(waits or applied.get("changed"))
    if troubles:
        phase, message = "Degraded", "; ".join(troubles)
    elif moving:
        phase, message = "Progressing", "; ".join(waits) or "objects were changed"
    else:
        phase, message = "Ready", _counted(plan, observed)
    report = _report(resource, plan, observed, phase, phase, message, message if troubles else None)
    return {
        **report,
        "settled": phase == "Ready",
        "requeue_after_s": _MOVING_S if moving else None,
        "failed": None,
    }


def _troubles(observed: Row) -> Iterator[str]:
    for pod in observed["pods"]:
        if pod["reason"] in _FAILING and not pod["deleting"]:
            yield f"{pod['name']}: {pod['message'] or pod['reason']}"


def _unready(plan: Row, observed: Row) -> Iterator[str]:
    known = {row["name"]: row for row in observed["workloads"]}
    for name, replicas in plan["wanted"].items():
        row = known.get(name)
        if row is None or row["observed_generation"] < row["generation"]:
            yield f"{name} is being made"
        elif min(row["ready_replicas"], row["updated_replicas"]) < replicas:
            ready = min(row["ready_replicas"], row["updated_replicas"])
            yield f"{name}: {ready} of {replicas} ready"
    leaving = [pod["name"] for pod in observed["pods"] if pod["deleting"]]
    if leaving:
        yield f"going: {', '.join(leaving)}"


def _serves(plan: Row, observed: Row) -> bool:
    """Whether of each that is wanted there is at least one, also while others come and go."""
    ready = {row["name"]: row["ready_replicas"] for row in observed.get("workloads", ())}
    wanted = plan.get("wanted", {})
    return bool(ready) and all(ready.get(name, 0) >= min(1, wanted[name]) for name in wanted)


def _counted(plan: Row, observed: Row) -> str:
    return f"{', '.join(plan['components'])} run, workers {_workers(plan, observed)}"


def _workers(plan: Row, observed: Row) -> str | None:
    """Ready of wanted; None where that is not known."""
    name = plan.get("name")
    wanted = plan.get("wanted", {}).get(names.workload(str(name), "worker"))
    if wanted is None:
        return None
    rows = [row for row in observed.get("workloads", ()) if row["component"] == "worker"]
    return f"{sum(row['ready_replicas'] for row in rows)}/{wanted}"


def _report(
    resource: Row,
    plan: Row,
    observed: Row,
    phase: str,
    reason: str,
    message: str,
    error: str | None,
) -> dict[str, Any]:
    """``error`` is what is wrong, None when nothing is."""
    serves, moves = _serves(plan, observed), phase in ("Pending", "Progressing")
    outcome = Outcome(phase, reason, message, error, available=serves, progressing=moves)
    own = {"workers": _workers(plan, observed), "addresses": plan.get("addresses")}
    return compose(resource, plan, outcome, own)
