# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The judgement of a pass over an AlluxioCluster: its phase, its conditions, whether something still
moves. Pure; the words mean (docs/decisions/0041):

- Available: a master leads and at least one worker is live, so clients can read and write.
- Progressing: something still changes by itself towards the spec.
- Degraded: a part is missing that should be there, or somebody has to act.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .alluxio_cluster_figures import count_workers
from .alluxio_cluster_problems import Problem, Weight, find_problems, finding_sentence

MOST_PROBLEMS = 10
_MOST_NAMES = 5
_STANDING = ("Ready", "Updating", "Degraded")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition without its times; the writer adds lastTransitionTime when ``status`` flips."""

    status: str
    reason: str
    message: str

    @classmethod
    def of(cls, holds: bool, reason: str, message: str) -> Condition:
        return cls(str(holds), reason, message)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one pass, before it is written in the words of the API."""

    phase: str
    available: Condition
    progressing: Condition
    degraded: Condition
    problems: list[str] = field(default_factory=list)
    settled: bool = False
    moving: bool = False
    wakes_itself: bool = False
    """Nothing moves but objects that this pass changed: the watch on them brings the next pass."""
    failed: str | None = None


def bounded(items: list[str], most: int) -> list[str]:
    """At most ``most`` items and, if any were left out, a last one that counts them."""
    if len(items) <= most:
        return list(items)
    return [*items[:most], f"and {len(items) - most} more"]


def judge(
    cluster: Mapping[str, Any],
    plan: Mapping[str, Any],
    observed: Mapping[str, Any] | None,
    applied: Mapping[str, Any],
    step: Mapping[str, Any],
    at_risk: str,
    state: str,
) -> Verdict:
    previous = cluster.get("status") or {}
    if state == "absent" or cluster["metadata"].get("deletionTimestamp"):
        return _deleting(cluster, observed, applied, at_risk)
    if applied.get("failed"):
        return _failed(previous, observed, applied["failed"])
    if observed is None:
        return _failed(previous, None, "the cluster could not be looked at")
    if plan.get("errors"):
        return _invalid(plan["errors"], observed)
    return _standing_or_coming(previous, plan, observed, applied, step, at_risk)


def _deleting(
    cluster: Mapping[str, Any],
    observed: Mapping[str, Any] | None,
    applied: Mapping[str, Any],
    at_risk: str,
) -> Verdict:
    keeps_claims = (cluster.get("spec") or {}).get("deletionPolicy", "Retain") == "Retain"
    left = _left_over(observed, keeps_claims)
    failure = applied.get("failed")
    still = f"still there: {', '.join(bounded(left, _MOST_NAMES))}" if left else ""
    why = failure or at_risk or still
    kept = [claim["name"] for claim in (observed or {}).get("claims", [])] if keeps_claims else []
    done = "everything is removed" + (
        f"; kept: {_claims(kept)} (deletionPolicy Retain)" if kept else ""
    )
    return Verdict(
        phase="Deleting",
        available=Condition.of(False, "Deleting", "the cluster is being removed"),
        progressing=Condition.of(bool(why), "Deleting", why or done),
        degraded=Condition.of(True, "CleanUpFailed", failure) if failure else _degraded([]),
        problems=[text for text in (failure, at_risk) if text],
        settled=not why,
        moving=bool(why),
        failed=why or None,
    )


def _claims(names: list[str]) -> str:
    return "claims " + ", ".join(bounded(names, _MOST_NAMES))


def _left_over(observed: Mapping[str, Any] | None, keeps_claims: bool) -> list[str]:
    if observed is None:
        return ["what is left could not be seen"]
    left = [f"{row['kind']} {row['name']}" for row in observed["workloads"]]
    left += [f"Pod {row['name']}" for row in observed["pods"]]
    left += [
        f"Claim {row['claim_namespace']}/{row['claim']} of applications, which pods may still use"
        for row in observed["shares"]
    ]
    if not keeps_claims:
        left += [f"Claim {row['name']}" for row in observed["claims"]]
    return left


def _failed(
    previous: Mapping[str, Any], observed: Mapping[str, Any] | None, failure: str
) -> Verdict:
    phase = "Degraded" if previous.get("phase") in _STANDING else previous.get("phase", "Pending")
    return Verdict(
        phase="Pending" if phase in ("Invalid", "Deleting") else phase,
        available=_available(observed),
        progressing=Condition.of(False, "StepFailed", failure),
        degraded=Condition.of(True, "StepFailed", failure),
        problems=[failure],
        failed=failure,
    )


def _invalid(errors: list[Mapping[str, Any]], observed: Mapping[str, Any] | None) -> Verdict:
    problems = [finding_sentence(error) for error in errors]
    message = "; ".join(bounded(problems, MOST_PROBLEMS))
    return Verdict(
        phase="Invalid",
        available=_available(observed),
        progressing=Condition.of(False, "InvalidSpec", "the spec is not applied: " + message),
        degraded=Condition.of(True, "InvalidSpec", message),
        problems=problems,
        failed=message,
    )


