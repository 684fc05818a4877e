# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What `kubectl alluxio locality` prints is taken by spark-submit (docs/how-to/spark-without-our-operator.md)."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys

import pytest
import yaml
from spark_space import SparkSpace
from workbench import spark_submit as submit
from workbench.cluster import ROOT, wait_for

pytestmark = pytest.mark.wide

PATH, NAME = "/submit/rows", "near"
PROGRAM = """\
from pyspark.sql import SparkSession

context = SparkSession.builder.getOrCreate().sparkContext
print("counted", context.parallelize(range(100), 4).count())
"""
RUN_S = 240


def test_executors_go_where_the_template_says(spark: SparkSpace) -> None:
    nodes = spark.nodes()
    host = min(nodes)
    with spark.data() as (_, data):
        data.write(PATH, [b"row\n" * 1000], hosts=[host])
    template = yaml.safe_load(locality(spark, "pod-template"))
    # The template knows nothing of the namespace's standard: what executors need beside it is the user's.
    template["spec"]["securityContext"] = submit.RESTRICTED_POD
    template["spec"]["containers"][0]["securityContext"] = submit.RESTRICTED_CONTAINER
    files = {
        "job.py": PROGRAM,
        "near.conf": locality(spark, "spark-conf"),
        "executor-template.yaml": yaml.safe_dump(template),
    }
    parts = submit.submitter(spark.name, files)
    try:
        spark.cluster.apply(*parts)
        ready = ("wait", f"pod/{submit.NAME}", "--for=condition=Ready", "--timeout=120s")
        spark.cluster.kubectl("-n", spark.name, *ready)
        line = submit.command(spark.name, NAME, {}, "--properties-file", "near.conf")
        script = f"cd {submit.FOLDER} && {shlex.join(line)}"
        inside = ("exec", submit.NAME, "--", "bash", "-c", script)
        spark.cluster.kubectl("-n", spark.name, *inside)
        seen: dict[str, str] = {}
        wait_for("the driver has ended", lambda: ended(spark, seen), RUN_S, 0.2)
        log = spark.cluster.kubectl("-n", spark.name, "logs", NAME)
        assert "counted 100" in log, log[-3000:]
        assert set(seen.values()) == {nodes[host]}
        assert len(seen) == 2
    finally:
        for kind, name in [("pod", NAME), *((part["kind"], submit.NAME) for part in parts)]:
            removal = ("delete", kind, name, "--ignore-not-found")
            spark.cluster.kubectl("-n", spark.name, *removal)


def locality(spark: SparkSpace, form: str) -> str:
    """What the command prints for a user on a laptop."""
    environment = {
        **os.environ,
        "KUBECONFIG": spark.cluster.kubeconfig,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "cli"), os.environ["PYTHONPATH"]]),
    }
    size = ("-e", "2", "--cpu", "300m", "--memory", "896Mi")
    where = ("-n", spark.name, "--cluster", spark.alluxio)
    words = ["locality", PATH, *size, "-o", form, *where]
    command = [sys.executable, "-m", "kubectl_alluxio", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ended(spark: SparkSpace, seen: dict[str, str]) -> bool:
    """Whether the driver has; meanwhile `seen` gathers the nodes of its executors, which do not outlive it."""
    pods = spark.cluster.get("-n", spark.name, "pods", "-l", f"spark-app-name={NAME}")["items"]
    for pod in pods:
        if pod["metadata"]["labels"]["spark-role"] == "executor" and "nodeName" in pod["spec"]:
            seen[pod["metadata"]["name"]] = pod["spec"]["nodeName"]
    driver = spark.cluster.find("-n", spark.name, "pod", NAME) or {"status": {}}
    return driver["status"].get("phase") in ("Succeeded", "Failed")
