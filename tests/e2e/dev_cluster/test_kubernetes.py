# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a workload may expect of the cluster."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from conftest import dev_cluster, succeed
from devcluster import addons, pause
from devcluster.layout import layout
from workbench import cluster as clusters
from workbench.cluster import Cluster, KubectlError, wait_for

POD_TIMEOUT_S = 60
SERVE = "echo $(hostname) > /data/index.html; exec python3 -m http.server --directory /data 8080"


def pod(name: str, script: str = "exec sleep 1000", **spec: Any) -> dict[str, Any]:
    """A pod of the image `tools`, whose user may write to volumes; `spec` adds to it."""
    container = {
        "name": "main",
        "image": clusters.image("tools"),
        "command": ["sh", "-c", script],
        "volumeMounts": spec.pop("mounts", []),
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "terminationGracePeriodSeconds": 0,
            "securityContext": {"fsGroup": 1000},
            "containers": [container],
            **spec,
        },
    }


def wait_ready(cluster: Cluster, namespace: str, *what: str) -> None:
    for one in what:
        cluster.kubectl(
            "-n", namespace, "wait", "--for=condition=Ready", one, f"--timeout={POD_TIMEOUT_S}s"
        )


def apply(cluster: Cluster, namespace: str, *objects: dict[str, Any]) -> None:
    for one in objects:
        one["metadata"]["namespace"] = namespace
    cluster.apply(*objects)


def test_every_node_is_ready(cluster: Cluster) -> None:
    nodes = cluster.get("nodes")["items"]
    assert [n["metadata"]["name"] for n in nodes] == ["node-1", "node-2", "node-3"]
    assert len({n["metadata"]["labels"]["topology.kubernetes.io/zone"] for n in nodes}) == 3
    assert succeed("status", "--name", "selftest").count(" ready ") == 4


def test_the_version_is_the_one_promised(cluster: Cluster) -> None:
    versions = json.loads(cluster.kubectl("version", "-o", "json"))
    assert versions["serverVersion"]["gitVersion"].startswith("v1.34.")
    assert versions["clientVersion"]["gitVersion"] == versions["serverVersion"]["gitVersion"]


@pytest.fixture(scope="module")
def stateful(cluster: Cluster) -> str:
    """A namespace with a StatefulSet `db` of three, one on each node, with a volume each."""
    name = "selftest-stateful"
    cluster.kubectl("create", "namespace", name)
    labels = {"app": "db"}
    spread = {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": labels}}
    template = pod("db", SERVE, mounts=[{"name": "data", "mountPath": "/data"}])
    template["spec"]["affinity"] = {
        "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [spread]}
    }
    template["spec"]["containers"][0]["readinessProbe"] = {
        "httpGet": {"path": "/", "port": 8080},
        "periodSeconds": 1,
    }
    claim = {
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "16Mi"}},
        },
    }
    spec = {
        "serviceName": "db",
        "replicas": 3,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": template["spec"]},
        "volumeClaimTemplates": [claim],
    }
    ports = [{"port": 80, "targetPort": 8080}]
    apply(
        cluster,
        name,
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "db"},
            "spec": {"clusterIP": "None", "selector": labels, "ports": [{"port": 8080}]},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"selector": labels, "ports": ports},
        },
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"}, "spec": spec},
    )
    cluster.kubectl(
        "-n", name, "rollout", "status", "statefulset/db", f"--timeout={POD_TIMEOUT_S}s"
    )
    return name


def test_a_claim_is_bound_on_the_node_of_its_pod(cluster: Cluster, stateful: str) -> None:
    nodes = set()
    for index in range(3):
        node = cluster.get("-n", stateful, "pod", f"db-{index}")["spec"]["nodeName"]
        claim = cluster.get("-n", stateful, "pvc", f"data-db-{index}")
        volume = cluster.get("pv", claim["spec"]["volumeName"])
        terms = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
        assert terms[0]["matchExpressions"][0]["values"] == [node]
        nodes.add(node)
    assert len(nodes) == 3


