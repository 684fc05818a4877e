# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What SparkApplications promise beside locality: deadlines, schedules that replace, priorities, settings from Secrets,
a driver whose node dies, many at once, and submission without the custom resource.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from spark_space import ALLUXIO, SparkSpace
from workbench import parts
from workbench.cluster import ROOT, image, wait_for

pytestmark = pytest.mark.wide

PROGRAM = """\
import hashlib
import sys
import time
import uuid

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
context = spark.sparkContext
what, *rest = sys.argv[1:]


def slowly(lines):
    time.sleep(float(rest[2]))
    return ((line,) for line in lines)


if what == "sleep":
    context.parallelize(range(2), 2).foreach(lambda _: time.sleep(float(rest[0])))
elif what == "password":
    # As Spark reads it itself (SSLOptions.parse).
    password = context._jsc.sc().conf().getWithSubstitution("spark.ssl.keyPassword").get()
    print("password", hashlib.sha256(password.encode()).hexdigest())
elif what == "rewrite":
    rows = context.textFile(rest[0], 1).mapPartitions(slowly)
    spark.createDataFrame(rows, "value string").write.mode("overwrite").text(rest[1])
elif what == "mark":
    time.sleep(1)
    path = context._jvm.org.apache.hadoop.fs.Path(f"{rest[0]}/{uuid.uuid4()}")
    path.getFileSystem(context._jsc.hadoopConfiguration()).create(path).close()
"""
ONE = {"cores": 1, "memory": "512Mi", "instances": 1}
TWO = {**ONE, "instances": 2}
NONE = {"cores": 1, "memory": "512Mi", "dynamicAllocation": {"max": 1}}
PASSWORD = "hush-wide-4711"
FILES, LINES_A_FILE, SLOW_S = 12, 20, 3
MANY, AT_ONCE, MANY_S = 50, 4, 1500
RUN_S = 300
APPLICATIONS = "sparkapplications.alluxio.io"


@pytest.fixture(scope="module")
def ready(spark: SparkSpace) -> SparkSpace:
    spark.program("wide", PROGRAM)
    return spark


def job(space: SparkSpace, name: str, *arguments: str, **spec: Any) -> dict[str, Any]:
    return space.job("wide", name, *arguments, **{"executors": ONE, **spec})


def test_a_deadline_ends_it(ready: SparkSpace) -> None:
    with ready.running(job(ready, "late", "sleep", "600", activeDeadlineSeconds=45)) as name:
        ready.wait_for_phase(name, "Running")
        status = ready.wait_for_phase(name, "Failed", timeout_s=120)
        assert status["error"] == "it was stopped at its deadline, spec.activeDeadlineSeconds"
        wait_for("no executor is left", lambda: not living(ready, name), 60)


def living(space: SparkSpace, name: str) -> list[dict[str, Any]]:
    return [p for p in space.pods(name) if p["status"]["phase"] not in ("Succeeded", "Failed")]


def test_a_run_that_is_due_replaces_the_one_before(ready: SparkSpace) -> None:
    schedule = {"cron": "* * * * *", "concurrencyPolicy": "Replace"}
    with ready.running(job(ready, "replaces", "sleep", "600", schedule=schedule)) as name:
        first = wait_for("a run is made", lambda: runs(ready, name), 90)[0]
        ready.wait_for_phase(first, "Running", timeout_s=90)
        wait_for("another run takes its place", lambda: first not in runs(ready, name), 90)
        (second,) = wait_for("it alone is there", lambda: runs(ready, name), 60)
        assert second > first
        assert ready.pods(first) == []
    wait_for("its runs go with it", lambda: runs(ready, name) == [], 90)


def runs(space: SparkSpace, schedule: str) -> list[str]:
    selector = f"alluxio.io/spark-schedule={schedule}"
    found = space.cluster.get("-n", space.name, "sparkapplications", "-l", selector)["items"]
    return sorted(run["metadata"]["name"] for run in found)


