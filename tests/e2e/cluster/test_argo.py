# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A workflow that was rendered, run by Argo's own controller and executor: stages hand data over through FUSE.

One story: the tests run in the order they stand in.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from spaces import make_space
from workbench import argo, parts
from workbench.argo import CLAIM, PIPELINE
from workbench.cluster import Cluster, load, wait_for
from workbench.rest import Rest

pytestmark = pytest.mark.wide

NAME, SPACE, PIPES = "cache", "argo-alluxio", "argo-pipelines"
READY_S, WORKFLOW_S = 240, 300
ENFORCE = "pod-security.kubernetes.io/enforce"
DATA, MODEL = "prep/data", "train/model"


def pipeline() -> dict[str, Any]:
    return {
        "apiVersion": "alluxio.io/v1alpha1",
        "kind": "AlluxioPipeline",
        "metadata": {"name": PIPELINE, "namespace": PIPES},
        "spec": {
            "alluxioCluster": {"name": NAME, "namespace": SPACE},
            "engine": "argo",
            "stages": [{"name": "prep"}, {"name": "train", "keep": True}, {"name": "report"}],
            "claim": {"name": CLAIM},
            "deletionPolicy": "Delete",
        },
    }


def alluxio() -> dict[str, Any]:
    cr = parts.sample(NAME, SPACE)
    spec = cr["spec"]
    spec |= {"deletionPolicy": "Delete"}
    spec["masters"]["replicas"] = 1
    (pool,) = spec["workers"]
    like_workers = {field: pool[field] for field in ("memory", "resources", "jvmOptions")}
    spec["fuse"] = {"enabled": True, **like_workers}
    return cr


@pytest.fixture(scope="module")
def alluxio_space(operator: Cluster) -> Iterator[str]:
    """The namespace of an AlluxioCluster with FUSE that agrees to pipelines of the other namespace."""
    for space in make_space(operator, SPACE):
        operator.kubectl("label", "--overwrite", "namespace", space, f"{ENFORCE}=privileged")
        operator.kubectl("annotate", "namespace", space, f"alluxio.io/pipelines-from={PIPES}")
        operator.apply(alluxio())
        parts.wait_for_phase(operator, space, NAME, "Ready", READY_S)
        yield space


@pytest.fixture(scope="module")
def pipes(operator: Cluster, alluxio_space: str) -> Iterator[Cluster]:
    """The cluster, with a restricted namespace that has Argo and the storage of a pipeline."""
    del alluxio_space
    load(operator, "argo")
    operator.apply(parts.namespace(PIPES))
    try:
        argo.define(operator)
        operator.apply(*argo.controller(PIPES))
        parts.rollout(operator, PIPES, f"deployment/{argo.CONTROLLER}")
        operator.apply(pipeline())
        parts.wait_for_phase(operator, PIPES, PIPELINE, "Ready", 90, kind="alluxiopipeline")
        yield operator
    finally:
        everything = ("--all", "--ignore-not-found", "--timeout=120s")
        # A claim stays as long as there are pods that name it, those that have ended, too.
        operator.kubectl("-n", PIPES, "delete", "workflows", *everything, check=False)
        operator.kubectl("-n", PIPES, "delete", "alluxiopipelines", *everything)
        operator.kubectl("delete", "namespace", PIPES, "--timeout=180s")
        argo.undefine(operator)


def run(cluster: Cluster, name: str, exit_code: int) -> dict[str, Any]:
    """The workflow when it has ended."""
    cluster.apply(argo.workflow(PIPES, name, exit_code))

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = cluster.get("-n", PIPES, "workflow", name)
        done = found.get("status", {}).get("finishedAt")
        return found if done else None

    try:
        found: dict[str, Any] = wait_for(f"workflow {name} has ended", ended, WORKFLOW_S)
    except TimeoutError as error:
        log = cluster.kubectl("-n", PIPES, "logs", f"deployment/{argo.CONTROLLER}", "--tail=60")
        pods = cluster.kubectl("-n", PIPES, "describe", "pods", "-l", argo.of_workflow(name))
        raise AssertionError(f"{error}\n{pods}\n{log}") from error
    return found


