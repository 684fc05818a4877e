# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What Argo's own controller makes of a rendered workflow, under the rights that Argo publishes for it, at an API
server that enforces the restricted pod security standard. The test stands for scheduler and kubelets: it says where
pods are and how they end.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.settings import LABEL
from devcluster import go_build
from workbench import argo, parts
from workbench.cluster import Cluster, wait_for

pytestmark = pytest.mark.wide

SPACE = "argo"
NODES = ("node-1", "node-2", "node-3")
RUN_S = 180


@pytest.fixture(scope="module")
def cluster(api_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The API server, with Argo's controller at work in one namespace."""
    kubeconfig = api_server.kubeconfig()
    kubectl = (str(go_build.build("kubernetes")), "kubectl", "--kubeconfig", kubeconfig)
    found = Cluster("api-server", kubectl, kubeconfig)
    argo.define(found)
    found.apply(parts.namespace(SPACE), *argo.controller(SPACE))
    token = found.kubectl("-n", SPACE, "create", "token", "argo").strip()
    folder = tmp_path_factory.mktemp("argo")
    (folder / "kubeconfig").write_text(as_user(api_server.kubeconfig(), token))
    command = [
        *(str(go_build.build("argo-controller")), "--kubeconfig", str(folder / "kubeconfig")),
        *("--namespace", SPACE, "--namespaced", "--executor-image", "registry.test/argo:3.7.9"),
    ]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command],
            env={**os.environ, "LEADER_ELECTION_DISABLE": "true"},
            stdout=log,
            stderr=log,
        )
    try:
        yield found
    finally:
        process.kill()
        process.wait()
        print((folder / "log").read_text()[-5000:])


def as_user(kubeconfig: str, token: str) -> str:
    config = json.loads(Path(kubeconfig).read_text())
    config["users"][0]["user"] = {"token": token}
    return json.dumps(config)


class Kubelets:
    """Puts each pod where it must be, else on the next node, and lets it end; the first try of `train` fails."""

    def __init__(self, cluster: Cluster, name: str, exit_code: int) -> None:
        self.cluster, self.name, self.exit_code = cluster, name, exit_code
        self.node_of: dict[str, str] = {}

    def pods(self) -> dict[str, dict[str, Any]]:
        label = argo.of_workflow(self.name)
        pods = self.cluster.get("-n", SPACE, "pods", "-l", label)["items"]
        return argo.by_node(self.name, pods)

    def step(self) -> dict[str, Any] | None:
        """The workflow once it has ended."""
        for node, pod in self.pods().items():
            if node not in self.node_of:
                self._run(node, pod)
        found: dict[str, Any] = self.cluster.get("-n", SPACE, "workflow", self.name)
        return found if found.get("status", {}).get("finishedAt") else None

    def _run(self, node: str, pod: dict[str, Any]) -> None:
        name = pod["metadata"]["name"]
        self.node_of[node] = required_node(pod) or NODES[len(self.node_of) % len(NODES)]
        target = {"apiVersion": "v1", "kind": "Node", "name": self.node_of[node]}
        binding = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}}
        path = f"/api/v1/namespaces/{SPACE}/pods/{name}/binding"
        document = json.dumps({**binding, "target": target})
        self.cluster.kubectl("create", "--raw", path, "-f", "-", stdin=document)
        code = {"train(0)": 1, "report": self.exit_code}.get(node, 0)
        status = {
            "phase": "Failed" if code else "Succeeded",
            "containerStatuses": [
                container_status(container["name"], code if container["name"] == "main" else 0)
                for container in pod["spec"]["containers"]
            ],
        }
        self.cluster.kubectl(
            *("-n", SPACE, "patch", "pod", name, "--subresource=status", "--type=merge"),
            *("-p", json.dumps({"status": status})),
        )


def required_node(pod: dict[str, Any]) -> str | None:
    affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required is None:
        return None
    (term,) = required["nodeSelectorTerms"]
    (field,) = term["matchFields"]
    assert (field["key"], field["operator"]) == ("metadata.name", "In")
    (node,) = field["values"]
    return str(node)


def container_status(name: str, exit_code: int) -> dict[str, Any]:
    ended = {"exitCode": exit_code, "reason": "Error" if exit_code else "Completed"}
    return {
        "name": name,
        "image": "",
        "imageID": "",
        "ready": False,
        "restartCount": 0,
        "state": {"terminated": ended},
    }


def run(cluster: Cluster, name: str, exit_code: int) -> tuple[dict[str, Any], Kubelets]:
    cluster.apply(argo.workflow(SPACE, name, exit_code))
    kubelets = Kubelets(cluster, name, exit_code)
    return wait_for(f"end of workflow {name}", kubelets.step, RUN_S), kubelets


def test_a_workflow_that_succeeds_marks_its_run(cluster: Cluster) -> None:
    found, kubelets = run(cluster, "good", 0)
    assert found["status"]["phase"] == "Succeeded", found["status"]
    pods = kubelets.pods()
    assert set(pods) == {"prep", "train(0)", "train(1)", "report", "onExit[0].succeeded"}
    folder = f"/mnt/alluxio/data/pipelines/nightly/{found['metadata']['uid']}"
    containers = {name: main_container(pod) for name, pod in pods.items()}
    variables = {
        name: {row["name"]: row.get("value") for row in container.get("env", [])}
        for name, container in containers.items()
    }
    assert variables["train(1)"]["ALLUXIO_STAGE_INPUT"] == f"{folder}/prep"
    assert variables["report"]["ALLUXIO_STAGE_OUTPUT"] == f"{folder}/report"
    assert containers["onExit[0].succeeded"]["command"][-1] == folder
    for name, pod in pods.items():
        assert pod["metadata"]["labels"][LABEL] == "nightly"
        (volume,) = (v for v in pod["spec"]["volumes"] if v["name"] == "alluxio")
        assert volume["persistentVolumeClaim"]["claimName"] == argo.CLAIM
        (mount,) = (m for m in containers[name]["volumeMounts"] if m["name"] == "alluxio")
        assert mount["mountPropagation"] == "HostToContainer"


def test_a_stage_follows_the_one_that_wrote_its_input(cluster: Cluster) -> None:
    _found, kubelets = run(cluster, "followed", 0)
    pods, node_of = kubelets.pods(), kubelets.node_of
    assert node_of["train(0)"] == node_of["train(1)"] == node_of["prep"]
    # A stage that was tried twice is followed by the node of its last try.
    affinity = pods["report"]["spec"]["affinity"]["nodeAffinity"]
    (wish,) = affinity["preferredDuringSchedulingIgnoredDuringExecution"]
    assert wish["preference"]["matchFields"][0]["values"] == [node_of["train(1)"]]


def test_a_workflow_that_fails_marks_nothing(cluster: Cluster) -> None:
    found, kubelets = run(cluster, "bad", 1)
    assert found["status"]["phase"] == "Failed", found["status"]
    assert set(kubelets.pods()) == {"prep", "train(0)", "train(1)", "report"}


def main_container(pod: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in pod["spec"]["containers"] if c["name"] == "main")
    return found