def test_driver_and_executors_have_the_priority(ready: SparkSpace) -> None:
    with priority_class(ready, "spark-first", 1000):
        application = job(ready, "first", "sleep", "5", priorityClassName="spark-first")
        with ready.running(application) as name:
            pods = wait_for("both are there", lambda: pair(ready, name), RUN_S)
            assert [pod["spec"]["priority"] for pod in pods] == [1000, 1000]
            ready.succeed(name)


def pair(space: SparkSpace, name: str) -> list[dict[str, Any]] | None:
    pods = space.pods(name, "driver", "executor")
    return pods if len(pods) == 2 else None


@contextmanager
def priority_class(space: SparkSpace, name: str, value: int) -> Iterator[None]:
    metadata = {"name": name}
    space.cluster.apply(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": metadata,
            "value": value,
        }
    )
    try:
        yield
    finally:
        space.cluster.kubectl("delete", "priorityclass", name)


def test_a_setting_of_spark_comes_from_a_secret(ready: SparkSpace) -> None:
    metadata = {"name": "keys", "namespace": ready.name}
    ready.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": metadata,
            "stringData": {"password": PASSWORD},
        }
    )
    source = {"secretKeyRef": {"name": "keys", "key": "password"}}
    conf = [{"key": "spark.ssl.keyPassword", **source}]
    with ready.running(job(ready, "keys", "password", sparkConfFrom=conf)) as name:
        ready.succeed(name)
        assert f"password {hashlib.sha256(PASSWORD.encode()).hexdigest()}" in ready.log(name)
        kinds = "sparkapplications,configmaps,jobs,pods,events.events.k8s.io"
        seen = ready.cluster.kubectl("-n", ready.name, "get", kinds, "-o", "json")
        assert "spark.ssl.keyPassword" in seen
        assert PASSWORD not in seen + ready.log(name)


# ------------------------------------------------------------------ a driver whose node dies


def test_a_driver_on_a_dead_node_is_followed_when_its_executors_are_gone(ready: SparkSpace) -> None:
    node = spare_node(ready)
    write_lines(ready, node)
    pinned = {"nodeSelector": {"kubernetes.io/hostname": node}}
    elsewhere = {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [
                    {
                        "matchExpressions": [
                            {
                                "key": "kubernetes.io/hostname",
                                "operator": "NotIn",
                                "values": [node],
                            }
                        ]
                    }
                ]
            }
        }
    }
    application = job(
        ready,
        "orphans",
        "rewrite",
        "alluxio:///wide/lines",
        "alluxio:///wide/copy",
        str(SLOW_S),
        executors={**TWO, "podTemplate": {"spec": {"affinity": elsewhere}}},
        locality={"mode": "off"},
        restartPolicy={"type": "OnFailure", "maxRetries": 1, "retryIntervalSeconds": 0},
    )
    application["spec"]["driver"]["podTemplate"]["spec"].update(pinned)
    with ready.running(application) as name:
        wait_for("two executors work", lambda: tasks_done(ready, name) > 1, RUN_S)
        with dead(ready, node):
            (driver,) = ready.pods(name, "driver")
            removal = ("delete", "pod", driver["metadata"]["name"], "--wait=false")
            ready.cluster.kubectl("-n", ready.name, *removal)
            ready.cluster.kubectl(
                "-n",
                ready.name,
                "patch",
                "sparkapplication",
                name,
                "--type=merge",
                "-p",
                json.dumps({"spec": {"driver": {"podTemplate": {"spec": {"nodeSelector": None}}}}}),
            )
            on = f"{driver['metadata']['name']} on {node}"
            wait_for("the status names the node", lambda: on in said(ready, name), 60)
            wait_for("Kubernetes misses the node", lambda: not answers(ready, node), 120)
            assert attempts(ready, name) == {"1"}
            ready.cluster.kubectl("taint", "node", node, OUT_OF_SERVICE)
            seen = wait_for("a second attempt", lambda: second_attempt(ready, name), 180, 0.2)
            assert seen == {"2"}
        status = ready.succeed(name, timeout_s=RUN_S)
        assert [row["state"] for row in status["attempts"]] == ["Failed", "Succeeded"]
    assert sorted(lines_of(ready, "/wide/copy")) == sorted(all_lines())
    parts.wait_for_phase(ready.cluster, ready.name, ALLUXIO, "Ready", RUN_S)


