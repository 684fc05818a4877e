# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio as a file system of the nodes, used by pods of a restricted namespace; domain sockets; data that is
cached only; NetworkPolicies. On real nodes, by the operator as a pod.

One story: the tests run in the order they stand in.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from spaces import make_space
from workbench import parts
from workbench.cluster import Cluster, image, wait_for
from workbench.rest import Rest

NAME = "files"
SPACE, APPS, PIPES = "fuse-story", "fuse-apps", "fuse-pipelines"
READY_S = 240
ENFORCE = "pod-security.kubernetes.io/enforce"
MIB = 1 << 20

# Writes a file, and counts it as written only when it reads back: Alluxio completes a file after close() has returned.
# Ends when ten in a row succeed after the first failure.
WRITER = """
n=0 failed=0 good=0
while ((n < 600)); do
  n=$((n + 1)) file=/alluxio/data/$1-$n
  if why=$( { echo "$n" > "$file" && [[ $(cat "$file") == "$n" ]]; } 2>&1 ); then
    echo "$EPOCHREALTIME ok $n"; good=$((good + 1))
  else
    echo "$EPOCHREALTIME failed $n ${why##*: }"; failed=1 good=0
  fi
  if ((failed && good >= 10)); then exit 0; fi
  sleep 0.1
done
echo "nothing happened" >&2; exit 1
"""
FOLDER = "/alluxio/data/pipelines/nightly"
WRITE_STAGE = f"mkdir -p {FOLDER}/$1/prep && head -c 3000000 /dev/urandom > {FOLDER}/$1/prep/data"
# FUSE ends a file some time after the program has closed it.
CHECKSUM = (
    f"for n in {{1..50}}; do sha256sum {FOLDER}/$1/prep/data && exit 0; sleep 0.2; done; exit 1"
)
KILL = """
for p in /proc/[0-9]*; do
  if tr '\\0' ' ' < "$p/cmdline" 2> /dev/null | grep -q '[a]lluxio.fuse.AlluxioFuse'; then kill -9 "${p#/proc/}"; fi
done
"""


@pytest.fixture(scope="module")
def space(operator: Cluster) -> Iterator[str]:
    """The cluster's namespace, which allows privileged pods once the first test has seen what happens otherwise."""
    operator.apply(parts.namespace(APPS))
    try:
        yield from make_space(operator, SPACE)
    finally:
        operator.kubectl("delete", "namespace", APPS, "--timeout=120s")


def resource() -> dict[str, Any]:
    cr = parts.sample(NAME, SPACE)
    spec = cr["spec"]
    spec["deletionPolicy"] = "Delete"
    spec["masters"]["replicas"] = 1
    [pool] = spec["workers"]
    pool |= {"replicas": 2, "shortCircuit": {"enabled": True}}
    spec["fuse"] = {
        "enabled": True,
        "claims": [{"namespace": APPS, "name": "alluxio"}, {"namespace": SPACE, "name": "alluxio"}],
        **{field: pool[field] for field in ("memory", "resources", "jvmOptions")},
    }
    return cr


def application(
    name: str, namespace: str, node: str, user: int, claim: str = "alluxio"
) -> dict[str, Any]:
    """A pod that mounts the claim; restricted unless its user is root."""
    restricted = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    container = {
        "name": "app",
        "image": image("tools"),
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "100000"],
        "securityContext": restricted if user else {},
        "volumeMounts": [
            {"name": "alluxio", "mountPath": "/alluxio", "mountPropagation": "HostToContainer"}
        ],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "nodeName": node,
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 1,
            "securityContext": {
                "runAsUser": user,
                "runAsNonRoot": bool(user),
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
            "volumes": [{"name": "alluxio", "persistentVolumeClaim": {"claimName": claim}}],
        },
    }


