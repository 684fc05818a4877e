# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Spark applications where things go wrong: nodes with the data that take no executor, and what dies in mid-job.

All run one program, which copies lines slowly: whatever happens, each line arrives once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.capacity import requests_by_node
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.nodes import amounts
from spark_space import ALLUXIO, SparkSpace
from workbench import parts
from workbench.cluster import image, wait_for

pytestmark = pytest.mark.wide

FILES, LINES_A_FILE = 12, 50
READY_S, RUN_S, SLOW_S = 300, 300, 6
PROGRAM = """\
import sys
import time

from pyspark.sql import SparkSession

source, target, seconds = sys.argv[1:]


def slowly(lines):
    time.sleep(float(seconds))
    return lines


context = SparkSession.builder.getOrCreate().sparkContext
context.textFile(source, 1).mapPartitions(slowly).saveAsTextFile(target)
"""
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "seccompProfile": {"type": "RuntimeDefault"},
}
TWO = {"cores": 1, "memory": "512Mi", "instances": 2}
Replicas = dict[str, list[tuple[str, ...]]]
PATIENT = {"mode": "preferred", "wait": "60s"}


@pytest.fixture(scope="module")
def ready(spark: SparkSpace) -> SparkSpace:
    spark.program("copy", PROGRAM)
    return spark


def lines_of(number: int) -> list[str]:
    return [f"file {number} line {line}" for line in range(LINES_A_FILE)]


def place(space: SparkSpace, name: str, hosts: tuple[str, ...]) -> str:
    """Twelve files of one block each on these hosts in turn; their folder."""
    folder = f"/busy/{name}"
    with space.data() as (_, data):
        for number in range(FILES):
            text = "".join(f"{line}\n" for line in lines_of(number)).encode()
            host = hosts[number % len(hosts)]
            data.write(f"{folder}/part-{number:02d}", [text], hosts=[host], overwrite=True)
    return folder


def copying(
    space: SparkSpace, name: str, hosts: tuple[str, ...], seconds: float, **spec: Any
) -> dict[str, Any]:
    """An application that copies files which lie on these hosts."""
    arguments = (f"alluxio://{place(space, name, hosts)}", f"alluxio:///copies/{name}")
    locality = {**PATIENT, "paths": [f"/busy/{name}"], **spec.pop("locality", {})}
    return space.job("copy", name, *arguments, str(seconds), locality=locality, **spec)


def check_copy(space: SparkSpace, name: str) -> None:
    """That each line arrived, and none twice."""
    with space.data() as (access, data):
        copies = [file for file in access.list_files(f"/copies/{name}") if not file.folder]
        text = "".join(b"".join(data.read(file.path)).decode() for file in copies)
    expected = [line for number in range(FILES) for line in lines_of(number)]
    assert sorted(text.splitlines()) == sorted(expected)


@contextmanager
def full(space: SparkSpace, node: str) -> Iterator[None]:
    """The node with nearly no CPU left to request."""
    allocatable = amounts(space.cluster.get("node", node)["status"]["allocatable"], "allocatable")
    used = requests_by_node(space.cluster.get("pods", "-A")["items"]).get(node, {})
    container = {
        "name": "filler",
        "image": image("tools"),
        "command": ["sleep", "3600"],
        "resources": {"requests": {"cpu": f"{allocatable['cpu'] - used.get('cpu', 0) - 50}m"}},
        "securityContext": RESTRICTED,
    }
    spec = {"nodeName": node, "terminationGracePeriodSeconds": 0, "containers": [container]}
    metadata = {"name": "filler", "namespace": space.name}
    space.cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    try:
        yield
    finally:
        space.cluster.kubectl("-n", space.name, "delete", "pod", "filler", "--ignore-not-found")


@contextmanager
def cordoned(space: SparkSpace, node: str) -> Iterator[None]:
    space.cluster.kubectl("cordon", node)
    try:
        yield
    finally:
        space.cluster.kubectl("uncordon", node)


# ------------------------------------------------------------------ nodes that take no executor