def test_a_claim_waits_for_its_first_consumer(cluster: Cluster, namespace: str) -> None:
    storage_class = cluster.get("storageclass", addons.STORAGE_CLASS)
    assert storage_class["volumeBindingMode"] == "WaitForFirstConsumer"
    apply(cluster, namespace, claim("lonely"))
    time.sleep(2)
    assert cluster.get("-n", namespace, "pvc", "lonely")["status"]["phase"] == "Pending"


def claim(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Mi"}},
        },
    }


def test_names_of_services_and_of_single_pods_lead_there(cluster: Cluster, stateful: str) -> None:
    def in_pod(script: str) -> list[str]:
        return cluster.kubectl("-n", stateful, "exec", "db-0", "--", "sh", "-c", script).split()

    single = "for i in 0 1 2; do curl -sS -m 5 http://db-$i.db:8080/; done"
    assert in_pod(single) == ["db-0", "db-1", "db-2"]
    service = f"http://web.{stateful}.svc.cluster.local/"
    answers = in_pod(f"for i in $(seq 30); do curl -sS -m 5 {service}; done")
    assert len(answers) == 30
    assert set(answers) == {"db-0", "db-1", "db-2"}
    with pytest.raises(KubectlError, match="resolve host"):
        in_pod("curl -sS -m 5 http://nosuch.invalid/")


def test_exec_logs_and_port_forward(cluster: Cluster, stateful: str) -> None:
    assert cluster.kubectl("-n", stateful, "exec", "db-1", "--", "hostname").strip() == "db-1"
    assert "GET / HTTP" in cluster.kubectl("-n", stateful, "logs", "db-1")
    with (
        cluster.port_forward(stateful, "pod/db-1", 8080) as port,
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response,
    ):
        assert response.read().decode().strip() == "db-1"


def test_a_volume_outlives_its_pod_and_goes_with_its_claim(
    cluster: Cluster, namespace: str
) -> None:
    mounts = [{"name": "data", "mountPath": "/data"}]
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "kept"}}]
    apply(cluster, namespace, claim("kept"))
    apply(
        cluster,
        namespace,
        pod("writer", "echo kept > /data/file && exec sleep 1000", mounts=mounts, volumes=volumes),
    )
    wait_ready(cluster, namespace, "pod/writer")
    cluster.kubectl("-n", namespace, "delete", "pod", "writer")
    apply(
        cluster,
        namespace,
        pod("reader", "cat /data/file && exec sleep 1000", mounts=mounts, volumes=volumes),
    )
    wait_ready(cluster, namespace, "pod/reader")
    assert cluster.kubectl("-n", namespace, "logs", "reader").strip() == "kept"

    volume = cluster.get("-n", namespace, "pvc", "kept")["spec"]["volumeName"]
    folder = Path(cluster.get("pv", volume)["spec"]["local"]["path"])
    assert (folder / "file").read_text() == "kept\n"
    cluster.kubectl("-n", namespace, "delete", "pod/reader", "pvc/kept")
    wait_for("the volume to go", lambda: cluster.find("pv", volume) is None, 30)
    assert not folder.exists()


def test_a_volume_with_a_mount_in_it_is_not_removed(cluster: Cluster, namespace: str) -> None:
    """The folder is one file system for the nodes; a mount of the host in it stops the removal."""
    mounts = [{"name": "data", "mountPath": "/data"}]
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "mounted"}}]
    apply(cluster, namespace, claim("mounted"), pod("user", mounts=mounts, volumes=volumes))
    wait_ready(cluster, namespace, "pod/user")
    volume = cluster.get("-n", namespace, "pvc", "mounted")["spec"]["volumeName"]
    folder = Path(cluster.get("pv", volume)["spec"]["local"]["path"])
    (folder / "point").mkdir()
    in_control_plane(["mount", "-t", "tmpfs", "none", str(folder / "point")])
    try:
        cluster.kubectl("-n", namespace, "delete", "pod/user", "pvc/mounted")
        events = ("events", "-A", "--field-selector", f"involvedObject.name={volume}")
        wait_for(
            "the refusal",
            lambda: "is a mount point: nothing removed" in json.dumps(cluster.get(*events)),
            30,
        )
        assert folder.exists()
    finally:
        in_control_plane(["umount", str(folder / "point")])
    cluster.kubectl("annotate", "pv", volume, "again=1")
    wait_for("the volume to go", lambda: cluster.find("pv", volume) is None, 60)