@contextmanager
def applications(cluster: Cluster, node: str) -> Iterator[list[tuple[str, str]]]:
    """One of any user in the restricted namespace, and one of root beside the cluster: (namespace, name) of each."""
    pods = [application("app", APPS, node, 1000650000), application("root", SPACE, node, 0)]
    cluster.apply(*pods)
    names = [(pod["metadata"]["namespace"], pod["metadata"]["name"]) for pod in pods]
    try:
        for namespace, name in names:
            cluster.kubectl(
                "-n", namespace, "wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s"
            )
        yield names
    finally:
        for namespace, name in names:
            cluster.kubectl(
                "-n", namespace, "delete", "pod", name, "--ignore-not-found", "--timeout=60s"
            )


@contextmanager
def stages(cluster: Cluster, node: str) -> Iterator[list[tuple[str, str]]]:
    """Two pods of different users with a pipeline's claim: (namespace, name) of each."""
    nodes = [one["metadata"]["name"] for one in cluster.get("nodes")["items"]]
    places = {"prep": node, "train": next(one for one in nodes if one != node)}
    users = {"prep": 1000650000, "train": 1000660000}
    cluster.apply(
        *(application(name, PIPES, where, users[name], "nightly") for name, where in places.items())
    )
    for name in places:
        cluster.kubectl(
            "-n", PIPES, "wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s"
        )
    yield [(PIPES, name) for name in places]
    for name in places:
        cluster.kubectl("-n", PIPES, "delete", "pod", name, "--timeout=60s")


def run_states(cluster: Cluster) -> dict[str, str]:
    """What the pipeline's status says of each run."""
    status = cluster.get("-n", PIPES, "alluxiopipeline", "nightly")["status"]
    return {run["name"]: run["state"] for run in status["runs"]}


@contextmanager
def writers(
    cluster: Cluster, apps: list[tuple[str, str]], folder: Path
) -> Iterator[list[tuple[subprocess.Popen[bytes], Callable[[], str]]]]:
    """WRITER in each of the pods: its process here, and what it has said so far."""
    running: list[tuple[subprocess.Popen[bytes], Callable[[], str]]] = []
    try:
        for namespace, name in apps:
            file = folder / f"{name}.log"
            command = ["-n", namespace, "exec", name, "--", "bash", "-c", WRITER, "sh", name]
            with file.open("wb") as log:
                process = subprocess.Popen(
                    [*cluster.kubectl_command, *command], stdout=log, stderr=log
                )
            running.append((process, file.read_text))
        yield running
    finally:
        for process, _ in running:
            process.kill()
            process.wait()


def component_pods(cluster: Cluster, component: str) -> list[dict[str, Any]]:
    selector = f"app.kubernetes.io/instance={NAME},app.kubernetes.io/component={component}"
    found: list[dict[str, Any]] = cluster.get("-n", SPACE, "pods", "-l", selector)["items"]
    return found


def conditions(cluster: Cluster) -> dict[str, dict[str, Any]]:
    status = cluster.get("-n", SPACE, "alluxiocluster", NAME)["status"]
    return {condition["type"]: condition for condition in status["conditions"]}


def sh(cluster: Cluster, pod: tuple[str, str], script: str, *args: str) -> str:
    return cluster.kubectl("-n", pod[0], "exec", pod[1], "--", "bash", "-c", script, "sh", *args)


def touch(cluster: Cluster) -> None:
    """Wakes the operator, which else looks once a minute."""
    cluster.kubectl(
        "-n", SPACE, "annotate", "--overwrite", "alluxiocluster", NAME, f"test/now={time.time_ns()}"
    )


@pytest.fixture(scope="module")
def ready(operator: Cluster, space: str) -> Cluster:
    """The cluster once the AlluxioCluster is Ready."""
    del space
    operator.kubectl("label", "--overwrite", "namespace", SPACE, f"{ENFORCE}=privileged")
    operator.kubectl(
        "annotate", "--overwrite", "namespace", APPS, f"alluxio.io/claims-from={SPACE}"
    )
    operator.apply(resource())
    touch(operator)
    parts.wait_for_phase(operator, SPACE, NAME, "Ready", READY_S)
    return operator


@pytest.fixture(scope="module")
def node(ready: Cluster) -> str:
    """A node with a worker."""
    return str(component_pods(ready, "worker")[0]["spec"]["nodeName"])


