# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Attempts: when one begins, when the next one may, when it is over."""

from __future__ import annotations

from typing import Any

import pytest
from spark_samples import job, observed, placement, planned, pod, required, resource

RETRY = {"type": "OnFailure", "maxRetries": 1, "retryIntervalSeconds": 30}


def step(spec: dict[str, Any], **seen: Any) -> dict[str, Any]:
    found: dict[str, Any] = planned(resource(**spec), observed(**seen))["step"]
    return found


def test_the_first_attempt_begins_at_once() -> None:
    first = step({})
    assert (first["action"], first["attempt"], first["phase"]) == ("submit", 1, "Submitted")


def test_nothing_begins_while_suspended() -> None:
    assert step({"suspend": True})["phase"] == "Suspended"
    assert step({"suspend": True})["action"] == "none"


@pytest.mark.parametrize(
    ("seen", "named"),
    [
        ({"secrets": {"db": False}}, "Secret 'db'"),
        ({"config_maps": {"conf": False}}, "ConfigMap 'conf'"),
        ({"cluster": None}, "AlluxioCluster 'cache'"),
    ],
)
def test_it_waits_for_what_it_refers_to_and_says_so(seen: dict[str, Any], named: str) -> None:
    waits = step({}, **seen)
    assert (waits["action"], waits["phase"]) == ("none", "Pending")
    assert named in waits["why"]
    assert waits["again_s"]


def test_it_runs_when_the_driver_does() -> None:
    assert step({}, jobs=[job()])["phase"] == "Submitted"
    assert step({}, jobs=[job()], pods=[pod(phase="Pending")])["phase"] == "Submitted"
    assert step({}, jobs=[job()], pods=[pod()])["phase"] == "Running"


def test_a_driver_on_a_node_that_does_not_answer_is_waited_for_and_named() -> None:
    dead = step({"restartPolicy": RETRY}, jobs=[job()], pods=[pod(node="n-3", deleting=True)])
    assert (dead["action"], dead["attempt"]) == ("none", 1)
    assert dead["why"] == "the end of report-1-driver on n-3 is waited for"


def test_a_pod_that_a_quota_holds_back_is_looked_for_ever_more_rarely() -> None:
    fresh, held, long = (
        step({}, jobs=[job(started=f"2026-11-28T{time}Z")])
        for time in ("09:59:59", "09:59:30", "08:00:00")
    )
    assert [each["again_s"] for each in (fresh, held, long)] == [3, 15, 60]
    assert fresh["why"] == "the driver's pod is being made"
    assert (
        "if a ResourceQuota holds it back, the events of Job report-1-driver say so" in held["why"]
    )


def test_the_end_is_final_whatever_the_spec_says_now() -> None:
    for state in ("Succeeded", "Failed"):
        ended = step({"suspend": True}, jobs=[job(state=state)], pods=[pod(phase=state)])
        assert (ended["action"], ended["phase"], ended["finished"]) == ("none", state, True)


def test_executors_that_outlive_their_driver_are_removed() -> None:
    left = [pod(phase="Failed"), pod("executor"), pod("executor", name="going", deleting=True)]
    ended = planned(resource(), observed(jobs=[job(state="Failed")], pods=left))
    assert [one["metadata"]["name"] for one in ended["leftover"]] == ["report-1-executor"]


def test_a_failure_without_a_policy_is_the_end() -> None:
    assert step({}, jobs=[job(state="Failed")])["phase"] == "Failed"


def test_the_next_attempt_waits_for_its_time() -> None:
    waits = step({"restartPolicy": RETRY}, jobs=[job(state="Failed", ended="2026-11-28T09:59:50Z")])
    assert (waits["action"], waits["phase"], waits["again_s"]) == ("none", "Pending", 20)


def test_the_next_attempt_has_a_number_and_an_id_of_its_own() -> None:
    found = planned(resource(restartPolicy=RETRY), observed(jobs=[job(state="Failed")]))
    assert (found["step"]["action"], found["step"]["attempt"]) == ("submit", 2)
    first = planned(resource(), observed())
    assert found["submission"]["application_id"] != first["submission"]["application_id"]
    assert found["submission"]["job"]["name"] != first["submission"]["job"]["name"]


