# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Which pod stands behind an address that Alluxio names."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import ServerUnreachable
from ansible_collections.alluxio.k8s.plugins.module_utils.cluster_road import pod_road


def pod(name: str, component: str, number: int, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "component": component,
        "phase": "Running",
        "pod_ip": f"10.1.0.{number}",
        "host_ip": f"10.0.0.{number}",
        "deleting": False,
        **changes,
    }


PODS = [
    pod("master-0", "master", 1),
    pod("worker-0", "worker", 1, pod_ip="10.1.0.11"),
    pod("worker-1", "worker", 2, pod_ip="10.1.0.12"),
    pod("worker-2", "worker", 3, pod_ip="10.1.0.13", deleting=True),
    pod("worker-3", "worker", 4, pod_ip="", phase="Pending"),
]


def forward(row: Any, port: int) -> Endpoint:
    return Endpoint(row["name"], port)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("10.1.0.1", "master-0"),
        # The node's IP is the worker's, though a master runs there, too.
        ("10.0.0.1", "worker-0"),
        ("10.0.0.2", "worker-1"),
        ("10.1.0.12", "worker-1"),
    ],
)
def test_addresses_lead_to_pods(host: str, expected: str) -> None:
    assert pod_road(PODS, forward)(Endpoint(host, 29999)) == Endpoint(expected, 29999)


@pytest.mark.parametrize("host", ["10.0.0.3", "10.1.0.13", "10.0.0.4", "", "elsewhere"])
def test_an_address_of_no_running_pod_is_an_error_that_says_so(host: str) -> None:
    with pytest.raises(ServerUnreachable, match="no running pod"):
        pod_road(PODS, forward)(Endpoint(host, 29999))
