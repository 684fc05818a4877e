# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio spark` at a real API server, with the custom resource's definition and without. Nothing runs there:
pods are what the test says they are.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
from kubectl_alluxio import app, exit_codes

CRD = (
    Path(__file__).resolve().parents[3]
    / "roles/operator/files/crds/alluxio.io_sparkapplications.yaml"
)
KIND = ("alluxio.io/v1alpha1", "SparkApplication")
PROGRAM = "local:///opt/report.py"

Run = Callable[..., "tuple[int, str, str]"]


@pytest.fixture
def defined(kube: KubeClient) -> Iterator[None]:
    """The definition is there while the test runs."""
    body = yaml.safe_load(CRD.read_text())
    kube.apply(body, "test")
    until(lambda: kube.has_kind(*KIND))
    yield
    kube.delete({**body, "metadata": {"name": body["metadata"]["name"]}})
    until(lambda: kube.get(body["apiVersion"], body["kind"], body["metadata"]["name"]) is None)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def spark(
    kube: KubeClient, api_server: Any, namespace: str, capfd: pytest.CaptureFixture[str]
) -> Run:
    """The program in this process: exit status, standard output, standard error."""
    assert kube

    def run(verb: str, *arguments: str, user: str = "admin") -> tuple[int, str, str]:
        where = ["-n", namespace, "--kubeconfig", api_server.kubeconfig(user)]
        capfd.readouterr()
        status = app.run(["spark", verb, *where, *arguments])
        return (status, *capfd.readouterr())

    return run


STARTED = {"running": {"startedAt": "2026-11-01T10:00:00Z"}}


def make_pod(
    kube: KubeClient,
    namespace: str,
    name: str,
    executor: int | None = None,
    state: dict[str, Any] | None = None,
) -> None:
    """A pod of the application `report` that runs, or is in this state, as far as its status goes."""
    labels = {"alluxio.io/spark-application": "report", "alluxio.io/attempt": "1"}
    if executor:
        labels |= {"spark-role": "executor", "spark-exec-id": str(executor)}
    container = "spark-kubernetes-executor" if executor else "driver"
    progress = {"stages": [], "stagesDone": 5, "localBytes": 3, "remoteBytes": 1}
    metadata = {
        "name": name,
        "namespace": namespace,
        "labels": labels,
        "annotations": {} if executor else {"alluxio.io/spark-progress": json.dumps(progress)},
    }
    spec = {"containers": [{"name": container, "image": "spark"}], "nodeName": "node-1"}
    kube.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    row = {"name": container, "image": "spark", "imageID": "", "ready": True, "restartCount": 0}
    status = {"phase": "Running", "containerStatuses": [{**row, "state": state or STARTED}]}
    kube.merge_patch("v1", "Pod", name, namespace, {"status": status}, subresource="status")


@pytest.mark.usefixtures("defined")
def test_a_detached_submission_is_a_resource(spark: Run, kube: KubeClient, namespace: str) -> None:
    words = ["--name", "report", "--detach", "--num-executors", "3", PROGRAM, "--day", "{{ x }}"]
    status, out, err = spark("submit", *words)
    assert (status, out) == (0, "")
    assert f"kubectl alluxio spark logs -f report -n {namespace}" in err
    found = kube.get(*KIND, "report", namespace)
    assert found is not None
    assert found["spec"]["arguments"] == ["--day", "{{ x }}"]
    assert found["spec"]["executors"]["instances"] == 3
    status, _out, err = spark("submit", *words)
    assert status == exit_codes.FAILED
    assert "already" in err
    status, out, _err = spark("kill", "report")
    assert (status, out) == (0, "sparkapplication report is removed\n")
    assert kube.get(*KIND, "report", namespace) is None


@pytest.mark.usefixtures("defined")
def test_a_dry_run_of_the_server_has_its_defaults_and_makes_nothing(
    spark: Run, kube: KubeClient, namespace: str
) -> None:
    status, out, _err = spark("submit", "--dry-run", "server", "--name", "report", PROGRAM)
    assert status == 0
    shown = yaml.safe_load(out)
    assert shown["spec"]["locality"]["mode"] == "preferred"
    assert shown["metadata"]["uid"]
    assert kube.get(*KIND, "report", namespace) is None


def test_a_dry_run_of_the_client_needs_no_definition(spark: Run) -> None:
    status, out, _err = spark(
        "submit", "--dry-run=client", "-o", "json", "--name", "report", "-c", "x", PROGRAM, "-v"
    )
    assert status == 0
    assert json.loads(out)["spec"] == {
        "type": "Python",
        "mainFile": PROGRAM,
        "arguments": ["-v"],
        "alluxioCluster": {"name": "x"},
    }


