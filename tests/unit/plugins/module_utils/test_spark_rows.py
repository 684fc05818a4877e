# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Jobs and pods of a SparkApplication as the API server shows them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_rows import (
    job_row,
    pod_row,
    run_row,
)

TIME = "2026-11-28T10:00:00Z"


def job(conditions: list[str], **spec: Any) -> dict[str, Any]:
    rows = [{"type": kind, "status": "True", "lastTransitionTime": TIME} for kind in conditions]
    return {
        "metadata": {
            "name": "a-2-driver",
            "creationTimestamp": "2026-11-28T09:00:00Z",
            "labels": {"alluxio.io/attempt": "2"},
            "annotations": {
                "alluxio.io/spark-application-id": "spark-x",
                "alluxio.io/planned-executors": '{"node-1": 2}',
                "alluxio.io/requested-executors": "3",
            },
        },
        "spec": spec,
        "status": {"conditions": rows},
    }


@pytest.mark.parametrize(
    ("conditions", "spec", "state", "ended"),
    [
        ([], {}, "Active", None),
        # The pods are still ending.
        (["FailureTarget"], {}, "Active", None),
        (["SuccessCriteriaMet"], {}, "Active", None),
        (["SuccessCriteriaMet", "Complete"], {}, "Succeeded", TIME),
        (["FailureTarget", "Failed"], {}, "Failed", TIME),
        (["Suspended"], {"suspend": True}, "Suspended", TIME),
        (["Failed"], {"suspend": True}, "Failed", TIME),
    ],
)
def test_the_state_of_an_attempt(
    conditions: list[str], spec: dict[str, Any], state: str, ended: str | None
) -> None:
    row = job_row(job(conditions, **spec))
    assert (row["state"], row["ended"]) == (state, ended)
    assert (row["attempt"], row["application_id"], row["requested"]) == (2, "spark-x", 3)
    assert row["planned"] == {"node-1": 2}


def driver(state: dict[str, Any], phase: str = "Running") -> dict[str, Any]:
    return {
        "metadata": {
            "name": "a-1-driver-x",
            "uid": "u",
            "labels": {"alluxio.io/attempt": "1", "spark-role": "driver"},
            "annotations": {"alluxio.io/spark-progress": "{}"},
        },
        "spec": {"nodeName": "node-1"},
        "status": {
            "phase": phase,
            "containerStatuses": [
                {"name": "sidecar", "state": {"terminated": {"exitCode": 0}}},
                {"name": "driver", "state": state},
            ],
        },
    }


def test_a_driver_that_ended_leaves_its_last_words() -> None:
    ended = {"exitCode": 137, "reason": "OOMKilled", "message": "Killed"}
    row = pod_row(driver({"terminated": ended}, "Failed"))
    assert (row["exit_code"], row["out_of_memory"], row["termination_message"]) == (
        137,
        True,
        "Killed",
    )
    assert (row["role"], row["attempt"], row["progress"]) == ("driver", 1, "{}")


def test_a_driver_runs_when_its_own_container_does() -> None:
    assert pod_row(driver({"running": {}}))["started"]
    assert not pod_row(driver({"waiting": {"reason": "ContainerCreating"}}, "Pending"))["started"]


@pytest.mark.parametrize("label", ["", "x", "-1", None])
def test_a_label_that_is_no_number_does_no_harm(label: str | None) -> None:
    pod = driver({})
    pod["metadata"]["labels"]["alluxio.io/attempt"] = label
    assert pod_row(pod)["attempt"] == 0


def test_a_run_without_a_status_is_pending() -> None:
    made = {"metadata": {"name": "a-1", "creationTimestamp": TIME}}
    assert run_row(made)["phase"] == "Pending"