OUT_OF_SERVICE = "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute"


def spare_node(space: SparkSpace) -> str:
    """A node with neither the S3 server nor the operator."""
    server = space.cluster.get("-n", space.name, "pods", "-l", "app=s3")["items"]
    selector = f"app.kubernetes.io/name={parts.OPERATOR}"
    operator = space.cluster.get("-n", parts.OPERATOR, "pods", "-l", selector)["items"]
    taken = {pod["spec"]["nodeName"] for pod in [*server, *operator]}
    return min(set(space.nodes().values()) - taken)


def all_lines() -> list[str]:
    return [f"file {number} line {line}" for number in range(FILES) for line in range(LINES_A_FILE)]


def write_lines(space: SparkSpace, not_on: str) -> None:
    hosts = [host for host, node in space.nodes().items() if node != not_on]
    with space.data() as (_, data):
        for number in range(FILES):
            lines = [f"file {number} line {line}\n" for line in range(LINES_A_FILE)]
            path = f"/wide/lines/part-{number:02d}"
            data.write(path, ["".join(lines).encode()], hosts=[hosts[number % len(hosts)]])


def lines_of(space: SparkSpace, folder: str) -> list[str]:
    with space.data() as (access, data):
        files = [file for file in access.list_files(folder) if not file.folder]
        return [
            line for file in files for line in b"".join(data.read(file.path)).decode().splitlines()
        ]


def tasks_done(space: SparkSpace, name: str) -> int:
    return sum(space.status(name).get("progress", {}).get("tasks", {}).values())


def said(space: SparkSpace, name: str) -> str:
    return json.dumps(space.status(name)["conditions"])


@contextmanager
def dead(space: SparkSpace, node: str) -> Iterator[None]:
    """The node has lost its power, and is there again afterwards."""

    def power(verb: str) -> None:
        cluster = Path(space.cluster.kubeconfig).parent.name
        command = [str(ROOT / "dev/cluster"), "node", verb, node, "--name", cluster]
        subprocess.run(command, check=True, capture_output=True)

    power("stop")
    try:
        yield
    finally:
        power("start")
        space.cluster.kubectl("taint", "node", node, f"{OUT_OF_SERVICE}-", check=False)


def answers(space: SparkSpace, node: str) -> bool:
    conditions = space.cluster.get("node", node)["status"]["conditions"]
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def attempts(space: SparkSpace, name: str) -> set[str]:
    return {pod["metadata"]["labels"]["alluxio.io/attempt"] for pod in living(space, name)}


def second_attempt(space: SparkSpace, name: str) -> set[str] | None:
    """The attempts whose pods live, as soon as the second one is among them."""
    found = attempts(space, name)
    return found if "2" in found else None


# ------------------------------------------------------------------ many at once


def test_fifty_at_once_of_which_four_run(ready: SparkSpace) -> None:
    """As docs/how-to/submit-spark-applications.md says it: a quota for the drivers' priority class."""
    scope = {"scopeName": "PriorityClass", "operator": "In", "values": ["spark-driver"]}
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "drivers", "namespace": ready.name},
        "spec": {
            "hard": {"pods": str(AT_ONCE)},
            "scopeSelector": {"matchExpressions": [scope]},
        },
    }
    names = [f"many-{number:02d}" for number in range(MANY)]
    applications = [one_of_many(ready, name) for name in names]
    with priority_class(ready, "spark-driver", 0):
        ready.cluster.apply(quota)
        try:
            ready.cluster.apply(*applications)
            most = watch_until_ended(ready, names)
        finally:
            removal = ("delete", "sparkapplications", *names, "--ignore-not-found", "--wait=false")
            ready.cluster.kubectl("-n", ready.name, *removal)
            ready.cluster.kubectl("-n", ready.name, "delete", "resourcequota", "drivers")
    assert most == AT_ONCE
    with ready.data() as (access, _):
        marks = [file.path.split("/")[2] for file in access.list_files("/many") if not file.folder]
    assert sorted(marks) == names, "each has left its mark, and once"
    wait_for("all are gone", lambda: not any(map(ready.find, names)), RUN_S)


