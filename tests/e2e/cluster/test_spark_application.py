# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""SparkApplications by the operator as a pod, on real nodes, reading from a real Alluxio."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from typing import Any

import pytest
from spark_space import DATA, FILES, LINES, SparkSpace
from workbench import parts
from workbench.cluster import wait_for

# All tests run this program; its first argument says what it does.
PROGRAM = """\
import os
import sys
import time

from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
what, *rest = sys.argv[1:]
if what == "count":
    lines = spark.sparkContext.textFile(rest[0])
    print("splits", lines.getNumPartitions(), "lines", lines.count())
elif what == "settings":
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    print("length of the password", len(os.environ["DB_PASSWORD"]))
    print("length of the key", len(hadoop.get("fs.s3a.secret.key")))
    print("greeting", open("/settings/greeting").read())
    lengths = spark.sparkContext.parallelize(range(2), 2).map(lambda _: len(os.environ["DB_PASSWORD"]))
    print("length in executors", lengths.collect())
    print("argument", rest[0])
    time.sleep(float(rest[1]))
elif what == "sleep":
    spark.sparkContext.parallelize(range(3), 3).foreach(lambda _: time.sleep(float(rest[0])))
elif what == "fail":
    raise ValueError("no sales on " + rest[0])
"""
SECRET = "hush-e2e-0815"
AWKWARD = "{{ 7*7 }} $(HOME) ${x} 'q' \\"
EVERYTHING = "sparkapplications,configmaps,jobs,pods,services,events,events.events.k8s.io"


@pytest.fixture(scope="module")
def ready(spark: SparkSpace) -> SparkSpace:
    """The space with the program, a Secret and a ConfigMap in it."""
    spark.program("program", PROGRAM)
    metadata = {"namespace": spark.name}
    spark.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {**metadata, "name": "settings"},
            "data": {"greeting": "hello"},
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {**metadata, "name": "db"},
            "stringData": {"password": SECRET},
        },
    )
    return spark


@pytest.mark.parametrize(("mode", "share"), [("preferred", 1.0), ("off", 0.0)])
def test_tasks_run_where_their_data_is(ready: SparkSpace, mode: str, share: float) -> None:
    application = ready.job(
        "program",
        f"count-{mode}",
        "count",
        f"alluxio://{DATA}",
        locality={"mode": mode, "wait": "30s"},
        sparkConf={"spark.scheduler.minRegisteredResourcesRatio": "1.0"},
    )
    with ready.running(application) as name:
        status = ready.wait_for_phase(name, "Succeeded", "Failed")
        assert status["phase"] == "Succeeded", status.get("error")
        assert f"splits {FILES} lines {FILES * LINES}" in ready.log(name)
        assert status["localShare"] == share
        assert status["progress"]["tasks"]["local"] == (FILES if share else 0)
        assert status["driver"]["exitCode"] == 0
        planned = status["executors"]["planned"]
        assert sorted(planned.values()) == ([1, 1, 1] if share else [])


def test_secrets_arrive_and_are_seen_nowhere(ready: SparkSpace) -> None:
    application = ready.job(
        "program",
        "settings",
        "settings",
        AWKWARD,
        "15",
        executors={"cores": 1, "memory": "512Mi", "instances": 2},
        configMaps=[{"name": "settings", "mountPath": "/settings"}],
        secrets=[{"name": "db", "keys": [{"key": "password", "env": "DB_PASSWORD"}]}],
        hadoopConfFrom=[
            {"key": "fs.s3a.secret.key", "secretKeyRef": {"name": "db", "key": "password"}}
        ],
    )
    with ready.running(application) as name:
        wait_for("it has said all", lambda: "argument" in said(ready, name), 240)
        cluster, space = ready.cluster, ready.name
        seen = cluster.kubectl("-n", space, "get", EVERYTHING, "-o", "json")
        for pod in ready.pods(name):
            pod_name = pod["metadata"]["name"]
            seen += cluster.kubectl("-n", space, "logs", pod_name, "--all-containers")
            seen += cluster.kubectl(
                "-n", space, "exec", pod_name, "--", "sh", "-c", "cat /proc/[0-9]*/cmdline"
            )
        with cluster.port_forward(
            space, f"pod/{ready.pods(name, 'driver')[0]['metadata']['name']}", 4040
        ) as port:
            seen += page(port, "/environment/") + page(port, "/executors/")
        assert "SECRET_HADOOP_CONF_0" in seen
        assert SECRET not in seen
        status = ready.wait_for_phase(name, "Succeeded", "Failed")
        assert status["phase"] == "Succeeded", status.get("error")
        log = ready.log(name)
        for line in (
            f"length of the password {len(SECRET)}",
            f"length of the key {len(SECRET)}",
            f"length in executors [{len(SECRET)}, {len(SECRET)}]",
            "greeting hello",
            f"argument {AWKWARD}",
        ):
            assert line in log


