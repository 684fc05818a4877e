# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Conditions, merge patches and events as pure functions."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import events, status, waiting

T0, T1 = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def condition(kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "status": value, **more}


def test_time_moves_only_when_the_status_flips() -> None:
    before = [
        condition("A", "True", lastTransitionTime=T0),
        condition("B", "True", lastTransitionTime=T0),
    ]
    merged = status.merge_conditions(
        before, [condition("A", "True", reason="New"), condition("B", "False")], T1
    )
    assert [(c["type"], c["status"], c["lastTransitionTime"]) for c in merged] == [
        ("A", "True", T0),
        ("B", "False", T1),
    ]
    assert merged[0]["reason"] == "New"


def test_conditions_of_others_stay_but_not_those_of_a_dead_play() -> None:
    before = [condition("Theirs", "True", lastTransitionTime=T0)]
    before += [
        condition(kind, "True", lastTransitionTime=T0)
        for kind in ("Failure", "Running", "Successful")
    ]
    merged = status.merge_conditions(before, [condition("Available", "True")], T1)
    assert [c["type"] for c in merged] == ["Available", "Theirs"]


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        ({}, {}, {}),
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {}, {"a": None}),
        ({"a": 1}, {"a": None}, {"a": None}),
        ({}, {"a": None}, {}),
        ({}, {"a": {}}, {"a": {}}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "d": 3}}, {"a": {"c": None, "d": 3}}),
        ({"a": [1, 2]}, {"a": [2]}, {"a": [2]}),
        ({"a": {"b": 1}}, {"a": 1}, {"a": 1}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": True}, {"a": 1}, {}),
    ],
)
def test_merge_patch(before: dict[str, Any], after: dict[str, Any], patch: dict[str, Any]) -> None:
    assert status.merge_patch(before, after) == patch


def test_no_patch_when_only_times_would_differ() -> None:
    before = {"phase": "Ready", "conditions": [condition("A", "True", lastTransitionTime=T0)]}
    assert (
        status.status_patch(before, {"phase": "Ready", "conditions": [condition("A", "True")]}, T1)
        == {}
    )


REGARDING = {"apiVersion": "v1", "kind": "Pod", "name": "p", "namespace": "ns", "uid": "u"}


def test_the_same_event_has_the_same_name() -> None:
    event = {"type": "Normal", "reason": "Ready", "message": "all"}
    first, again = (events.event_object(REGARDING, event, time) for time in (T0, T1))
    assert first["metadata"] == again["metadata"]
    for other in (
        {**event, "message": "some"},
        {**event, "reason": "Lost"},
        {**event, "type": "Warning"},
    ):
        assert events.event_object(REGARDING, other, T0)["metadata"] != first["metadata"]
    assert (
        events.event_object({**REGARDING, "uid": "v"}, event, T0)["metadata"] != first["metadata"]
    )


def test_a_note_is_cut_by_bytes_and_a_cluster_wide_object_goes_to_default() -> None:
    event = {"type": "Normal", "reason": "R", "message": "é" * 600}
    made = events.event_object({"kind": "Node", "apiVersion": "v1", "name": "n"}, event, T0)
    assert len(made["note"].encode()) <= 1024
    assert made["note"].endswith("...")
    assert made["metadata"]["namespace"] == "default"


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({}, "reason"),
        ({"reason": "R"}, "message"),
        ({"reason": "R", "message": ""}, "message"),
        ({"reason": "R", "message": "m", "type": "Error"}, "type"),
    ],
)
def test_an_event_that_the_api_would_refuse(event: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        events.check([{"reason": "R", "message": "m"}, event])
    assert caught.value.field == f"events[1].{field}"


def workload(wanted: int, seen: int = 1, **counts: int) -> dict[str, Any]:
    return {
        "kind": "StatefulSet",
        "metadata": {"generation": 1},
        "spec": {"replicas": wanted},
        "status": {"observedGeneration": seen, **counts},
    }


@pytest.mark.parametrize(
    ("obj", "reason"),
    [
        (None, "it is not there"),
        ({"kind": "ConfigMap"}, ""),
        (workload(2, replicas=2, readyReplicas=2, updatedReplicas=2), ""),
        (workload(0), ""),
        (workload(2, seen=0), "its controller has not seen it"),
        (workload(2, replicas=2, readyReplicas=1, updatedReplicas=2), "1 of 2 ready, 2 updated"),
        (workload(1, replicas=2, readyReplicas=2, updatedReplicas=1), "2 of 1 ready, 1 updated"),
        ({"kind": "CustomResourceDefinition"}, "it is not established"),
        (
            {
                "kind": "CustomResourceDefinition",
                "status": {"conditions": [condition("Established", "True")]},
            },
            "",
        ),
    ],
)
def test_why_something_lags(obj: dict[str, Any] | None, reason: str) -> None:
    assert waiting.lag(obj) == reason