@pytest.mark.parametrize(
    "left",
    [
        pod("executor"),
        pod("executor", phase="Unknown"),
        # Its node does not answer: nobody knows whether it still writes.
        pod("driver", deleting=True),
    ],
)
def test_no_attempt_begins_while_a_pod_of_the_last_one_may_still_write(
    left: dict[str, Any],
) -> None:
    waits = step({"restartPolicy": RETRY}, jobs=[job(state="Failed")], pods=[left])
    assert waits["action"] == "none"
    assert left["name"] in waits["why"]
    assert "on a" in waits["why"]


def test_retries_are_counted() -> None:
    jobs = [job(1, "Failed"), job(2, "Failed")]
    assert step({"restartPolicy": RETRY}, jobs=jobs)["phase"] == "Failed"
    more = {**RETRY, "maxRetries": 2}
    assert step({"restartPolicy": more}, jobs=jobs)["attempt"] == 3


def test_no_attempt_begins_after_the_deadline() -> None:
    spec = {"restartPolicy": RETRY, "activeDeadlineSeconds": 100}
    assert step(spec, jobs=[job(state="Failed")])["phase"] == "Failed"


def test_the_deadline_counts_from_the_first_attempt() -> None:
    spec = {"restartPolicy": RETRY, "activeDeadlineSeconds": 300}
    found = planned(resource(**spec), observed(jobs=[job(state="Failed")]))
    assert found["submission"]["job"]["deadline"] == {"activeDeadlineSeconds": 180}


def test_suspending_stops_the_attempt_and_resuming_begins_another_one() -> None:
    found = planned(resource(suspend=True), observed(jobs=[job()], pods=[pod()]))
    assert found["step"]["phase"] == "Suspended"
    assert found["suspended_job"]["spec"] == {"suspend": True}
    stopped = job(state="Suspended")
    assert step({"suspend": True}, jobs=[stopped])["phase"] == "Suspended"
    assert step({}, jobs=[stopped], pods=[pod()])["action"] == "none"
    resumed = step({}, jobs=[stopped])
    assert (resumed["action"], resumed["attempt"]) == ("submit", 2)


def test_being_suspended_is_no_failure() -> None:
    once = {**RETRY, "maxRetries": 0}
    found = step({"restartPolicy": once}, jobs=[job(1, "Suspended")])
    assert found["action"] == "submit"


def test_where_the_data_is_gets_asked_before_an_attempt_alone() -> None:
    unasked = {key: value for key, value in observed().items() if not key.startswith("placement")}
    request = planned(resource(), unasked)["placement_request"]
    assert request["paths"] == ["/sales"]
    assert request["requests"] == {"cpu": "1", "memory": "1433Mi"}
    assert request["on_busy"] == "fallback"
    assert planned(resource(), {**unasked, "jobs": [job()]})["placement_request"] is None
    assert planned(resource(arguments=["x"]), unasked)["placement_request"] is None
    assert planned(resource(locality={"mode": "off"}), unasked)["placement_request"] is None


def test_room_is_asked_for_what_the_pods_will_request() -> None:
    unasked = {key: value for key, value in observed().items() if not key.startswith("placement")}
    conf = {"spark.kubernetes.executor.request.cores": "300m"}
    request = planned(resource(sparkConf=conf), unasked)["placement_request"]
    assert request["requests"]["cpu"] == "300m"


def test_required_waits_for_nodes_with_the_data() -> None:
    spec = {"locality": {"mode": "required"}}
    assert "no node that may run executors" in step(spec)["why"]
    assert step(spec, placement=required(placement(a=2)))["action"] == "submit"
    unknown = step(spec, placement=None, placement_error="no master answers")
    assert (unknown["phase"], "no master answers" in unknown["why"]) == ("Pending", True)


def test_preferred_runs_without_a_placement_and_says_so() -> None:
    found = planned(resource(), observed(placement=None, placement_error="no master answers"))
    assert found["step"]["action"] == "submit"
    assert "no master answers" in found["notes"][0]
