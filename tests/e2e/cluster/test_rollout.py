# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Edits of a running AlluxioCluster, by the operator, under a client that never rests.

What restarted is told by the UIDs and restart counts of all pods. The tests share one AlluxioCluster and
run in the order they stand in, as one story.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from spaces import make_space
from workbench import parts, pulse
from workbench.cluster import Cluster, wait_for
from workbench.pulse import Pulse
from workbench.rest import Rest, payload_sha256

NAME = "roll"
READY_S = 300
ROLL_S = 420
CACHED_BYTES = 3 << 20
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def space(operator: Cluster) -> Iterator[str]:
    yield from make_space(operator, "rollout")


def first_cr(space: str) -> dict[str, Any]:
    cr = parts.sample(NAME, space)
    # A node stays free for a worker of another pool.
    cr["spec"]["workers"][0]["replicas"] = 2
    cr["spec"]["deletionPolicy"] = "Delete"
    return cr


@pytest.fixture(scope="module")
def ready(operator: Cluster, space: str) -> Cluster:
    operator.apply(first_cr(space))
    parts.wait_for_phase(operator, space, NAME, "Ready", READY_S)
    return operator


@pytest.fixture(scope="module")
def client(ready: Cluster, space: str) -> Iterator[Pulse]:
    with pulse.running(ready, space, NAME) as running:
        yield running


def pods(cluster: Cluster, space: str) -> dict[str, tuple[str, int]]:
    """UID and restarts of every pod of the cluster, by its name."""
    found = cluster.get("-n", space, "pods", "-l", f"app.kubernetes.io/instance={NAME}")["items"]
    return {
        pod["metadata"]["name"]: (
            pod["metadata"]["uid"],
            sum(c["restartCount"] for c in pod["status"].get("containerStatuses", [])),
        )
        for pod in found
        if "deletionTimestamp" not in pod["metadata"]
    }


def edit(cluster: Cluster, space: str, change: Edit) -> None:
    cr = cluster.get("-n", space, "alluxiocluster", NAME)
    change(cr["spec"])
    metadata = {"name": NAME, "namespace": space}
    cluster.apply({**{k: cr[k] for k in ("apiVersion", "kind", "spec")}, "metadata": metadata})


def passes(cluster: Cluster, space: str, since: str) -> int:
    """How many passes the operator has finished over the cluster."""
    log = cluster.kubectl(
        *("-n", "alluxio-operator", "logs", "deployment/alluxio-operator", f"--since-time={since}")
    )
    done = [line for line in log.splitlines() if "Ansible-runner exited" in line]
    return sum(f'"namespace":"{space}"' in line for line in done)


def now(cluster: Cluster) -> str:
    del cluster
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def test_an_edit_of_one_pool_restarts_that_pool_alone_and_loses_nothing(
    ready: Cluster, space: str
) -> None:
    with ready.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        rest = Rest(port)
        rest.write("/only-cached", CACHED_BYTES, write_type="MUST_CACHE")
        assert rest.status("/only-cached")["persisted"] is False
    before = pods(ready, space)

    def change(spec: dict[str, Any]) -> None:
        spec["workers"][0]["properties"] = {"alluxio.worker.network.reader.buffer.size": "2MB"}

    edit(ready, space, change)
    parts.wait_for_phase(ready, space, NAME, "Updating", 60)
    parts.wait_for_phase(ready, space, NAME, "Ready", ROLL_S)
    after = pods(ready, space)
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {f"{NAME}-worker-fast-0", f"{NAME}-worker-fast-1"}
    assert all(after[name][1] == 0 for name in changed)
    with ready.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        rest = Rest(port)
        assert rest.status("/only-cached")["persisted"] is True
        assert rest.read_sha256("/only-cached") == payload_sha256(CACHED_BYTES, "/only-cached")


