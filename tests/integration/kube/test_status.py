# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Status and events of a custom resource, against a real API server."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import errors, events, status
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.apply import Applier
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient

VERSION, KIND = "status.test/v1", "Thing"


@pytest.fixture
def thing(kube: KubeClient, namespace: str) -> dict[str, Any]:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.status.test"},
        "spec": {
            "group": "status.test",
            "scope": "Namespaced",
            "names": {"kind": KIND, "plural": "things"},
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    obj = {"apiVersion": VERSION, "kind": KIND, "metadata": {"name": "x"}, "spec": {"a": 1}}
    Applier(kube, "test").present([definition, obj], namespace)
    return kube.get(VERSION, KIND, "x", namespace) or {}


def condition(kind: str, value: str, message: str = "") -> dict[str, str]:
    return {"type": kind, "status": value, "reason": "Because", "message": message}


def test_a_status_is_written_once_and_times_flip_with_the_status(
    kube: KubeClient, namespace: str, thing: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(f"2026-01-01T00:00:{second:02}Z" for second in range(60))
    monkeypatch.setattr(status, "now", lambda: next(times))

    def report(**fields: Any) -> tuple[bool, dict[str, Any]]:
        changed = status.report(kube, VERSION, KIND, "x", namespace, fields).changed
        return changed, kube.get(VERSION, KIND, "x", namespace)

    changed, after = report(
        phase="Pending", old=1, conditions=[condition("Available", "False", "soon")]
    )
    assert changed
    assert after["status"]["conditions"][0]["lastTransitionTime"] == "2026-01-01T00:00:00Z"
    assert after["metadata"]["generation"] == thing["metadata"]["generation"]

    changed, same = report(
        phase="Pending", old=1, conditions=[condition("Available", "False", "soon")]
    )
    assert not changed
    assert same["metadata"]["resourceVersion"] == after["metadata"]["resourceVersion"]

    changed, after = report(phase="Pending", conditions=[condition("Available", "False", "still")])
    assert changed
    assert "old" not in after["status"]
    assert after["status"]["conditions"][0]["message"] == "still"
    assert after["status"]["conditions"][0]["lastTransitionTime"] == "2026-01-01T00:00:00Z"

    changed, after = report(phase="Ready", conditions=[condition("Available", "True")])
    assert after["status"]["conditions"][0]["lastTransitionTime"] == "2026-01-01T00:00:03Z"


def test_a_dry_run_writes_nothing(kube: KubeClient, namespace: str, thing: dict[str, Any]) -> None:
    assert status.report(kube, VERSION, KIND, "x", namespace, {"phase": "P"}, dry_run=True).changed
    assert kube.get(VERSION, KIND, "x", namespace) == thing


@pytest.mark.usefixtures("thing")
def test_a_missing_object_is_said(kube: KubeClient, namespace: str) -> None:
    with pytest.raises(errors.NotFound, match="Thing y"):
        status.report(kube, VERSION, KIND, "y", namespace, {})


def test_an_event_is_made_once_and_counted(
    kube: KubeClient, namespace: str, thing: dict[str, Any]
) -> None:
    regarding = status.report(kube, VERSION, KIND, "x", namespace, {}).regarding
    ready = {"type": "Normal", "reason": "Ready", "message": "all ready"}
    for event in (
        ready,
        ready,
        ready,
        {"type": "Warning", "reason": "Lost", "message": "é" * 2000},
    ):
        events.emit(kube.direct, regarding, event)
    found = {e["reason"]: e for e in kube.list_objects("events.k8s.io/v1", "Event", namespace)}
    assert set(found) == {"Ready", "Lost"}
    assert found["Ready"]["series"]["count"] == 3
    assert found["Ready"]["regarding"]["uid"] == thing["metadata"]["uid"]
    assert found["Ready"]["note"] == "all ready"
    assert found["Lost"]["type"] == "Warning"
    core = kube.list_objects("v1", "Event", namespace, field_selector="involvedObject.name=x")
    assert len(core) == 2, "kubectl describe finds them"
