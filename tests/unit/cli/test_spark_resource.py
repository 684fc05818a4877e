# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""spark-submit's flags become a SparkApplication that the schema accepts, or are refused by their name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from kubectl_alluxio.spark_check import NotAccepted, check
from kubectl_alluxio.spark_properties import merged, parse
from kubectl_alluxio.spark_resource import Submission, memory, resource, secrets
from kubectl_alluxio.spark_submit import name_for
from kubectl_alluxio.spark_uploads import Uploads


def spec_of(**said: Any) -> dict[str, Any]:
    """The spec that the words make, which the plan has accepted."""
    given = {"name": "report", "namespace": "here", "file": "local:///opt/report.py", **said}
    made = resource(Submission(**given))
    check(made)
    spec = made["spec"]
    assert isinstance(spec, dict)
    return spec


def test_the_least_that_can_be_said() -> None:
    assert spec_of() == {"type": "Python", "mainFile": "local:///opt/report.py"}


def test_everything_that_can_be_said() -> None:
    conf = {
        "spark.driver.memory": "512m",
        "spark.executor.memory": "4g",
        "spark.executor.cores": "2",
        "spark.executor.instances": "4",
        "spark.executor.memoryOverhead": "384",
        "spark.executor.extraJavaOptions": "-XX:+UseZGC",
        "spark.executorEnv.MODE": "fast",
        "spark.jars": "local:///a.jar,https://host/b.jar",
        "spark.kubernetes.container.image": "host:5000/spark:1.2",
        "spark.hadoop.fs.s3a.endpoint": "http://s3",
        "spark.sql.shuffle.partitions": "8",
    }
    spec = spec_of(
        file="alluxio:///jobs/report.jar",
        main_class="org.example.Report",
        arguments=("--day", "{{ today }}"),
        cluster="fast",
        cluster_namespace="storage",
        conf=conf,
        secrets=("s3:key=S3_KEY", "s3:id=S3_ID", "tls=/etc/tls"),
        secret_conf=("spark.hadoop.fs.s3a.secret.key=s3:key", "spark.ssl.keyPassword=tls:word"),
        config_maps=("settings=/etc/settings", "flags"),
        locality_paths=("/sales",),
        locality="required",
        on_busy="wait",
    )
    assert spec == {
        "type": "Java",
        "mainFile": "alluxio:///jobs/report.jar",
        "mainClass": "org.example.Report",
        "arguments": ["--day", "{{ today }}"],
        "alluxioCluster": {"name": "fast", "namespace": "storage"},
        "driver": {"memory": "512Mi"},
        "executors": {
            "memory": "4Gi",
            "cores": 2,
            "instances": 4,
            "memoryOverhead": "384Mi",
            "javaOptions": "-XX:+UseZGC",
            "env": [{"name": "MODE", "value": "fast"}],
        },
        "dependencies": {"jars": ["local:///a.jar", "https://host/b.jar"]},
        "image": {"repository": "host:5000/spark", "tag": "1.2"},
        "hadoopConf": {"fs.s3a.endpoint": "http://s3"},
        "sparkConf": {"spark.sql.shuffle.partitions": "8"},
        "hadoopConfFrom": [
            {"key": "fs.s3a.secret.key", "secretKeyRef": {"name": "s3", "key": "key"}}
        ],
        "sparkConfFrom": [
            {"key": "spark.ssl.keyPassword", "secretKeyRef": {"name": "tls", "key": "word"}}
        ],
        "secrets": [
            {
                "name": "s3",
                "keys": [{"key": "key", "env": "S3_KEY"}, {"key": "id", "env": "S3_ID"}],
            },
            {"name": "tls", "mountPath": "/etc/tls"},
        ],
        "configMaps": [
            {"name": "settings", "mountPath": "/etc/settings"},
            {"name": "flags", "env": True},
        ],
        "locality": {"mode": "required", "onBusy": "wait", "paths": ["/sales"]},
    }


DYNAMIC = {"spark.dynamicAllocation.maxExecutors": "9", "spark.executor.instances": "3"}


def test_dynamic_allocation_begins_with_the_executors_asked_for() -> None:
    spec = spec_of(conf={**DYNAMIC, "spark.dynamicAllocation.enabled": "true"})
    assert spec["executors"] == {"dynamicAllocation": {"max": 9, "initial": 3}}