def test_an_edit_for_all_rolls_one_by_one_with_the_leader_last(
    ready: Cluster, space: str, client: Pulse
) -> None:
    before = pods(ready, space)
    leader = ready.get("-n", space, "alluxiocluster", NAME)["status"]["leader"]
    start, since = time.time(), now(ready)

    def change(spec: dict[str, Any]) -> None:
        spec["properties"] = {"alluxio.user.block.size.bytes.default": "8MB"}

    edit(ready, space, change)
    parts.wait_for_phase(ready, space, NAME, "Updating", 60)
    parts.wait_for_phase(ready, space, NAME, "Ready", ROLL_S)
    took, count = time.time() - start, passes(ready, space, since)
    client.wait_until_steady()
    after = pods(ready, space)
    stateful = [name for name in before if "-proxy-" not in name]
    assert all(before[name][0] != after[name][0] for name in stateful)
    assert all(restarts == 0 for _, restarts in after.values())
    created = {
        pod["metadata"]["name"]: pod["metadata"]["creationTimestamp"]
        for pod in ready.get("-n", space, "pods")["items"]
    }
    order = sorted(stateful, key=lambda name: created[name])
    masters = [name for name in order if "-master-" in name]
    assert order[: len(masters)] == masters, "masters before workers"
    assert masters[-1] == leader, "the leader last"
    assert len({created[name] for name in order}) == len(order), "one at a time"
    seen = client.since(start)
    print(f"roll of {len(stateful)} pods: {took:.0f} s, {count} passes, client: {seen}")
    assert (seen.failed, seen.wrong) == (0, 0)
    assert client.verify()["lost_bytes"] == 0


@pytest.mark.wide
def test_a_secret_that_changes_restarts_who_reads_it(ready: Cluster, space: str) -> None:
    before = pods(ready, space)
    patch = {"metadata": {"labels": {"rotated": "yes"}}}
    ready.kubectl("-n", space, "patch", "secret", "s3-credentials", "-p", json.dumps(patch))

    def masters_changed() -> bool:
        found = pods(ready, space)
        masters = [name for name in before if "-master-" in name]
        return all(found.get(name, before[name])[0] != before[name][0] for name in masters)

    # Noticed by the periodic pass.
    wait_for("the masters have restarted", masters_changed, 60 + ROLL_S)
    parts.wait_for_phase(ready, space, NAME, "Ready", READY_S)
    after = pods(ready, space)
    assert {name for name in before if before[name] != after.get(name)} == {
        name for name in before if "-master-" in name
    }


