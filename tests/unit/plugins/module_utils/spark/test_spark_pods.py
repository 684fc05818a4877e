# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The configuration and the pods of an attempt."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.property_files import parse
from ansible_collections.alluxio.k8s.plugins.module_utils.spark.last_words import error_line
from ansible_collections.alluxio.k8s.plugins.module_utils.spark.overlay import overlay
from ansible_collections.alluxio.k8s.plugins.module_utils.spark.secrets import (
    assigns_secret,
    is_secret,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.spark.sizes import size_of

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plans"))
from spark_samples import observed, placement, planned, resource

GIB = 1 << 30
FROM_SECRETS = {
    "secrets": [
        {"name": "files", "mountPath": "/secrets"},
        {"name": "one", "keys": [{"key": "user", "env": "DB_USER"}]},
        {"name": "all", "env": True},
    ],
    "configMaps": [{"name": "settings", "mountPath": "/settings"}, {"name": "vars", "env": True}],
    "hadoopConfFrom": [
        {"key": "fs.s3a.secret.key", "secretKeyRef": {"name": "s3", "key": "secret"}}
    ],
    "sparkConfFrom": [{"key": "spark.my.password", "secretKeyRef": {"name": "db", "key": "word"}}],
}


def submission(seen: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = planned(resource(**spec), seen or observed())["submission"]
    return found


def properties(**spec: Any) -> dict[str, str]:
    return parse(submission(**spec)["files"]["spark.properties"])


def driver(**spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = submission(**spec)["job"]["template"]
    return found


def executor(seen: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(submission(seen, **spec)["files"]["executor.yaml"])
    return found


def both(**spec: Any) -> list[dict[str, Any]]:
    return [driver(**spec), executor(**spec)]


def names(env: list[dict[str, Any]]) -> list[str]:
    return [variable["name"] for variable in env]


@pytest.mark.parametrize(
    ("heap", "overhead", "python", "mib"),
    [
        (GIB, None, False, 384),
        (GIB, None, True, 409),
        (10 * GIB, None, False, 1024),
        (10 * GIB, None, True, 4096),
        (GIB, GIB, True, 1024),
        (GIB, 1, True, 1),
    ],
)
def test_the_overhead_follows_spark_s_rule(
    heap: int, overhead: int | None, python: bool, mib: int
) -> None:
    size = size_of(1, heap, overhead, python)
    assert size.overhead_mib == mib
    assert size.pod_bytes == heap + (mib << 20)


def test_the_pod_asks_for_what_spark_is_told() -> None:
    spec = {"driver": {"cores": 2, "memory": "2Gi", "memoryOverhead": "512Mi"}}
    told = properties(**spec)
    assert told["spark.driver.memory"] == "2048m"
    resources = driver(**spec)["spec"]["containers"][0]["resources"]
    assert resources["requests"] == {"cpu": "2", "memory": "2560Mi"}
    assert resources["limits"] == {"memory": "2560Mi"}


def test_pods_are_restricted() -> None:
    for pod in both():
        context = pod["spec"]["securityContext"]
        assert context == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        for container in pod["spec"]["containers"]:
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_executors_bear_no_token() -> None:
    assert executor()["spec"]["automountServiceAccountToken"] is False
    assert driver()["spec"]["serviceAccountName"] == "alluxio-spark-driver"


def test_the_driver_has_one_attempt_in_client_mode() -> None:
    container = driver()["spec"]["containers"][0]
    assert container["args"][:2] == ["driver", "--properties-file"]
    assert "spark.kubernetes.driver.pod.name=$(SPARK_DRIVER_POD_NAME)" in container["args"]
    assert driver()["spec"]["restartPolicy"] == "Never"
    assert properties()["spark.kubernetes.submitInDriver"] == "true"


def test_arguments_and_variables_stay_literal() -> None:
    spec = {
        "arguments": ["$(HOME)", "$$x", "{{ 7*7 }}", "a b"],
        "driver": {"env": [{"name": "FREE", "value": "$(HOME)"}]},
    }
    container = driver(**spec)["spec"]["containers"][0]
    assert container["args"][-4:] == ["$$(HOME)", "$$$$x", "{{ 7*7 }}", "a b"]
    assert {"name": "FREE", "value": "$$(HOME)"} in container["env"]


def test_data_decides_about_executors() -> None:
    pod, told = executor(), properties()
    assert pod["spec"]["affinity"] == placement(a=1, b=1)["affinity"]
    (spread,) = pod["spec"]["topologySpreadConstraints"]
    counted = spread["labelSelector"]["matchLabels"]
    assert counted["spark-role"] == "executor"
    assert counted.items() - {("spark-role", "executor")} <= pod["metadata"]["labels"].items()
    assert told["spark.alluxio.locality.nodes"] == "a:1,b:1"
    assert told["spark.kubernetes.executor.pod.featureSteps"].endswith("LeadNodeFeatureStep")
    env = pod["spec"]["containers"][0]["env"]
    assert {"SPARK_EXECUTOR_MAIN_CLASS", "ALLUXIO_NODE_IP"} <= set(names(env))


def test_a_node_without_data_leads_nobody() -> None:
    found = placement(a=1, b=1)
    found["nodes"][1]["bytes"] = 0
    told = parse(submission(observed(placement=found))["files"]["spark.properties"])
    assert told["spark.alluxio.locality.nodes"] == "a:1"


def test_off_is_spark_as_it_is() -> None:
    seen = {key: value for key, value in observed().items() if not key.startswith("placement")}
    pod = executor(seen, locality={"mode": "off"})
    assert "affinity" not in pod["spec"]
    assert "SPARK_EXECUTOR_MAIN_CLASS" not in names(pod["spec"]["containers"][0]["env"])


def test_the_cluster_tells_where_it_is_and_the_user_the_rest() -> None:
    told = properties(
        hadoopConf={"fs.a": "b", "alluxio.user.file.writetype.default": "THROUGH"},
        sparkConf={"spark.extraListeners": "my.Listener", "spark.sql.shuffle.partitions": "7"},
    )
    assert told["spark.hadoop.alluxio.master.rpc.addresses"] == "m:19998"
    assert told["spark.hadoop.alluxio.user.file.writetype.default"] == "THROUGH"
    assert told["spark.hadoop.alluxio.security.login.impersonation.username"] == "_NONE_"
    assert told["spark.extraListeners"] == "io.alluxio.k8s.spark.ProgressListener,my.Listener"
    assert told["spark.sql.shuffle.partitions"] == "7"


def test_dynamic_allocation_says_no_number_of_instances() -> None:
    told = properties(executors={"dynamicAllocation": {"max": 5}})
    assert "spark.executor.instances" not in told
    assert told["spark.dynamicAllocation.initialExecutors"] == "0"
    assert told["spark.dynamicAllocation.maxExecutors"] == "5"
    assert told["spark.dynamicAllocation.shuffleTracking.enabled"] == "true"


def test_secrets_arrive_by_reference_in_driver_and_executors() -> None:
    for pod in both(**FROM_SECRETS):
        (container,) = pod["spec"]["containers"]
        by_name = {variable["name"]: variable.get("valueFrom") for variable in container["env"]}
        assert by_name["DB_USER"] == {"secretKeyRef": {"name": "one", "key": "user"}}
        assert by_name["SECRET_HADOOP_CONF_0"] == {"secretKeyRef": {"name": "s3", "key": "secret"}}
        assert by_name["SECRET_SPARK_CONF_0"] == {"secretKeyRef": {"name": "db", "key": "word"}}
        assert container["envFrom"] == [
            {"configMapRef": {"name": "vars"}},
            {"secretRef": {"name": "all"}},
        ]
        folders = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        assert volumes[folders["/secrets"]]["secret"] == {"secretName": "files"}
        assert volumes[folders["/settings"]]["configMap"] == {"name": "settings"}
    told = properties(**FROM_SECRETS)
    assert told["spark.hadoop.fs.s3a.secret.key"] == "${env.SECRET_HADOOP_CONF_0}"
    assert told["spark.my.password"] == "${env:SECRET_SPARK_CONF_0}"


def test_a_template_is_laid_over() -> None:
    template = {
        "metadata": {"labels": {"team": "a"}},
        "spec": {
            "nodeSelector": {"disk": "ssd"},
            "containers": [
                {"name": "driver", "env": [{"name": "PYSPARK_PYTHON", "value": "python3.12"}]},
                {"name": "sidecar", "image": "x"},
            ],
        },
    }
    pod = driver(driver={"podTemplate": template})
    assert pod["metadata"]["labels"]["team"] == "a"
    assert pod["metadata"]["labels"]["spark-role"] == "driver"
    assert pod["spec"]["nodeSelector"] == {"disk": "ssd"}
    assert names(pod["spec"]["containers"]) == ["driver", "sidecar"]
    env = pod["spec"]["containers"][0]["env"]
    assert {"name": "PYSPARK_PYTHON", "value": "python3.12"} in env
    assert names(env).count("PYSPARK_PYTHON") == 1


def test_a_template_removes_by_null_and_adds_tolerations() -> None:
    base = {"a": 1, "tolerations": [{"key": "x"}], "args": ["a"]}
    laid = overlay(base, {"a": None, "tolerations": [{"key": "y"}], "args": ["b"]})
    assert laid == {"tolerations": [{"key": "x"}, {"key": "y"}], "args": ["b"]}


def test_priority_is_that_of_all_pods() -> None:
    assert [pod["spec"]["priorityClassName"] for pod in both(priorityClassName="high")] == [
        "high"
    ] * 2


@pytest.mark.parametrize(
    "key",
    [
        "fs.s3a.secret.key",
        "fs.s3a.access.key",
        "spark.ssl.keyPassword",
        "my.api-key",
        "DB_PASSWORD",
        "fs.azure.account.key.x.dfs.core.windows.net",
        "GITHUB_TOKEN",
    ],
)
def test_a_credential_is_known_by_its_key(key: str) -> None:
    assert is_secret(key, "x")
    assert not is_secret(key, "")
    assert not is_secret(key, "${env.X}")


@pytest.mark.parametrize(
    "key",
    [
        "spark.kubernetes.driver.secretKeyRef.X",
        "spark.kubernetes.executor.secrets.a",
        "hadoop.security.credential.provider.path",
        "spark.authenticate.secret.driver.file",
        "spark.max.tokens",
        "spark.sql.shuffle.partitions",
        "spark.security.credentials.hive.enabled",
    ],
)
def test_what_is_about_a_credential_is_none(key: str) -> None:
    assert not is_secret(key, "x")


def test_arguments_that_hold_a_credential() -> None:
    assert assigns_secret("--password=x")
    assert assigns_secret("-Dmy.secret=x")
    assert not assigns_secret("--max-tokens=512")
    assert not assigns_secret("s3://bucket/token")
    assert not assigns_secret("password")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", None),
        ("a\nb\n", "b"),
        (
            "x\nCaused by: java.io.IOException: no\n\tat a.B.c(B.java:1)\n\t... 3 more\n",
            "Caused by: java.io.IOException: no",
        ),
        (
            "py4j.protocol.Py4JJavaError: An error\n: org.apache.spark.SparkException: Job aborted\n\tat a\n",
            "org.apache.spark.SparkException: Job aborted",
        ),
        (
            'Exception in thread "main" java.lang.Error: x\n\tat a\n26/11/28 10:00:00 WARN Y: bye\n',
            'Exception in thread "main" java.lang.Error: x',
        ),
        (
            "26/11/28 10:00:00 ERROR SparkContext: boom\n26/11/28 10:00:00 WARN Y: bye\n",
            "26/11/28 10:00:00 ERROR SparkContext: boom",
        ),
        (
            "pyspark.errors.exceptions.captured.AnalysisException: [PATH_NOT_FOUND] x\n",
            "pyspark.errors.exceptions.captured.AnalysisException: [PATH_NOT_FOUND] x",
        ),
    ],
)
def test_the_line_that_says_what_went_wrong(text: str, line: str | None) -> None:
    assert error_line(text) == line


def test_what_is_logged_after_the_program_s_own_error_is_not_the_cause() -> None:
    text = """\
26/11/28 10:00:00 WARN NativeCodeLoader: Unable to load native-hadoop library
Traceback (most recent call last):
  File "/app/job.py", line 9, in <module>
    raise ValueError("no sales")
ValueError: no sales
26/11/28 10:00:05 ERROR TransportRequestHandler: Error while invoking RpcHandler#receive()
org.apache.spark.SparkException: Could not find CoarseGrainedScheduler.
\tat org.apache.spark.rpc.netty.Dispatcher.postMessage(Dispatcher.scala:178)
"""
    assert error_line(text) == "ValueError: no sales"


def test_without_words_of_its_own_the_log_tells() -> None:
    text = """\
26/11/28 10:00:00 ERROR SparkContext: Error initializing SparkContext.
org.apache.spark.SparkException: External scheduler cannot be instantiated
\tat org.apache.spark.SparkContext$.createTaskScheduler(SparkContext.scala:1)
26/11/28 10:00:01 WARN MetricsSystem: Stopping a MetricsSystem that is not running
java.lang.IllegalStateException: noise of a warning
"""
    expected = "org.apache.spark.SparkException: External scheduler cannot be instantiated"
    assert error_line(text) == expected


def test_what_is_left_of_a_long_stack_is_no_cause() -> None:
    frames = [
        "n.datasources.FileFormatDataWriter.$anonfun$commit$3(FileFormatDataWriter.scala:93)",
        "\tat org.apache.spark.sql.execution.datasources.FileFormatWriter.write(FileFormatWriter.scala:402)",
        "ll.NativeMethodAccessorImpl.invoke0(Native Method)",
        "\t... 21 more",
    ]
    assert error_line("\n".join(frames)) is None
    cause = "Caused by: java.io.IOException: Failed to rename /out/_temporary"
    assert error_line("\n".join([frames[0], cause, *frames[1:]])) == cause