def in_control_plane(command: list[str]) -> None:
    lines = succeed("status", "--name", "selftest").splitlines()
    pid = next(line.split()[-1] for line in lines if "control-plane" in line)
    subprocess.run(["nsenter", "--target", pid, "--mount", *command], check=True)


def test_rights_are_what_roles_say(cluster: Cluster, namespace: str) -> None:
    account = f"system:serviceaccount:{namespace}:default"
    asked = ("auth", "can-i", "list", "pods", "-n", namespace, "--as", account)
    assert cluster.kubectl(*asked, check=False).strip() == "no"
    cluster.kubectl(
        "-n",
        namespace,
        "create",
        "rolebinding",
        "v",
        "--clusterrole=view",
        f"--serviceaccount={namespace}:default",
    )
    assert wait_for("the right", lambda: cluster.kubectl(*asked, check=False).strip() == "yes", 10)


def test_a_restricted_namespace_refuses_a_privileged_pod(cluster: Cluster, namespace: str) -> None:
    label = "pod-security.kubernetes.io/enforce=restricted"
    cluster.kubectl("label", "namespace", namespace, label)
    privileged = pod("privileged")
    privileged["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    with pytest.raises(KubectlError, match="violates PodSecurity"):
        apply(cluster, namespace, privileged)


def test_a_restricted_pod_of_any_user_runs(cluster: Cluster, namespace: str) -> None:
    label = "pod-security.kubernetes.io/enforce=restricted"
    cluster.kubectl("label", "namespace", namespace, label)
    security = {
        "runAsNonRoot": True,
        "runAsUser": 1000650000,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    restricted = pod("restricted", securityContext=security)
    restricted["spec"]["containers"][0]["securityContext"] = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    apply(cluster, namespace, restricted)
    wait_ready(cluster, namespace, "pod/restricted")
    assert (
        cluster.kubectl("-n", namespace, "exec", "restricted", "--", "id", "-u").strip()
        == "1000650000"
    )


def test_the_audit_log_has_what_a_service_account_asked(cluster: Cluster, namespace: str) -> None:
    token = "$(cat /var/run/secrets/kubernetes.io/serviceaccount/token)"
    url = f"https://kubernetes.default.svc/api/v1/namespaces/{namespace}/configmaps"
    asking = f'curl -sk -H "Authorization: Bearer {token}" {url}; exec sleep 1000'
    apply(cluster, namespace, pod("asking", asking))
    wait_ready(cluster, namespace, "pod/asking")

    def entry() -> Any:
        for line in layout("selftest").audit_log.read_text().splitlines():
            found = json.loads(line)
            if found["user"]["username"] == f"system:serviceaccount:{namespace}:default":
                return found
        return None

    found = wait_for("the entry", entry, 20)
    assert (found["verb"], found["objectRef"]["resource"]) == ("list", "configmaps")
    assert found["responseStatus"]["code"] == 403
    assert found["stage"] == "ResponseComplete"


def test_a_mutating_admission_policy_changes_objects(cluster: Cluster, namespace: str) -> None:
    version = "admissionregistration.k8s.io/v1beta1"
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE"],
        "resources": ["configmaps"],
    }
    mutation = {
        "patchType": "ApplyConfiguration",
        "applyConfiguration": {
            "expression": 'Object{metadata: Object.metadata{labels: {"mutated": "yes"}}}'
        },
    }
    policy = {
        "apiVersion": version,
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": namespace},
        "spec": {
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "resourceRules": [rule],
            },
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "mutations": [mutation],
        },
    }
    binding = {
        "apiVersion": version,
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": namespace},
        "spec": {"policyName": namespace},
    }
    cluster.apply(policy, binding)

    def mutated() -> bool:
        made = cluster.kubectl(
            "-n", namespace, "create", "configmap", "c", "--dry-run=server", "-o", "json"
        )
        return json.loads(made)["metadata"].get("labels") == {"mutated": "yes"}

    wait_for("the policy", mutated, 30)
    cluster.kubectl("delete", "mutatingadmissionpolicy,mutatingadmissionpolicybinding", namespace)


