# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether tasks read beside their blocks, by Spark's own word and by the bytes on the nodes' cables.

Needs the development cluster, whose switch can be read.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest
from spark_space import SparkSpace
from workbench.switch import traffic

pytestmark = pytest.mark.wide

FILES, MIB = 12, 1 << 20
LINES_A_FILE, LINE_BYTES = 4096, 1024
ROWS = 180_000
RAW, PARQUET, TEXT = "/scan/raw", "/scan/parquet", "/scan/text"
MOST_SHARE, LEAST_SHARE_WITHOUT = 0.05, 0.25
# Passes over the whole data, in the JVM and without a shuffle: all bytes that cross nodes are the scans' own.
PROGRAM = """\
import sys

from pyspark.sql import Observation, SparkSession
from pyspark.sql import functions as f

spark = SparkSession.builder.getOrCreate()
what, *paths = sys.argv[1:]
if what == "make":
    rows = spark.range(0, int(paths[1]), 1, int(paths[2]))
    text = "concat(sha2(cast(id as string), 512), sha2(cast(-id as string), 512)) as payload"
    rows.selectExpr("id", text).write.option("compression", "none").parquet(paths[0])
else:
    sums = Observation()
    # With the schema given, no other task looks into the files before.
    frame = spark.read.schema("id long, payload string").parquet(paths[0])
    counted = f.count("id").alias("rows"), f.sum(f.length("payload")).alias("characters")
    frame.observe(sums, *counted).write.format("noop").mode("overwrite").save()
    print("parquet: splits", frame.rdd.getNumPartitions(), sums.get)
    lines = spark.sparkContext._jsc.textFile(paths[1], 1)
    print("text: splits", lines.getNumPartitions(), "lines", lines.count())
"""
SETTLED = {
    # All executors are there before the first task, and no file shares a split with another one.
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
    "spark.sql.files.minPartitionNum": str(FILES),
}


@dataclass(frozen=True)
class Scan:
    """What one application told, and what crossed from node to node meanwhile."""

    status: dict[str, Any]
    crossed_bytes: int


@pytest.fixture(scope="module")
def data(spark: SparkSpace) -> int:
    """Parquet and text, each twelve files of one block, four on each node, in no order; their bytes."""
    spark.program("scan", PROGRAM)
    with spark.running(
        spark.job("scan", "make", "make", f"alluxio://{RAW}", str(ROWS), str(FILES))
    ) as name:
        spark.succeed(name)
    places = random.Random(6).sample(spark.hosts * (FILES // len(spark.hosts)), FILES)
    source = random.Random(6)
    with spark.data() as (access, files):
        made = [f for f in access.list_files(RAW) if f.path.endswith(".parquet")]
        assert len(made) == FILES
        for number, (file, host) in enumerate(zip(made, places, strict=True)):
            target = f"{PARQUET}/part-{number:02d}.parquet"
            files.write(target, list(files.read(file.path, cache=False)), hosts=[host])
            lines = (source.randbytes(LINE_BYTES // 2).hex()[1:] for _ in range(LINES_A_FILE))
            text = "".join(f"{line}\n" for line in lines).encode()
            files.write(f"{TEXT}/part-{number:02d}", [text], hosts=[host])
        access.master.files.delete(RAW, recursive=True)
        written = [file for path in (PARQUET, TEXT) for file in access.list_files(path)]
    return sum(file.length_bytes for file in written if not file.folder)


def scan(spark: SparkSpace, name: str, locality: dict[str, Any]) -> Scan:
    """Reads all of it in an application of that name."""
    paths = (f"alluxio://{PARQUET}", f"alluxio://{TEXT}")
    application = spark.job("scan", name, "scan", *paths, locality=locality, sparkConf=SETTLED)
    before = traffic(spark.cluster)
    with spark.running(application):
        status = spark.succeed(name)
        crossed = traffic(spark.cluster).since(before).crossed_bytes
        said = spark.log(name)
    assert f"parquet: splits {FILES} {{'rows': {ROWS}, 'characters': {ROWS * 256}}}" in said
    assert f"text: splits {FILES} lines {FILES * LINES_A_FILE}" in said
    return Scan(status, crossed)


def test_every_task_is_beside_its_block_and_without_us_none(spark: SparkSpace, data: int) -> None:
    assert data > 85 * MIB
    before = {path: spark.replicas(path) for path in (PARQUET, TEXT)}
    assert all(len(holders) == 1 for files in before.values() for [holders] in files.values())

    near = scan(spark, "near", {"mode": "preferred", "wait": "30s"})
    far = scan(spark, "far", {"mode": "off"})

    assert {path: spark.replicas(path) for path in (PARQUET, TEXT)} == before
    near_tasks, far_tasks = near.status["progress"]["tasks"], far.status["progress"]["tasks"]
    assert (near_tasks["local"], near_tasks["remote"]) == (2 * FILES, 0)
    assert (far_tasks["local"], far_tasks["remote"]) == (0, 2 * FILES)
    assert near.status["localShare"] == 1
    assert near.crossed_bytes <= MOST_SHARE * data
    assert far.crossed_bytes >= LEAST_SHARE_WITHOUT * data
    print(
        f"{data / MIB:.0f} MiB scanned; crossed nodes: {near.crossed_bytes / MIB:.1f} MiB with locality,"
        f" {far.crossed_bytes / MIB:.1f} MiB without"
    )
