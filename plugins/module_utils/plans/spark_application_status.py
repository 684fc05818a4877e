# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a pass over a SparkApplication: its status, its events, the rhythm of the next pass. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..spark.last_words import error_line
from . import spark_names
from .spark_life import is_driver

_MOST_ATTEMPTS = 16
_MOST_NOTES = 16
_LONGEST_NOTE = 1000
_LONGEST_PROGRESS = 16384
_RELEASE_AGAIN_S = 30
_UNRELEASED = "copies of blocks are still there"
_STANDING = ("Submitted", "Running", "Succeeded", "Suspended")
_OF_AN_ATTEMPT = (
    "applicationId", "driver", "executors", "progress", "localShare", "attempts", "startTime", "endTime", "notes",
    "columns", "lastScheduleTime", "nextScheduleTime", "runs",
)  # fmt: skip

Row = Mapping[str, Any]


def application_status(
    resource: Row, plan: Row, observed: Row | None, applied: Row, state: str = "present"
) -> dict[str, Any]:
    """The report: ``{status, events, settled, requeue_after_s, expired, failed, unsuccessful, summary}``.

    ``applied`` is the answer of the module `resources` for the objects of an attempt, or ``{failed: message}`` when a
    step failed; its ``unreleased`` says why copies of blocks could not be taken away after the end. ``failed`` fails
    the pass; ``unsuccessful`` is why the application itself failed.
    """
    previous = resource.get("status") or {}
    failure = applied.get("failed")
    if state == "absent":
        return _removal(previous, observed, failure)
    if failure or observed is None:
        return _stopped(
            resource,
            previous,
            str(failure or "the application could not be looked at"),
            "StepFailed",
        )
    if plan.get("errors"):
        message = "; ".join(f"{e['message']}: {e['remedy']}" for e in plan["errors"])
        return _stopped(resource, previous, message, "InvalidSpec")
    if plan["schedule"]:
        return _scheduled(resource, plan, observed, previous)
    return _running(resource, plan, observed, previous, applied.get("unreleased"))


def _removal(previous: Row, observed: Row | None, failure: Any) -> dict[str, Any]:
    left = [f"Pod {pod['name']}" for pod in (observed or {}).get("pods", ())]
    left += [f"Job {job['name']}" for job in (observed or {}).get("jobs", ())]
    why = failure or (f"still there: {', '.join(left[:5])}" if left else None)
    return {
        "status": {**previous},
        "events": [],
        "settled": why is None,
        "requeue_after_s": None,
        "expired": False,
        "failed": why,
        "unsuccessful": None,
        "summary": why or "everything is removed",
    }


def _stopped(resource: Row, previous: Row, message: str, reason: str) -> dict[str, Any]:
    """A pass that could decide nothing. What already runs goes on."""
    goes_on = previous.get("phase") in _STANDING
    phase = previous["phase"] if goes_on else "Failed" if reason == "InvalidSpec" else "Pending"
    status = {
        "phase": phase,
        **_generation(resource),
        **{key: previous[key] for key in _OF_AN_ATTEMPT if key in previous},
        "error": _cut(message, 4096),
        "conditions": [
            _condition(resource, "Available", phase == "Running", reason, message),
            _condition(resource, "Progressing", False, reason, message),
            _condition(resource, "Degraded", True, reason, message),
            _condition(resource, "Finished", phase in ("Succeeded",), reason, message),
        ],
    }
    return {
        "status": status,
        "events": _events(previous, phase, message),
        "settled": False,
        "requeue_after_s": None,
        "expired": False,
        "failed": message,
        "unsuccessful": None,
        "summary": f"{phase}; {message}",
    }


def _scheduled(resource: Row, plan: Row, observed: Row, previous: Row) -> dict[str, Any]:
    step, schedule = plan["step"], plan["schedule"]
    made = [run["metadata"]["name"] for run in plan["new_runs"]]
    gone = {run["metadata"]["name"] for run in plan["old_runs"]}
    status = {
        "phase": step["phase"],
        **_generation(resource),
        "lastScheduleTime": schedule["last"],
        "nextScheduleTime": schedule["next"],
        "runs": [name for name in [*schedule["runs"], *made] if name not in gone],
        "conditions": _conditions(resource, step, None),
    }
    summary = _summary(status, step, None)
    events = _events(previous, step["phase"], summary)
    if schedule["last"] != previous.get("lastScheduleTime"):
        events = [{"type": "Normal", "reason": "Due", "message": step["why"]}]
    return {
        "status": {key: value for key, value in status.items() if value is not None},
        "events": events,
        "settled": True,
        "requeue_after_s": _until(schedule["next"], observed["observed_at"]),
        "expired": False,
        "failed": None,
        "unsuccessful": None,
        "summary": summary,
    }


