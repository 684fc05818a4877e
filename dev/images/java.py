# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The layers of the Alluxio image that come from a JDK and from Maven Central."""

from __future__ import annotations

import base64
import fnmatch
import shutil
import subprocess
from pathlib import Path

from devcluster import packages
from devcluster.errors import DevClusterError

from . import chroot, jars
from .layers import LayerSpec, Workspace, content_of

# What a server needs, a tool that looks into it (jcmd, JMX, JFR), TLS, Kerberos and DNS; every role
# and the shells are run with it (tests/integration/images).
MODULES = [
    "java.base",
    "java.compiler",
    "java.datatransfer",
    "java.desktop",
    "java.instrument",
    "java.logging",
    "java.management",
    "java.management.rmi",
    "java.naming",
    "java.net.http",
    "java.prefs",
    "java.rmi",
    "java.scripting",
    "java.security.jgss",
    "java.security.sasl",
    "java.sql",
    "java.transaction.xa",
    "java.xml",
    "java.xml.crypto",
    "jdk.attach",
    "jdk.charsets",
    "jdk.crypto.ec",
    "jdk.httpserver",
    # Spark starts with it.
    "jdk.incubator.vector",
    "jdk.jcmd",
    "jdk.jfr",
    "jdk.localedata",
    "jdk.management",
    "jdk.management.agent",
    "jdk.naming.dns",
    "jdk.net",
    "jdk.security.auth",
    "jdk.security.jgss",
    "jdk.unsupported",
    "jdk.xml.dom",
    "jdk.zipfs",
]
JAVA_RELEASE = "17"
MAVEN_SETTINGS = Path(__file__).resolve().parent / "alluxio/settings.xml"
PATCHES = Path(__file__).resolve().parents[2] / "roles/alluxio_cluster/files/patches.jar.b64"
# assemble.sh of the role looks for it.
_PATCHES_JAR = "alluxio-k8s-patches.jar"
_MAVEN = "dependency:copy-dependencies"


def runtime() -> LayerSpec:
    """/opt/jre: a Java runtime of the modules above, cut out of the machine's JDK."""
    jlink = packages.program("jlink", "openjdk-17-jdk-headless")
    version = _output(jlink, "--version").strip()
    if not version.startswith(JAVA_RELEASE + "."):
        raise DevClusterError(
            f"{jlink} is of Java {version}: install Java {JAVA_RELEASE} (apt-get install"
            " openjdk-17-jdk-headless) and put its bin first in PATH"
        )

    def fill(workspace: Workspace) -> None:
        target = workspace.tree / "opt/jre"
        target.parent.mkdir()
        _output(
            *(jlink, "--add-modules", ",".join(MODULES), "--include-locales=en"),
            *(
                "--strip-debug",
                "--compress=2",
                "--no-header-files",
                "--no-man-pages",
                "--output",
                str(target),
            ),
        )

    return LayerSpec("jre", (version, *MODULES), fill)


def alluxio_jars(folder: Path) -> LayerSpec:
    """/opt/alluxio/lib: the jars of folder/pom.xml less those that folder/left-out.txt names."""
    sources = [folder / "pom.xml", folder / "left-out.txt", MAVEN_SETTINGS, PATCHES]
    sources.append(Path(jars.__file__))

    def fill(workspace: Workspace) -> None:
        fetched = workspace.scratch / "jars"
        maven(
            *("--file", str(folder / "pom.xml"), _MAVEN),
            *("-DincludeScope=runtime", f"-DoutputDirectory={fetched}"),
        )
        left_out = jars.patterns(folder / "left-out.txt")
        target = workspace.tree / "opt/alluxio/lib"
        target.mkdir(parents=True)
        for jar in sorted(fetched.iterdir()):
            if not any(fnmatch.fnmatch(jar.name, pattern) for pattern in left_out):
                jars.copy(jar, target / jar.name)
                jars.copy_licences(jar, workspace.tree / "licenses/jars" / jar.stem)
        names = sorted(jar.name for jar in target.iterdir())
        # First, since its class takes the place of one in the others.
        (target / _PATCHES_JAR).write_bytes(base64.b64decode(PATCHES.read_text()))
        (target / "class-path").write_text(
            ":".join(f"/opt/alluxio/lib/{jar}" for jar in [_PATCHES_JAR, *names]) + "\n"
        )

    return LayerSpec("alluxio-jars", (content_of(*sources),), fill)


def class_archive(script: Path, parents: tuple[LayerSpec, ...]) -> LayerSpec:
    """/opt/alluxio/lib/alluxio.jsa: what Java maps instead of loading classes one by one.

    Of all layers only this one is not the same to the byte when it is built again.
    """

    def fill(workspace: Workspace) -> None:
        inputs = workspace.scratch / "inputs"
        inputs.mkdir()
        shutil.copy(script, inputs)
        chroot.run(workspace, [f"/run/inputs/{script.name}"], inputs=[inputs])

    return LayerSpec("alluxio-class-archive", (content_of(script),), fill, parents)


def maven(*arguments: str) -> None:
    """Runs Maven with Maven Central alone. Raises DevClusterError."""
    program = packages.program("mvn", "maven")
    settings = ("--quiet", "--batch-mode", "--global-settings", str(MAVEN_SETTINGS))
    _output(program, *settings, *arguments)


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise DevClusterError(f"{' '.join(command)} failed:\n{tail}")
    return done.stdout
