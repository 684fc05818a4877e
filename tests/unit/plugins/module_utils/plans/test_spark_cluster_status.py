# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the status of a SparkCluster says."""

from __future__ import annotations

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_cluster import plan
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_cluster_status import (
    cluster_status,
)
from test_spark_cluster import OBSERVED, resource

WANTED = {"s-spark-master": 1, "s-spark-worker": 2, "s-spark-connect": 1, "s-spark-history": 1}


def observed(**changes: Any) -> dict[str, Any]:
    rows = [
        {
            "name": name,
            "component": name.rpartition("-")[2],
            "ready_replicas": replicas,
            "updated_replicas": replicas,
            "generation": 1,
            "observed_generation": 1,
            "claim_templates": [],
            **changes.get(name.rpartition("-")[2], {}),
        }
        for name, replicas in WANTED.items()
    ]
    return {**OBSERVED, "workloads": rows, "pods": changes.get("pods", [])}


def report(found: dict[str, Any], applied: dict[str, Any] | None = None) -> dict[str, Any]:
    return cluster_status(resource(), plan(resource(), found), found, applied or {})


def holding(status: dict[str, Any]) -> set[str]:
    return {row["type"] for row in status["conditions"] if row["status"] == "True"}


def pod(reason: str = "", deleting: bool = False) -> dict[str, Any]:
    return {"name": "s-spark-worker-1", "reason": reason, "message": "why", "deleting": deleting}


def test_ready() -> None:
    found = report(observed())
    assert found["status"]["phase"] == "Ready"
    assert found["status"]["workers"] == "2/2"
    assert holding(found["status"]) == {"Available"}
    assert (found["settled"], found["requeue_after_s"], found["failed"]) == (True, None, None)


def test_workers_that_are_not_ready_are_waited_for() -> None:
    found = report(observed(worker={"ready_replicas": 1}))
    assert found["status"]["phase"] == "Progressing"
    assert found["status"]["workers"] == "1/2"
    assert "s-spark-worker: 1 of 2 ready" in found["summary"]
    assert (found["settled"], found["requeue_after_s"]) == (False, 5)


def test_it_serves_while_workers_come_and_go() -> None:
    some = report(observed(worker={"ready_replicas": 1}))["status"]
    assert holding(some) == {"Available", "Progressing"}
    none = report(observed(worker={"ready_replicas": 0}))["status"]
    assert holding(none) == {"Progressing"}


def test_a_worker_that_hands_over_is_waited_for() -> None:
    found = report(observed(pods=[pod(deleting=True)]))
    assert "going: s-spark-worker-1" in found["summary"]
    assert not found["settled"]


def test_what_was_just_changed_is_looked_at_again() -> None:
    assert report(observed(), {"changed": True})["status"]["phase"] == "Progressing"


def test_a_pod_that_fails_is_an_error() -> None:
    found = report(observed(worker={"ready_replicas": 1}, pods=[pod("CrashLoopBackOff")]))
    assert found["status"]["phase"] == "Degraded"
    assert found["status"]["error"] == "s-spark-worker-1: why"
    assert [event["type"] for event in found["events"]] == ["Warning"]
    assert found["failed"] is None


def test_secrets_are_soon_there() -> None:
    found = report({**OBSERVED, "secrets": dict.fromkeys(OBSERVED["secrets"])})
    assert (found["status"]["phase"], found["requeue_after_s"]) == ("Pending", 1)


def test_an_invalid_spec_fails_the_pass_and_says_all() -> None:
    bad = resource(workers={"cores": 0}, connect={"executors": {"min": 3, "max": 2}})
    found = cluster_status(bad, plan(bad, observed()), observed(), {})
    assert found["status"]["phase"] == "Failed"
    assert "spec.workers.cores" in found["failed"]


def test_a_failed_step_is_reported_and_fails_the_pass() -> None:
    found = report(observed(), {"failed": "Apply the objects: no"})
    assert found["failed"] == "Apply the objects: no"
    assert holding(found["status"]) == {"Progressing", "Degraded"}


def test_a_phase_that_stays_is_no_event() -> None:
    known = {**resource(), "status": {"phase": "Ready"}}
    assert cluster_status(known, plan(known, observed()), observed(), {})["events"] == []


def test_removal() -> None:
    gone = cluster_status(resource(), {}, None, {}, state="absent")
    assert (gone["settled"], gone["failed"]) == (True, None)
    stays = cluster_status(resource(), {}, None, {"failed": "still there"}, state="absent")
    assert (stays["settled"], stays["failed"]) == (False, "still there")
