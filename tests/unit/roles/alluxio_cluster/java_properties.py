# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a real java.util.Properties reads from files."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SOURCE = Path(__file__).with_name("PrintProperties.java")


def load(files: Sequence[Path]) -> dict[Path, dict[str, str]]:
    """The properties of each file. One JVM for all of them, since it takes a second to start."""
    command = ["java", "-XX:+UseSerialGC", str(_SOURCE), *map(str, files)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    loaded: dict[Path, dict[str, str]] = {file: {} for file in files}
    for line in output.splitlines():
        file, key, value = line.rsplit(" ", 2)
        loaded[Path(file)][_decode(key)] = _decode(value)
    return loaded


def _decode(word: str) -> str:
    return base64.b64decode(word[1:]).decode()
