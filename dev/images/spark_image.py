# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The layers of the Spark image: Spark, Alluxio's client, our own jar."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from devcluster.errors import DevClusterError
from devcluster.locks import exclusive
from devcluster.paths import DEV, cache
from devcluster.progress import say

from . import chroot, install_spark, jars, java
from .layers import LayerSpec, Workspace, content_of

SPARK = "4.3.0"
SDIST_SHA256 = "e8c517948eff7088a7aa07449aa8eafa4a15a8d50319de2525a6fd26622476c6"
CLIENT = "org.alluxio:alluxio-shaded-client:2.9.6"
LEFT_OUT = Path(__file__).resolve().parent / "spark/left-out.txt"
LOCALITY = DEV.parent / "spark-locality"
JARS = "opt/spark/jars"
PYTHONPATH = "/opt/spark/python/lib/pyspark.zip:/opt/spark/python/lib/py4j-0.10.9.9-src.zip"


def spark(below: tuple[LayerSpec, ...]) -> LayerSpec:
    """/opt/spark from the Python package, less what spark/left-out.txt names."""

    def fill(workspace: Workspace) -> None:
        inputs = workspace.scratch / "inputs"
        shutil.copytree(DEV / "images", inputs / "images", ignore=shutil.ignore_patterns("__py*"))
        archive = sdist()
        chroot.run(
            workspace,
            [
                *("python3", "-m", "images.install_spark", f"/run/downloads/{archive.name}"),
                *("/run/inputs/images/spark/left-out.txt", "/opt/spark"),
            ],
            inputs=[inputs, archive.parent],
            env={"PYTHONPATH": "/run/inputs", "TMPDIR": "/opt"},
        )

    code = content_of(Path(install_spark.__file__), Path(jars.__file__), LEFT_OUT)
    return LayerSpec("spark", (SPARK, SDIST_SHA256, code), fill, below)


def alluxio_client() -> LayerSpec:
    """Alluxio's client as one jar, beside Spark's jars."""

    def fill(workspace: Workspace) -> None:
        fetched = workspace.scratch / "jars"
        java.maven(
            *("dependency:copy", f"-Dartifact={CLIENT}", f"-DoutputDirectory={fetched}"),
            "-Dmdep.useBaseVersion=true",
        )
        (jar,) = fetched.iterdir()
        target = workspace.tree / JARS
        target.mkdir(parents=True)
        jars.copy(jar, target / jar.name)
        jars.copy_licences(jar, workspace.tree / "licenses/jars" / jar.stem)

    code = content_of(Path(java.__file__), Path(jars.__file__))
    return LayerSpec("alluxio-client", (CLIENT, code), fill)


def locality() -> LayerSpec:
    """The jar of spark-locality/, beside Spark's jars."""
    sources = (LOCALITY / "pom.xml", LOCALITY / "src/main")

    def fill(workspace: Workspace) -> None:
        project = workspace.scratch / "project"
        shutil.copytree(LOCALITY / "src/main", project / "src/main")
        shutil.copy(LOCALITY / "pom.xml", project)
        java.maven("--file", str(project / "pom.xml"), "-Dmaven.test.skip", "package")
        target = workspace.tree / JARS
        target.mkdir(parents=True)
        shutil.copy(project / "target/alluxio-spark-locality.jar", target)

    return LayerSpec("spark-locality", (content_of(*sources),), fill)


def sdist() -> Path:
    """The Python package's archive, downloaded once. Raises DevClusterError."""
    archive = cache() / "downloads" / f"pyspark-{SPARK}.tar.gz"
    with exclusive(archive.parent / ".lock", "another download is under way"):
        if not archive.exists():
            _download(archive)
    return archive


def _download(archive: Path) -> None:
    say(f"downloading {archive.name}, 456 MB")
    partial = archive.parent / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-binary", "pyspark", "--dest", str(partial)]
    done = subprocess.run([*command, f"pyspark=={SPARK}"], capture_output=True, text=True)
    if done.returncode:
        raise DevClusterError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    with (partial / archive.name).open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != SDIST_SHA256:
        raise DevClusterError(f"{archive.name} has the SHA-256 {found} instead of {SDIST_SHA256}")
    os.replace(partial / archive.name, archive)
    shutil.rmtree(partial)