@pytest.mark.parametrize("off", [{}, {"spark.dynamicAllocation.enabled": "false"}])
def test_bounds_of_a_dynamic_allocation_that_is_off_say_nothing(off: dict[str, str]) -> None:
    assert spec_of(conf={**DYNAMIC, **off})["executors"] == {"instances": 3}


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("512", "512Mi"),
        ("512m", "512Mi"),
        ("4g", "4Gi"),
        ("4GB", "4Gi"),
        ("1t", "1Ti"),
        ("2Gi", "2Gi"),
    ],
)
def test_sizes_of_spark_are_binary(text: str, quantity: str) -> None:
    assert memory("--driver-memory", text) == quantity


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ({"file": "local:///a.jar"}, "--class"),
        ({"conf": {"spark.driver.memory": "lots"}}, "--driver-memory"),
        ({"conf": {"spark.executor.instances": "two"}}, "--num-executors"),
        ({"conf": {"spark.dynamicAllocation.enabled": "yes"}}, "spark.dynamicAllocation.enabled"),
        ({"conf": {"spark.kubernetes.container.image": "spark"}}, "container.image"),
        ({"conf": {"spark.app.name": "x"}}, "spark.app.name"),
        ({"secrets": ("s3",)}, "--secret"),
        ({"secret_conf": ("spark.x=s3",)}, "--secret-conf"),
        ({"config_maps": ("a=b",)}, "--config-map"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_flag(said: dict[str, Any], flag: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        spec_of(**said)
    assert flag in caught.value.field


@pytest.mark.parametrize(
    ("said", "flag"),
    [
        ({"name": "My Report"}, "--name"),
        ({"conf": {"spark.executor.instances": "0"}}, "--num-executors"),
        ({"conf": {"spark.dynamicAllocation.enabled": "true"}}, "spark.dynamicAllocation.maxEx"),
        ({"locality_paths": ("sales",)}, "--locality-path[0]"),
        ({"main_class": "1 2", "file": "local:///a.jar"}, "--class"),
        ({"secrets": ("s3:key=A B",)}, "--secret[0]"),
        ({"file": "alluxio:///a.py"}, "--cluster"),
        ({"arguments": ("--password=hunter2",)}, "ARGS[0]"),
        ({"conf": {"spark.driver.host": "x"}}, "--conf spark.driver.host"),
    ],
)
def test_what_the_plan_refuses_is_said_in_flags(said: dict[str, Any], flag: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        spec_of(**said)
    assert flag in caught.value.message
    assert "spec." not in str(caught.value)


@pytest.mark.parametrize("prefix", ["spark.", "spark.hadoop."])
def test_a_credential_is_refused_with_the_way_to_say_it(prefix: str) -> None:
    with pytest.raises(NotAccepted) as caught:
        spec_of(conf={f"{prefix}my.password": "hunter2"})
    assert f"--conf {prefix}my.password" in caught.value.message
    assert "--secret-conf" in caught.value.remedy
    assert "hunter2" not in str(caught.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(NotAccepted) as caught:
        spec_of(name="No", conf={"spark.executor.instances": "0"})
    assert "--num-executors" in caught.value.message
    assert "--name" in caught.value.message


def test_a_slip_with_a_secret_does_not_show_what_was_written() -> None:
    with pytest.raises(InvalidValue) as caught:
        secrets(["s3:hunter2"])
    assert "hunter2" not in str(caught.value)


def test_flags_win_over_conf_and_conf_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "spark.conf"
    file.write_text("spark.a file\nspark.b file\nspark.c file\n")
    found = merged(file, ["spark.b=conf", "spark.c=conf=1"], {"spark.c": "flag", "spark.d": None})
    assert found == {"spark.a": "file", "spark.b": "conf", "spark.c": "flag"}


def test_a_file_of_properties_is_read_as_java_reads_it() -> None:
    text = (
        "# a\n! b\n\nspark.a  x y \nspark.b=1 # 2\nspark.c : \\\n  3\\t4\nspark.d\nspark.e=a\\\\b\n"
    )
    assert parse(text) == {
        "spark.a": "x y",
        "spark.b": "1 # 2",
        "spark.c": "3\t4",
        "spark.d": "",
        "spark.e": "a\\b",
    }


@pytest.mark.parametrize("text", ["spark.a", "hadoop.a=1", "=1"])
def test_a_property_needs_the_form_and_the_name_of_one(text: str) -> None:
    with pytest.raises(InvalidValue, match="KEY=VALUE"):
        merged(None, [text], {})


@pytest.mark.parametrize("text", ["/nonexistent.conf", "bad"])
def test_a_file_that_cannot_be_used_is_named(text: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("hadoop.a 1\n")
    with pytest.raises(InvalidValue, match="--properties-file"):
        merged(bad if text == "bad" else Path(text), [], {})


def test_local_files_get_a_place_in_alluxio_and_uris_stay(tmp_path: Path) -> None:
    for name in ("app.py", "lib.zip"):
        (tmp_path / name).write_text("x")
    uploads = Uploads("/up/here/report/1")
    assert uploads.uri("FILE", str(tmp_path / "app.py")) == "alluxio:///up/here/report/1/app.py"
    for uri in ("local:///a.py", "alluxio://host:19998/a.py", "https://host/a.py"):
        assert uploads.uri("FILE", uri) == uri
    conf = uploads.conf(
        {"spark.archives": f"file://{tmp_path}/lib.zip#lib, local:///b.zip", "spark.x": "y"},
        {"spark.archives": "--archives"},
    )
    assert conf == {
        "spark.archives": "alluxio:///up/here/report/1/lib.zip#lib,local:///b.zip",
        "spark.x": "y",
    }
    assert uploads.files == {
        "/up/here/report/1/app.py": tmp_path / "app.py",
        "/up/here/report/1/lib.zip": tmp_path / "lib.zip",
    }


def test_files_that_are_missing_or_of_one_name_are_refused(tmp_path: Path) -> None:
    uploads = Uploads("/up")
    with pytest.raises(InvalidValue, match=r"no such file"):
        uploads.uri("--files", "nowhere.txt")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.txt").write_text(folder)
    uploads.uri("--files", str(tmp_path / "a/same.txt"))
    uploads.uri("--py-files", str(tmp_path / "a/same.txt"))
    with pytest.raises(InvalidValue, match="bears the same name"):
        uploads.uri("--files", str(tmp_path / "b/same.txt"))


@pytest.mark.parametrize(
    ("file", "stem"),
    [
        ("jobs/Daily_Report.py", "daily-report"),
        ("local:///2026.py", "spark"),
        ("x" * 80 + ".py", "x" * 36),
    ],
)
def test_a_name_comes_from_the_file_and_is_new_each_time(file: str, stem: str) -> None:
    first, second = name_for(file), name_for(file)
    assert first.rpartition("-")[0] == stem
    assert first != second
    assert spec_of(name=first)
