# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A standing Spark service on real nodes: what one does with it. Its client is outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter

import pytest
from spark_service_space import HOST, NAME, QUERIES, UI
from spark_space import DATA, FILES, LINES
from workbench.cluster import wait_for
from workbench.spark import SparkSpace
from workbench.spark_service import SparkService

PARTITIONS = "spark.sql.shuffle.partitions"


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


def test_one_types_into_a_shell(service: SparkService) -> None:
    assert "rows 3" in service.type("print('rows', spark.range(3).count())\n")


def test_tasks_run_on_the_nodes_of_their_data(service: SparkService) -> None:
    assert f"lines {FILES * LINES}" in service.run(QUERIES, "count", f"alluxio://{DATA}")
    stages = service.page(
        "connect", UI, f"/api/v1/applications/{service.application()}/stages?details=true"
    )
    scans = [stage for stage in stages if stage["inputBytes"] and stage["numTasks"] == FILES]
    assert scans, [(stage["name"], stage["numTasks"], stage["inputBytes"]) for stage in stages]
    localities = Counter(task["taskLocality"] for task in scans[0]["tasks"].values())
    assert localities == {"NODE_LOCAL": FILES}


def test_twenty_small_queries_at_once(service: SparkService) -> None:
    # Spark's own page of the pools says that they share the executors.
    pool = re.search(r">default</a>(.*?)</tr>", service.text("connect", UI, "/stages/"), re.DOTALL)
    assert pool
    assert "<td>FAIR</td>" in pool[1]
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


def test_workers_that_go_hand_over(service: SparkService) -> None:
    connect = service.pods("connect")[0]["metadata"]["uid"]
    with service.started(QUERIES, "on", "15") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("query 0 1000")
        service.edit({"workers": {"replicas": 2}})
        out, err = process.communicate(timeout=180)
    assert process.returncode == 0, err[-4000:]
    assert "query 14 1000" in out
    assert service.wait_until_ready()["workers"] == "2/2"
    # Nothing but the worker has gone.
    assert [pod["metadata"]["uid"] for pod in service.pods("connect")] == [connect]


def test_an_edit_takes_effect_and_the_history_shows_what_ran(service: SparkService) -> None:
    ended = service.application()
    kept = {pod["metadata"]["uid"] for pod in service.pods("master") + service.pods("worker")}
    ingress = ("-n", service.space, "ingress", f"{NAME}-spark-history")
    assert service.cluster.get(*ingress)["spec"]["rules"][0]["host"] == HOST
    service.edit({"sparkConf": {PARTITIONS: "7"}, "ingresses": None})
    service.wait_until_ready()
    assert "conf 7" in service.run(QUERIES, "conf", PARTITIONS)
    assert service.cluster.find(*ingress) is None
    assert kept == {
        pod["metadata"]["uid"] for pod in service.pods("master") + service.pods("worker")
    }

    def probe() -> list[str]:
        found = service.page("history", 18080, "/api/v1/applications?status=completed")
        return [one["id"] for one in found if one["id"] == ended]

    wait_for(f"{ended} in the history", probe, 60, 2)
    jobs = service.page("history", 18080, f"/api/v1/applications/{ended}/jobs")
    assert {job["status"] for job in jobs} == {"SUCCEEDED"}, json.dumps(jobs)[-2000:]
