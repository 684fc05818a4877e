# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Copies of blocks: when an attempt has them made, how long it waits, when they go."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_replicas
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_application_status import (
    application_status,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_replicas import Ledger
from spark_samples import job, observed, placement, planned, resource

REPLICATE = {"locality": {"onBusy": "replicate"}}
NEEDED = {"bytes": 1 << 20, "paths": [{"path": "/sales/x", "bytes": 1 << 20}], "to_nodes": ["a"]}
LEDGER = Ledger(
    cluster="cache",
    cluster_namespace="analytics",
    attempt=1,
    since="2026-11-28T09:59:30+00:00",
    asked="2026-11-28T09:59:50+00:00",
    under_way=3,
    copied_bytes=1 << 20,
    blocks={"10.0.0.1": frozenset({2**62, 5}), "10.0.0.2": frozenset()},
)


def seen(*, own: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    needed = more.pop("needed", NEEDED)
    full = {"name": "full", "hostname": "full", "bytes": 9, "executors": 0, "eligible": False}
    found = {**placement(a=2, b=0), "replicate": needed}
    found["nodes"].append(full)
    replicas = {"own": own, "others": more.pop("others", False)}
    return observed(placement=found, replicas=replicas, **more)


def own(**more: Any) -> dict[str, Any]:
    return {**LEDGER.row(), **more}


def test_blocks_are_copied_before_the_attempt_begins() -> None:
    found = planned(resource(**REPLICATE), seen())
    assert found["replication"] == {
        "attempt": 1,
        "paths": ["/sales"],
        "nodes": {"a": 2, "b": 0},
        "cluster": "cache",
        "cluster_namespace": "analytics",
    }
    assert found["submission"] is None
    step = found["step"]
    assert (step["action"], step["phase"], step["again_s"]) == ("none", "Pending", 3)
    assert step["why"] == "1Mi of /sales are being copied to nodes with room"


@pytest.mark.parametrize(
    ("spec", "observation"),
    [
        ({}, seen()),
        ({"locality": {"onBusy": "replicate", "mode": "required"}}, seen()),
        (REPLICATE, seen(needed=None)),
        (REPLICATE, observed(placement=None, placement_error="no master answers")),
        # All have arrived, or found no room: nothing is under way any more.
        (REPLICATE, seen(own=own(under_way=0))),
        # It has waited long enough.
        (REPLICATE, seen(own=own(since="2026-11-28T09:57:00+00:00"))),
        # Copies of others are taken up already.
        (REPLICATE, seen(needed=None, own=own(), others=True)),
    ],
)
def test_an_attempt_begins_at_once(spec: dict[str, Any], observation: dict[str, Any]) -> None:
    if spec.get("locality", {}).get("mode") == "required":
        key = "requiredDuringSchedulingIgnoredDuringExecution"
        observation["placement"]["affinity"]["nodeAffinity"][key] = {}
    found = planned(resource(**spec), observation)
    assert found["replication"] is None
    assert found["step"]["action"] == "submit"
    assert found["submission"] is not None


def test_copies_that_are_under_way_are_waited_for() -> None:
    assert planned(resource(**REPLICATE), seen(own=own()))["replication"] is not None


def test_a_later_attempt_waits_for_copies_of_its_own() -> None:
    retry = {"type": "OnFailure", "maxRetries": 1, "retryIntervalSeconds": 0}
    before = own(since="2026-11-28T08:00:00+00:00", under_way=0)
    found = planned(
        resource(**REPLICATE, restartPolicy=retry), seen(own=before, jobs=[job(state="Failed")])
    )
    assert found["replication"]["attempt"] == 2
    assert found["release"] is False


def test_copies_of_other_applications_are_taken_up() -> None:
    found = planned(resource(**REPLICATE), seen(needed=None, others=True))
    assert found["replication"] is not None
    assert "another application" in found["step"]["why"]


@pytest.mark.parametrize("state", ["Succeeded", "Failed"])
def test_copies_go_with_the_end(state: str) -> None:
    ended = {"jobs": [job(state=state)]}
    # Whatever the spec says by then.
    assert planned(resource(), seen(own=own(), **ended))["release"] is True
    assert planned(resource(**REPLICATE), seen(**ended))["release"] is False
    assert planned(resource(**REPLICATE), seen(own=own(), jobs=[job()]))["release"] is False


def test_the_status_says_what_was_copied_and_what_was_not() -> None:
    begins = seen(own=own(under_way=0, problem="1Ki find no free room"))
    notes = application_status(resource(), planned(resource(**REPLICATE), begins), begins, {})[
        "status"
    ]["notes"]
    assert "1Mi were copied to nodes with room; they go when the application ends" in notes
    assert "not all could be copied: 1Ki find no free room" in notes


def test_copies_that_cannot_be_taken_away_are_tried_again_and_named() -> None:
    ended = seen(own=own(), jobs=[job(state="Succeeded")])
    given, plan = resource(**REPLICATE), planned(resource(**REPLICATE), ended)
    report = application_status(given, plan, ended, {"unreleased": "no master answers"})
    assert (report["status"]["phase"], report["settled"], report["failed"]) == ("Succeeded", True, None)  # fmt: skip
    assert report["requeue_after_s"] == 30
    (note,) = report["status"]["notes"]
    assert note == "copies of blocks are still there: no master answers"
    given["status"] = report["status"]
    assert application_status(given, plan, ended, {})["status"]["notes"] == []


def test_a_ledger_is_read_as_it_was_written() -> None:
    body = spark_replicas.to_config_map(LEDGER, "report", "analytics")
    assert body["metadata"]["name"] == "report-replicas"
    assert all(isinstance(value, str) for value in body["data"].values())
    assert spark_replicas.from_config_map(body) == LEDGER
    with pytest.raises(KeyError):
        spark_replicas.from_config_map({"data": {"blocks": "{}"}})


def test_the_blocks_of_several_ledgers() -> None:
    other = Ledger("cache", "x", 1, "", "", 0, 0, {"10.0.0.1": frozenset({7})})
    assert spark_replicas.union([LEDGER, other]) == {
        "10.0.0.1": frozenset({2**62, 5, 7}),
        "10.0.0.2": frozenset(),
    }
