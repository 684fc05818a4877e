# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a schedule does now: which run is due, which ones go. Pure.

Of times that were missed (no operator ran) only the last one is made up for. A run is named after its minute, so that
it cannot be made twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import cron, spark_names

Row = Mapping[str, Any]

_ENDED = ("Succeeded", "Failed")
# What belongs to the schedule and not to its runs.
_OWN_FIELDS = ("schedule", "suspend")


@dataclass(frozen=True)
class Turn:
    """``run`` is the minute for which one is made, ``going`` are names of runs that go; times as in the API."""

    run: int | None
    going: tuple[str, ...]
    last_time: str | None
    next_time: str | None
    why: str


def turn(spec: Row, created: str, last: str | None, runs: Sequence[Row], now: datetime) -> Turn:
    """``created`` is when the schedule began to be, ``last`` for when it last made a run or left one out."""
    schedule = spec["schedule"]
    times = cron.parse(schedule["cron"], "spec.schedule.cron")
    zone = cron.zone_of(schedule["timeZone"], "spec.schedule.timeZone")
    old = _beyond_history(runs, schedule["historyLimit"])
    if spec["suspend"]:
        return Turn(None, old, last, None, "no run begins until spec.suspend is false")
    due = times.last_time(datetime.fromisoformat(last or created), now, zone)
    following = _text(times.next_time(now, zone))
    if due is None:
        return Turn(None, old, last, following, f"the next run is due at {following}")
    active = tuple(str(run["name"]) for run in runs if run["phase"] not in _ENDED)
    if active and schedule["concurrencyPolicy"] == "Forbid":
        why = f"the run of {_text(due)} was left out: {', '.join(active)} has not ended"
        return Turn(None, old, _text(due), following, why)
    replaced = active if schedule["concurrencyPolicy"] == "Replace" else ()
    minute = int(due.timestamp()) // 60
    why = f"the run of {_text(due)} is made"
    return Turn(minute, (*old, *replaced), _text(due), following, why)


def run_of(resource: Row, minute: int) -> dict[str, Any]:
    """The application that is made for that minute."""
    metadata = resource["metadata"]
    spec = {key: value for key, value in resource["spec"].items() if key not in _OWN_FIELDS}
    return {
        "apiVersion": "alluxio.io/v1alpha1",
        "kind": "SparkApplication",
        "metadata": {
            "name": spark_names.run_name(metadata["name"], minute),
            "namespace": metadata["namespace"],
            "labels": {spark_names.SCHEDULE_LABEL: metadata["name"]},
        },
        "spec": spec,
    }


def _beyond_history(runs: Sequence[Row], limit: int) -> tuple[str, ...]:
    ended = [run for run in runs if run["phase"] in _ENDED and not run["deleting"]]
    ended.sort(key=lambda run: str(run["created"]), reverse=True)
    return tuple(str(run["name"]) for run in ended[limit:])


def _text(time: datetime | None) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time else None
