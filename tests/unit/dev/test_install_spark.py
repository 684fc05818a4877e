# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Laying out Spark from its Python package, and the Dockerfile that says the same."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from devcluster.paths import DEV
from images import spark_image
from images.install_spark import install

DOCKERFILE = (DEV.parent / "spark-locality/Dockerfile").read_text()
FILES = {
    "deps/bin/spark-submit": b"#!/bin/bash\n",
    "deps/bin/spark-submit.cmd": b"",
    "deps/sbin/start-history-server.sh": b"#!/bin/bash\n",
    "deps/jars/plain.jar": {"a.class": b"a"},
    "deps/jars/natives.jar": {"linux64.so": b"a", "osx/lib.jnilib": b"b", "win/lib.dll": b"c"},
    "deps/jars/unwanted-1.jar": {"a.class": b"a"},
    "deps/licenses/LICENSE-a.txt": b"a",
    "LICENSE": b"Apache License",
    "NOTICE": b"",
    "lib/pyspark.zip": {"pyspark/__init__.py": b"answer = 42\n", "pyspark/tests/test.py": b""},
}


@pytest.fixture
def spark_home(tmp_path: Path) -> Path:
    package = tmp_path / "pyspark-1"
    for name, content in FILES.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
            continue
        with zipfile.ZipFile(path, "w") as archive:
            for member, data in content.items():
                archive.writestr(member, data)
    with tarfile.open(tmp_path / "pyspark-1.tar.gz", "w:gz") as sdist:
        sdist.add(package, package.name)
    left_out = tmp_path / "left-out.txt"
    left_out.write_text("# a comment\njars/unwanted-*.jar\nbin/*.cmd  # of another system\n")
    install(tmp_path / "pyspark-1.tar.gz", left_out, tmp_path / "spark")
    return tmp_path / "spark"


def test_what_is_left_out_is_left_out_and_all_else_is_there(spark_home: Path) -> None:
    found = {str(path.relative_to(spark_home)) for path in spark_home.rglob("*") if path.is_file()}
    assert found == {
        "bin/spark-submit",
        "sbin/start-history-server.sh",
        "jars/plain.jar",
        "jars/natives.jar",
        "licenses/LICENSE-a.txt",
        "licenses/LICENSE",
        "licenses/NOTICE",
        "python/lib/pyspark.zip",
    }


def test_jars_lose_the_natives_of_other_platforms(spark_home: Path) -> None:
    with zipfile.ZipFile(spark_home / "jars/natives.jar") as jar:
        assert jar.namelist() == ["linux64.so"]


def test_modules_come_compiled_and_without_their_tests(spark_home: Path) -> None:
    path = spark_home / "python/lib/pyspark.zip"
    with zipfile.ZipFile(path) as modules:
        assert modules.namelist() == ["pyspark/__init__.py", "pyspark/__init__.pyc"]
    script = "import pyspark; print(pyspark.answer, pyspark.__file__)"
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, env={"PYTHONPATH": str(path)}, capture_output=True, text=True, check=False
    )
    assert done.stdout == f"42 {path}/pyspark/__init__.pyc\n", done.stderr


def test_the_dockerfile_takes_the_same_versions() -> None:
    assert f"ARG SPARK={spark_image.SPARK}\n" in DOCKERFILE
    assert f"ARG ALLUXIO={spark_image.CLIENT.rsplit(':', 1)[1]}\n" in DOCKERFILE
    assert f"PYTHONPATH={spark_image.PYTHONPATH}\n" in DOCKERFILE
