# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Changes of objects as the pair of YAML texts that Ansible shows as a diff."""

from __future__ import annotations

from collections.abc import Iterable

try:
    import yaml
except ImportError:  # the client, which needs it too, says so
    yaml = None  # type: ignore[assignment]

from .decisions import Object, presentable


def as_yaml(changes: Iterable[tuple[Object | None, Object | None]]) -> dict[str, str]:
    """``before`` and ``after`` of all changes, one document for each object, without server-set
    noise.
    """
    pairs = [presentable(before, after) for before, after in changes]
    return {
        "before": _documents(pair[0] for pair in pairs),
        "after": _documents(pair[1] for pair in pairs),
    }


def _documents(objects: Iterable[Object | None]) -> str:
    return "".join(f"---\n{yaml.safe_dump(obj, width=1000)}" for obj in objects if obj)