def said(space: SparkSpace, name: str) -> str:
    pods = space.pods(name, "driver")
    if not pods:
        return ""
    return space.cluster.kubectl("-n", space.name, "logs", pods[0]["metadata"]["name"], check=False)


def page(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return str(answer.read().decode())


def test_it_waits_for_a_secret_fails_in_its_own_words_and_goes(ready: SparkSpace) -> None:
    late = {"name": "late", "mountPath": "/late"}
    application = ready.job(
        "program", "failing", "fail", "Sunday", secrets=[late], ttlSecondsAfterFinished=20
    )
    with ready.running(application) as name:
        status = ready.wait_for_phase(name, "Pending", timeout_s=60)
        assert "there is no Secret 'late'" in json.dumps(status["conditions"])
        assert ready.pods(name) == []
        metadata = {"name": "late", "namespace": ready.name}
        ready.cluster.apply(
            {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"a": "b"}}
        )
        status = ready.wait_for_phase(name, "Failed", "Succeeded")
        assert status["phase"] == "Failed"
        assert status["error"] == "ValueError: no sales on Sunday"
        assert status["driver"]["exitCode"] == 1
        events = ready.cluster.get("-n", ready.name, "events.events.k8s.io")["items"]
        notes = [event["note"] for event in events if event["regarding"]["name"] == name]
        assert any("ValueError: no sales on Sunday" in note for note in notes)
        wait_for("its time is over", lambda: ready.find(name) is None, 90)
        assert ready.pods(name) == []


def test_deletion_stops_the_pods_at_once(ready: SparkSpace) -> None:
    with ready.running(ready.job("program", "endless", "sleep", "600")) as name:
        wait_for(
            "three executors work",
            lambda: ready.status(name).get("executors", {}).get("running") == 3,
            240,
        )
        assert ready.status(name)["phase"] == "Running"
        ready.cluster.kubectl(
            *("-n", ready.name, "delete", "sparkapplication", name, "--timeout=60s")
        )
        assert ready.pods(name) == []
        selector = f"alluxio.io/spark-application={name}"
        kinds = "jobs,configmaps,services,networkpolicies"
        assert ready.cluster.get("-n", ready.name, kinds, "-l", selector)["items"] == []


def test_a_schedule_makes_the_run_that_is_due(ready: SparkSpace) -> None:
    # Its runs wait for a Secret: here only the schedule matters.
    never = [{"name": "never", "mountPath": "/never"}]
    application = ready.job(
        "program", "hourly", "sleep", "0", schedule={"cron": "@hourly"}, secrets=never
    )
    with ready.running(application) as name:
        ready.wait_for_phase(name, "Scheduled", timeout_s=60)
        resource = ("-n", ready.name, "sparkapplication", name)
        past = json.dumps({"status": {"lastScheduleTime": "2026-01-01T00:00:00Z"}})
        ready.cluster.kubectl(
            "patch", *resource, "--subresource", "status", "--type", "merge", "-p", past
        )
        ready.cluster.kubectl("annotate", *resource, "example.test/look=again")
        (run,) = wait_for("a run is made", lambda: ready.status(name).get("runs"), 60)
        assert ready.wait_for_phase(run, "Pending", timeout_s=60)
    wait_for("its run goes with it", lambda: ready.find(run) is None, 60)


@pytest.mark.wide
def test_a_killed_driver_is_followed_by_a_second_attempt_alone(ready: SparkSpace) -> None:
    retry = {"type": "OnFailure", "maxRetries": 1, "retryIntervalSeconds": 0}
    with ready.running(ready.job("program", "again", "sleep", "20", restartPolicy=retry)) as name:
        wait_for(
            "three executors work",
            lambda: ready.status(name).get("executors", {}).get("running") == 3,
            240,
        )
        (driver,) = ready.pods(name, "driver")
        ready.cluster.kubectl(
            "-n", ready.name, "delete", "pod", driver["metadata"]["name"], "--wait=false"
        )

        def attempts_side_by_side() -> set[str]:
            alive = [
                p for p in ready.pods(name) if p["status"]["phase"] not in ("Succeeded", "Failed")
            ]
            return {pod["metadata"]["labels"]["alluxio.io/attempt"] for pod in alive}

        seen: list[set[str]] = []

        def second() -> bool:
            seen.append(attempts_side_by_side())
            return "2" in seen[-1]

        wait_for("the second attempt begins", second, 120, 0.2)
        assert all(len(attempts) < 2 for attempts in seen)
        status = ready.wait_for_phase(name, "Succeeded", "Failed")
        assert status["phase"] == "Succeeded", status.get("error")
        assert [row["state"] for row in status["attempts"]] == ["Failed", "Succeeded"]
        assert len({row["applicationId"] for row in status["attempts"]}) == 2


