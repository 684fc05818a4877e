# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A standing Spark service on real nodes, restricted, as a user that no image knows; its client is outside."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from spark_space import DATA, FILES, LINES
from workbench.cluster import ROOT, wait_for
from workbench.spark import SparkSpace
from workbench.spark_service import SparkService, spark_cluster

NAME = "standing"
QUERIES = Path(__file__).with_name("spark_service_queries.py")
UI = 4040


@pytest.fixture(scope="module")
def python() -> str:
    """A Python with a client of Connect."""
    done = subprocess.run(
        [ROOT / "dev/venv", "spark_connect"], stdout=subprocess.PIPE, text=True, check=True
    )
    return f"{done.stdout.strip()}/bin/python"


@pytest.fixture(scope="module")
def service(spark: SparkSpace, python: str) -> Iterator[SparkService]:
    conf = {"spark.locality.wait": "30s", "spark.history.fs.update.interval": "2s"}
    cr = spark_cluster(NAME, spark.name, spark.alluxio, sparkConf=conf, deletionPolicy="Delete")
    spark.cluster.apply(cr)
    found = SparkService(spark.cluster, spark.name, NAME, python)
    try:
        found.wait_until_ready()
        yield found
    finally:
        removal = ("delete", "sparkcluster", NAME, "--ignore-not-found", "--timeout=180s")
        spark.cluster.kubectl("-n", spark.name, *removal)
    belongings = ("pods,pvc,secrets", "-l", f"alluxio.io/spark-cluster={NAME}")

    def gone() -> bool:
        return not spark.cluster.get("-n", spark.name, *belongings)["items"]

    # Kubernetes takes the Secrets along, a moment later.
    wait_for("nothing of it left", gone, 30)


def test_all_of_it_runs_beside_alluxio(service: SparkService, spark: SparkSpace) -> None:
    status = service.wait_until_ready()
    assert status["workers"] == "3/3"
    nodes = {pod["spec"]["nodeName"] for pod in service.pods("worker")}
    assert nodes == set(spark.nodes().values())


def test_a_client_outside_reads_and_writes_alluxio(
    service: SparkService, spark: SparkSpace
) -> None:
    said = service.run(QUERIES, "write", f"alluxio://{DATA}", "alluxio:///standing/copy")
    assert f"rows {FILES * LINES}" in said
    with spark.data() as (access, _):
        names = [file.path for file in access.list_files("/standing/copy")]
    assert any(name.endswith(".parquet") for name in names)


def test_tasks_run_on_the_nodes_of_their_data(service: SparkService) -> None:
    assert f"lines {FILES * LINES}" in service.run(QUERIES, "count", f"alluxio://{DATA}")
    (application,) = service.page("connect", UI, "/api/v1/applications")
    path = f"/api/v1/applications/{application['id']}"
    stages = service.page("connect", UI, f"{path}/stages?details=true")
    scans = [stage for stage in stages if stage["inputBytes"] and stage["numTasks"] == FILES]
    assert scans, [(stage["name"], stage["numTasks"]) for stage in stages]
    localities = Counter(task["taskLocality"] for task in scans[0]["tasks"].values())
    assert localities == {"NODE_LOCAL": FILES}


def test_twenty_small_queries_at_once(service: SparkService) -> None:
    assert f"sums {sum(n * (n - 1) // 2 for n in range(20))}" in service.run(QUERIES, "many")


@pytest.mark.parametrize("token", ["a wrong one", None])
def test_who_has_no_token_is_refused(service: SparkService, token: str | None) -> None:
    pod = service.pods("connect")[0]["metadata"]["name"]
    with service.cluster.port_forward(service.space, f"pod/{pod}", 15002) as port:
        env = {**os.environ, "SPARK_REMOTE": f"sc://localhost:{port}"}
        env |= {"SPARK_CONNECT_AUTHENTICATE_TOKEN": token} if token else {}
        command = [service.python, str(QUERIES), "many"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert "UNAUTHENTICATED" in done.stderr
    assert "sums" not in done.stdout


def test_the_history_server_shows_what_ran(service: SparkService) -> None:
    def probe() -> list[str]:
        found = service.page("history", 18080, "/api/v1/applications")
        return [application["id"] for application in found]

    assert wait_for("an application in the history", probe, 60, 2)[0].startswith("app-")


@pytest.mark.parametrize("component", ["master", "worker"])
def test_what_runs_goes_on_without_it(service: SparkService, component: str) -> None:
    before = service.page("connect", UI, "/api/v1/applications")
    with service.started(QUERIES, "on", "15") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("query 0 1000")
        killed = service.kill(component)
        out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err[-4000:]
    assert "query 14 1000" in out
    after = service.page("connect", UI, "/api/v1/applications")
    assert [one["id"] for one in before] == [one["id"] for one in after]
    wait_for(f"{killed} again", lambda: len(service.pods(component)) > 0, 60)
    service.wait_until_ready()


def test_a_connect_server_that_is_killed_comes_back(service: SparkService) -> None:
    service.kill("connect")
    service.wait_until_ready()
    assert "sums" in service.run(QUERIES, "many")


def test_workers_that_go_hand_over(service: SparkService) -> None:
    edit = '{"spec": {"workers": {"replicas": 2}}}'
    patch = ("patch", "sparkcluster", NAME, "--type=merge", "-p", edit)
    connect = service.pods("connect")[0]["metadata"]["uid"]
    with service.started(QUERIES, "on", "15") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("query 0 1000")
        service.cluster.kubectl("-n", service.space, *patch)
        out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err[-4000:]
    assert "query 14 1000" in out
    assert service.wait_until_ready()["workers"] == "2/2"
    # Nothing but the worker has gone.
    assert [pod["metadata"]["uid"] for pod in service.pods("connect")] == [connect]
