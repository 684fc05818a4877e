#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From submission to the driver and to the first task: a SparkApplication beside `spark-submit --deploy-mode cluster`.

spark-submit runs in a pod of the same image that is there before: no pod has to start for it. The applications are the
same, and tell the times themselves: the container's first process began, the first task ran.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from table import show
from workbench import cluster as clusters
from workbench import parts
from workbench import spark_submit as submit
from workbench.cluster import Cluster, say, wait_for
from workbench.spark import SparkSpace

NAME, SPACE = "benchmark", "benchmark"
REPEATS, RUN_S = 5, 240
PEER = submit.NAME
PROGRAM = """\
import json
import os
import time

from pyspark.sql import SparkSession


def first_process_began():
    ticks = int(open("/proc/1/stat").read().rpartition(")")[2].split()[19])
    age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - age_s


context = SparkSession.builder.getOrCreate().sparkContext
(first,) = context.parallelize([0], 1).map(lambda _: time.time()).collect()
print("RESULT", json.dumps({"driver": first_process_began(), "task": first}), flush=True)
"""


@dataclass(frozen=True)
class Times:
    """Seconds after the submission, and CPU seconds of what submitted, up to then."""

    driver_s: float
    task_s: float
    cpu_s: float


def spark_submit(name: str) -> list[str]:
    conf = {
        "spark.kubernetes.executor.podTemplateFile": f"{submit.FOLDER}/pod.yaml",
        "spark.kubernetes.executor.request.cores": "300m",
        "spark.executor.instances": "1",
        "spark.executor.memory": "512m",
    }
    return submit.command(SPACE, name, conf)


def by_spark_submit(space: SparkSpace, name: str) -> Times:
    command = " ".join(f"'{word}'" for word in spark_submit(name))
    # `times` says the CPU of the children: spark-submit's.
    script = f"{command} > /tmp/{name}.log 2>&1 || cat /tmp/{name}.log; times"
    begun = time.time()
    told = in_pod(space.cluster, SPACE, PEER, script)
    said = result(lambda: driver_log(space, name))
    space.cluster.kubectl("-n", SPACE, "delete", "pod", name)
    return Times(said["driver"] - begun, said["task"] - begun, children_s(told))


def children_s(times: str) -> float:
    """Of what bash's `times` prints, the second line: user and system CPU of the children, as 0m1.234s."""
    words = times.strip().splitlines()[-1].split()
    spans = (word.rstrip("s").split("m") for word in words)
    return sum(int(minutes) * 60 + float(seconds) for minutes, seconds in spans)


def by_application(space: SparkSpace, name: str) -> Times:
    application = space.job(
        "first", name, executors={"cores": 1, "memory": "512Mi", "instances": 1}
    )
    del application["spec"]["alluxioCluster"]
    before = operator_cpu_s(space.cluster)
    begun = time.time()
    with space.running(application):
        said = result(lambda: application_log(space, name))
        cpu_s = operator_cpu_s(space.cluster) - before
        space.succeed(name)
    return Times(said["driver"] - begun, said["task"] - begun, cpu_s)


def result(log: Callable[[], str]) -> dict[str, float]:
    """What the program says at its end."""

    def probe() -> str | None:
        lines = log().splitlines()
        return next((line for line in lines if line.startswith("RESULT ")), None)

    line: str = wait_for("the first task has run", probe, RUN_S, 1)
    found: dict[str, float] = json.loads(line.removeprefix("RESULT "))
    return found


def application_log(space: SparkSpace, name: str) -> str:
    pods = space.pods(name, "driver")
    return driver_log(space, pods[0]["metadata"]["name"]) if pods else ""


def driver_log(space: SparkSpace, pod: str) -> str:
    return space.cluster.kubectl("-n", SPACE, "logs", pod, check=False)


def operator_cpu_s(cluster: Cluster) -> float:
    """CPU seconds that the operator's pod has used, all processes of all passes."""
    selector = ("-l", f"app.kubernetes.io/name={parts.OPERATOR}")
    (pod,) = cluster.get("-n", parts.OPERATOR, "pods", *selector)["items"]
    script = "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null || grep usage_usec /sys/fs/cgroup/cpu.stat"
    text = in_pod(cluster, parts.OPERATOR, pod["metadata"]["name"], script)
    number = int(text.split()[-1])
    return number / (1e6 if "usec" in text else 1e9)


def in_pod(cluster: Cluster, namespace: str, pod: str, script: str) -> str:
    return cluster.kubectl("-n", namespace, "exec", pod, "--", "bash", "-c", script)


def measure(cluster: Cluster) -> dict[str, list[Times]]:
    parts.install_operator(cluster)
    cluster.apply(parts.namespace(SPACE), *submit.submitter(SPACE, {"job.py": PROGRAM}))
    cluster.kubectl("-n", SPACE, "wait", f"pod/{PEER}", "--for=condition=Ready", "--timeout=120s")
    space = SparkSpace(cluster, SPACE, "", ())
    space.program("first", PROGRAM)
    ways = {"SparkApplication": by_application, PEER: by_spark_submit}
    found: dict[str, list[Times]] = {way: [] for way in ways}
    # In turn, so that both meet the same machine; the first of each warms up.
    for number in range(REPEATS + 1):
        for way, measured in ways.items():
            times = measured(space, f"{way.lower()[:5]}-{number}")
            say(f"{way} {number}: {times}")
            if number:
                found[way].append(times)
    return found


def main() -> None:
    cluster = clusters.bring_up(NAME)
    try:
        found = measure(cluster)
    finally:
        clusters.take_down(NAME)
    ours, theirs = found["SparkApplication"], found[PEER]
    rows = []
    for what, field in (
        ("submission -> the driver's process begins [s]", "driver_s"),
        ("submission -> first task runs [s]", "task_s"),
        ("CPU of what submits (the operator's pod; spark-submit) [s]", "cpu_s"),
    ):
        left, right = (statistics.median(getattr(t, field) for t in way) for way in (ours, theirs))
        rows.append((what, f"{left:.2f}", f"{right:.2f}", f"{left / right:.2f}"))
    show(
        f"submission of a Spark application, medians of {REPEATS}",
        ("what", "SparkApplication", "spark-submit --deploy-mode cluster", "ratio"),
        rows,
    )


if __name__ == "__main__":
    main()
