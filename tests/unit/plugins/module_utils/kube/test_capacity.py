# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests of pods as kube-scheduler counts them, and nodes as the API shows them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.capacity import (
    pod_requests,
    requests_by_node,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.nodes import (
    Taint,
    Toleration,
    node_of,
    toleration_of,
)


def container(cpu: str, **more: Any) -> dict[str, Any]:
    return {"name": "c", "resources": {"requests": {"cpu": cpu}}, **more}


def pod(node: str = "node-1", phase: str = "Running", **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "p"},
        "spec": {"nodeName": node, **spec},
        "status": {"phase": phase},
    }


@pytest.mark.parametrize(
    ("spec", "cpu"),
    [
        ({"containers": [container("250m"), container("1")]}, 1250),
        ({"containers": [container("1")], "initContainers": [container("3")]}, 3000),
        (
            {"containers": [container("2")], "initContainers": [container("1"), container("1")]},
            2000,
        ),
        # A sidecar runs beside the containers, and beside the init containers after it.
        (
            {
                "containers": [container("1")],
                "initContainers": [container("500m", restartPolicy="Always"), container("2")],
            },
            2500,
        ),
        (
            {
                "containers": [container("1")],
                "initContainers": [container("2"), container("500m", restartPolicy="Always")],
            },
            2000,
        ),
        ({"containers": [container("1")], "overhead": {"cpu": "100m"}}, 1100),
        ({"containers": [container("1")], "resources": {"requests": {"cpu": "4"}}}, 4000),
        ({"containers": [{"name": "c"}]}, 0),
    ],
)
def test_requests_of_one_pod(spec: dict[str, Any], cpu: int) -> None:
    assert pod_requests(pod(**spec)).get("cpu", 0) == cpu


def test_pods_count_where_they_hold_room() -> None:
    one = {"containers": [container("1")]}
    pods = [
        pod(**one),
        pod(phase="Pending", **one),
        pod(phase="Succeeded", **one),
        pod(phase="Failed", **one),
        pod(node="", **one),
        pod(node="node-2", **one),
    ]
    assert requests_by_node(pods) == {
        "node-1": {"cpu": 2000, "pods": 2},
        "node-2": {"cpu": 1000, "pods": 1},
    }


def test_a_node_of_the_api() -> None:
    node = node_of(
        {
            "metadata": {"name": "n", "labels": {"kubernetes.io/hostname": "h"}},
            "spec": {
                "unschedulable": True,
                "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}],
            },
            "status": {
                "addresses": [{"type": "InternalIP", "address": "10.0.0.1"}],
                "allocatable": {"cpu": "3920m", "memory": "15Gi", "pods": "110"},
                "conditions": [
                    {"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"}
                ],
            },
        }
    )
    assert node.hostname == "h"
    assert node.taints == (Taint("k", "v", "NoSchedule"),)
    assert node.unschedulable
    assert node.trouble == "Ready is Unknown: NodeStatusUnknown"
    assert node.allocatable == {"cpu": 3920, "memory": 15 * 1024**3, "pods": 110}
    assert node_of({"metadata": {"name": "new"}}).trouble == "it has reported no condition yet"


@pytest.mark.parametrize(
    ("toleration", "matches"),
    [
        (Toleration("k", "Equal", "v", "NoSchedule"), True),
        (Toleration("k", "Equal", "v"), True),
        (Toleration("k", "Equal", "w"), False),
        (Toleration("k", "Exists"), True),
        (Toleration("", "Exists"), True),
        (Toleration("other", "Exists"), False),
        (Toleration("k", "Exists", "", "NoExecute"), False),
    ],
)
def test_tolerations(toleration: Toleration, matches: bool) -> None:
    assert toleration.tolerates(Taint("k", "v", "NoSchedule")) is matches


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"operator": "Like", "key": "k"}, "tolerations[0].operator"),
        ({"key": "k", "effect": "Never"}, "tolerations[0].effect"),
        ({"value": "v"}, "tolerations[0].key"),
        ({"key": "k", "operator": "Exists", "value": "v"}, "tolerations[0].value"),
    ],
)
def test_a_toleration_that_the_api_refuses_is_refused(row: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        toleration_of(row, "tolerations[0]")
    assert caught.value.field == field
