#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From a command to the first result of a small query: by Connect on a SparkCluster, by a SparkApplication of its own,
and by spark-submit on a stock standalone cluster; where the tasks ran; what it holds in memory when idle.

The stock cluster is a SparkCluster without placement, whose workers are Spark's own but for the pods. spark-submit runs
in a pod that is there before. All three read the same twelve files of Alluxio, one task each.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from table import show
from workbench import cluster as clusters
from workbench import parts, spark
from workbench import spark_submit as submit
from workbench.cluster import Cluster, image, say
from workbench.spark import SparkSpace
from workbench.spark_service import SparkService, client_python, spark_cluster

NAME, SPACE, ALLUXIO = "benchmark", "benchmark", "cache"
OURS, STOCK, PEER = "standing", "stock", "submitter"
READY_S, REPEATS, RUN_S = 300, 5, 240
DATA, FILES = "/sales", 12
LINES = b"2026-11-28,shop,10\n" * 20_000
COMPONENTS = ("master", "worker", "connect", "history")
# A task for each file.
SPLITS = {
    "spark.sql.files.maxPartitionBytes": str(len(LINES)),
    "spark.sql.files.openCostInBytes": "0",
    "spark.sql.files.minPartitionNum": "1",
}
# Prints when it had the result, and where its tasks ran if it is a driver.
PROGRAM = f"""\
import json
import sys
import time
import urllib.request
from collections import Counter

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
for key, value in {SPLITS!r}.items():
    spark.conf.set(key, value)
lines = spark.read.text("alluxio://{DATA}").count()
said = {{"at": time.time(), "lines": lines}}
if sys.argv[1:] == ["driver"]:
    time.sleep(1)
    context = spark.sparkContext
    base = f"{{context.uiWebUrl}}/api/v1/applications/{{context.applicationId}}/stages"
    with urllib.request.urlopen(f"{{base}}?details=true") as answer:
        stages = [row for row in json.load(answer) if row["numTasks"] == {FILES} and row["inputBytes"]]
    said["tasks"] = Counter(task["taskLocality"] for stage in stages for task in stage["tasks"].values())
print("RESULT", json.dumps(said), flush=True)
"""


@dataclass(frozen=True)
class Run:
    """Seconds from the command to the result, and of its scan the share of tasks that were NODE_LOCAL."""

    result_s: float
    local: float


def result(begun: float, text: str) -> dict[str, Any]:
    line = next(line for line in text.splitlines() if line.startswith("RESULT "))
    said: dict[str, Any] = json.loads(line.removeprefix("RESULT "))
    assert said["lines"] == FILES * LINES.count(b"\n"), said
    return {**said, "seconds": said["at"] - begun}


def share(tasks: dict[str, int]) -> float:
    return tasks.get("NODE_LOCAL", 0) / sum(tasks.values())


def by_connect(service: SparkService, program: Path) -> Run:
    begun = time.time()
    said = result(begun, service.run(program))
    stages = service.page(
        "connect", 4040, f"/api/v1/applications/{service.application()}/stages?details=true"
    )
    # The last one first. Of a stage that was skipped there are no bytes and no tasks.
    last = next(row for row in stages if row["numTasks"] == FILES and row["inputBytes"])
    kinds = [task["taskLocality"] for task in last["tasks"].values()]
    return Run(said["seconds"], share({kind: kinds.count(kind) for kind in kinds}))


def by_application(space: SparkSpace, name: str) -> Run:
    small = {"cores": 1, "memory": "512Mi", "instances": 3}
    near = {"mode": "preferred", "paths": [DATA]}
    application = space.job("query", name, "driver", executors=small, locality=near)
    begun = time.time()
    with space.running(application):
        space.succeed(name, RUN_S)
        said = result(begun, space.log(name))
    return Run(said["seconds"], share(said["tasks"]))


def by_submission(space: SparkSpace) -> Run:
    conf = {
        "spark.master": f"spark://{STOCK}-spark-master:7077",
        "spark.executor.memory": "512m",
        "spark.driver.memory": "512m",
        "spark.authenticate": "true",
        "spark.authenticate.secret": "${env:_SPARK_AUTH_SECRET}",
    }
    flags = " ".join(f"--conf '{key}={value}'" for key, value in conf.items())
    command = f"/opt/spark/bin/spark-submit --conf spark.driver.host=$POD_IP {flags}"
    script = f"{command} /app/job.py driver 2> /tmp/log || tail -50 /tmp/log"
    begun = time.time()
    said = result(begun, in_pod(space.cluster, PEER, script))
    return Run(said["seconds"], share(said["tasks"]))