@pytest.mark.wide
def test_executors_that_come_with_the_work_are_local_too(ready: SparkSpace) -> None:
    application = ready.job(
        "program",
        "grows",
        "count",
        f"alluxio://{DATA}",
        executors={"cores": 1, "memory": "512Mi", "dynamicAllocation": {"max": 3}},
        locality={"wait": "30s"},
    )
    with ready.running(application) as name:
        status = ready.wait_for_phase(name, "Succeeded", "Failed")
        assert status["phase"] == "Succeeded", status.get("error")
        assert f"lines {FILES * LINES}" in ready.log(name)
        assert status["localShare"] > 0.5


@pytest.mark.wide
def test_a_schedule_makes_a_run_each_minute_and_keeps_the_last(ready: SparkSpace) -> None:
    every_minute = {"cron": "* * * * *", "concurrencyPolicy": "Forbid", "historyLimit": 1}
    application = ready.job("program", "fails-often", "fail", "Monday", schedule=every_minute)
    with ready.running(application) as name:

        def runs() -> list[dict[str, Any]]:
            selector = f"alluxio.io/spark-schedule={name}"
            found: list[dict[str, Any]] = ready.cluster.get(
                "-n", ready.name, "sparkapplications", "-l", selector
            )["items"]
            return found

        first = wait_for("a run is made", runs, 90)[0]["metadata"]["name"]
        assert ready.wait_for_phase(first, "Failed", "Succeeded")["phase"] == "Failed"
        wait_for(
            "a later run takes its place",
            lambda: runs() and first not in [run["metadata"]["name"] for run in runs()],
            240,
        )
        status = ready.status(name)
        assert status["phase"] == "Scheduled"
        assert status["nextScheduleTime"] > status["lastScheduleTime"]
    wait_for("its runs go with it", lambda: runs() == [], 90)


@pytest.mark.wide
def test_a_play_runs_an_application_to_its_end(ready: SparkSpace) -> None:
    def play(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        application = ready.job("program", name, *arguments)
        given = {"spark_application": {key: application[key] for key in ("metadata", "spec")}}
        try:
            return parts.play(ready.cluster, "spark_application", variables=given, check=False)
        finally:
            gone = {**given, "spark_application_state": "absent"}
            parts.play(ready.cluster, "spark_application", variables=gone)

    counted = play("played", "count", f"alluxio://{DATA}")
    assert counted.returncode == 0, counted.stdout
    assert "Succeeded" in counted.stdout
    assert ready.pods("played") == []
    failed = play("played", "fail", "Tuesday")
    assert failed.returncode != 0
    assert "ValueError: no sales on Tuesday" in failed.stdout


@pytest.mark.wide
def test_a_killed_executor_is_replaced(ready: SparkSpace) -> None:
    with ready.running(ready.job("program", "heals", "sleep", "25")) as name:
        wait_for(
            "three executors work",
            lambda: ready.status(name).get("executors", {}).get("running") == 3,
            240,
        )
        victim = ready.pods(name, "executor")[0]["metadata"]["name"]
        ready.cluster.kubectl("-n", ready.name, "exec", victim, "--", "kill", "1", check=False)
        status = ready.wait_for_phase(name, "Succeeded", "Failed")
        assert status["phase"] == "Succeeded", status.get("error")
        assert [row["number"] for row in status["attempts"]] == [1]


@pytest.mark.wide
def test_suspending_removes_the_pods_and_resuming_begins_anew(ready: SparkSpace) -> None:
    application = ready.job("program", "pauses", "sleep", "20")
    with ready.running(application) as name:
        ready.wait_for_phase(name, "Running")
        patch = ("-n", ready.name, "patch", "sparkapplication", name, "--type", "merge", "-p")
        ready.cluster.kubectl(*patch, json.dumps({"spec": {"suspend": True}}))
        ready.wait_for_phase(name, "Suspended")
        wait_for("its pods are gone", lambda: ready.pods(name) == [], 90)
        ready.cluster.kubectl(*patch, json.dumps({"spec": {"suspend": False}}))
        status = ready.wait_for_phase(name, "Succeeded", "Failed")
        assert [row["state"] for row in status["attempts"]] == ["Suspended", "Succeeded"]


@pytest.mark.wide
def test_the_driver_is_granted_what_it_uses(ready: SparkSpace) -> None:
    """What drivers have asked for in the tests of this file, against their role."""
    account = f"system:serviceaccount:{ready.name}:alluxio-spark-driver"
    uses = set()
    for line in ready.cluster.audit_log():
        event = json.loads(line)
        ref = event.get("objectRef")
        if event["user"]["username"] == account and ref and "resource" in ref:
            uses.add((ref["resource"], event["verb"]))
    rules = ready.cluster.get("-n", ready.name, "role", "alluxio-spark-driver")["rules"]
    grants = {
        (resource, verb)
        for rule in rules
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert uses - grants == set(), "asked for, but not granted"
    assert grants - uses == set(), "granted, but never used"
