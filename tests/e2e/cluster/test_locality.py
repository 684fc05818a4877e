# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From blocks on workers to pods on their nodes: CLI and module from outside the pod network, the real scheduler.

The tests of this module share one AlluxioCluster; /sales lies mostly on one node, a little on another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Wanted, open_access
from spaces import make_space
from workbench import parts
from workbench.cluster import ROOT, Cluster, image, wait_for

NAME = "near"
READY_S = 300
MIB = 1 << 20
MOST_BYTES, FEW_BYTES = 6 * MIB, 1 * MIB
EXECUTORS = 2
REQUESTS = ("--cpu", "100m", "--memory", "32Mi")
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}


@pytest.fixture(scope="module")
def space(operator: Cluster) -> Iterator[str]:
    yield from make_space(operator, "locality")


@pytest.fixture(scope="module")
def ready(operator: Cluster, space: str) -> Cluster:
    operator.apply(parts.sample(NAME, space))
    parts.wait_for_phase(operator, space, NAME, "Ready", READY_S)
    return operator


@pytest.fixture(scope="module")
def worker_nodes(ready: Cluster, space: str) -> dict[str, str]:
    """The node of each worker by the IP under which it registered, from the workers' pods."""
    selector = f"app.kubernetes.io/instance={NAME},app.kubernetes.io/component=worker"
    pods = ready.get("-n", space, "pods", "-l", selector)["items"]
    return {pod["status"]["hostIP"]: pod["spec"]["nodeName"] for pod in pods}


@pytest.fixture(scope="module")
def places(ready: Cluster, space: str, worker_nodes: dict[str, str]) -> list[str]:
    """The node with most of /sales, the one with a little, the one with nothing."""
    hosts = sorted(worker_nodes)
    with (
        connect(ready.kubeconfig) as client,
        open_access(Wanted(NAME, space), client) as access,
        FileData(access.master) as data,
    ):
        data.write("/sales/2025/part 0%#", [bytes(MOST_BYTES)], hosts=hosts[1:2])
        data.write("/sales/2026/part-0", [bytes(FEW_BYTES)], hosts=hosts[2:3])
    return [worker_nodes[hosts[1]], worker_nodes[hosts[2]], worker_nodes[hosts[0]]]


def alluxio(
    cluster: Cluster, space: str, *arguments: str, kubeconfig: str = ""
) -> subprocess.CompletedProcess[str]:
    """kubectl alluxio, as a user on a laptop."""
    environment = {
        **os.environ,
        "KUBECONFIG": kubeconfig or cluster.kubeconfig,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "cli"), os.environ["PYTHONPATH"]]),
    }
    command = [sys.executable, "-m", "kubectl_alluxio", *arguments, "-n", space]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def locality(cluster: Cluster, space: str, *arguments: str) -> dict[str, Any]:
    options = ("--executors", str(EXECUTORS), *REQUESTS, "-o", "json", *arguments)
    done = alluxio(cluster, space, "locality", "/sales", *options)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def row(answer: dict[str, Any], node: str) -> dict[str, Any]:
    found: dict[str, Any] = next(r for r in answer["nodes"] if r["name"] == node)
    return found


def land(cluster: Cluster, space: str, prefix: str, template: dict[str, Any]) -> list[str]:
    """Runs one pod after another from an executor's template; the nodes that the scheduler chose."""
    container = {
        "name": "executor",
        "image": image("tools"),
        "command": ["sleep", "3600"],
        "resources": {"requests": {"cpu": "100m", "memory": "32Mi"}},
        "securityContext": RESTRICTED,
    }
    nodes = []
    names = [f"{prefix}-{number}" for number in range(EXECUTORS)]
    try:
        for name in names:
            pod = {
                **template,
                "metadata": {**template["metadata"], "name": name, "namespace": space},
                "spec": {
                    **template["spec"],
                    "containers": [container],
                    "terminationGracePeriodSeconds": 0,
                },
            }
            cluster.apply(pod)
            found = wait_for(
                f"pod {name} has a node",
                lambda name=name: cluster.get("-n", space, "pod", name)["spec"].get("nodeName"),
                60,
            )
            nodes.append(found)
    finally:
        cluster.kubectl("-n", space, "delete", "pod", "--ignore-not-found", *names)
    return nodes


def template(cluster: Cluster, space: str, *arguments: str) -> dict[str, Any]:
    options = ("--executors", str(EXECUTORS), *REQUESTS, "-o", "pod-template", *arguments)
    done = alluxio(cluster, space, "locality", "/sales", *options)
    assert done.returncode == 0, done.stderr
    pod: dict[str, Any] = yaml.safe_load(done.stdout)
    return pod


def test_workers_are_found_on_their_nodes(ready: Cluster, space: str, places: list[str]) -> None:
    answer = locality(ready, space)
    assert {r["name"]: r["bytes"] for r in answer["nodes"] if r["bytes"]} == {
        places[0]: MOST_BYTES,
        places[1]: FEW_BYTES,
    }
    assert row(answer, places[0])["executors"] == EXECUTORS
    assert answer["stray_workers"] == []
    assert answer["total_bytes"] == answer["cached_bytes"] == MOST_BYTES + FEW_BYTES
    assert answer["local_share"]["planned"] > 2 * answer["local_share"]["default_scheduler"]


def test_pods_land_where_the_bytes_are(ready: Cluster, space: str, places: list[str]) -> None:
    assert land(ready, space, "near", template(ready, space)) == [places[0]] * EXECUTORS


