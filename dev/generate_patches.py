#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes roles/alluxio_cluster/files/patches.jar.b64 from build/patches, classes that take the place
of faulty ones of Alluxio 2.9.6. Needs a JDK 17 and a folder of Alluxio's jars.
"""

from __future__ import annotations

import argparse
import base64
import io
import subprocess
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "build/patches"
TARGET = ROOT / "roles/alluxio_cluster/files/patches.jar.b64"
_CLASSES = (
    "alluxio/underfs/UfsManager$UfsClient*.class",
    "org/apache/ratis/grpc/server/GrpcServerProtocolClient*.class",
)
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("jars", type=Path, help="the folder with Alluxio's jars")
    text = base64.encodebytes(jar(compiled(parser.parse_args().jars))).decode()
    TARGET.write_text(text)


def compiled(jars: Path) -> dict[str, bytes]:
    """The classes by their path. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["javac", "--release", "8", "-g:none", "-nowarn", "-Xlint:-options"]
        command += ["-cp", f"{jars}/*", "-d", folder]
        subprocess.run([*command, *map(str, sorted(SOURCES.glob("*.java")))], check=True)
        found = sorted(path for pattern in _CLASSES for path in Path(folder).glob(pattern))
        return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def jar(classes: dict[str, bytes]) -> bytes:
    """The same bytes from the same classes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in classes.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def checked_in() -> dict[str, bytes]:
    """The classes that the role brings."""
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(TARGET.read_text()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


if __name__ == "__main__":
    main()