def _until(time: str | None, now: str) -> int | None:
    """Seconds, and one more so that it is over; never more than the period of passes that nobody asks for."""
    if time is None:
        return None
    return min(3600, int((_time(time) - _time(now)).total_seconds()) + 1)


def _running(
    resource: Row, plan: Row, observed: Row, previous: Row, unreleased: str | None
) -> dict[str, Any]:
    step, submitted = plan["step"], plan["submission"]
    attempts = _attempts(observed, previous)
    if submitted:
        attempts.append(_begun(submitted, observed))
    figures = _figures(plan, observed, previous, attempts)
    last = attempts[-1] if attempts else {}
    error = last.get("error") if step["phase"] in ("Failed", "Pending") else None
    finished_at = last.get("endTime") if step["finished"] else None
    status = {
        "phase": step["phase"],
        **_generation(resource),
        **figures,
        "attempts": attempts[-_MOST_ATTEMPTS:],
        "startTime": attempts[0]["startTime"] if attempts else None,
        "endTime": finished_at,
        "error": error,
        "notes": _notes(plan, previous, unreleased),
        "conditions": _conditions(resource, step, error),
    }
    status["columns"] = _columns(status, observed["observed_at"])
    summary = _summary(status, step, error)
    left_s = _ttl_left_s(resource, finished_at, observed["observed_at"])
    return {
        "status": {key: value for key, value in status.items() if value is not None},
        "events": _events(previous, step["phase"], summary),
        "settled": step["finished"] or step["phase"] == "Suspended",
        "requeue_after_s": (
            _RELEASE_AGAIN_S if unreleased else _again_s(step, bool(submitted), left_s)
        ),
        "expired": left_s == 0,
        "failed": None,
        "unsuccessful": summary if step["phase"] == "Failed" else None,
        "summary": summary,
    }


def _attempts(observed: Row, previous: Row) -> list[dict[str, Any]]:
    """What became of each attempt; of pods that are gone as the status of the pass before remembers it."""
    remembered = {row["number"]: row for row in previous.get("attempts", ())}
    return [
        _attempt(job, _driver(observed, job["attempt"]), remembered.get(job["attempt"], {}))
        for job in observed["jobs"]
    ]


def _attempt(job: Row, driver: Row | None, before: Row) -> dict[str, Any]:
    exit_code = driver["exit_code"] if driver else before.get("exitCode")
    failed = job["state"] == "Failed"
    return {
        "number": job["attempt"],
        "applicationId": job["application_id"],
        "state": job["state"],
        "startTime": job["started"],
        "endTime": job["ended"],
        "exitCode": exit_code,
        "error": _error(job, driver, before) if failed else None,
    }


def _error(job: Row, driver: Row | None, before: Row) -> str:
    if job["reason"] == "DeadlineExceeded":
        return "it was stopped at its deadline, spec.activeDeadlineSeconds"
    if driver is None:
        return str(before.get("error") or "the driver's pod was removed before it ended")
    if driver["out_of_memory"]:
        return "the driver was killed for want of memory: raise spec.driver.memoryOverhead or spec.driver.memory"
    own_words = error_line(driver["termination_message"])
    if own_words:
        return own_words
    if driver["exit_code"] is not None:
        silent = "its log tells why" if driver["termination_message"] else "it said nothing"
        return f"the driver ended with exit code {driver['exit_code']}; {silent}"
    return (
        f"the driver's pod failed: {driver['message'] or driver['reason'] or 'no reason is known'}"
    )


def _begun(submitted: Row, observed: Row) -> dict[str, Any]:
    return {
        "number": submitted["attempt"],
        "applicationId": submitted["application_id"],
        "state": "Active",
        "startTime": observed["observed_at"],
        "endTime": None,
        "exitCode": None,
        "error": None,
    }


def _driver(observed: Row, attempt: int) -> Row | None:
    return next((pod for pod in observed["pods"] if is_driver(pod, attempt)), None)


def _figures(plan: Row, observed: Row, previous: Row, attempts: Sequence[Row]) -> dict[str, Any]:
    if not attempts:
        return {}
    last = attempts[-1]
    number = last["number"]
    driver = _driver(observed, number)
    job = next((job for job in observed["jobs"] if job["attempt"] == number), None)
    pods = [p for p in observed["pods"] if p["role"] == "executor" and p["attempt"] == number]
    remembers = previous.get("applicationId") == last["applicationId"]
    progress = _progress(driver) or (previous.get("progress") if remembers else None)
    runs = plan["step"]["phase"] == "Running"
    address = spark_names.ui_address(plan["name"], number, plan["namespace"])
    return {
        "applicationId": last["applicationId"],
        "driver": {
            "pod": driver["name"] if driver else None,
            **({"uiAddress": address} if runs else {}),
            "exitCode": last["exitCode"],
        },
        "executors": {
            "running": sum(pod["phase"] == "Running" for pod in pods),
            "pending": sum(pod["phase"] == "Pending" for pod in pods),
            "requested": job["requested"] if job else plan["requested"],
            "planned": job["planned"] if job else _planned(plan),
        },
        "progress": progress,
        "localShare": local_share(progress),
    }


