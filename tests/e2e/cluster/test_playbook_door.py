# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The same role by `ansible-playbook`, with neither operator nor custom resource."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from spaces import make_space
from workbench import parts
from workbench.cluster import Cluster
from workbench.rest import Rest

NAME = "by-hand"


@pytest.fixture(scope="module")
def space(cluster: Cluster) -> Iterator[str]:
    yield from make_space(cluster, "playbook-door")


def variables(space: str, **more: Any) -> dict[str, Any]:
    cr = parts.sample(NAME, space)
    # Small: what the operator's story shows with three masters needs no second proof here.
    cr["spec"]["masters"]["replicas"] = 1
    cr["spec"]["workers"][0]["replicas"] = 1
    cr["spec"]["deletionPolicy"] = "Delete"
    return {"alluxio_cluster": {"metadata": cr["metadata"], "spec": cr["spec"]}, **more}


def changed(output: str) -> int:
    match = re.search(r"localhost\s*:.*changed=(\d+)", output)
    assert match, output
    return int(match.group(1))


def test_check_mode_tells_the_truth_before_anything_exists(cluster: Cluster, space: str) -> None:
    done = parts.play(cluster, "alluxio_cluster", "--check", "--diff", variables=variables(space))
    assert changed(done.stdout) == 1
    assert "kind: StatefulSet" in done.stdout
    assert cluster.find("-n", space, "statefulset", f"{NAME}-master") is None


def test_installs_and_settles(cluster: Cluster, space: str) -> None:
    done = parts.play(cluster, "alluxio_cluster", variables=variables(space))
    assert changed(done.stdout) == 1
    with cluster.port_forward(space, f"service/{NAME}-proxy", 39999) as port:
        rest = Rest(port)
        assert rest.write("/hello", 1 << 20) == rest.read_sha256("/hello")


def test_second_run_changes_nothing(cluster: Cluster, space: str) -> None:
    assert changed(parts.play(cluster, "alluxio_cluster", variables=variables(space)).stdout) == 0


def test_check_mode_shows_an_edit_and_leaves_it(cluster: Cluster, space: str) -> None:
    edited = variables(space)
    edited["alluxio_cluster"]["spec"].setdefault("properties", {})[
        "alluxio.user.block.size.bytes.default"
    ] = "8MB"
    done = parts.play(cluster, "alluxio_cluster", "--check", "--diff", variables=edited)
    assert changed(done.stdout) == 1
    assert re.search(r"^\+.*block\.size\.bytes\.default=8MB", done.stdout, re.MULTILINE)
    live = cluster.get("-n", space, "configmap", f"{NAME}-config")["data"]
    assert not any("8MB" in text for text in live.values())


def test_absent_removes_all_that_the_policy_says(cluster: Cluster, space: str) -> None:
    parts.play(
        cluster, "alluxio_cluster", variables=variables(space, alluxio_cluster_state="absent")
    )
    selector = f"app.kubernetes.io/instance={NAME}"
    kinds = "all,configmaps,serviceaccounts,pvc,poddisruptionbudgets,networkpolicies"
    assert cluster.get("-n", space, kinds, "-l", selector)["items"] == []