def test_says_what_the_namespaces_would_have_to_allow(operator: Cluster, space: str) -> None:
    operator.apply(resource())
    found = parts.wait_for_phase(operator, space, NAME, "Invalid", 60)
    problems = "\n".join(found["status"]["problems"])
    assert "spec.fuse.enabled" in problems
    assert "spec.workers[0].shortCircuit.enabled" in problems
    assert f"{ENFORCE}=privileged" in problems
    assert f"kubectl annotate namespace {APPS} alluxio.io/claims-from={space}" in problems
    assert operator.find("-n", space, "statefulset", f"{NAME}-master") is None


def test_every_node_mounts_and_the_status_names_the_claims(ready: Cluster) -> None:
    status = ready.get("-n", SPACE, "alluxiocluster", NAME)["status"]
    nodes = len(ready.get("nodes")["items"])
    claims = [f"{APPS}/alluxio", f"{SPACE}/alluxio"]
    assert status["fuse"] == {"desired": nodes, "ready": nodes, "claims": claims}
    for namespace in (APPS, SPACE):
        assert ready.get("-n", namespace, "pvc", "alluxio")["status"]["phase"] == "Bound"


def test_the_api_server_takes_the_policies(ready: Cluster) -> None:
    policies = {one["metadata"]["name"]: one for one in ready.get("-n", SPACE, "netpol")["items"]}
    assert set(policies) == {f"{NAME}-{part}" for part in ("master", "worker", "proxy", "fuse")}
    [operators] = [
        peer
        for rule in policies[f"{NAME}-master"]["spec"]["ingress"]
        for peer in rule["from"]
        if "namespaceSelector" in peer
    ]
    assert operators["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "alluxio-operator"
    }


def test_a_killed_mount_comes_back_under_applications_that_lose_nothing(
    ready: Cluster, node: str, tmp_path: Path
) -> None:
    [victim] = [pod for pod in component_pods(ready, "fuse") if pod["spec"]["nodeName"] == node]
    name = victim["metadata"]["name"]
    with applications(ready, node) as apps:
        for app in apps:
            with pytest.raises(Exception, match="Read-only file system"):
                sh(ready, app, "echo x > /alluxio/x")
        with writers(ready, apps, tmp_path) as running:
            # Only a writer that got going shows an interruption.
            wait_for("all write", lambda: all(" ok 3\n" in log() for _, log in running), 90)
            # The command's own shell is no victim, but its connection may break.
            fuse = ["-n", SPACE, "exec", name, "-c", "fuse", "--"]
            ready.kubectl(*fuse, "bash", "-c", KILL, check=False)
            ended = [process.wait(timeout=300) for process, _ in running]
            logs = [log() for _, log in running]
        assert ended == [0, 0], "\n".join(logs)
        container = ready.get("-n", SPACE, "pod", name)["status"]["containerStatuses"][0]
        assert container["restartCount"] == 1
        for app, log in zip(apps, logs, strict=True):
            rows = [line.split() for line in log.splitlines()]
            times = [float(row[0]) for row in rows]
            first = next(n for n, row in enumerate(rows) if row[1] == "failed")
            back = next(
                n for n in range(first, len(rows)) if all(r[1] == "ok" for r in rows[n : n + 10])
            )
            print(f"{app[1]}: without the mount for {times[back] - times[first]:.1f} s")
            written = [row[2] for row in rows if row[1] == "ok"]
            read = sh(
                ready,
                app,
                'for n in "${@:2}"; do cat "/alluxio/data/$1-$n"; done',
                app[1],
                *written,
            )
            assert read.split() == written, "what was acknowledged is in Alluxio"
        # What was written in the gap is nowhere: below the mount there is nothing to write to.
        assert "alluxio-share /alluxio tmpfs ro" in sh(ready, apps[1], "cat /proc/self/mounts")


