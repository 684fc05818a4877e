# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Lays out Spark from its Python package, trimmed: `python3 -m images.install_spark SDIST LEFT_OUT TARGET`.

The development image and spark-locality/Dockerfile both call it, with the Python of the image that it
is for, since it compiles. Of Python's own library alone.
"""

from __future__ import annotations

import argparse
import compileall
import fnmatch
import py_compile
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from . import jars

# Where the package has what SPARK_HOME has.
_FOLDERS = {"deps/bin": "bin", "deps/sbin": "sbin"}
_LICENCES = ("LICENSE", "NOTICE", "deps/licenses")
_ZIPS = "lib/*.zip"


def install(sdist: Path, left_out: Path, target: Path) -> None:
    """Fills the folder `target` (SPARK_HOME) and its folder `licenses`.

    `left_out` holds patterns of paths inside SPARK_HOME.
    """
    unwanted = jars.patterns(left_out)
    with tempfile.TemporaryDirectory() as scratch:
        shutil.unpack_archive(sdist, scratch)
        (package,) = Path(scratch).iterdir()
        for source, name in _FOLDERS.items():
            _copy_folder(package / source, target / name, unwanted)
        _copy_jars(package / "deps/jars", target / "jars", unwanted)
        _copy_licences(package, target / "licenses")
        for packed in sorted(package.glob(_ZIPS)):
            compile_zip(packed, target / "python/lib" / packed.name)


def compile_zip(packed: Path, target: Path) -> None:
    """Copies a zip of Python modules, each with its compiled form, without their tests.

    Python would compile a module of a zip in each process anew.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as modules, zipfile.ZipFile(target, "w") as compiled:
        shutil.unpack_archive(packed, modules)
        # By an unchecked hash: an image builder may set the times of files to anything.
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(
            modules, maxlevels=99, legacy=True, quiet=1, stripdir=modules, invalidation_mode=mode
        )
        for path in sorted(Path(modules).rglob("*")):
            name = path.relative_to(modules)
            if path.is_file() and "tests" not in name.parts:
                entry = zipfile.ZipInfo(str(name))
                compiled.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def _copy_folder(source: Path, target: Path, unwanted: Sequence[str]) -> None:
    for file in sorted(source.iterdir()):
        if not _is_unwanted(target.name, file.name, unwanted):
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target / file.name)
            (target / file.name).chmod(0o755)


def _copy_jars(source: Path, target: Path, unwanted: Sequence[str]) -> None:
    target.mkdir(parents=True)
    for jar in sorted(source.glob("*.jar")):
        if not _is_unwanted(target.name, jar.name, unwanted):
            jars.copy(jar, target / jar.name)


def _copy_licences(package: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for name in _LICENCES:
        source = package / name
        files = sorted(source.iterdir()) if source.is_dir() else [source]
        for file in files:
            shutil.copyfile(file, target / file.name)


def _is_unwanted(folder: str, name: str, unwanted: Sequence[str]) -> bool:
    return any(fnmatch.fnmatch(f"{folder}/{name}", pattern) for pattern in unwanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("sdist", "left_out", "target"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    install(given.sdist, given.left_out, given.target)


if __name__ == "__main__":
    main()