def pods_of(cluster: Cluster, name: str) -> dict[str, dict[str, Any]]:
    return argo.by_node(
        name, cluster.get("-n", PIPES, "pods", "-l", argo.of_workflow(name))["items"]
    )


def states(cluster: Cluster) -> dict[str, str]:
    """What the pipeline's status says of each run."""
    status = cluster.get("-n", PIPES, "alluxiopipeline", PIPELINE)["status"]
    return {one["name"]: one["state"] for one in status["runs"]}


def why(cluster: Cluster, found: dict[str, Any]) -> str:
    """For a workflow that ended otherwise than expected."""
    logs = [
        cluster.kubectl(
            "-n", PIPES, "logs", pod["metadata"]["name"], "--all-containers", check=False
        )
        for pod in pods_of(cluster, found["metadata"]["name"]).values()
    ]
    return "\n".join([yaml.safe_dump(found["status"]), *logs])


@pytest.fixture(scope="module")
def good(pipes: Cluster) -> dict[str, Any]:
    return run(pipes, "good", 0)


@pytest.fixture(scope="module")
def bad(pipes: Cluster) -> dict[str, Any]:
    return run(pipes, "bad", 1)


def test_stages_hand_their_data_over_and_a_failed_try_is_repeated(
    pipes: Cluster, good: dict[str, Any]
) -> None:
    assert good["status"]["phase"] == "Succeeded", why(pipes, good)
    phases = {name: pod["status"]["phase"] for name, pod in pods_of(pipes, "good").items()}
    assert phases == {
        "prep": "Succeeded",
        "train(0)": "Failed",
        "train(1)": "Succeeded",
        "report": "Succeeded",
        "onExit[0].succeeded": "Succeeded",
    }


def test_a_stage_runs_on_the_node_of_the_one_it_follows(
    pipes: Cluster, good: dict[str, Any]
) -> None:
    del good
    pods = pods_of(pipes, "good")
    node = pods["prep"]["spec"]["nodeName"]
    affinity = pods["train(1)"]["spec"]["affinity"]["nodeAffinity"]
    (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term["matchFields"] == [{"key": "metadata.name", "operator": "In", "values": [node]}]
    assert {pods[name]["spec"]["nodeName"] for name in ("train(0)", "train(1)")} == {node}
    # It follows a stage that was tried twice, by the node of the last try.
    affinity = pods["report"]["spec"]["affinity"]["nodeAffinity"]
    (wish,) = affinity["preferredDuringSchedulingIgnoredDuringExecution"]
    assert wish["preference"]["matchFields"][0]["values"] == [node]


def test_the_run_is_cleaned_after_its_success_and_kept_after_its_failure(
    pipes: Cluster, alluxio_space: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    assert bad["status"]["phase"] == "Failed", why(pipes, bad)
    succeeded, failed = good["metadata"]["uid"], bad["metadata"]["uid"]
    wait_for("the run is cleaned", lambda: states(pipes).get(succeeded) == "Cleaned", 180)
    wait_for("the other one is seen", lambda: states(pipes).get(failed) == "Open", 90)
    with pipes.port_forward(alluxio_space, f"service/{NAME}-proxy", 39999) as port:

        def cached(run: str, file: str) -> float:
            found = Rest(port).status(f"/pipelines/{PIPELINE}/{run}/{file}")
            assert found["persistenceState"] == "PERSISTED"
            return float(found["inAlluxioPercentage"])

        wait_for("it is freed", lambda: cached(succeeded, DATA) == 0, 60)
        assert cached(succeeded, MODEL) == 100, "what the spec keeps"
        assert (cached(failed, DATA), cached(failed, MODEL)) == (100, 100)
