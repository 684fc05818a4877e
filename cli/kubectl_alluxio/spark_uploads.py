# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The files of an application that lie on this machine, and their way into Alluxio (decision 0131)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_names import uploads_folder

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Access

# Properties of Spark that are lists of files.
LISTS = ("spark.jars", "spark.submit.pyFiles", "spark.files", "spark.archives")

_URI = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:/")
_CHUNK_BYTES = 1 << 20


@dataclass
class Uploads:
    """Local files by the path of Alluxio that each shall have; all of them in one folder."""

    folder: str
    files: dict[str, Path] = field(default_factory=dict)

    def uri(self, flag: str, text: str) -> str:
        """Where Spark finds the file: an URI as it is, a local file where it will be in Alluxio.

        A name for the executors' folder, as in `data.csv#input`, stays. Raises InvalidValue, also for two
        files of one name, which Spark would lay into one folder.
        """
        if _URI.match(text) and not text.startswith("file:"):
            return text
        name, sharp, alias = text.removeprefix("file://").removeprefix("file:").partition("#")
        local = Path(name)
        if not local.is_file():
            raise InvalidValue(
                flag, text, "there is no such file here; write local:///PATH for one in the image"
            )
        target = f"{self.folder}/{local.name}"
        if self.files.setdefault(target, local).resolve() != local.resolve():
            raise InvalidValue(
                flag, text, f"{self.files[target]} bears the same name: rename one of them"
            )
        return f"alluxio://{target}{sharp}{alias}"

    def conf(self, conf: Mapping[str, str], flags: Mapping[str, str]) -> dict[str, str]:
        """The properties of Spark, with every local file in their lists replaced."""
        replaced = {
            key: ",".join(
                self.uri(flags[key], one.strip()) for one in conf[key].split(",") if one.strip()
            )
            for key in LISTS
            if key in conf
        }
        return {**conf, **replaced}


def new_uploads(name: str, namespace: str) -> Uploads:
    """Those of one submission, in a folder that no other one has."""
    return Uploads(f"{uploads_folder(name, namespace)}/{secrets.token_hex(4)}")


def upload(access: Access, files: Mapping[str, Path], advance: Callable[[int], None]) -> None:
    """Writes each file through to the under file system (decision 0062). Raises NotWritten."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData

    with FileData(access.master) as data:
        for path, local in files.items():
            with local.open("rb") as file:
                data.write(path, _pieces(file, advance), size_bytes=local.stat().st_size)


def _pieces(file: BinaryIO, advance: Callable[[int], None]) -> Iterator[bytes]:
    while piece := file.read(_CHUNK_BYTES):
        yield piece
        advance(len(piece))