def _planned(plan: Row) -> dict[str, int]:
    text = plan["submission"]["job"]["annotations"][spark_names.PLANNED_ANNOTATION]
    planned: dict[str, int] = json.loads(text)
    return planned


def _progress(driver: Row | None) -> dict[str, Any] | None:
    """What the driver writes about itself, if it is what it should be: anybody's program runs there."""
    text = (driver or {}).get("progress") or ""
    if not text or len(text) > _LONGEST_PROGRESS:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def local_share(progress: Row | None) -> float | None:
    """Of the bytes that tasks with a preference read, the share that they read where they preferred to."""
    try:
        local = float((progress or {})["localBytes"])
        remote = float((progress or {})["remoteBytes"])
    except (KeyError, TypeError, ValueError):
        return None
    return round(local / (local + remote), 4) if local + remote > 0 else None


def _notes(plan: Row, previous: Row, unreleased: str | None) -> list[str]:
    warnings = [f"{each['message']}: {each['remedy']}" for each in plan["warnings"]]
    # What was said of the placement when the attempt began holds until the next one begins.
    placement = plan["notes"] if plan["submission"] else previous.get("notes", [])
    placement = [note for note in placement if not note.startswith(_UNRELEASED)]
    notes = [*warnings, *(note for note in placement if note not in warnings)]
    notes += [f"{_UNRELEASED}: {unreleased}"] if unreleased else []
    return [_cut(note, _LONGEST_NOTE) for note in notes[:_MOST_NOTES]]


def _columns(status: Row, now: str) -> dict[str, str]:
    columns = {}
    if "executors" in status:
        executors = status["executors"]
        columns["executors"] = f"{executors['running']}/{executors['requested']}"
    if status.get("localShare") is not None:
        columns["local"] = f"{status['localShare']:.0%}"
    if status["startTime"]:
        columns["duration"] = duration(status["startTime"], status["endTime"] or now)
    return columns


def duration(begin: str, end: str) -> str:
    """For people: 75 s -> ``1m15s``."""
    seconds = max(0, round((_time(end) - _time(begin)).total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{hours}h{minutes}m"
    return f"{minutes}m{seconds}s" if minutes else f"{seconds}s"


def _conditions(resource: Row, step: Row, error: str | None) -> list[dict[str, Any]]:
    phase = step["phase"]
    message = error or step["why"] or f"the application has {phase.lower()}"
    moving = phase in ("Pending", "Submitted", "Running")
    return [
        _condition(resource, "Available", phase == "Running", phase, message),
        _condition(resource, "Progressing", moving, phase, message),
        _condition(resource, "Degraded", bool(error), phase, error or "nothing is wrong"),
        _condition(resource, "Finished", step["finished"], phase, message),
    ]


def _condition(resource: Row, kind: str, holds: bool, reason: str, message: str) -> dict[str, Any]:
    return {
        "type": kind,
        "status": str(holds),
        "reason": reason,
        "message": _cut(message, 8000),
        **_generation(resource),
    }


def _generation(resource: Row) -> dict[str, Any]:
    generation = resource["metadata"].get("generation")
    return {} if generation is None else {"observedGeneration": generation}


def _summary(status: Row, step: Row, error: str | None) -> str:
    parts = [step["phase"]]
    if step["phase"] == "Running":
        parts.append(f"executors {status['columns']['executors']}")
    if status.get("localShare") is not None:
        parts.append(f"{status['localShare']:.0%} of the bytes local")
    detail = error or step["why"]
    return "; ".join([*parts, detail] if detail else parts)


def _events(previous: Row, phase: str, summary: str) -> list[dict[str, str]]:
    if previous.get("phase") == phase:
        return []
    kind = "Warning" if phase == "Failed" else "Normal"
    return [{"type": kind, "reason": phase, "message": summary}]


def _again_s(step: Row, submitted: bool, ttl_left_s: int | None) -> int | None:
    if submitted:
        return 3
    if step["leftover"]:
        return 5
    if step["finished"]:
        return ttl_left_s
    again_s: int | None = step["again_s"]
    return again_s


def _ttl_left_s(resource: Row, finished_at: str | None, now: str) -> int | None:
    ttl = (resource.get("spec") or {}).get("ttlSecondsAfterFinished")
    if ttl is None or finished_at is None:
        return None
    return max(0, int(ttl) - round((_time(now) - _time(finished_at)).total_seconds()))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
