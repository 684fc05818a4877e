# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio spark` as a user on a laptop: a local program into Alluxio, to a driver and executors, and back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from spark_space import ALLUXIO, SparkSpace
from workbench.cluster import ROOT, image, wait_for

RUN_S = 300
SMALL = (
    *("--driver-memory", "512m", "--executor-memory", "512m", "--num-executors", "1"),
    *("--conf", "spark.kubernetes.executor.request.cores=300m"),
)
PROGRAM = """
import sys, time
from pyspark.sql import SparkSession
import helper

spark = SparkSession.builder.getOrCreate()
count = spark.sparkContext.parallelize(range(100), 4).map(helper.same).count()
print(f"counted {count} {sys.argv[1:]}", flush=True)
time.sleep(float(sys.argv[2]))
sys.exit(int(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python program of two files on this machine."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "helper.py").write_text("def same(x):\n    return x\n")
    (folder / "count.py").write_text(PROGRAM)
    return folder / "count.py"


def start(spark: SparkSpace, *arguments: str) -> subprocess.Popen[str]:
    """kubectl alluxio VERB -n SPACE, for a user on a laptop."""
    verbs = 2 if arguments[0] == "spark" else 1
    environment = {
        **os.environ,
        "KUBECONFIG": spark.cluster.kubeconfig,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "cli"), os.environ["PYTHONPATH"]]),
    }
    command = [*arguments[:verbs], "-n", spark.name, *arguments[verbs:]]
    return subprocess.Popen(
        [sys.executable, "-m", "kubectl_alluxio", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def alluxio(spark: SparkSpace, *arguments: str) -> tuple[int, str, str]:
    process = start(spark, *arguments)
    out, err = process.communicate(timeout=RUN_S)
    return process.returncode, out, err


def submit(name: str, program: Path, *options: str) -> list[str]:
    """The words of a submission up to the program's arguments."""
    where = ["--conf", f"spark.kubernetes.container.image={image('alluxio-spark')}"]
    files = ["--py-files", str(program.parent / "helper.py")]
    return ["spark", "submit", "--name", name, *SMALL, *where, *files, *options, str(program)]


def phase(spark: SparkSpace, name: str) -> str:
    status, out, err = alluxio(spark, "spark", "status", name, "-o", "json")
    assert status == 0, err
    return str(json.loads(out)["phase"])


def test_a_local_program_runs_and_leaves_nothing_when_it_is_removed(
    spark: SparkSpace, program: Path
) -> None:
    status, out, err = alluxio(spark, *submit("good", program), "0", "0")
    assert status == 0, err
    assert "counted 100 ['0', '0']" in out
    assert "sparkapplication good is submitted" in err
    assert "spark: Running, 1 executor" in err
    wait_for("good has succeeded", lambda: phase(spark, "good") == "Succeeded", 60)
    status, out, _err = alluxio(spark, "spark", "list")
    assert out.splitlines()[1].split()[:2] == ["good", "Succeeded"]
    status, out, _err = alluxio(spark, "ls", f"/.spark-uploads/{spark.name}/good", "-R")
    assert "/count.py" in out
    assert "/helper.py" in out
    status, _out, err = alluxio(spark, "spark", "kill", "good")
    assert (status, err) == (0, "")
    status, _out, _err = alluxio(spark, "ls", f"/.spark-uploads/{spark.name}/good")
    assert status == 3
    wait_for("good is gone", lambda: "good" not in alluxio(spark, "spark", "list")[1], 60)


def test_the_exit_status_is_the_programs(spark: SparkSpace, program: Path) -> None:
    status, out, err = alluxio(spark, *submit("bad", program), "7", "0")
    assert status == 7, err
    assert "counted 100" in out
    assert "error: bad failed: " in err
    wait_for("bad has failed", lambda: phase(spark, "bad") == "Failed", 60)
    # A second look at a log that has ended gives the same status.
    status, out, _err = alluxio(spark, "spark", "logs", "-f", "bad")
    assert status == 7
    assert "counted 100" in out
    # However it is deleted, what was uploaded goes with it.
    folder = f"/.spark-uploads/{spark.name}/bad"
    assert "/count.py" in alluxio(spark, "ls", folder, "-R")[1]
    spark.cluster.kubectl("-n", spark.name, "delete", "sparkapplication", "bad", "--timeout=90s")
    assert alluxio(spark, "ls", folder)[0] == 3


def test_interrupted_it_runs_on_and_can_be_looked_at_and_killed(
    spark: SparkSpace, program: Path
) -> None:
    process = start(spark, *submit("long", program), "0", "3600")
    assert process.stdout is not None
    for line in process.stdout:
        if "counted" in line:
            break
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"kubectl alluxio spark logs -f long -n {spark.name}" in err
    assert phase(spark, "long") == "Running"
    status, out, err = alluxio(spark, "spark", "logs", "long", "--executor", "1")
    assert status == 0, err
    assert out
    check_ui(spark, "long")
    status, _out, err = alluxio(spark, "spark", "kill", "long")
    assert (status, err) == (0, "")
    wait_for("its pods are gone", lambda: not spark.pods("long"), 60)


def check_ui(spark: SparkSpace, name: str) -> None:
    """The page of the running application, through the port that `ui` prints."""
    process = start(spark, "spark", "ui", name)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}/jobs/", timeout=30) as answer:
            assert b"Spark Jobs" in answer.read()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_a_dry_run_of_the_server_makes_nothing(spark: SparkSpace, program: Path) -> None:
    words = submit("dry", program, "--dry-run=server", "-o", "json")
    status, out, err = alluxio(spark, *words, "0", "0")
    assert status == 0, err
    shown = json.loads(out)
    assert shown["spec"]["mainFile"].startswith(f"alluxio:///.spark-uploads/{spark.name}/dry/")
    assert shown["spec"]["alluxioCluster"] == {"name": ALLUXIO}
    assert alluxio(spark, "ls", f"/.spark-uploads/{spark.name}/dry")[0] == 3
    assert alluxio(spark, "spark", "status", "dry")[0] == 3