@pytest.mark.usefixtures("defined")
def test_what_is_wrong_is_said_before_anything_is_made(
    spark: Run, kube: KubeClient, namespace: str
) -> None:
    status, _out, err = spark("submit", "--name", "report", "--num-executors", "0", PROGRAM)
    assert status == exit_codes.USAGE
    assert "--num-executors" in err
    assert kube.list_objects(*KIND, namespace) == []


@pytest.mark.parametrize("with_resource", [True, False])
def test_looking_works_with_a_resource_and_without(
    spark: Run,
    kube: KubeClient,
    namespace: str,
    with_resource: bool,
    request: pytest.FixtureRequest,
) -> None:
    if with_resource:
        request.getfixturevalue("defined")
        assert spark("submit", "--name", "report", "--detach", PROGRAM)[0] == 0
    for number, name in ((None, "report-1-driver-x"), (1, "report-1-exec-1")):
        make_pod(kube, namespace, name, number)
    status, out, _err = spark("list")
    assert status == 0
    header, row = out.splitlines()
    assert header.split() == ["NAME", "PHASE", "EXECUTORS", "LOCAL%", "DURATION", "AGE"]
    assert row.split()[:4] == ["report", "Running", "1", "75%"]
    status, out, _err = spark("status", "report", "-o", "json")
    assert status == 0
    shown = json.loads(out)
    assert shown["driver"]["name"] == "report-1-driver-x"
    assert [one["executor_id"] for one in shown["executors"]] == ["1"]
    status, out, _err = spark("status", "report")
    assert "5 stages done" in out
    status, _out, err = spark("logs", "report", "--executor", "7")
    assert (status, "it has 1" in err) == (exit_codes.NOT_FOUND, True)
    assert spark("kill", "report")[0] == 0
    if not with_resource:
        # Deleted, and gone once the kubelet has stopped them, which this API server does not have.
        pods = kube.list_objects("v1", "Pod", namespace)
        assert all("deletionTimestamp" in pod["metadata"] for pod in pods)


@pytest.mark.parametrize("verb", ["status", "logs", "kill", "ui"])
def test_an_application_that_is_not_there_is_said(spark: Run, verb: str) -> None:
    status, _out, err = spark(verb, "nothing")
    assert status == exit_codes.NOT_FOUND
    assert "there is no Spark application nothing" in err
    assert "kubectl alluxio spark list" in err


def test_who_may_nothing_is_told_so(spark: Run) -> None:
    status, _out, err = spark("list", user="nobody")
    assert status == exit_codes.NOT_ALLOWED
    assert "grant it the verb" in err


def test_without_the_definition_the_role_submits(
    spark: Run, kube: KubeClient, namespace: str
) -> None:
    status, out, err = spark("submit", "--name", "report", "--dry-run=server", PROGRAM)
    assert status == 0, err
    assert yaml.safe_load(out)["spec"]["mainFile"] == PROGRAM
    assert kube.list_objects("batch/v1", "Job", namespace) == []
    status, out, err = spark("submit", "--name", "report", "--detach", PROGRAM, "{{ 7 * 6 }}", "0")
    assert (status, out) == (0, ""), err
    (job,) = kube.list_objects("batch/v1", "Job", namespace)
    assert job["metadata"]["labels"]["alluxio.io/spark-application"] == "report"
    assert "{{ 7 * 6 }}" in json.dumps(job)
    status, out, _err = spark("status", "report")
    assert (status, "Pending" in out) == (0, True)
    assert spark("kill", "report")[0] == 0
    assert kube.list_objects("batch/v1", "Job", namespace) == []
    assert spark("status", "report")[0] == exit_codes.NOT_FOUND


def test_without_the_definition_it_is_followed_to_its_end(
    spark: Run, kube: KubeClient, namespace: str
) -> None:
    words = "Traceback (most recent call last):\nValueError: no sales\n"
    state = {"terminated": {"exitCode": 5, "reason": "Error", "message": words}}

    def run_driver() -> None:
        until(lambda: bool(kube.list_objects("batch/v1", "Job", namespace)))
        make_pod(kube, namespace, "report-1-driver-x", state=state)

    driver = threading.Thread(target=run_driver)
    driver.start()
    status, _out, err = spark("submit", "--name", "report", PROGRAM)
    driver.join()
    assert status == 5, err
    assert "sparkapplication report is submitted" in err
    assert "error: report failed: ValueError: no sales" in err
