# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Properties of Spark from a command line: flags win over --conf, --conf wins over --properties-file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

_LINE = re.compile(r"((?:\\.|[^\\\s=:])+)\s*[=:\s]?\s*(.*)", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def merged(
    file: Path | None, conf: Iterable[str], flags: Mapping[str, str | None]
) -> dict[str, str]:
    """``flags`` by the property that each sets. Raises InvalidValue."""
    found = _from_file(file) if file else {}
    for text in conf:
        key, equals, value = text.partition("=")
        if not equals or not key.startswith("spark."):
            # Without the value, which may be a secret.
            raise InvalidValue("--conf", key, "write KEY=VALUE, with a key that begins with spark.")
        found[key] = value
    return {**found, **{key: value for key, value in flags.items() if value is not None}}


def _from_file(file: Path) -> dict[str, str]:
    try:
        found = parse(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InvalidValue("--properties-file", str(file), why or "it cannot be read") from None
    for key in found:
        if not key.startswith("spark."):
            raise InvalidValue(f"--properties-file {file}", key, "take it out: Spark ignores it")
    return found


def parse(text: str) -> dict[str, str]:
    """A file of java.util.Properties, but for its unicode escapes."""
    joined = re.sub(r"(?<!\\)((?:\\\\)*)\\\r?\n\s*", r"\1", text)
    lines = (line.strip() for line in joined.splitlines())
    pairs = (_LINE.fullmatch(line) for line in lines if line and line[0] not in "#!")
    return {_unescaped(pair[1]): _unescaped(pair[2]) for pair in pairs if pair}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text)