def _standing_or_coming(
    previous: Mapping[str, Any],
    plan: Mapping[str, Any],
    observed: Mapping[str, Any],
    applied: Mapping[str, Any],
    step: Mapping[str, Any],
    at_risk: str,
) -> Verdict:
    problems = find_problems(plan, observed)
    stuck = bool(step.get("stuck"))
    if stuck:
        problems.append(_stopped_roll(step))
    if at_risk:
        problems.append(Problem(Weight.NOTE, "DataAtRisk", at_risk, ""))
    problems.sort(key=lambda problem: problem.weight)
    blocking = [p for p in problems if p.weight is Weight.BLOCKING]
    missing = [p for p in problems if p.weight is Weight.MISSING]
    rolling = _rolling(plan, observed, applied)
    phase = _phase(previous, observed, applied, blocking, missing, rolling, bool(plan["missing"]))
    # On the way to a state parts are missing as a matter of course; of the state none may be.
    patient = phase in ("Pending", "Installing", "Updating")
    shown = [p for p in problems if not (patient and p.weight is Weight.MISSING and p.young)]
    grave = [p for p in shown if p.weight is not Weight.NOTE]
    leaving = any(pod["deleting"] for pod in observed["pods"])
    waiting = leaving or any(p.young for p in missing)
    moving = (bool(rolling) and not stuck) or waiting
    return Verdict(
        phase=phase,
        available=_available(observed),
        progressing=_progressing(
            phase, at_risk or step.get("why", ""), rolling, missing, grave, moving
        ),
        degraded=_degraded(grave),
        problems=[problem.message for problem in shown],
        settled=phase == "Ready",
        moving=moving,
        wakes_itself=not waiting and _only_changed(applied),
    )


def _stopped_roll(step: Mapping[str, Any]) -> Problem:
    pods = "1 pod is" if step["outdated"] == 1 else f"{step['outdated']} pods are"
    fact = f"The roll has stopped: {step['why'].removeprefix('stopped: ')}"
    remedy = f"correct the spec; {pods} still as before and serving"
    return Problem(Weight.BLOCKING, "RollStopped", fact, remedy)


def _only_changed(applied: Mapping[str, Any]) -> bool:
    # A new kind of object may not be watched yet: nothing wakes the operator for what was created.
    return bool(applied.get("updated") or applied.get("pruned")) and not applied.get("created")


def _phase(
    previous: Mapping[str, Any],
    observed: Mapping[str, Any],
    applied: Mapping[str, Any],
    blocking: list[Problem],
    missing: list[Problem],
    rolling: list[str],
    waits_for_references: bool,
) -> str:
    if not blocking and not missing and not rolling:
        return "Ready"
    if not _has_stood(previous, observed, applied, missing):
        return "Pending" if waits_for_references else "Installing"
    if blocking:
        return "Degraded"
    if rolling:
        return "Updating"
    ends_an_update = previous.get("phase") == "Updating" and all(p.young for p in missing)
    return "Updating" if ends_an_update else "Degraded"


def _has_stood(
    previous: Mapping[str, Any],
    observed: Mapping[str, Any],
    applied: Mapping[str, Any],
    missing: list[Problem],
) -> bool:
    """Whether this cluster was whole before.

    Without a status to remember it (a first pass, the playbook's door) it was whole if its objects
    were there and nothing is missing merely for its youth.
    """
    phase = previous.get("phase")
    if phase in _STANDING:
        return True
    if phase == "Invalid":
        return bool(previous.get("version"))
    if phase is not None:
        return False
    return (
        not applied.get("created")
        and bool(observed["pods"])
        and not any(problem.young for problem in missing)
    )


def _rolling(
    plan: Mapping[str, Any], observed: Mapping[str, Any], applied: Mapping[str, Any]
) -> list[str]:
    """The objects that are on their way to the spec, as far as Kubernetes knows."""
    changed = [
        *applied.get("created", []),
        *applied.get("updated", []),
        *applied.get("pruned", []),
    ]
    if changed:
        # The observation is older than the change: it cannot tell how far the workloads are.
        return changed
    wanted = {
        plan["masters"]["workload"]: plan["masters"]["replicas"],
        **{pool["workload"]: pool["replicas"] for pool in plan["pools"]},
        **({plan["proxy"]["workload"]: plan["proxy"]["replicas"]} if plan["proxy"] else {}),
    }
    daemons = [plan["fuse"]["workload"]] if plan["fuse"] else []
    return [
        f"{row['kind']}/{row['name']}"
        for row in observed["workloads"]
        if row["observed_generation"] < row["generation"]
        or row["updated_replicas"] < row["replicas"]
        or (row["name"] not in daemons and row["replicas"] != wanted.get(row["name"]))
    ]


def _available(observed: Mapping[str, Any] | None) -> Condition:
    if observed is None:
        return Condition("Unknown", "NotObserved", "the cluster could not be looked at")
    alluxio = observed["alluxio"]
    if alluxio is None:
        return Condition.of(False, "NoLeader", f"no master leads: {observed['alluxio_error']}")
    live = count_workers(alluxio, "LIVE")
    if not live:
        return Condition.of(False, "NoWorker", f"{alluxio['leader']} leads, but no worker is live")
    workers = "1 worker is" if live == 1 else f"{live} workers are"
    return Condition.of(True, "Serving", f"{alluxio['leader']} leads, {workers} live")


def _progressing(
    phase: str,
    step: str,
    rolling: list[str],
    missing: list[Problem],
    grave: list[Problem],
    moving: bool,
) -> Condition:
    if phase == "Ready":
        return Condition.of(False, "Settled", "everything is as the spec says")
    if not moving:
        return Condition.of(False, "Blocked", _worst(grave))
    reason = {"Pending": "Waiting", "Degraded": "Recovering"}.get(phase, phase)
    waits_for = [*rolling, *(problem.fact for problem in missing)]
    message = "waits for: " + "; ".join(bounded(waits_for, _MOST_NAMES))
    return Condition.of(True, reason, f"{step}; {message}" if step else message)


def _degraded(grave: list[Problem]) -> Condition:
    if not grave:
        return Condition.of(False, "AsExpected", "no problem is known")
    return Condition.of(True, grave[0].reason, _worst(grave))


def _worst(grave: list[Problem]) -> str:
    others = len(grave) - 1
    return grave[0].message + (f" (and {others} more)" if others else "")
