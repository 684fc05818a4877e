# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads the table of bad inputs, for every level of tests that runs it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

TABLE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("alluxio_cluster.yaml").read_text())
CASES: list[dict[str, Any]] = TABLE["cases"]
LITERALS: list[str] = TABLE["literals"]


def resource(case: dict[str, Any]) -> dict[str, Any]:
    """The base of the table with the case's patches."""
    patch = {"metadata": case.get("metadata", {}), "spec": case.get("spec", {})}
    merged: dict[str, Any] = merge(copy.deepcopy(TABLE["base"]), patch)
    return merged


def merge(base: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result