def domain_bytes(cluster: Cluster, pod: str) -> tuple[int, int]:
    """Bytes that a worker has sent by its domain socket, and by TCP."""
    path = f"/api/v1/namespaces/{SPACE}/pods/{pod}:30000/proxy/metrics/json/"
    counters = json.loads(cluster.kubectl("get", "--raw", path))["counters"]
    names = ("Worker.BytesReadDomain", "Worker.BytesReadRemote")
    domain, remote = (counters.get(name, {"count": 0})["count"] for name in names)
    return domain, remote


def test_reads_on_the_workers_node_go_by_the_domain_socket(ready: Cluster, node: str) -> None:
    [worker] = [
        pod["metadata"]["name"]
        for pod in component_pods(ready, "worker")
        if pod["spec"]["nodeName"] == node
    ]
    with applications(ready, node) as apps:
        sh(ready, apps[0], f"head -c {8 * MIB} /dev/urandom > /alluxio/data/local")
        wait_for(
            "the file is complete",
            lambda: sh(ready, apps[0], "cat /alluxio/data/local | wc -c").strip() == str(8 * MIB),
            30,
        )
        domain, remote = domain_bytes(ready, worker)
        sh(ready, apps[0], "cat /alluxio/data/local > /dev/null")
        after_domain, after_remote = domain_bytes(ready, worker)
    assert after_domain - domain >= 8 * MIB
    assert after_remote == remote


def test_what_is_cached_only_is_shown_until_it_is_persisted(ready: Cluster) -> None:
    with ready.port_forward(SPACE, f"service/{NAME}-proxy", 39999) as port:
        Rest(port).write("/precious", 3 * MIB, write_type="MUST_CACHE")
        hosts = {host for host, _tier in Rest(port).block_places("/precious")}
    touch(ready)
    wait_for("the status tells", lambda: conditions(ready)["CacheOnlyData"]["status"] == "True", 60)
    assert "/precious" in conditions(ready)["CacheOnlyData"]["message"]
    status = ready.get("-n", SPACE, "alluxiocluster", NAME)["status"]
    assert status["notPersistedBytes"] == 3 * MIB
    assert status["cacheOnly"]["files"] == 1
    assert status["cacheOnly"]["paths"] == ["/precious"]
    assert [{"host": host, "bytes": 3 * MIB} for host in hosts] == status["cacheOnly"]["workers"]
    # The way that the condition's message names.
    worker = component_pods(ready, "worker")[0]["metadata"]["name"]
    persist = ["/opt/alluxio/bin/alluxio", "fs", "persist", "/precious"]
    ready.kubectl("-n", SPACE, "exec", worker, "-c", "worker", "--", *persist)
    touch(ready)
    wait_for("nothing is left", lambda: conditions(ready)["CacheOnlyData"]["status"] == "False", 90)


def pipeline() -> dict[str, Any]:
    return {
        "apiVersion": "alluxio.io/v1alpha1",
        "kind": "AlluxioPipeline",
        "metadata": {"name": "nightly", "namespace": PIPES},
        "spec": {
            "alluxioCluster": {"name": NAME, "namespace": SPACE},
            "persist": "async",
            "stages": [{"name": "prep"}, {"name": "train", "keep": True}],
            "claim": {"name": "nightly"},
            "deletionPolicy": "Delete",
        },
    }


