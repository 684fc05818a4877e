# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Where Spark runs tasks on data that the test has put on three nodes, with the library and without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.tests.integration.spark.conftest import (
    FILE_BYTES,
    FILES,
    NODES,
    ROOT,
    Outcome,
    Run,
)

Holders = Callable[[], dict[str, set[str]]]

NODE_IP = {"name": "ALLUXIO_NODE_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}}
MAIN_CLASS = {
    "name": "SPARK_EXECUTOR_MAIN_CLASS",
    "value": "io.alluxio.k8s.spark.NodeHostExecutorBackend",
}
READ = 2 * FILES * FILE_BYTES


def template(*env: dict[str, Any]) -> dict[str, Any]:
    container = {"name": "spark-kubernetes-executor", "env": list(env)}
    return {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [container]}}


@pytest.fixture(scope="module")
def with_it(run_application: Run, holders: Holders) -> Outcome:
    """The library in use, on data that lies on one node each."""
    before = holders()
    assert Counter(host for (host,) in before.values()) == dict.fromkeys(NODES.values(), 4)
    conf = {
        "spark.locality.wait": "60s",
        "spark.kubernetes.executor.pod.featureSteps": "io.alluxio.k8s.spark.LeadNodeFeatureStep",
        "spark.alluxio.locality.nodes": "node-3:1,node-1:1,node-2:1",
    }
    outcome = run_application("with", conf, template(MAIN_CLASS, NODE_IP))
    assert holders() == before
    return outcome


@pytest.fixture(scope="module")
def stock(run_application: Run, holders: Holders) -> Outcome:
    """Spark as it is, but for Alluxio's client, which knows its node."""
    before = holders()
    conf = {
        "spark.locality.wait": "60s",
        "spark.executor.extraJavaOptions": "-Dalluxio.user.hostname=$(ALLUXIO_NODE_IP)",
    }
    outcome = run_application("stock", conf, template(NODE_IP))
    assert holders() == before
    return outcome


def test_every_task_runs_on_the_node_of_its_data(with_it: Outcome) -> None:
    assert with_it.localities == {"rdd": {"NODE_LOCAL": FILES}, "sql": {"NODE_LOCAL": FILES}}
    assert with_it.hosts == set(NODES.values())


def test_stock_spark_runs_none_there(stock: Outcome) -> None:
    assert stock.localities == {"rdd": {"ANY": FILES}, "sql": {"ANY": FILES}}
    assert stock.hosts.isdisjoint(NODES.values())


def test_the_progress_of_a_local_application(with_it: Outcome) -> None:
    progress = with_it.progress
    assert progress["applicationId"].startswith("spark-")
    assert progress["tasks"] == {"local": 2 * FILES, "remote": 0, "noPreference": 0}
    assert (progress["localBytes"], progress["remoteBytes"]) == (READ, 0)
    assert (progress["stagesDone"], progress["jobsDone"]) == (2, 2)
    assert (progress["stages"], progress["ended"]) == ([], True)


def test_the_progress_of_a_remote_application(stock: Outcome) -> None:
    progress = stock.progress
    assert progress["tasks"] == {"local": 0, "remote": 2 * FILES, "noPreference": 0}
    assert (progress["localBytes"], progress["remoteBytes"]) == (0, READ)


def test_each_executor_prefers_its_lead_node(with_it: Outcome) -> None:
    by_number = sorted(with_it.node_of, key=lambda name: int(name.rsplit("-", 1)[1]))
    assert [with_it.node_of[name] for name in by_number] == ["node-3", "node-1", "node-2"]
    (term,) = with_it.affinity[by_number[0]]["nodeAffinity"][
        "preferredDuringSchedulingIgnoredDuringExecution"
    ]
    assert term == {
        "weight": 100,
        "preference": {
            "matchExpressions": [
                {"key": "kubernetes.io/hostname", "operator": "In", "values": ["node-3"]}
            ]
        },
    }


def test_nothing_is_warned_of(with_it: Outcome, stock: Outcome) -> None:
    for outcome in (with_it, stock):
        for log in (outcome.driver_log, outcome.executor_logs):
            assert "NodeHostExecutorBackend: " not in log
            assert "progress is not shown" not in log


@pytest.mark.wide
def test_the_how_to_for_images_without_our_entrypoint(
    run_application: Run, holders: Holders
) -> None:
    """The pod template as the page has it; of the image nothing but its jars takes part."""
    assert len(holders()) == FILES
    page = (ROOT / "docs/how-to/spark-images-of-your-own.md").read_text()
    (text,) = (block.split("```")[0] for block in page.split("```yaml\n")[1:])
    given = yaml.safe_load(text)
    # The page says so: the command of a template gives no name to other users.
    given["spec"]["securityContext"] = {"runAsUser": 185}
    outcome = run_application("how-to", {"spark.locality.wait": "60s"}, given)
    assert outcome.localities == {"rdd": {"NODE_LOCAL": FILES}, "sql": {"NODE_LOCAL": FILES}}
