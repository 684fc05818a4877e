# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a SparkApplication says of itself after a pass."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_application import plan
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_application_status import (
    application_status,
    duration,
    local_share,
)
from spark_samples import job, observed, pod, resource

TRACEBACK = """\
26/11/28 09:58:01 WARN NativeCodeLoader: Unable to load native-hadoop library
Traceback (most recent call last):
  File "/opt/app.py", line 3, in <module>
    raise ValueError("no sales on Sunday")
ValueError: no sales on Sunday
"""


def report(given: dict[str, Any], seen: dict[str, Any], **more: Any) -> dict[str, Any]:
    return application_status(given, plan(given, seen), seen, more.pop("applied", {}), **more)


def condition(found: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(c for c in found["status"]["conditions"] if c["type"] == kind)


def test_a_submission_is_reported_before_anything_of_it_is_seen() -> None:
    found = report(resource(), observed())
    status = found["status"]
    assert status["phase"] == "Submitted"
    assert status["executors"]["planned"] == {"a": 1, "b": 1}
    assert status["executors"]["requested"] == 2
    assert [row["number"] for row in status["attempts"]] == [1]
    assert found["requeue_after_s"]
    assert [event["reason"] for event in found["events"]] == ["Submitted"]


def test_a_running_application_has_figures() -> None:
    progress = {"applicationId": "spark-1", "localBytes": 75, "remoteBytes": 25, "executors": 2}
    driver = pod(progress=json.dumps(progress))
    executors = [pod("executor", name="e-1"), pod("executor", name="e-2", phase="Pending")]
    found = report(resource(), observed(jobs=[job()], pods=[driver, *executors]))
    status = found["status"]
    assert status["phase"] == "Running"
    assert (status["executors"]["running"], status["executors"]["pending"]) == (1, 1)
    assert status["localShare"] == 0.75
    assert status["columns"] == {"executors": "1/2", "local": "75%", "duration": "2m0s"}
    assert status["driver"]["uiAddress"] == "http://report-1-driver.analytics.svc:4040"
    assert status["progress"] == progress
    assert condition(found, "Available")["status"] == "True"
    assert not found["settled"]


def test_success_keeps_what_was_read_where() -> None:
    before = {
        "phase": "Running",
        "applicationId": "spark-1",
        "progress": {"localBytes": 9, "remoteBytes": 0},
    }
    given = {**resource(), "status": before}
    seen = observed(jobs=[job(state="Succeeded")], pods=[])
    found = report(given, seen)
    assert found["status"]["phase"] == "Succeeded"
    assert found["status"]["localShare"] == 1.0
    assert found["status"]["endTime"] == "2026-11-28T09:59:00Z"
    assert "uiAddress" not in found["status"]["driver"]
    assert found["settled"]
    assert found["requeue_after_s"] is None
    assert condition(found, "Finished")["status"] == "True"
    assert "error" not in found["status"]


def test_a_failure_is_told_in_the_driver_s_own_words() -> None:
    driver = pod(phase="Failed", exit_code=1, termination_message=TRACEBACK)
    found = report(resource(), observed(jobs=[job(state="Failed")], pods=[driver]))
    assert found["status"]["phase"] == "Failed"
    assert found["status"]["error"] == "ValueError: no sales on Sunday"
    assert found["status"]["driver"]["exitCode"] == 1
    assert found["events"][0]["type"] == "Warning"
    assert "ValueError: no sales on Sunday" in found["unsuccessful"]
    assert found["failed"] is None


@pytest.mark.parametrize(
    ("failed", "driver", "said"),
    [
        ({"reason": "DeadlineExceeded"}, None, "deadline"),
        ({}, None, "removed before it ended"),
        ({}, {"out_of_memory": True}, "memoryOverhead"),
        ({}, {"exit_code": 3}, "exit code 3"),
        ({}, {"reason": "Evicted", "message": "low on disk"}, "low on disk"),
    ],
)
def test_a_failure_without_words_has_a_reason(
    failed: dict[str, Any], driver: dict[str, Any] | None, said: str
) -> None:
    pods = [] if driver is None else [pod(phase="Failed", **driver)]
    found = report(resource(), observed(jobs=[job(state="Failed", **failed)], pods=pods))
    assert said in found["status"]["error"]


def test_the_words_of_a_driver_whose_pod_is_gone_are_remembered() -> None:
    row = {"number": 1, "exitCode": 7, "error": "ValueError: x"}
    given = {**resource(), "status": {"phase": "Failed", "attempts": [row]}}
    found = report(given, observed(jobs=[job(state="Failed")]))
    assert (found["status"]["error"], found["status"]["driver"]["exitCode"]) == ("ValueError: x", 7)


def test_an_invalid_spec_fails_and_names_the_field() -> None:
    found = report(resource(mainClass="a.B"), observed())
    assert found["status"]["phase"] == "Failed"
    assert "spec.mainClass" in found["status"]["error"]
    assert "spec.mainClass" in found["failed"]


def test_an_invalid_edit_leaves_what_runs_alone() -> None:
    given = {
        **resource(mainClass="a.B"),
        "status": {"phase": "Running", "applicationId": "spark-1"},
    }
    found = report(given, observed(jobs=[job()], pods=[pod()]))
    assert found["status"]["phase"] == "Running"
    assert found["status"]["applicationId"] == "spark-1"
    assert condition(found, "Degraded")["status"] == "True"


def test_a_step_that_failed_is_said_and_fails_the_pass() -> None:
    found = report(resource(), observed(), applied={"failed": "Begin the attempt: quota exceeded"})
    assert found["status"]["phase"] == "Pending"
    assert "quota exceeded" in found["failed"]


@pytest.mark.parametrize("text", ["", "no json", "[1]", '{"localBytes": "x"}', "{" * 20000])
def test_what_a_program_writes_into_the_annotation_does_no_harm(text: str) -> None:
    found = report(resource(), observed(jobs=[job()], pods=[pod(progress=text)]))
    assert found["status"]["phase"] == "Running"
    assert "localShare" not in found["status"]


def test_only_bytes_with_a_preference_count() -> None:
    assert local_share(None) is None
    assert local_share({"localBytes": 0, "remoteBytes": 0}) is None
    assert local_share({"localBytes": 0, "remoteBytes": 5}) == 0.0


@pytest.mark.parametrize(
    ("ttl", "expired", "again"), [(30, True, 0), (100, False, 40), (None, False, None)]
)
def test_an_application_goes_when_its_time_is_over(
    ttl: int | None, expired: bool, again: int | None
) -> None:
    given = resource(ttlSecondsAfterFinished=ttl)
    found = report(given, observed(jobs=[job(state="Succeeded")]))
    assert (found["expired"], found["requeue_after_s"]) == (expired, again)


def test_a_removal_fails_until_nothing_is_left() -> None:
    seen = observed(pods=[pod()])
    assert "report-1-driver" in report(resource(), seen, state="absent")["failed"]
    assert report(resource(), observed(), state="absent")["failed"] is None


def test_a_phase_that_stays_is_no_event() -> None:
    given = {**resource(), "status": {"phase": "Running"}}
    assert report(given, observed(jobs=[job()], pods=[pod()]))["events"] == []


def test_a_cluster_that_lets_nobody_in_is_a_note() -> None:
    closed = {
        "properties": {},
        "network_policy": {"enabled": True, "allowFrom": [{"to": ["proxy"]}]},
    }
    notes = report(resource(), observed(cluster=closed))["status"]["notes"]
    assert "allowFrom" in notes[0]
    opened = {**closed, "network_policy": {"allowFrom": [{"podSelector": {}, "to": ["alluxio"]}]}}
    assert report(resource(), observed(cluster=opened))["status"]["notes"] == []


@pytest.mark.parametrize(
    ("end", "text"),
    [("10:00:00", "0s"), ("10:01:05", "1m5s"), ("12:03:00", "2h3m"), ("09:00:00", "0s")],
)
def test_durations_are_for_people(end: str, text: str) -> None:
    assert duration("2026-11-28T10:00:00Z", f"2026-11-28T{end}Z") == text
