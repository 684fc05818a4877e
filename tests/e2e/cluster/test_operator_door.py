# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""An AlluxioCluster as a custom resource: from creation to deletion, on real nodes, by the operator as a pod.

The tests of this module share one AlluxioCluster and run in the order they stand in, as one story.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from spaces import make_space
from workbench import parts
from workbench.cluster import Cluster, wait_for
from workbench.rest import Rest, payload_sha256

NAME = "story"
READY_S = 300
BIG = "/story/larger-than-memory"
BIG_BYTES = 256 << 20
SMALL = "/story/small"
SMALL_BYTES = 5 << 20
ANY_UID = 1000650000


@pytest.fixture(scope="module")
def space(operator: Cluster) -> Iterator[str]:
    yield from make_space(operator, "operator-door")


def default_class(cluster: Cluster) -> str:
    mark = "storageclass.kubernetes.io/is-default-class"
    classes = [item["metadata"] for item in cluster.get("storageclasses")["items"]]
    return next(c["name"] for c in classes if c.get("annotations", {}).get(mark) == "true")


def story_cr(cluster: Cluster, space: str) -> dict[str, Any]:
    cr = parts.sample(NAME, space)
    cr["spec"].setdefault("security", {})["podSecurityContext"] = {
        "runAsUser": ANY_UID,
        "fsGroup": ANY_UID,
    }
    cr["spec"]["workers"][0]["tiers"][1]["volume"]["storageClassName"] = default_class(cluster)
    return cr


@pytest.fixture(scope="module")
def ready(operator: Cluster, space: str) -> Cluster:
    """The cluster once the AlluxioCluster is Ready."""
    operator.apply(story_cr(operator, space))
    parts.wait_for_phase(operator, space, NAME, "Ready", READY_S)
    return operator


def pods(cluster: Cluster, space: str, component: str) -> list[dict[str, Any]]:
    selector = f"app.kubernetes.io/instance={NAME},app.kubernetes.io/component={component}"
    found: list[dict[str, Any]] = cluster.get("-n", space, "pods", "-l", selector)["items"]
    return found


def master_info(cluster: Cluster, space: str) -> dict[str, Any]:
    """The leader's own answer, through the API server."""
    for pod in pods(cluster, space, "master"):
        path = f"/api/v1/namespaces/{space}/pods/{pod['metadata']['name']}:19999/proxy/api/v1/master/info"
        text = cluster.kubectl("get", "--raw", path, check=False)
        if text.startswith("{"):
            info: dict[str, Any] = json.loads(text)
            return info
    raise AssertionError("no master answered")


def test_reaches_ready_with_true_figures(ready: Cluster, space: str) -> None:
    status = ready.get("-n", space, "alluxiocluster", NAME)["status"]
    conditions = {c["type"]: c for c in status["conditions"]}
    assert conditions["Available"]["status"] == "True"
    assert conditions["Progressing"]["status"] == "False"
    assert conditions["Degraded"]["status"] == "False"
    assert status["columns"]["masters"] == "3/3"
    assert status["columns"]["workers"] == "3/3"
    info = master_info(ready, space)
    assert status["capacityBytes"] == info["capacity"]["total"]
    assert {t["tier"]: t["totalBytes"] for t in status["tiers"]} == {
        tier: figures["total"] for tier, figures in info["tierCapacity"].items() if figures["total"]
    }
    events = ready.get("-n", space, "events.events.k8s.io")["items"]
    assert any(
        e["regarding"]["name"] == NAME and e["regarding"]["kind"] == "AlluxioCluster"
        for e in events
    )