def test_memory_is_limited_as_asked(cluster: Cluster, namespace: str) -> None:
    greedy = pod("greedy", "python3 -c 'bytearray(200 << 20)'", restartPolicy="Never")
    greedy["spec"]["containers"][0]["resources"] = {"limits": {"memory": "64Mi"}}
    apply(cluster, namespace, greedy)

    def reason() -> str:
        states = cluster.get("-n", namespace, "pod", "greedy")["status"].get(
            "containerStatuses", [{}]
        )
        return str(states[0].get("state", {}).get("terminated", {}).get("reason", ""))

    assert wait_for("the end", reason, 30) in ("OOMKilled", "Error")


@pytest.mark.usefixtures("cluster")
def test_an_image_is_loaded_once() -> None:
    archive = str(pause.archive())
    done = dev_cluster("load-image", "--name", "selftest", archive)
    assert done.returncode == 0
    assert "0 imported, 3 already there" in done.stderr


@pytest.mark.usefixtures("cluster")
def test_logs_are_found_by_machine_and_component() -> None:
    assert "node-2/kubelet" in succeed("logs", "--name", "selftest").split()
    assert "Started kubelet" in succeed("logs", "--name", "selftest", "node-2/kubelet")
    assert dev_cluster("logs", "--name", "selftest", "nosuch").returncode == 1


def test_the_control_plane_comes_back_after_a_crash(cluster: Cluster, stateful: str) -> None:
    lines = succeed("status", "--name", "selftest").splitlines()
    pid = next(line.split()[-1] for line in lines if "control-plane" in line)
    subprocess.run(["kill", "-9", pid], check=True)
    wait_for("its end", lambda: "STOPPED" in dev_cluster("status", "--name", "selftest").stdout, 10)
    succeed("up", "--name", "selftest")
    fetch = ("exec", "db-0", "--", "curl", "-sS", "-m", "5", "--retry", "5", "--retry-all-errors")
    assert cluster.kubectl("-n", stateful, *fetch, "http://db-1.db:8080/").strip() == "db-1"


def test_a_node_crashes_and_comes_back(cluster: Cluster, stateful: str) -> None:
    node = cluster.get("-n", stateful, "pod", "db-2")["spec"]["nodeName"]
    succeed("node", "stop", node, "--name", "selftest")
    assert "STOPPED" in dev_cluster("status", "--name", "selftest").stdout
    succeed("node", "start", node, "--name", "selftest")
    wait_for(
        "the pod to run anew",
        lambda: restarts(cluster, stateful, "db-2") > 0,
        60,
    )
    wait_ready(cluster, stateful, "pod/db-2")


def restarts(cluster: Cluster, namespace: str, name: str) -> int:
    status = cluster.get("-n", namespace, "pod", name)["status"]["containerStatuses"][0]
    return int(status["restartCount"])


@pytest.mark.wide
def test_the_cluster_notices_a_lost_node(cluster: Cluster) -> None:
    def condition() -> str:
        conditions = cluster.get("node", "node-3")["status"]["conditions"]
        return str(next(c["status"] for c in conditions if c["type"] == "Ready"))

    succeed("node", "stop", "node-3", "--name", "selftest")
    wait_for("NotReady", lambda: condition() == "Unknown", 120)
    succeed("node", "start", "node-3", "--name", "selftest")
    assert condition() == "True"


@pytest.mark.wide
def test_ten_nodes() -> None:
    try:
        succeed("up", "--name", "selftest-ten", "--nodes", "10")
        assert succeed("status", "--name", "selftest-ten").count(" ready ") == 11
    finally:
        succeed("down", "--name", "selftest-ten")
