# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The layers of the Alluxio image that come from a JDK and from Maven Central."""

from __future__ import annotations

import base64
import fnmatch
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

from devcluster import packages
from devcluster.errors import DevClusterError

from . import chroot
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
    "jdk.crypto.ec",
    "jdk.httpserver",
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
UFS_CLIENT = Path(__file__).resolve().parents[2] / "roles/alluxio_cluster/files/ufs-client.jar.b64"
# assemble.sh of the role looks for it.
_UFS_CLIENT_JAR = "alluxio-k8s-ufs-client.jar"
_MAVEN = "dependency:copy-dependencies"
_NATIVE = re.compile(r"\.(so|dll|dylib|jnilib)(\.\S*)?$", re.IGNORECASE)
_OTHER_PLATFORM = re.compile(
    r"osx|mac|darwin|win|aarch|arm|ppc|s390|sparc|mips|riscv|loong|sunos|aix|freebsd|openbsd|musl|linux32"
    r"|x86/|/i386|linux-x86/",
    re.IGNORECASE,
)
_LICENCE = re.compile(r"(META-INF/)?(LICENSE|NOTICE|COPYING)[^/]*$", re.IGNORECASE)


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
    sources = [folder / name for name in ("pom.xml", "settings.xml", "left-out.txt")]
    sources.append(UFS_CLIENT)

    def fill(workspace: Workspace) -> None:
        maven = packages.program("mvn", "maven")
        fetched = workspace.scratch / "jars"
        _output(
            *(maven, "--quiet", "--batch-mode", "--global-settings", str(folder / "settings.xml")),
            *("--file", str(folder / "pom.xml"), _MAVEN),
            *("-DincludeScope=runtime", f"-DoutputDirectory={fetched}"),
        )
        patterns = _patterns(folder / "left-out.txt")
        target = workspace.tree / "opt/alluxio/lib"
        target.mkdir(parents=True)
        for jar in sorted(fetched.iterdir()):
            if not any(fnmatch.fnmatch(jar.name, pattern) for pattern in patterns):
                _copy_jar(jar, target / jar.name)
                _copy_licences(jar, workspace.tree / "licenses/jars" / jar.stem)
        jars = sorted(jar.name for jar in target.iterdir())
        # First, since its class takes the place of one in the others.
        (target / _UFS_CLIENT_JAR).write_bytes(base64.b64decode(UFS_CLIENT.read_text()))
        (target / "class-path").write_text(
            ":".join(f"/opt/alluxio/lib/{jar}" for jar in [_UFS_CLIENT_JAR, *jars]) + "\n"
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


def _patterns(left_out: Path) -> Sequence[str]:
    lines = (line.split("#")[0].strip() for line in left_out.read_text().splitlines())
    return [line for line in lines if line]


def _copy_jar(jar: Path, target: Path) -> None:
    """Copies a jar without native libraries of other platforms: most of what some jars weigh."""
    with zipfile.ZipFile(jar) as source:
        entries = source.infolist()
        kept = [entry for entry in entries if not _is_foreign(entry.filename)]
        if len(kept) == len(entries):
            shutil.copyfile(jar, target)
            return
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
            for entry in kept:
                copy.writestr(entry, source.read(entry))


def _is_foreign(name: str) -> bool:
    is_native = _NATIVE.search(name) or "librocksdbjni" in name
    return bool(is_native and _OTHER_PLATFORM.search(name))


def _copy_licences(jar: Path, target: Path) -> None:
    with zipfile.ZipFile(jar) as source:
        for entry in source.infolist():
            if _LICENCE.fullmatch(entry.filename) and not entry.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                (target / Path(entry.filename).name).write_bytes(source.read(entry))


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise DevClusterError(f"{' '.join(command)} failed:\n{tail}")
    return done.stdout