def test_every_worker_sits_on_its_own_node_beside_its_claim(ready: Cluster, space: str) -> None:
    volumes = {v["metadata"]["name"]: v for v in ready.get("pv")["items"]}
    nodes = set()
    for pod in pods(ready, space, "worker"):
        node = pod["spec"]["nodeName"]
        nodes.add(node)
        claims = [
            v["persistentVolumeClaim"]["claimName"]
            for v in pod["spec"]["volumes"]
            if "persistentVolumeClaim" in v
        ]
        assert claims, "a worker of the sample has an SSD tier on a claim"
        for name in claims:
            claim = ready.get("-n", space, "pvc", name)
            terms = volumes[claim["spec"]["volumeName"]]["spec"]["nodeAffinity"]["required"][
                "nodeSelectorTerms"
            ]
            hosts = [
                value for term in terms for e in term["matchExpressions"] for value in e["values"]
            ]
            assert hosts == [node]
    assert len(nodes) == 3


def test_runs_with_any_uid(ready: Cluster, space: str) -> None:
    for component, container in (("master", "master"), ("worker", "worker"), ("proxy", "proxy")):
        pod = pods(ready, space, component)[0]["metadata"]["name"]
        assert ready.kubectl(
            "-n", space, "exec", pod, "-c", container, "--", "id", "-u"
        ).strip() == str(ANY_UID)


def test_a_file_larger_than_memory_comes_back_whole(ready: Cluster, space: str) -> None:
    with ready.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        rest = Rest(port)
        rest.write(SMALL, SMALL_BYTES)
        assert rest.write(BIG, BIG_BYTES) == rest.read_sha256(BIG)
        tiers = {tier for _, tier in rest.block_places(BIG)}
        assert tiers == {"MEM", "SSD"}
        assert rest.status(BIG)["persisted"] is True


def test_credentials_are_nowhere_but_in_the_secret(ready: Cluster, space: str) -> None:
    objects = ready.kubectl(
        "-n",
        space,
        "get",
        "configmaps,statefulsets,deployments,pods,alluxioclusters,events",
        "-o",
        "json",
    )
    assert parts.SECRET_KEY not in objects
    assert parts.SECRET_KEY not in json.dumps(master_info(ready, space))
    for component in ("master", "worker", "proxy"):
        pod = pods(ready, space, component)[0]["metadata"]["name"]
        seen = ready.kubectl(
            "-n",
            space,
            "exec",
            pod,
            "-c",
            component,
            "--",
            "bash",
            "-c",
            "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ",
        )
        assert parts.SECRET_KEY not in seen
        assert parts.SECRET_KEY not in ready.kubectl("-n", space, "logs", pod, "-c", component)


@pytest.mark.parametrize("restart_operator", [False, True])
def test_objects_deleted_by_hand_come_back(
    ready: Cluster, space: str, restart_operator: bool
) -> None:
    if restart_operator:
        ready.kubectl(
            "-n",
            "alluxio-operator",
            "delete",
            "pod",
            "-l",
            "app.kubernetes.io/name=alluxio-operator",
        )
        parts.rollout(ready, "alluxio-operator", "deployment/alluxio-operator")
        parts.wait_for_phase(ready, space, NAME, "Ready", READY_S)
    for kind, name in (
        ("configmap", f"{NAME}-config"),
        ("service", f"{NAME}-worker"),
        ("poddisruptionbudget", f"{NAME}-master"),
    ):
        before = ready.get("-n", space, kind, name)["metadata"]["uid"]
        ready.kubectl("-n", space, "delete", kind, name)

        def is_back(kind: str = kind, name: str = name, before: str = before) -> bool:
            found = ready.find("-n", space, kind, name)
            return found is not None and found["metadata"]["uid"] != before

        # Well under the period of 60 s: the watch of dependents brings it back, not the next periodic pass.
        wait_for(f"{kind}/{name} is back", is_back, 30)


def test_a_statefulset_deleted_by_hand_comes_back_with_its_data(ready: Cluster, space: str) -> None:
    def claims() -> set[str]:
        selector = f"app.kubernetes.io/instance={NAME},app.kubernetes.io/component=worker"
        found = ready.get("-n", space, "pvc", "-l", selector)["items"]
        return {claim["metadata"]["uid"] for claim in found}

    before = claims()
    workload = f"statefulset/{NAME}-worker-fast"
    ready.kubectl("-n", space, "delete", workload, "--cascade=foreground")
    wait_for("the StatefulSet is back", lambda: ready.find("-n", space, workload), 60)
    # The status may still be of the time before: first the workload, then what is said of it.
    wait_for(
        "its pods are ready",
        lambda: ready.get("-n", space, workload)["status"].get("readyReplicas") == 3,
        READY_S,
    )
    parts.wait_for_phase(ready, space, NAME, "Ready", READY_S)
    assert claims() == before