def test_a_full_node_falls_back_to_the_next_best(
    ready: Cluster, space: str, places: list[str]
) -> None:
    free = row(locality(ready, space), places[0])["free"]["cpu"]
    filler = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "filler", "namespace": space},
        "spec": {
            "nodeName": places[0],
            "terminationGracePeriodSeconds": 0,
            "containers": [
                {
                    "name": "filler",
                    "image": image("tools"),
                    "command": ["sleep", "3600"],
                    "resources": {"requests": {"cpu": f"{free - 50}m"}},
                    "securityContext": RESTRICTED,
                }
            ],
        },
    }
    ready.apply(filler)
    try:
        answer = locality(ready, space)
        assert row(answer, places[0])["reason"] == "no room: free CPU 0.05 < 0.1"
        assert row(answer, places[1])["executors"] == EXECUTORS
        assert any(
            places[0] in note and "next best nodes take its executors" in note
            for note in answer["notes"]
        )
        assert land(ready, space, "fallback", template(ready, space)) == [places[1]] * EXECUTORS
        waiting = locality(ready, space, "--on-busy", "wait")
        hard = waiting["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        (expression,) = hard["nodeSelectorTerms"][0]["matchExpressions"]
        assert expression["values"] == sorted(places[:2])
        copies = locality(ready, space, "--on-busy", "replicate")["replicate"]
        assert copies["paths"] == [{"path": "/sales/2025", "bytes": MOST_BYTES}]
    finally:
        ready.kubectl("-n", space, "delete", "pod", "filler", "--ignore-not-found")


def test_a_cordoned_node_is_named(ready: Cluster, space: str, places: list[str]) -> None:
    ready.kubectl("cordon", places[0])
    try:
        done = alluxio(ready, space, "locality", "/sales", "-e", "1", *REQUESTS)
    finally:
        ready.kubectl("uncordon", places[0])
    assert done.returncode == 0
    assert f"node {places[0]} holds 6Mi and gets no executor: cordoned" in done.stderr


def test_files_go_in_and_come_out_from_outside(ready: Cluster, space: str, tmp_path: Path) -> None:
    source, back = tmp_path / "in", tmp_path / "out"
    # More than a block of the sample's workers can be read in one message.
    source.write_bytes(os.urandom(5 * MIB + 3))
    assert alluxio(ready, space, "cp", str(source), "alluxio:/up/a b%").returncode == 0
    assert alluxio(ready, space, "cp", "alluxio:/up/a b%", str(back)).returncode == 0
    assert back.read_bytes() == source.read_bytes()
    again = alluxio(ready, space, "cp", str(source), "alluxio:/up/a b%")
    assert again.returncode == 1
    assert "exists" in again.stderr
    listed = json.loads(alluxio(ready, space, "ls", "/up", "-o", "json").stdout)
    assert [(f["path"], f["length_bytes"], f["persistence"]) for f in listed] == [
        ("/up/a b%", 5 * MIB + 3, "PERSISTED")
    ]
    missing = alluxio(ready, space, "stat", "/up/missing")
    assert missing.returncode == 3
    assert "/up/missing" in missing.stderr


def test_doctor_and_status_find_a_healthy_cluster(ready: Cluster, space: str) -> None:
    findings = json.loads(alluxio(ready, space, "doctor", "-o", "json").stdout)
    assert {f["mark"] for f in findings} == {"ok"}, findings
    checks = {f["check"] for f in findings}
    assert {"leader", "quorum", "clock", "workers' nodes", "write type", "proxy"} <= checks
    status = json.loads(alluxio(ready, space, "status", NAME, "-o", "json").stdout)
    assert status["phase"] == "Ready"
    assert len(status["alluxio"]["workers"]) == 3


def test_the_module_gives_the_same_answer(ready: Cluster, space: str, places: list[str]) -> None:
    arguments = {
        "cluster": NAME,
        "namespace": space,
        "paths": ["/sales"],
        "executors": EXECUTORS,
        "requests": {"cpu": "100m", "memory": "32Mi"},
        "kubeconfig": ready.kubeconfig,
        "query": "nodes[?executors > `0`].[name, executors]",
    }
    command = [
        "ansible",
        "localhost",
        "-m",
        "alluxio.k8s.node_affinity",
        "-a",
        json.dumps(arguments),
    ]
    environment = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(done.stdout.partition("=>")[2])
    assert result["placement"] == [[places[0], EXECUTORS]]
    assert result["changed"] is False


def test_without_the_permission_the_missing_verb_is_named(
    ready: Cluster, space: str, tmp_path: Path
) -> None:
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "looker", "namespace": space},
        "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}],
    }
    account = {"kind": "ServiceAccount", "name": "looker", "namespace": space}
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "looker", "namespace": space},
        "roleRef": {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "Role",
            "name": "looker",
        },
        "subjects": [account],
    }
    ready.apply(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "looker", "namespace": space},
        },
        role,
        binding,
    )
    token = ready.kubectl("-n", space, "create", "token", "looker").strip()
    config = yaml.safe_load(Path(ready.kubeconfig).read_text())
    config["users"] = [{"name": config["users"][0]["name"], "user": {"token": token}}]
    own = tmp_path / "kubeconfig"
    own.write_text(yaml.safe_dump(config))
    done = alluxio(ready, space, "ls", "/", kubeconfig=str(own))
    assert done.returncode == 4, done.stderr
    assert "port-forward to locality/near-master-" in done.stderr
    assert "get and create on pods/portforward" in done.stderr
    assert token not in done.stderr
