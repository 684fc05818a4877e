# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The plan's sum of memory on a real kubelet: a worker's container whose JVM touches its whole
heap, takes all of its direct memory and fills the MEM tier lives; without the planned overhead
it is killed.
"""

from __future__ import annotations

import base64
import copy
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_cluster import plan
from workbench import parts
from workbench.cluster import Cluster, wait_for

MI = 1024**2
HEAP, DIRECT, QUOTA = 192 * MI, 128 * MI, 128 * MI
CONFIG = "fill"
STAYS_S = 10


@pytest.fixture(scope="module")
def space(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A restricted namespace with the program as class files, since the image has no compiler."""
    name = "planned-memory"
    classes = tmp_path_factory.mktemp("classes")
    source = Path(__file__).with_name("Fill.java")
    subprocess.run(["javac", "--release", "11", "-d", classes, source], check=True)
    data = {file.name: base64.b64encode(file.read_bytes()).decode() for file in classes.iterdir()}
    metadata = {"name": CONFIG, "namespace": name}
    cluster.apply(parts.namespace(name))
    cluster.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "binaryData": data}
    )
    try:
        yield name
    finally:
        cluster.kubectl("delete", "namespace", name, "--timeout=120s")


def worker(space: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The planned pod of a worker with given sizes, and its container."""
    resource = parts.sample("sum", space)
    [pool] = resource["spec"]["workers"]
    pool["tiers"] = [{"medium": "MEM", "quota": "128Mi"}]
    pool["memory"] = {"heap": "192Mi", "directMemory": "128Mi"}
    planned = plan(resource, {})
    assert planned["errors"] == []
    pod = copy.deepcopy(planned["pools"][0]["pod"])
    return pod, pod["containers"][0]


def fill_pod(name: str, space: str, limit: str | None = None) -> dict[str, Any]:
    """A pod with the sizes and flags of the plan that runs Fill in place of Alluxio."""
    pod, container = worker(space)
    resources = container["resources"]
    if limit is not None:
        resources = {"limits": {"memory": limit}}
    program = f'exec "$JAVA_HOME/bin/java" -Xms{HEAP} -XX:+AlwaysPreTouch $ALLUXIO_WORKER_JAVA_OPTS'
    cr = parts.sample("sum", space)["spec"]["image"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": space},
        "spec": {
            "restartPolicy": "Never",
            "securityContext": pod["security"],
            "containers": [
                {
                    "name": "worker",
                    "image": f"{cr['repository']}:{cr['tag']}",
                    "command": [
                        "bash",
                        "-c",
                        f"{program} -cp /fill Fill /tiers/mem/blocks {QUOTA}",
                    ],
                    "env": container["env"],
                    "resources": resources,
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                    "volumeMounts": [
                        {"name": "tier-mem", "mountPath": "/tiers/mem"},
                        {"name": "fill", "mountPath": "/fill"},
                    ],
                }
            ],
            "volumes": [
                *(one for one in pod["volumes"] if one["name"] == "tier-mem"),
                {"name": "fill", "configMap": {"name": CONFIG}},
            ],
        },
    }


def state(cluster: Cluster, space: str, name: str) -> dict[str, Any]:
    statuses = cluster.get("-n", space, "pod", name)["status"].get("containerStatuses", [{}])
    found: dict[str, Any] = statuses[0].get("state", {})
    return found


def test_the_planned_sum_can_be_filled(cluster: Cluster, space: str) -> None:
    cluster.apply(fill_pod("full", space))

    def filled() -> str:
        log = cluster.kubectl("-n", space, "logs", "full", check=False)
        now = state(cluster, space, "full")
        assert "terminated" not in now, (now, log)
        return log if "filled" in log else ""

    log = wait_for("everything is filled", filled, 120)
    figures = {name: int(number) for name, number in map(str.split, log.splitlines()[:-1])}
    assert figures["direct"] >= DIRECT - MI
    assert figures["file"] == QUOTA
    assert figures["resident"] >= HEAP + DIRECT
    time.sleep(STAYS_S)
    assert "running" in state(cluster, space, "full")


def test_without_the_overhead_it_is_killed(cluster: Cluster, space: str) -> None:
    """Shows that the limit holds on this cluster, so that the test above means something."""
    cluster.apply(fill_pod("overfull", space, limit=str(HEAP + DIRECT + QUOTA)))
    ended = wait_for(
        "the container ends",
        lambda: state(cluster, space, "overfull").get("terminated"),
        120,
    )
    assert ended["reason"] == "OOMKilled" or ended["exitCode"] == 137, ended