def test_what_happens_again_is_counted_in_one_event(ready: Cluster, space: str) -> None:
    """The StatefulSet came back under the same leader: the cluster was Ready with the same words as before."""
    events = ready.get("-n", space, "events.events.k8s.io")["items"]
    ours = [event for event in events if event["regarding"]["name"] == NAME]
    assert max(event.get("series", {}).get("count", 1) for event in ours) > 1


def kill_a_pass(cluster: Cluster) -> bool:
    """Kills ansible-playbook in the operator's pod; whether one ran."""
    script = (
        "for pid in $(ls /proc | grep '^[0-9]' | sort -n); do "
        "if tr '\\0' ' ' < /proc/$pid/cmdline 2>/dev/null | grep -q '[/]ansible-playbook '; then "
        "kill -9 $pid && echo killed && exit; fi; done"
    )
    command = ("exec", "deployment/alluxio-operator", "--", "sh", "-c", script)
    return "killed" in cluster.kubectl("-n", "alluxio-operator", *command, check=False)


def test_a_pass_that_is_killed_is_taken_again(ready: Cluster, space: str) -> None:
    edit = {"spec": {"proxy": {"service": {"annotations": {"example.test/edit": "1"}}}}}
    ready.kubectl(
        *("-n", space, "patch", "alluxiocluster", NAME, "--type", "merge", "-p", json.dumps(edit))
    )
    wait_for("a pass is killed", lambda: kill_a_pass(ready), 30, 0.05)

    def is_applied() -> bool:
        service = ready.get("-n", space, "service", f"{NAME}-proxy")
        return "example.test/edit" in service["metadata"].get("annotations", {})

    wait_for("the edit is applied", is_applied, 60)
    parts.wait_for_phase(ready, space, NAME, "Ready", READY_S)


def test_status_follows_a_lost_worker_without_an_edit(ready: Cluster, space: str) -> None:
    victim = pods(ready, space, "worker")[0]
    node = victim["spec"]["nodeName"]
    ready.kubectl("cordon", node)
    try:
        ready.kubectl("-n", space, "delete", "pod", victim["metadata"]["name"])

        def master_says_lost() -> bool:
            info = master_info(ready, space)
            return len([w for w in info["workers"] if w["state"] == "ACTIVE"]) == 2

        wait_for("the master counts two workers", master_says_lost, 120)

        def status_agrees() -> bool:
            info = master_info(ready, space)
            status = ready.get("-n", space, "alluxiocluster", NAME)["status"]
            figures = (
                status["workers"]["live"],
                status.get("capacityBytes"),
                status.get("usedBytes"),
            )
            return figures == (2, info["capacity"]["total"], info["capacity"]["used"])

        wait_for("the status equals the master's answer", status_agrees, 60)

        def names_the_pod() -> bool:
            status = ready.get("-n", space, "alluxiocluster", NAME)["status"]
            # Degraded, or still on the way to it: a pod that is just being replaced is given time.
            waits = status["phase"] in ("Degraded", "Updating")
            return waits and victim["metadata"]["name"] in json.dumps(status["conditions"])

        wait_for("the status names the pod", names_the_pod, 60)
    finally:
        ready.kubectl("uncordon", node)
    parts.wait_for_phase(ready, space, NAME, "Ready", READY_S)