@pytest.mark.parametrize(("busy", "why"), [(full, "no room: free CPU 0.05 < 0.3"), (cordoned, "cordoned")])  # fmt: skip
def test_it_runs_elsewhere_and_says_why(
    ready: SparkSpace, busy: Callable[[SparkSpace, str], AbstractContextManager[None]], why: str
) -> None:
    host = ready.hosts[0]
    node = ready.nodes()[host]
    name = f"elsewhere-{busy.__name__}"
    application = copying(ready, name, (host,), 1, executors=TWO)
    with busy(ready, node), ready.running(application):
        on = wait_for("executors have a node", lambda: nodes_of_executors(ready, name), RUN_S)
        status = ready.succeed(name)
    check_copy(ready, name)
    assert node not in on
    assert node not in status["executors"]["planned"]
    assert any(f"node {node} holds" in note and why in note for note in status["notes"])
    assert status["localShare"] == 0


def test_blocks_of_a_full_node_are_copied_for_the_time_of_the_run(ready: SparkSpace) -> None:
    host = ready.hosts[0]
    node = ready.nodes()[host]
    application = copying(
        ready, "copied", (host,), 1, locality={"onBusy": "replicate"}, executors=TWO
    )
    before = ready.replicas("/busy/copied")
    assert {hosts for blocks in before.values() for hosts in blocks} == {(host,)}
    with full(ready, node), ready.running(application) as name:
        during = wait_for("two copies of each block", lambda: doubled(ready, before), RUN_S)
        status = ready.succeed(name)
        check_copy(ready, name)
        assert node not in status["executors"]["planned"]
        assert tasks(status) == (FILES, 0)
        assert any("were copied to nodes with room" in note for note in status["notes"])
        copies = [each for blocks in during.values() for hosts in blocks for each in hosts]
        assert {copies.count(other) for other in ready.hosts[1:]} == {FILES // 2}
        wait_for("the copies are gone", lambda: ready.replicas("/busy/copied") == before, 60)
        assert ready.cluster.find("-n", ready.name, "configmap", f"{name}-replicas") is None


def test_copies_go_with_an_application_that_is_deleted_in_mid_job(ready: SparkSpace) -> None:
    host = ready.hosts[0]
    application = copying(
        ready, "cut-off", (host,), 60, locality={"onBusy": "replicate"}, executors=TWO
    )
    before = ready.replicas("/busy/cut-off")
    with full(ready, ready.nodes()[host]), ready.running(application):
        wait_for("two copies of each block", lambda: doubled(ready, before), RUN_S)
    wait_for("the copies are gone", lambda: ready.replicas("/busy/cut-off") == before, 60)


def doubled(space: SparkSpace, before: Replicas) -> Replicas | None:
    """Where the blocks are, once each has a second copy."""
    folder = next(iter(before)).rpartition("/")[0]
    found = space.replicas(folder)
    return found if all(len(at) == 2 for blocks in found.values() for at in blocks) else None


def nodes_of_executors(space: SparkSpace, name: str) -> set[str] | None:
    """None until all of them have one."""
    nodes = [pod["spec"].get("nodeName") for pod in space.pods(name, "executor")]
    return set(nodes) if len(nodes) == TWO["instances"] and all(nodes) else None


def test_required_waits_for_room_and_says_so(ready: SparkSpace) -> None:
    host = ready.hosts[1]
    node = ready.nodes()[host]
    locality = {"mode": "required"}
    application = copying(ready, "patient", (host,), 0, locality=locality, executors=TWO)
    with ready.running(application) as name:
        with full(ready, node):
            wait_until_two_wait(ready, name)
            status = ready.status(name)
            assert status["phase"] == "Running"
            assert any("executors wait for it or its peers" in note for note in status["notes"])
            assert any("2 of 2 executors will wait" in note for note in status["notes"])
        status = ready.succeed(name)
    check_copy(ready, name)
    assert status["progress"]["tasks"]["remote"] == 0
    assert status["localShare"] == 1


def wait_until_two_wait(space: SparkSpace, name: str) -> None:
    """Until no node takes either executor, and the status has seen them."""

    def waiting() -> bool:
        pods = space.pods(name, "executor")
        why = [row.get("reason") for pod in pods for row in pod["status"].get("conditions", ())]
        executors = space.status(name).get("executors", {})
        return why.count("Unschedulable") == executors.get("pending") == TWO["instances"]

    wait_for("two executors wait for room", waiting, RUN_S)


def test_required_waits_for_a_node_that_may_run_executors(ready: SparkSpace) -> None:
    host = ready.hosts[1]
    locality = {"mode": "required"}
    application = copying(ready, "closed", (host,), 0, locality=locality, executors=TWO)
    with cordoned(ready, ready.nodes()[host]), ready.running(application) as name:
        status = ready.wait_for_phase(name, "Pending", timeout_s=60)
        assert "no node that may run executors holds data of /busy/closed" in json.dumps(
            status["conditions"]
        )
        assert ready.pods(name) == []
        ready.cluster.kubectl("uncordon", ready.nodes()[host])
        assert ready.succeed(name)["localShare"] == 1
    check_copy(ready, name)


# ------------------------------------------------------------------ executors by number and by demand


def test_two_executors_share_a_node(ready: SparkSpace) -> None:
    host = ready.hosts[2]
    application = copying(ready, "pair", (host,), 1, executors=TWO)
    with ready.running(application) as name:
        status = ready.succeed(name)
    check_copy(ready, name)
    assert status["executors"]["planned"] == {ready.nodes()[host]: 2}
    assert tasks(status) == (FILES, 0)


def test_dynamic_allocation_from_zero_is_local(ready: SparkSpace) -> None:
    executors = {
        "cores": 1,
        "memory": "512Mi",
        "dynamicAllocation": {"min": 0, "max": 3, "initial": 0},
    }
    application = copying(ready, "from-zero", ready.hosts, 1, executors=executors)
    with ready.running(application) as name:
        status = ready.succeed(name)
    check_copy(ready, name)
    assert tasks(status) == (FILES, 0)


def tasks(status: dict[str, Any]) -> tuple[int, int]:
    """How many ran beside their data, how many elsewhere."""
    counts = status["progress"]["tasks"]
    return counts["local"], counts["remote"]


# ------------------------------------------------------------------ what dies in mid-job


def kill(space: SparkSpace, namespace: str, *pods: dict[str, Any]) -> None:
    names = [pod["metadata"]["name"] for pod in pods]
    now = ("--grace-period=0", "--force")
    space.cluster.kubectl("-n", namespace, "delete", "pod", *names, *now)


def executor(space: SparkSpace, name: str) -> None:
    kill(space, space.name, space.pods(name, "executor")[0])


def worker(space: SparkSpace, _name: str) -> None:
    kill(space, space.name, space.workers()[0])


def operator(space: SparkSpace, _name: str) -> None:
    selector = ("-l", f"app.kubernetes.io/name={parts.OPERATOR}")
    kill(
        space, parts.OPERATOR, *space.cluster.get("-n", parts.OPERATOR, "pods", *selector)["items"]
    )


def all_beside_the_data(space: SparkSpace, name: str) -> None:
    """The executors of the first node, and the worker that alone holds the blocks."""
    node = space.nodes()[space.hosts[0]]
    pods = [*space.pods(name, "executor"), *space.workers()]
    kill(space, space.name, *(pod for pod in pods if pod["spec"]["nodeName"] == node))


@pytest.mark.parametrize(
    ("dies", "nodes"), [(executor, 3), (worker, 3), (operator, 3), (all_beside_the_data, 1)]
)
def test_it_survives_the_death_of(
    ready: SparkSpace, dies: Callable[[SparkSpace, str], None], nodes: int
) -> None:
    application = copying(
        ready,
        f"survives-{dies.__name__.replace('_', '-')}",
        ready.hosts[:nodes],
        SLOW_S,
        locality={"wait": "3s"},
    )
    with ready.running(application) as name:
        wait_for("some tasks are done", lambda: 1 < done(ready, name) < FILES, RUN_S)
        dies(ready, name)
        status = ready.succeed(name, timeout_s=RUN_S)
    check_copy(ready, name)
    assert len(status["attempts"]) == 1
    parts.rollout(ready.cluster, parts.OPERATOR, f"deployment/{parts.OPERATOR}")
    parts.wait_for_phase(ready.cluster, ready.name, ALLUXIO, "Ready", READY_S)


def done(space: SparkSpace, name: str) -> int:
    """Tasks that have succeeded, as the driver says it itself."""
    for pod in space.pods(name, "driver"):
        text = pod["metadata"].get("annotations", {}).get("alluxio.io/spark-progress", "{}")
        counts = json.loads(text).get("tasks", {})
        return sum(counts.values())
    return 0
