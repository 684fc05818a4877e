# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a pass over an AlluxioCluster: its status in the words of the API, its events, the
rhythm of the next pass. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import cache_only
from .alluxio_cluster_figures import find_figures
from .alluxio_cluster_verdict import MOST_PROBLEMS, Condition, Verdict, bounded, judge

PASS_PERIOD_S = 5
# The CRD refuses a status with longer ones (2048 and 32768).
_LONGEST_PROBLEM = 1000
_LONGEST_MESSAGE = 8000

_WARNINGS = ("Degraded", "Invalid")


def cluster_status(
    cluster: Mapping[str, Any],
    plan: Mapping[str, Any],
    observed: Mapping[str, Any] | None,
    applied: Mapping[str, Any],
    state: str = "present",
    acted: Mapping[str, Any] | None = None,
    drain: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report of a pass: ``{status, events, settled, requeue_after_s, failed, summary}``.

    ``cluster`` is the custom resource, whose ``status`` is the one of the pass before; ``applied``
    is the answer of the module `resources`, or ``{failed: message}`` when a step failed; ``acted``
    is the answer of the module `rollout`, or empty when there was nothing to roll; ``drain`` is that
    of the module `drain`, or empty when no worker goes.
    """
    previous = cluster.get("status") or {}
    step = (acted or {}).get("step") or {}
    at_risk = str((drain or {}).get("why") or "")
    verdict = judge(cluster, plan, observed, applied, step, at_risk, state)
    status = {
        "phase": verdict.phase,
        **_generation(cluster),
        **find_figures(plan, observed, previous),
        "conditions": _conditions(verdict, cluster, observed),
        "problems": bounded([_cut(p, _LONGEST_PROBLEM) for p in verdict.problems], MOST_PROBLEMS),
    }
    summary = _summary(status, verdict)
    return {
        "status": status,
        "events": [*_step_events(step), *_events(previous, verdict.phase, summary)],
        "settled": verdict.settled,
        "requeue_after_s": _next_pass(verdict, step),
        "failed": verdict.failed,
        "summary": summary,
    }


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _generation(cluster: Mapping[str, Any]) -> dict[str, Any]:
    generation = cluster["metadata"].get("generation")
    return {} if generation is None else {"observedGeneration": generation}


def _conditions(
    verdict: Verdict, cluster: Mapping[str, Any], observed: Mapping[str, Any] | None
) -> list[dict[str, Any]]:
    named = {
        "Available": verdict.available,
        "Progressing": verdict.progressing,
        "Degraded": verdict.degraded,
        "CacheOnlyData": Condition(*cache_only.condition((observed or {}).get("alluxio"))),
    }
    return [
        {
            "type": kind,
            "status": condition.status,
            "reason": condition.reason,
            "message": _cut(condition.message, _LONGEST_MESSAGE),
            **_generation(cluster),
        }
        for kind, condition in named.items()
    ]


def _next_pass(verdict: Verdict, step: Mapping[str, Any]) -> int | None:
    """After how many seconds the next pass is worth its while: when a step expects the next one."""
    if not verdict.moving:
        return None
    expected = step.get("again_s")
    if expected:
        return int(expected)
    return None if verdict.wakes_itself else PASS_PERIOD_S


def _step_events(step: Mapping[str, Any]) -> list[dict[str, str]]:
    """A replaced pod is worth an event: it says why a client had to look for another server."""
    if step.get("action") not in ("evict", "hand_over"):
        return []
    return [{"type": "Normal", "reason": "Replacing", "message": step["why"]}]


def _events(previous: Mapping[str, Any], phase: str, summary: str) -> list[dict[str, str]]:
    if previous.get("phase") == phase:
        return []
    kind = "Warning" if phase in _WARNINGS else "Normal"
    return [{"type": kind, "reason": phase, "message": summary}]


def _summary(status: Mapping[str, Any], verdict: Verdict) -> str:
    columns = status.get("columns") or {}
    parts = [verdict.phase]
    if columns:
        parts.append(f"masters {columns['masters']}, workers {columns['workers']}")
    if "capacity" in columns:
        parts.append(f"{columns['used']} of {columns['capacity']} used")
    if verdict.phase == "Deleting":
        parts.append(verdict.progressing.message)
    elif verdict.degraded.status == "True":
        parts.append(verdict.degraded.message)
    elif verdict.progressing.status == "True":
        parts.append(verdict.progressing.message)
    return "; ".join(parts)
