# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Schedules: which run is due, which ones go, what is said about it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_application import plan
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_application_status import (
    application_status,
)
from spark_samples import NAME, observed, planned, resource

LAST = "2026-11-28T09:00:00Z"
# 2026-11-28T10:00 is this minute since 1970.
DUE = f"{NAME}-29931000"


def schedule(last: str | None = LAST, suspend: bool = False, **more: Any) -> dict[str, Any]:
    given = resource(schedule={"cron": "@hourly", **more}, suspend=suspend)
    given["metadata"]["creationTimestamp"] = "2026-11-28T00:30:00Z"
    return {**given, "status": {"lastScheduleTime": last} if last else {}}


def run(name: str, phase: str = "Succeeded", **more: Any) -> dict[str, Any]:
    return {"name": name, "phase": phase, "created": name, "deleting": False, **more}


def names(objects: list[dict[str, Any]]) -> list[str]:
    return [each["metadata"]["name"] for each in objects]


def test_a_run_that_is_due_is_an_application_of_its_own() -> None:
    found = planned(schedule(), observed())
    (made,) = found["new_runs"]
    assert made["metadata"]["name"] == DUE
    assert made["metadata"]["labels"] == {"alluxio.io/spark-schedule": NAME}
    assert "schedule" not in made["spec"]
    assert made["spec"]["mainFile"] == "local:///opt/app.py"
    assert plan(made, observed())["errors"] == []
    assert found["submission"] is None
    assert found["step"]["phase"] == "Scheduled"


def test_it_is_made_once() -> None:
    given = schedule("2026-11-28T10:00:00Z")
    found = planned(given, observed())
    assert found["new_runs"] == []
    report = application_status(given, found, observed(), {})
    assert report["requeue_after_s"] == 3600
    assert report["status"]["nextScheduleTime"] == "2026-11-28T11:00:00Z"


def test_of_missed_runs_the_last_one_is_made_up_for() -> None:
    assert names(planned(schedule("2026-11-20T00:00:00Z"), observed())["new_runs"]) == [DUE]
    assert names(planned(schedule(None), observed())["new_runs"]) == [DUE]


@pytest.mark.parametrize(
    ("policy", "made", "gone"),
    [("Allow", [DUE], []), ("Forbid", [], []), ("Replace", [DUE], ["a"])],
)
def test_a_run_that_has_not_ended(policy: str, made: list[str], gone: list[str]) -> None:
    given = schedule(concurrencyPolicy=policy)
    seen = observed(runs=[run("a", "Running")])
    found = planned(given, seen)
    assert (names(found["new_runs"]), names(found["old_runs"])) == (made, gone)
    report = application_status(given, found, seen, {})
    assert report["status"]["lastScheduleTime"] == "2026-11-28T10:00:00Z"
    assert report["status"]["runs"] == [*(["a"] if not gone else []), *made]
    assert [event["reason"] for event in report["events"]] == ["Due"]


def test_a_finished_run_forbids_nothing() -> None:
    seen = observed(runs=[run("a", "Failed")])
    assert names(planned(schedule(concurrencyPolicy="Forbid"), seen)["new_runs"]) == [DUE]


def test_history_is_short() -> None:
    runs = [run("1"), run("2", "Failed"), run("3"), run("4", "Running"), run("0", deleting=True)]
    found = planned(schedule("2026-11-28T10:00:00Z", historyLimit=1), observed(runs=runs))
    assert sorted(names(found["old_runs"])) == ["1", "2"]


def test_a_suspended_schedule_makes_nothing() -> None:
    given = schedule(suspend=True)
    found = planned(given, observed())
    assert found["new_runs"] == []
    report = application_status(given, found, observed(), {})
    assert report["status"]["phase"] == "Suspended"
    assert report["requeue_after_s"] is None


def test_without_the_custom_resource_there_is_no_schedule() -> None:
    errors = plan(schedule(), observed(runs=None))["errors"]
    assert [error["field"] for error in errors] == ["spec.schedule"]
