# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Which step an application takes next: its attempts, as their Jobs and pods tell, against its spec. Pure.

Nothing is remembered but the Jobs themselves, which stay until the application goes. An attempt follows
another one only when no pod of that can still write: each has ended, or its node has let it go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]

_ENDED = ("Succeeded", "Failed")
_MOST_NAMED = 3
# So soon Kubernetes makes a pod that nothing keeps it from making; so rarely one looks at what may take hours.
_QUICK_S, _RARELY_S = 10, 60


class Action(StrEnum):
    """What this pass does about the attempts."""

    NONE = "none"
    SUBMIT = "submit"
    SUSPEND = "suspend"


@dataclass(frozen=True)
class Step:
    """``attempt`` is the one that the step is about, 0 before the first. ``why`` is a sentence for people.

    ``leftover`` are pods of attempts that have ended, to be deleted. ``again_s``: when waiting alone brings the next.
    """

    action: Action
    phase: str
    attempt: int
    why: str = ""
    leftover: tuple[str, ...] = ()
    again_s: int | None = None

    @property
    def finished(self) -> bool:
        return self.phase in _ENDED


def next_step(spec: Row, jobs: Sequence[Row], pods: Sequence[Row], now: datetime) -> Step:
    """``jobs`` and ``pods`` are rows of the observation, jobs in the order of their attempts."""
    if not jobs:
        return _submit(spec, 1, "the first attempt")
    last = jobs[-1]
    number = int(last["attempt"])
    if last["state"] == "Active":
        return _active(spec, last, pods, now)
    living = [pod for pod in pods if alive(pod)]
    leftover = tuple(str(pod["name"]) for pod in living if not pod["deleting"])
    if last["state"] == "Succeeded":
        return Step(Action.NONE, "Succeeded", number, "", leftover)
    if last["state"] == "Failed" and not may_retry(spec, jobs, now):
        return Step(Action.NONE, "Failed", number, "", leftover)
    if living:
        phase = "Suspended" if spec["suspend"] else "Pending"
        why = f"attempt {number + 1} waits for the end of {_names(living)}"
        return Step(Action.NONE, phase, number, why, leftover, again_s=3)
    wait_s = _rest_of_interval(spec, last, now)
    if wait_s and not spec["suspend"]:
        why = f"attempt {number + 1} begins {spec['restartPolicy']['retryIntervalSeconds']} s after the last one"
        return Step(Action.NONE, "Pending", number, why, again_s=wait_s)
    return _submit(spec, number + 1, f"attempt {number + 1}")


def alive(pod: Row) -> bool:
    """Whether a process of it may still run. A pod that is being deleted may, until its node says otherwise."""
    return pod["phase"] not in _ENDED


def may_retry(spec: Row, jobs: Sequence[Row], now: datetime) -> bool:
    """Whether another attempt may follow the last one, which has failed."""
    policy = spec["restartPolicy"]
    failures = sum(job["state"] == "Failed" for job in jobs)
    if policy["type"] != "OnFailure" or failures > policy["maxRetries"]:
        return False
    left = deadline_left_s(spec, jobs, now)
    return left is None or left > 0


def deadline_left_s(spec: Row, jobs: Sequence[Row], now: datetime) -> int | None:
    """Seconds that the application still may take; None without a limit."""
    limit = spec.get("activeDeadlineSeconds")
    if limit is None:
        return None
    if not jobs:
        return int(limit)
    return int((_time(jobs[0]["started"]) + timedelta(seconds=limit) - now).total_seconds())


def _submit(spec: Row, attempt: int, what: str) -> Step:
    if spec["suspend"]:
        return Step(
            Action.NONE, "Suspended", attempt - 1, f"{what} waits until spec.suspend is false"
        )
    return Step(Action.SUBMIT, "Submitted", attempt, f"{what} is submitted")


def _active(spec: Row, job: Row, pods: Sequence[Row], now: datetime) -> Step:
    number = int(job["attempt"])
    if spec["suspend"]:
        return Step(Action.SUSPEND, "Suspended", number, "the pods are being removed", again_s=3)
    driver = next((pod for pod in pods if is_driver(pod, number)), None)
    if driver is None:
        return _without_driver(job, number, now)
    if driver["deleting"]:
        # A Job counts a pod as failed only when its node has let it go.
        why = f"the end of {_names([driver])} is waited for"
        return Step(Action.NONE, "Running", number, why, again_s=5)
    if driver["started"]:
        return Step(Action.NONE, "Running", number, "the driver runs", again_s=10)
    why = f"the driver's pod {driver['name']} does not run yet"
    detail = f": {driver['message']}" if driver["message"] else ""
    return Step(Action.NONE, "Submitted", number, f"{why}{detail}", again_s=3)


def _without_driver(job: Row, number: int, now: datetime) -> Step:
    """A quota may hold the pod back for hours: looks become rarer, and when the Job changes there is one anyway."""
    age_s = (now - _time(job["started"])).total_seconds()
    why = "the driver's pod is being made"
    if age_s > _QUICK_S:
        why = f"{why}; if a ResourceQuota holds it back, the events of Job {job['name']} say so"
    again_s = min(_RARELY_S, max(3, round(age_s / 2)))
    return Step(Action.NONE, "Submitted", number, why, again_s=again_s)


def is_driver(pod: Row, attempt: int) -> bool:
    return bool(pod["role"] == "driver" and pod["attempt"] == attempt)


def _rest_of_interval(spec: Row, job: Row, now: datetime) -> int:
    if job["state"] != "Failed" or not job["ended"]:
        return 0
    begin = _time(job["ended"]) + timedelta(seconds=spec["restartPolicy"]["retryIntervalSeconds"])
    return max(0, round((begin - now).total_seconds()))


def _names(pods: Sequence[Row]) -> str:
    """Pods of a node that does not answer stay for ever: the node is what somebody has to look at."""
    named = ", ".join(
        f"{pod['name']} on {pod['node']}" if pod["node"] else str(pod["name"])
        for pod in pods[:_MOST_NAMED]
    )
    more = len(pods) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
