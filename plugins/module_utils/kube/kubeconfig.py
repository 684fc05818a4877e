# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Which context a kubeconfig means: files are merged as kubectl merges them."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import MissingLibrary
from .errors import NotReachable


@dataclass(frozen=True, slots=True)
class Context:
    """One context: its entries as they stand in the file, paths in them made absolute."""

    name: str
    namespace: str
    cluster: Mapping[str, Any] = field(repr=False)
    user: Mapping[str, Any] = field(repr=False)


_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


def find_files(kubeconfig: str | None, environment: Mapping[str, str]) -> list[Path]:
    """The named file, those of $KUBECONFIG, or ~/.kube/config; empty where there is none."""
    if kubeconfig:
        return [Path(kubeconfig)]
    if named := environment.get("KUBECONFIG"):
        return [Path(part) for part in named.split(os.pathsep) if part]
    default = Path(environment.get("HOME", "/")) / ".kube" / "config"
    return [default] if default.exists() else []


def read_context(files: list[Path], name: str | None) -> Context:
    """The context of that name, or the current one. Raises NotReachable, without quoting a file."""
    documents = [(file, _load(file)) for file in files if file.exists()]
    where = ", ".join(str(file) for file in files)
    if not documents:
        raise NotReachable(f"kubeconfig {where} does not exist", "correct it or name another")
    chosen = name or next(
        (d["current-context"] for _file, d in documents if d.get("current-context")), ""
    )
    context = _entry(documents, "contexts", "context", chosen)
    if context is None:
        known = ", ".join(sorted(_names(documents))) or "none"
        raise NotReachable(
            f"kubeconfig {where} has no context {chosen!r}", f"name one of these: {known}"
        )
    return Context(
        name=chosen,
        namespace=context.get("namespace") or "default",
        cluster=_entry(documents, "clusters", "cluster", context.get("cluster")) or {},
        user=_entry(documents, "users", "user", context.get("user")) or {},
    )


def _load(file: Path) -> dict[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise MissingLibrary("PyYAML", sys.executable, str(error)) from error
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=loader)
    except OSError as error:
        raise NotReachable(f"kubeconfig {file}: {error.strerror}", "make it readable") from error
    # Without its text, which may quote a key.
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise NotReachable(f"kubeconfig {file} is not YAML", "correct the file") from error
    if not isinstance(document, dict):
        raise NotReachable(f"kubeconfig {file} is no kubeconfig", "correct it or name another")
    return document


def _entry(
    documents: list[tuple[Path, dict[str, Any]]], section: str, kind: str, name: Any
) -> dict[str, Any] | None:
    """The first entry of that name, as kubectl takes it; relative paths are those of its file."""
    for file, document in documents:
        for row in document.get(section) or ():
            if row.get("name") == name:
                entry = dict(row.get(kind) or {})
                for key in _FILES:
                    if entry.get(key):
                        entry[key] = str((file.parent / entry[key]).absolute())
                return entry
    return None


def _names(documents: list[tuple[Path, dict[str, Any]]]) -> list[str]:
    return [row["name"] for _file, document in documents for row in document.get("contexts") or ()]