def peer() -> dict[str, Any]:
    """The pod that spark-submit runs in: the stock cluster's client, which finds Alluxio as Connect does."""
    pod: dict[str, Any] = json.loads(json.dumps(submit.TEMPLATE))
    pod["metadata"] = {"name": PEER, "namespace": SPACE}
    (container,) = pod["spec"]["containers"]
    secret = {"name": f"{STOCK}-spark-auth", "key": "secret"}
    conf = {
        "name": f"{STOCK}-spark-conf",
        "items": [{"key": "worker.core-site.xml", "path": "core-site.xml"}],
    }
    container |= {
        "image": image("alluxio-spark"),
        "command": ["sleep", "86400"],
        "env": [
            {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
            {"name": "HADOOP_CONF_DIR", "value": "/conf"},
            {"name": "_SPARK_AUTH_SECRET", "valueFrom": {"secretKeyRef": secret}},
        ],
    }
    container["volumeMounts"] += [{"name": "conf", "mountPath": "/conf"}]
    pod["spec"]["volumes"] = [
        {"name": "program", "configMap": {"name": "query"}},
        {"name": "conf", "configMap": conf},
    ]
    pod["spec"]["terminationGracePeriodSeconds"] = 0
    return pod


def in_pod(cluster: Cluster, pod: str, script: str) -> str:
    return cluster.kubectl("-n", SPACE, "exec", pod, "--", "bash", "-c", script)


def memory_mib(service: SparkService, component: str) -> float:
    """What the pods of a component hold together, less file pages that the kernel may take back (the working set)."""
    script = (
        "cd /sys/fs/cgroup; if [ -e memory.current ]; then cat memory.current; grep '^inactive_file' memory.stat;"
        " else cat memory/memory.usage_in_bytes; grep '^total_inactive_file' memory/memory.stat; fi"
    )
    total = 0
    for pod in service.pods(component):
        used, inactive = in_pod(service.cluster, pod["metadata"]["name"], script).splitlines()
        total += int(used) - int(inactive.split()[1])
    return total / (1 << 20)


def write_files(space: SparkSpace) -> None:
    with space.data() as (_, data):
        for number in range(FILES):
            host = space.hosts[number % len(space.hosts)]
            data.write(f"{DATA}/part-{number:02d}", [LINES], hosts=[host])


def prepare(cluster: Cluster) -> tuple[SparkSpace, SparkService, SparkService]:
    parts.install_operator(cluster)
    cluster.apply(parts.namespace(SPACE), *parts.s3_server(SPACE))
    cluster.apply(spark.alluxio_cluster(ALLUXIO, SPACE))
    parts.wait_for_phase(cluster, SPACE, ALLUXIO, "Ready", READY_S)
    workers = spark.worker_pods(cluster, SPACE, ALLUXIO)
    hosts = tuple(sorted(pod["status"]["hostIP"] for pod in workers))
    space = SparkSpace(cluster, SPACE, ALLUXIO, hosts)
    write_files(space)
    space.program("query", PROGRAM)
    off = {"enabled": False}
    stock = spark_cluster(STOCK, SPACE, ALLUXIO, connect=off, history=off)
    stock["spec"]["workers"]["placement"] = "off"
    cluster.apply(spark_cluster(OURS, SPACE, ALLUXIO), stock)
    python = client_python()
    services = [SparkService(cluster, SPACE, name, python) for name in (OURS, STOCK)]
    for service in services:
        service.wait_until_ready()
    cluster.apply(peer())
    cluster.kubectl("-n", SPACE, "wait", f"pod/{PEER}", "--for=condition=Ready", "--timeout=120s")
    return space, services[0], services[1]


def measure(space: SparkSpace, service: SparkService, program: Path) -> dict[str, list[Run]]:
    ways: dict[str, Callable[[int], Run]] = {
        "Connect": lambda _: by_connect(service, program),
        "SparkApplication": lambda number: by_application(space, f"query-{number}"),
        "stock": lambda _: by_submission(space),
    }
    found: dict[str, list[Run]] = {way: [] for way in ways}
    # In turn, so that all meet the same machine; the first of each warms up.
    for number in range(REPEATS + 1):
        for way, run in ways.items():
            measured = run(number)
            say(f"{way} {number}: {measured}")
            if number:
                found[way].append(measured)
    return found


def compare(cluster: Cluster) -> None:
    """Measures on a cluster that is up, and prints both tables."""
    space, service, stock = prepare(cluster)
    # Executors of Connect are there, and nothing has been asked yet.
    time.sleep(30)
    idle = {
        name: {one: memory_mib(each, one) for one in COMPONENTS}
        for name, each in ((OURS, service), (STOCK, stock))
    }
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "query.py")
        program.write_text(PROGRAM)
        found = measure(space, service, program)
    columns = ("Connect", "SparkApplication", "stock")
    seconds = {way: statistics.median(run.result_s for run in found[way]) for way in columns}
    local = {way: statistics.mean(run.local for run in found[way]) for way in columns}
    show(
        f"a small query from Alluxio, medians of {REPEATS}",
        ("what", "Connect", "SparkApplication", "spark-submit, stock standalone cluster"),
        [
            ("command -> first result [s]", *(f"{seconds[way]:.2f}" for way in columns)),
            ("tasks that were local", *(f"{local[way]:.0%}" for way in columns)),
        ],
    )
    show(
        "memory when idle [MiB], all pods of each together",
        ("of", "SparkCluster", "stock standalone cluster"),
        [(one, *(f"{idle[name][one]:.0f}" for name in (OURS, STOCK))) for one in COMPONENTS],
    )


def main() -> None:
    cluster = clusters.bring_up(NAME)
    try:
        compare(cluster)
    finally:
        clusters.take_down(NAME)


if __name__ == "__main__":
    main()
