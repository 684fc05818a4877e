# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A thousand nodes in a real API server: where the real scheduler puts executors, against the plan.

Nodes are objects without a machine, which is all that a scheduler sees of any node.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.cluster_view import view_cluster
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient, connect
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.executors import (
    Executors,
    OnBusy,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.placement import Placement, place
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.tally import Block
from ansible_collections.alluxio.k8s.tests.integration.conftest import ApiServer, process
from devcluster import go_build
from workbench.cluster import wait_for

pytestmark = pytest.mark.wide

NODES, CORDONED_EACH, FULL_EACH = 1000, 40, 25
HOLDERS = 100
EXECUTORS = 120
MIB = 1 << 20
REQUESTS = {"cpu": 2000, "memory": 1024 * MIB}
SCHEDULED_S = 120


def node(number: int) -> dict[str, Any]:
    """Room for two executors; some nodes are cordoned, some too small for one."""
    name = f"node-{number:04}"
    small = number % FULL_EACH == 1
    room = {"cpu": "1" if small else "4", "memory": "16Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "spec": {"unschedulable": number % CORDONED_EACH == 2},
        "status": {
            "capacity": room,
            "allocatable": room,
            "addresses": [{"type": "InternalIP", "address": address(number)}],
            "conditions": [{"type": "Ready", "status": "True", "reason": "x", "message": "x"}],
        },
    }


def address(number: int) -> str:
    return f"10.9.{number // 250}.{number % 250 + 1}"


def blocks() -> Iterator[Block]:
    """Some nodes hold much, some little, most nothing."""
    draw = random.Random(11)
    holders = draw.sample(range(NODES), HOLDERS)
    for rank, holder in enumerate(holders):
        for _ in range(HOLDERS - rank):
            yield "/data/part", 64 * MIB, ((address(holder), "SSD"),)


@pytest.fixture(scope="module")
def thousand(api_server: ApiServer) -> Iterator[KubeClient]:
    """A client of the API server, which gets a thousand nodes and a scheduler."""
    with connect(api_server.kubeconfig()) as client:

        def make(number: int) -> None:
            made = client.create(node(number))
            # The admission plugin TaintNodesByCondition takes every new node for one that is not ready.
            taints = [t for t in made["spec"].get("taints", []) if "not-ready" not in t["key"]]
            client.merge_patch(
                "v1", "Node", made["metadata"]["name"], None, {"spec": {"taints": taints}}
            )

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(make, range(NODES)))
        command = [
            *(str(go_build.build("kubernetes")), "kube-scheduler"),
            f"--kubeconfig={api_server.kubeconfig()}",
            f"--authentication-kubeconfig={api_server.kubeconfig()}",
            f"--authorization-kubeconfig={api_server.kubeconfig()}",
            *("--leader-elect=false", "--secure-port=0"),
        ]
        with process(command, api_server.folder / "kube-scheduler.log"):
            yield client


def planned(client: KubeClient, on_busy: OnBusy) -> Placement:
    executors = Executors(EXECUTORS, REQUESTS, on_busy=on_busy)
    return place(["/data"], blocks(), view_cluster(client), executors)


def land(client: KubeClient, namespace: str, placement: Placement) -> Counter[str]:
    """Makes the executors' pods; how many the scheduler has put on each node."""
    answer = placement.as_dict()
    for number in range(EXECUTORS):
        resources = {"requests": {"cpu": "2", "memory": "1Gi"}}
        client.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": f"executor-{number}",
                    "namespace": namespace,
                    "labels": answer["labels"],
                },
                "spec": {
                    "affinity": answer["affinity"],
                    "topologySpreadConstraints": answer["topology_spread_constraints"],
                    "terminationGracePeriodSeconds": 0,
                    "containers": [{"name": "executor", "image": "x", "resources": resources}],
                },
            }
        )

    def nodes() -> list[str]:
        pods = client.list_objects("v1", "Pod", namespace)
        return [pod["spec"].get("nodeName", "") for pod in pods]

    wait_for("all pods have a node", lambda: all(nodes()), SCHEDULED_S)
    landed = Counter(nodes())
    for pod in client.list_objects("v1", "Pod", namespace):
        client.delete(pod)
    return landed


@pytest.mark.parametrize("on_busy", [OnBusy.FALLBACK, OnBusy.WAIT])
def test_pods_land_where_the_plan_wants_them(
    thousand: KubeClient,
    namespace: str,
    on_busy: OnBusy,
) -> None:
    placement = planned(thousand, on_busy)
    landed = land(thousand, namespace, placement)
    plan = {row.name: row.executors for row in placement.rows if row.executors}
    as_planned = sum((Counter(plan) & landed).values())
    holders = {row.name for row in placement.rows if row.held_bytes and row.standing.room}
    beside_data = sum(count for name, count in landed.items() if name in holders)
    print(
        f"\n{on_busy.value}: {EXECUTORS} executors, {beside_data} beside data,"
        f" {as_planned} on the very node of the plan; nodes used {len(landed)}, planned {len(plan)}"
    )
    room = {row.name: row.standing.room for row in placement.rows}
    assert all(count <= room[name] for name, count in landed.items())
    assert beside_data == EXECUTORS
    # The scheduler looks at a part of a thousand nodes for each pod.
    assert as_planned >= 0.9 * EXECUTORS
