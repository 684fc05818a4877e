# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Every role of the Spark image starts as any user on a read-only root."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sandbox import Container, ImageRoot, Sandbox

WRITABLE = ("tmp", "opt/spark/work-dir")
START_TIMEOUT_S = 120
JOB = """
import getpass
from pyspark.sql import SparkSession, functions as f
spark = SparkSession.builder.getOrCreate()
spark.range(1000).selectExpr("id % 7 as k", "id as v").write.parquet("/tmp/table")
rows = spark.read.parquet("/tmp/table").groupBy("k").agg(f.sum("v").alias("s")).orderBy("k").collect()
print("RESULT sql", sum(row.s for row in rows), len(rows))
print("RESULT rdd", spark.sparkContext.parallelize(range(100), 4).map(lambda x: x * 2).sum())
print("RESULT conf", spark.conf.get("spark.driver.bindAddress"), spark.sparkContext.master)
print("RESULT user", spark.sparkContext.sparkUser())
for table in ("parquet", "orc", "json", "csv"):
    spark.range(10).write.format(table).save("/tmp/as-" + table)
    assert spark.read.format(table).load("/tmp/as-" + table).count() == 10, table
"""
EXECUTOR = {
    "SPARK_JAVA_OPT_10": "-Dlast=a b",
    "SPARK_JAVA_OPT_9": "-Dlast=no",
    "SPARK_JAVA_OPT_0": "-XX:+UseSerialGC",
    "SPARK_EXECUTOR_MEMORY": "64m",
    "SPARK_EXECUTOR_CORES": "1",
    "SPARK_EXECUTOR_ID": "7",
    "SPARK_EXECUTOR_POD_IP": "127.0.0.1",
    "SPARK_EXECUTOR_POD_NAME": "job-exec-7",
    "SPARK_APPLICATION_ID": "spark-application",
    "SPARK_RESOURCE_PROFILE_ID": "0",
    "SPARK_DRIVER_URL": "spark://CoarseGrainedScheduler@127.0.0.1:1",
}


@pytest.fixture(scope="module")
def spark(image: Callable[[str], ImageRoot]) -> ImageRoot:
    return image("alluxio-spark")


@pytest.fixture(scope="module")
def driver(sandbox: Sandbox, spark: ImageRoot, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a driver of any user, that runs JOB in one process, has printed."""
    job: Path = tmp_path_factory.mktemp("job")
    job.chmod(0o755)
    (job / "job.py").write_text(JOB)
    arguments = ["driver", "--master", "local[2]", "--driver-memory", "512m", "/mnt/job.py"]
    container = sandbox.start(
        "driver",
        spark,
        arguments,
        env={"SPARK_DRIVER_BIND_ADDRESS": "127.0.0.1"},
        empty=WRITABLE,
        volumes={job: "mnt"},
    )
    assert container.process.wait(START_TIMEOUT_S) == 0, container.log.read_text()[-6000:]
    return container.log.read_text()


@pytest.mark.parametrize(
    "result",
    ["sql 499500 7", "rdd 9900", "conf 127.0.0.1 local[2]", "user spark"],
)
def test_the_driver_runs_a_python_job(driver: str, result: str) -> None:
    assert f"RESULT {result}\n" in driver


def test_nothing_is_compiled_when_python_starts(sandbox: Sandbox, spark: ImageRoot) -> None:
    script = "import pyspark.sql, sys; print(pyspark.sql.__cached__ or pyspark.sql.__file__)"
    done = sandbox.call(spark, ["python3", "-c", script])
    assert done.stdout.decode().strip().endswith("pyspark.zip/pyspark/sql/__init__.pyc"), done


@pytest.fixture
def executor(sandbox: Sandbox, spark: ImageRoot) -> Iterator[Callable[..., Container]]:
    def start(**env: str) -> Container:
        return sandbox.start(
            f"executor-{len(sandbox.containers)}",
            spark,
            ["executor"],
            env={**EXECUTOR, **env},
            empty=WRITABLE,
        )

    yield start
    for container in sandbox.containers:
        container.process.wait(START_TIMEOUT_S)


def test_an_executor_looks_for_its_driver(executor: Callable[..., Container]) -> None:
    started = executor()
    started.wait_for("attempt", lambda: "127.0.0.1:1" in started.log.read_text(), START_TIMEOUT_S)
    assert "KubernetesExecutorBackend" in started.log.read_text()


def test_an_executor_takes_another_main_class(executor: Callable[..., Container]) -> None:
    started = executor(SPARK_EXECUTOR_MAIN_CLASS="io.alluxio.k8s.spark.NodeHostExecutorBackend")
    warning = "tasks will not be placed by node: the environment variable ALLUXIO_NODE_IP"
    started.wait_for("warning", lambda: warning in started.log.read_text(), START_TIMEOUT_S)


def test_an_executors_options_are_taken_by_number_and_whole(
    sandbox: Sandbox, spark: ImageRoot
) -> None:
    java = 'printf "%s\\n" "$@" > /tmp/arguments'
    script = f"mkdir -p /tmp/bin; echo '{java}' > /tmp/bin/java; chmod +x /tmp/bin/java"
    command = f"{script}; JAVA_HOME=/tmp /opt/entrypoint.sh executor; cat /tmp/arguments"
    done = sandbox.call(spark, ["bash", "-ec", command], env=EXECUTOR, empty=WRITABLE)
    lines = done.stdout.decode().splitlines()
    assert lines[:5] == ["-XX:+UseSerialGC", "-Dlast=no", "-Dlast=a b", "-Xms64m", "-Xmx64m"], done
    assert lines[6].startswith("/opt/spark/conf::/opt/spark/jars/*")
    assert lines[lines.index("--executor-id") + 1] == "7"


def test_the_name_of_any_user(sandbox: Sandbox, spark: ImageRoot) -> None:
    done = sandbox.call(spark, ["/opt/entrypoint.sh", "id", "--user", "--name"], empty=WRITABLE)
    assert done.stdout == b"spark\n", done


def test_the_images_own_user_needs_no_wrapper(sandbox: Sandbox, spark: ImageRoot) -> None:
    command = ["/opt/entrypoint.sh", "bash", "-c", "id -un; echo ${LD_PRELOAD-none}"]
    done = sandbox.call(spark, command, empty=WRITABLE, run_as=185)
    assert done.stdout == b"spark\nnone\n", done


def test_an_executor_hands_over_when_it_is_decommissioned(
    sandbox: Sandbox, spark: ImageRoot
) -> None:
    """The hook signals the executor and waits until it has gone."""
    executor = "trap 'echo handed over; exit' PWR; while :; do sleep .1; done"
    script = f"""
        cp /bin/bash /tmp/java
        /tmp/java -c "{executor}" &
        sleep .5
        /opt/decom.sh
        kill -0 $! 2> /dev/null || echo done
    """
    done = sandbox.call(spark, ["bash", "-c", script], empty=WRITABLE)
    assert done.stdout == b"handed over\ndone\n", done
