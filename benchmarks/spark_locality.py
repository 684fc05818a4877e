#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What locality is worth to a Spark job: the same program with it and without it, over cables that are slow or not.

Three jobs in each application, each repeated in the same warm executors: a scan of data that lies on all nodes, short
tasks on data that lies on one node (skew), and a scan that shuffles all it has read. Executors are on all three nodes
in every case but those that Spark places itself.
"""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.files import WriteType
from table import show
from workbench import cluster as clusters
from workbench import parts, spark, switch
from workbench.cluster import Cluster, say
from workbench.spark import SparkSpace

NAME, SPACE, ALLUXIO = "benchmark", "benchmark", "cache"
READY_S, RUN_S = 300, 400
RATE = "500mbit"
REPEATS = 5
MIB = 1 << 20
FILES, FILE_BYTES = 12, 12 * MIB
SHORT_FILES, SHORT_BYTES, SHORT_S = 36, 64 << 10, 0.2
EVEN, SKEW, COLD = "/even", "/skew", "/cold"
# Prints a line of JSON for each job: seconds of each repetition but the first, which warms up, and where tasks ran.
PROGRAM = f"""\
import json
import sys
import time
import urllib.request
from collections import Counter

from pyspark.sql import SparkSession

REPEATS, SHORT_S = {REPEATS}, {SHORT_S}
"""
PROGRAM += """\
spark = SparkSession.builder.getOrCreate()
context = spark.sparkContext


def scan(path):
    context._jsc.textFile(path, 1).count()


def short(path):
    def slowly(lines):
        time.sleep(SHORT_S)
        return [sum(1 for _ in lines)]

    context.textFile(path, 1).mapPartitions(slowly).sum()


def shuffle(path):
    spark.read.text(path).repartition(12).write.format("noop").mode("overwrite").save()


def localities(job):
    base = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/stages"
    with urllib.request.urlopen(f"{base}?details=true") as answer:
        stages = [stage for stage in json.load(answer) if stage.get("description") == job]
    return Counter(task["taskLocality"] for stage in stages for task in stage["tasks"].values())


for word in sys.argv[1:]:
    job, _, path = word.partition("=")
    seconds = []
    for number in range(REPEATS + 1):
        context.setJobDescription(job if number else "warm")
        start = time.monotonic()
        {"scan": scan, "short": short, "shuffle": shuffle}[job](path)
        seconds.append(time.monotonic() - start)
    time.sleep(1)
    print("RESULT", json.dumps({"job": job, "seconds": seconds[1:], "tasks": localities(job)}), flush=True)