def one_of_many(space: SparkSpace, name: str) -> dict[str, Any]:
    # Fifty at once on a small machine: a driver may miss the API server once, before it has done anything.
    again = {"type": "OnFailure", "maxRetries": 2, "retryIntervalSeconds": 5}
    target = f"alluxio:///many/{name}"
    application = job(space, name, "mark", target, executors=NONE, restartPolicy=again)
    template = application["spec"]["driver"]["podTemplate"]["spec"]
    template["priorityClassName"] = "spark-driver"
    return application


def watch_until_ended(space: SparkSpace, names: list[str]) -> int:
    """The largest number of drivers that were seen to live side by side."""
    most = 0

    def ended() -> bool:
        nonlocal most
        pods = space.cluster.get("-n", space.name, "pods", "-l", "spark-role=driver")["items"]
        alive = [p for p in pods if p["status"]["phase"] not in ("Succeeded", "Failed")]
        most = max(most, len(alive))
        items = space.cluster.get("-n", space.name, "sparkapplications")["items"]
        phases = {one["metadata"]["name"]: one.get("status", {}).get("phase") for one in items}
        assert "Failed" not in phases.values()
        return all(phases[name] == "Succeeded" for name in names)

    wait_for(f"all {len(names)} have succeeded", ended, MANY_S, 1)
    return most


# ------------------------------------------------------------------ without the custom resource


def test_submission_without_the_custom_resource(ready: SparkSpace, tmp_path: Path) -> None:
    program = tmp_path / "count.py"
    program.write_text(
        "from pyspark.sql import SparkSession\n"
        "spark = SparkSession.builder.getOrCreate()\n"
        "print('counted', spark.sparkContext.parallelize(range(100), 4).count())\n"
    )
    with without_definition(ready):
        memory = ("--driver-memory", "512m", "--executor-memory", "512m", "--num-executors", "1")
        cores = ("--conf", "spark.kubernetes.executor.request.cores=300m")
        where = ("--conf", f"spark.kubernetes.container.image={image('alluxio-spark')}")
        cluster = ("--cluster", ALLUXIO)
        words = ("submit", "--name", "bare", *cluster, *memory, *cores, *where, str(program))
        ended = spark_verb(ready, *words)
        assert ended.returncode == 0, ended.stderr
        assert "counted 100" in ended.stdout
        folder = f"/.spark-uploads/{ready.name}/bare"
        with ready.data() as (access, _):
            assert access.master.files.exists(folder)
        ended = spark_verb(ready, "kill", "bare")
        assert (ended.returncode, ended.stderr) == (0, "")
        with ready.data() as (access, _):
            assert not access.master.files.exists(folder)
        wait_for("nothing of it is left", lambda: not ready.pods("bare"), 90)


def spark_verb(space: SparkSpace, verb: str, *words: str) -> subprocess.CompletedProcess[str]:
    """kubectl alluxio spark VERB, for a user on a laptop."""
    environment = {
        **os.environ,
        "KUBECONFIG": space.cluster.kubeconfig,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "cli"), os.environ["PYTHONPATH"]]),
    }
    command = [sys.executable, "-m", "kubectl_alluxio", "spark", verb, "-n", space.name, *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=RUN_S, check=False
    )


@contextmanager
def without_definition(space: SparkSpace) -> Iterator[None]:
    """A cluster on which nobody has defined SparkApplications; the operator has nothing to do there."""
    deployment = ("-n", parts.OPERATOR, "scale", "deployment", parts.OPERATOR)
    space.cluster.kubectl(*deployment, "--replicas=0")
    space.cluster.kubectl("delete", "crd", APPLICATIONS, "--timeout=60s")
    try:
        yield
    finally:
        definition = ROOT / "roles/operator/files/crds/alluxio.io_sparkapplications.yaml"
        space.cluster.kubectl("apply", "--server-side", "-f", str(definition))
        space.cluster.kubectl(*deployment, "--replicas=1")
        parts.rollout(space.cluster, parts.OPERATOR, f"deployment/{parts.OPERATOR}")