def test_persisted_data_survives_the_deletion_of_every_pod(ready: Cluster, space: str) -> None:
    ready.kubectl(
        "-n", space, "delete", "pods", "-l", f"app.kubernetes.io/instance={NAME}", "--wait"
    )
    parts.wait_for_phase(ready, space, NAME, "Ready", READY_S)
    with ready.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        rest = Rest(port)
        rest.free("/story")
        wait_for("the caches are empty", lambda: not rest.block_places(BIG), 60)
        assert rest.read_sha256(SMALL) == payload_sha256(SMALL_BYTES, SMALL)
        assert rest.read_sha256(BIG) == payload_sha256(BIG_BYTES, BIG)


def test_the_clean_up_that_fails_keeps_the_resource_and_says_why(
    ready: Cluster, space: str
) -> None:
    role = ready.get("clusterrole", "alluxio-operator")
    crippled = json.loads(json.dumps(role))
    for rule in crippled["rules"]:
        if "statefulsets" in rule["resources"]:
            rule["verbs"].remove("delete")
    for document in (role, crippled):
        document["metadata"] = {"name": "alluxio-operator"}
    ready.apply(crippled)
    try:
        ready.kubectl("-n", space, "delete", "alluxiocluster", NAME, "--wait=false")

        def says_why() -> bool:
            status = ready.get("-n", space, "alluxiocluster", NAME)["status"]
            return status["phase"] == "Deleting" and "statefulsets" in json.dumps(
                status["conditions"]
            )

        wait_for("the status names the permission that is missing", says_why, 60)
        assert ready.find("-n", space, "statefulset", f"{NAME}-master") is not None
    finally:
        ready.apply(role)
    wait_for(
        "the resource is gone", lambda: ready.find("-n", space, "alluxiocluster", NAME) is None, 180
    )


def test_retain_keeps_the_data_for_a_new_resource_of_the_same_name(
    operator: Cluster, space: str
) -> None:
    assert operator.find("-n", space, "alluxiocluster", NAME) is None
    selector = f"app.kubernetes.io/instance={NAME}"
    assert (
        operator.get("-n", space, "all,configmaps,serviceaccounts", "-l", selector)["items"] == []
    )
    claims = {
        c["metadata"]["uid"] for c in operator.get("-n", space, "pvc", "-l", selector)["items"]
    }
    assert claims
    cr = story_cr(operator, space)
    cr["spec"]["deletionPolicy"] = "Delete"
    operator.apply(cr)
    parts.wait_for_phase(operator, space, NAME, "Ready", READY_S)
    assert {
        c["metadata"]["uid"] for c in operator.get("-n", space, "pvc", "-l", selector)["items"]
    } == claims
    with operator.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        assert Rest(port).read_sha256(SMALL) == payload_sha256(SMALL_BYTES, SMALL)


def test_delete_leaves_nothing(operator: Cluster, space: str) -> None:
    operator.kubectl("-n", space, "delete", "alluxiocluster", NAME, "--timeout=180s")
    selector = f"app.kubernetes.io/instance={NAME}"
    kinds = "all,configmaps,serviceaccounts,pvc,poddisruptionbudgets,networkpolicies"
    assert operator.get("-n", space, kinds, "-l", selector)["items"] == []


def test_claims_of_applications_come_and_go(operator: Cluster) -> None:
    # No Alluxio starts: the Secret of the mount is missing, and no node fits FUSE. test_fuse.py has the whole story.
    space = "claims-door"
    allowed = parts.namespace(space)
    allowed["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "privileged"
    operator.apply(allowed)
    try:
        cr = parts.sample(NAME, space)
        claims = [{"namespace": space, "name": "data"}]
        cr["spec"]["fuse"] = {"enabled": True, "claims": claims, "nodeSelector": {"none": "such"}}
        operator.apply(cr)

        def bound() -> bool:
            found = operator.find("-n", space, "pvc", "data")
            return found is not None and found["status"]["phase"] == "Bound"

        wait_for("the claim is bound", bound, 60)
        operator.kubectl("-n", space, "delete", "alluxiocluster", NAME, "--timeout=120s")
        assert operator.find("-n", space, "pvc", "data") is None
        assert operator.get("pv", "-l", f"alluxio.io/namespace={space}")["items"] == []
    finally:
        operator.kubectl("delete", "namespace", space, "--timeout=120s")