def test_a_pool_comes_and_goes_with_what_only_it_holds(ready: Cluster, space: str) -> None:
    before = pods(ready, space)
    extra = {**first_cr(space)["spec"]["workers"][0], "name": "extra", "replicas": 1}
    edit(ready, space, lambda spec: spec["workers"].append(extra))
    parts.wait_for_phase(ready, space, NAME, "Ready", READY_S)
    pod = f"{NAME}-worker-extra-0"
    after = pods(ready, space)
    assert {name for name in after if before.get(name) != after[name]} == {pod}
    host = ready.get("-n", space, "pod", pod)["status"]["hostIP"]
    with ready.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        rest = Rest(port)
        # Several, so that one lies on the new pool's worker, wherever the proxy runs.
        paths = [f"/extra/{number}" for number in range(12)]
        for path in paths:
            rest.write(path, CACHED_BYTES // 4, write_type="MUST_CACHE")
    edit(ready, space, lambda spec: spec["workers"].pop())
    parts.wait_for_phase(ready, space, NAME, "Ready", READY_S)
    wait_for("the pool is gone", lambda: pod not in pods(ready, space), 60)
    # Nobody else was replaced, and no job worker died of twelve files at once.
    assert pods(ready, space) == before
    assert ready.find("-n", space, "statefulset", f"{NAME}-worker-extra") is None
    with ready.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        rest = Rest(port)
        for path in paths:
            on_it = any(place[0] == host for place in rest.block_places(path))
            assert rest.status(path)["persisted"] or not on_it
            assert rest.read_sha256(path) == payload_sha256(CACHED_BYTES // 4, path)


def test_what_cannot_be_changed_is_refused_and_nothing_restarts(ready: Cluster, space: str) -> None:
    before = pods(ready, space)
    edit(ready, space, lambda spec: spec["masters"].update(replicas=1))
    found = parts.wait_for_phase(ready, space, NAME, "Invalid", 60)
    assert "spec.masters.replicas" in json.dumps(found["status"]["conditions"])
    assert pods(ready, space) == before
    edit(ready, space, lambda spec: spec["masters"].update(replicas=3))
    parts.wait_for_phase(ready, space, NAME, "Ready", 60)
    assert pods(ready, space) == before


@pytest.mark.wide
def test_a_wrong_edit_stops_at_one_pod_and_its_correction_goes_on(
    ready: Cluster, space: str, client: Pulse
) -> None:
    before, start = pods(ready, space), time.time()

    def wrong(spec: dict[str, Any]) -> None:
        spec["masters"]["jvmOptions"] = ["-XX:NoSuchOption"]

    edit(ready, space, wrong)

    def stopped() -> bool:
        status = ready.get("-n", space, "alluxiocluster", NAME)["status"]
        return "roll has stopped" in json.dumps(status["conditions"] + [status["problems"]])

    wait_for("the roll has stopped", stopped, ROLL_S)
    after = pods(ready, space)
    changed = {name for name in before if before[name][0] != after.get(name, before[name])[0]}
    assert len(changed) == 1
    status = ready.get("-n", space, "alluxiocluster", NAME)["status"]
    conditions = {c["type"]: c["status"] for c in status["conditions"]}
    assert (status["phase"], conditions["Available"]) == ("Degraded", "True")
    right = first_cr(space)["spec"]["masters"]["jvmOptions"]
    edit(ready, space, lambda spec: spec["masters"].update(jvmOptions=right))
    parts.wait_for_phase(ready, space, NAME, "Ready", ROLL_S)
    after = pods(ready, space)
    assert {name for name in before if before[name][0] != after[name][0]} == changed
    seen = client.since(start)
    assert (seen.failed, seen.wrong) == (0, 0)


@pytest.mark.wide
def test_a_tier_is_added_around_running_pods(ready: Cluster, space: str) -> None:
    workload = f"{NAME}-worker-fast"
    before = pods(ready, space)
    uid = ready.get("-n", space, "statefulset", workload)["metadata"]["uid"]
    tier = {"medium": "HDD", "volume": {"size": "1Gi"}}
    edit(ready, space, lambda spec: spec["workers"][0]["tiers"].append(tier))
    parts.wait_for_phase(ready, space, NAME, "Ready", ROLL_S)
    assert ready.get("-n", space, "statefulset", workload)["metadata"]["uid"] != uid
    after = pods(ready, space)
    assert {name for name in before if before[name] != after.get(name)} == {
        f"{workload}-0",
        f"{workload}-1",
    }
    status = ready.get("-n", space, "alluxiocluster", NAME)["status"]
    assert "HDD" in {row["tier"] for row in status["tiers"]}


def test_deletion_persists_first(ready: Cluster, space: str) -> None:
    with ready.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        Rest(port).write("/last", CACHED_BYTES, write_type="MUST_CACHE")
    ready.kubectl("-n", space, "delete", "alluxiocluster", NAME, "--wait=false")
    wait_for(
        "the resource is gone", lambda: ready.find("-n", space, "alluxiocluster", NAME) is None, 240
    )
    # In the bucket, where versitygw keeps an object as a file of the same name.
    find = f"find /data -name last -size {CACHED_BYTES}c"
    assert ready.kubectl("-n", space, "exec", "deployment/s3", "--", "bash", "-c", find).strip()
