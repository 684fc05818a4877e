# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a pipeline's settings and document come from: a module's arguments, or files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import InvalidValue

_DOCUMENT = ("definition", "src")
_NOT_SETTINGS = (*_DOCUMENT, "fail_on", "namespace", "kubeconfig", "context")


def settings_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What is said about the pipeline, without its document."""
    return {key: value for key, value in given.items() if key not in _NOT_SETTINGS}


def definition_of(given: Mapping[str, Any], folder: Path) -> Any:
    """The engine's document, of which ``src`` may name the file relative to ``folder``. Raises InvalidValue."""
    if given.get("definition") is not None:
        return given["definition"]
    if not given.get("src"):
        raise InvalidValue(
            "src", None, "name the file of the engine's document, or give definition"
        )
    return read_text(folder / Path(given["src"]).expanduser(), "src")


def read_text(path: Path, field: str) -> str:
    """Raises InvalidValue for a file that cannot be read as text."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidValue(field, str(path), error.strerror or "it cannot be read") from None
    except UnicodeDecodeError:
        raise InvalidValue(field, str(path), "give a text file in UTF-8") from None