"""
SETTLED = {
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
    "spark.sql.files.minPartitionNum": str(FILES),
}


@dataclass(frozen=True)
class Case:
    """One application: how it is to be placed, and its jobs as the program takes them."""

    name: str
    locality: dict[str, Any]
    jobs: tuple[str, ...]
    hadoop_conf: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """Seconds (median) and the share of local tasks by job; bytes that crossed nodes for each pass of the first job."""

    seconds: dict[str, float]
    local: dict[str, float]
    crossed_bytes: float


def near(wait: str) -> dict[str, Any]:
    """Executors where /even lies, one on each node, also for a job that reads /skew."""
    return {"mode": "preferred", "wait": wait, "paths": [EVEN]}


OFF = {"mode": "off"}
SCAN, SHORT, SHUFFLE = (
    f"scan=alluxio://{EVEN}",
    f"short=alluxio://{SKEW}",
    f"shuffle=alluxio://{EVEN}",
)
WAITS = ("0s", "500ms", "1s", "3s")
# Read from the bucket by way of the worker beside the executor, which keeps nothing.
NO_CACHE = {"alluxio.user.file.readtype.default": "NO_CACHE"}


def write_files(space: SparkSpace) -> None:
    """The same lines in /even, four files on each node, in /cold, in the bucket alone; less of them in /skew."""
    places = random.Random(1).sample(space.hosts * (FILES // len(space.hosts)), FILES)
    source = random.Random(1)
    with space.data() as (_, data):
        for number, host in enumerate(places):
            part = f"part-{number:02d}"
            body = lines(source, FILE_BYTES)
            data.write(f"{EVEN}/{part}", [body], hosts=[host])
            data.write(f"{COLD}/{part}", [body], write_type=WriteType.THROUGH)
        for number in range(SHORT_FILES):
            body = lines(source, SHORT_BYTES)
            data.write(f"{SKEW}/part-{number:02d}", [body], hosts=space.hosts[:1])


def lines(source: random.Random, size_bytes: int) -> bytes:
    """Lines of 1 KiB that do not compress."""
    return b"".join(source.randbytes(512).hex().encode()[1:] + b"\n" for _ in range(size_bytes >> 10))  # fmt: skip


def run(space: SparkSpace, case: Case) -> Result:
    say(f"{case.name}: {', '.join(case.jobs)}")
    application = space.job(
        "jobs",
        case.name,
        *case.jobs,
        locality=case.locality,
        sparkConf=SETTLED,
        hadoopConf=case.hadoop_conf,
    )
    before = switch.traffic(space.cluster)
    with space.running(application):
        space.succeed(case.name, RUN_S)
        crossed = switch.traffic(space.cluster).since(before).crossed_bytes
        said = space.log(case.name).splitlines()
    found = [
        json.loads(line.removeprefix("RESULT ")) for line in said if line.startswith("RESULT ")
    ]
    result = Result(
        {row["job"]: statistics.median(row["seconds"]) for row in found},
        {row["job"]: local_share(row["tasks"]) for row in found},
        crossed / (REPEATS + 1),
    )
    say(f"{case.name}: {result}")
    return result


def local_share(tasks: dict[str, int]) -> float:
    return tasks.get("NODE_LOCAL", 0) / sum(tasks.values())


def measure_scans(space: SparkSpace, cables: str) -> list[tuple[str, ...]]:
    """Rows of the scan with locality, without, and from S3 without a cache."""
    cold = (f"scan=alluxio://{COLD}",)
    found = {
        "locality": run(space, Case(f"scan-on-{cables}", near("3s"), (SCAN,))),
        "off": run(space, Case(f"scan-off-{cables}", OFF, (SCAN,))),
        "S3, no cache": run(space, Case(f"scan-s3-{cables}", near("3s"), cold, NO_CACHE)),
    }
    return rows(f"scan, cables {cables}", "scan", found)


def measure_waits(space: SparkSpace, cables: str) -> list[tuple[str, ...]]:
    """Rows of all three jobs by spark.locality.wait."""
    jobs = (SHORT, SCAN, SHUFFLE)
    found = {
        f"locality, wait {wait}": run(space, Case(f"wait-{wait}", near(wait), jobs))
        for wait in WAITS
    }
    found["off"] = run(space, Case("wait-off", OFF, jobs))
    return [
        *rows("short tasks, data on one node", "short", found),
        *rows(f"scan, cables {cables}", "scan", found),
        *rows(f"scan and shuffle, cables {cables}", "shuffle", found),
    ]


def rows(what: str, job: str, results: dict[str, Result]) -> list[tuple[str, ...]]:
    off_s = results["off"].seconds[job]
    # Of an application with several jobs nobody knows which one's bytes have crossed.
    alone = all(len(result.seconds) == 1 for result in results.values())
    return [
        (
            what,
            name,
            f"{result.seconds[job]:.2f}",
            f"{result.seconds[job] / off_s:.2f}",
            f"{result.local[job]:.0%}",
            f"{result.crossed_bytes / MIB:.0f}" if alone else "",
        )
        for name, result in results.items()
    ]


def make_space(cluster: Cluster) -> SparkSpace:
    cluster.apply(parts.namespace(SPACE), *parts.s3_server(SPACE))
    parts.rollout(cluster, SPACE, "deployment/s3")
    cr = spark.alluxio_cluster(ALLUXIO, SPACE)
    cr["spec"]["workers"][0]["tiers"][0]["quota"] = "128Mi"
    cluster.apply(cr)
    parts.wait_for_phase(cluster, SPACE, ALLUXIO, "Ready", READY_S)
    hosts = sorted(pod["status"]["hostIP"] for pod in spark.worker_pods(cluster, SPACE, ALLUXIO))
    space = SparkSpace(cluster, SPACE, ALLUXIO, tuple(hosts))
    space.program("jobs", PROGRAM)
    write_files(space)
    return space


def measure(cluster: Cluster) -> Sequence[tuple[str, ...]]:
    parts.install_operator(cluster)
    space = make_space(cluster)
    found = measure_scans(space, "free")
    with switch.limited(cluster, RATE):
        return [*found, *measure_scans(space, RATE), *measure_waits(space, RATE)]


def main() -> None:
    cluster = clusters.bring_up(NAME)
    try:
        table = measure(cluster)
    finally:
        clusters.take_down(NAME)
    show(
        f"Spark on {FILES * FILE_BYTES >> 20} MiB in Alluxio, three nodes, three executors: medians of {REPEATS}",
        ("job", "case", "seconds", "ratio to off", "tasks local", "MiB across nodes, each"),
        table,
    )


if __name__ == "__main__":
    main()