def test_a_pipeline_in_a_namespace_of_its_own_is_prepared_and_cleaned(
    ready: Cluster, node: str
) -> None:
    """Two runs hand data from pod to pod; the one that succeeds is freed, the other one stays."""
    ready.apply(parts.namespace(PIPES))
    try:
        ready.apply(pipeline())
        parts.wait_for_phase(ready, PIPES, "nightly", "Failed", 60, kind="alluxiopipeline")
        agreed = f"alluxio.io/pipelines-from={PIPES}"
        ready.kubectl("annotate", "--overwrite", "namespace", SPACE, agreed)
        # Which wakes the operator.
        ready.kubectl("-n", PIPES, "annotate", "alluxiopipeline", "nightly", "test/now=1")
        parts.wait_for_phase(ready, PIPES, "nightly", "Ready", 90, kind="alluxiopipeline")
        with stages(ready, node) as (first, second):
            for run in ("good", "bad"):
                sh(ready, first, WRITE_STAGE, run)
                wrote, read = (sh(ready, pod, CHECKSUM, run) for pod in (first, second))
                assert wrote == read
                sh(ready, second, f"cp -r {FOLDER}/$1/prep {FOLDER}/$1/train", run)
            sh(ready, second, f"touch {FOLDER}/good/_SUCCESS")
            wait_for("the run is cleaned", lambda: run_states(ready).get("good") == "Cleaned", 180)
            assert run_states(ready)["bad"] == "Open"
        with ready.port_forward(SPACE, f"service/{NAME}-proxy", 39999) as port:

            def cached(path: str) -> float:
                return float(Rest(port).status(f"/pipelines/nightly/{path}")["inAlluxioPercentage"])

            wait_for("the good run is freed", lambda: cached("good/prep/data") == 0, 60)
            assert cached("good/train/data") == 100
            assert cached("bad/prep/data") == 100
        ready.kubectl("-n", PIPES, "delete", "alluxiopipeline", "nightly", "--timeout=90s")
        assert ready.get("pv", "-l", f"alluxio.io/namespace={PIPES}")["items"] == []
        assert ready.get("-n", PIPES, "pvc")["items"] == []
        with ready.port_forward(SPACE, f"service/{NAME}-proxy", 39999) as port:
            assert not Rest(port).path_call("/pipelines/nightly", "exists")
    finally:
        ready.kubectl("delete", "namespace", PIPES, "--timeout=120s")


@pytest.mark.wide
def test_what_is_switched_off_goes_away(ready: Cluster) -> None:
    cr = resource()
    cr["spec"]["fuse"]["claims"] = cr["spec"]["fuse"]["claims"][1:]
    cr["spec"]["networkPolicy"] = {"enabled": False}
    ready.apply(cr)
    wait_for(
        "the claim that is no longer named is gone",
        lambda: ready.find("-n", APPS, "pvc", "alluxio") is None,
        60,
    )
    wait_for("the policies are gone", lambda: not ready.get("-n", SPACE, "netpol")["items"], 60)
    assert ready.get("-n", SPACE, "pvc", "alluxio")["status"]["phase"] == "Bound"


@pytest.mark.wide
def test_a_claim_deleted_by_hand_comes_back_with_a_volume(ready: Cluster) -> None:
    before = ready.get("-n", SPACE, "pvc", "alluxio")["metadata"]["uid"]
    ready.kubectl("-n", SPACE, "delete", "pvc", "alluxio", "--timeout=60s")

    def is_bound_again() -> bool:
        found = ready.find("-n", SPACE, "pvc", "alluxio")
        new = found is not None and found["metadata"]["uid"] != before
        return new and found["status"].get("phase") == "Bound"

    wait_for("a new claim is bound", is_bound_again, 150)


def test_deletion_leaves_no_volume_and_no_mount(ready: Cluster, node: str) -> None:
    path = {"path": "/var/lib/alluxio-k8s", "type": "Directory"}
    watcher = application("watcher", SPACE, node, 0)
    watcher["spec"]["volumes"] = [{"name": "alluxio", "hostPath": path}]
    ready.apply(watcher)
    ready.kubectl("-n", SPACE, "wait", "--for=condition=Ready", "pod/watcher", "--timeout=60s")
    mounts = "grep -c ' fuse' /proc/self/mounts || true"
    assert int(sh(ready, (SPACE, "watcher"), mounts)) == 1
    ready.kubectl("-n", SPACE, "delete", "alluxiocluster", NAME, "--timeout=180s")
    assert int(sh(ready, (SPACE, "watcher"), mounts)) == 0
    ready.kubectl("-n", SPACE, "delete", "pod", "watcher", "--timeout=60s")
    assert ready.get("pv", "-l", f"alluxio.io/namespace={SPACE}")["items"] == []
    selector = f"app.kubernetes.io/instance={NAME}"
    kinds = "all,configmaps,serviceaccounts,pvc,poddisruptionbudgets,networkpolicies"
    assert ready.get("-n", SPACE, kinds, "-l", selector)["items"] == []
