# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads the tables of bad inputs, for every level of tests that runs them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml


def table(name: str) -> dict[str, Any]:
    """The table of one kind: ``base``, ``cases``."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text())
    return found


TABLE = table("alluxio_cluster")
CASES: list[dict[str, Any]] = TABLE["cases"]
LITERALS: list[str] = TABLE["literals"]
SPARK_TABLE = table("spark_application")
SPARK_CASES: list[dict[str, Any]] = SPARK_TABLE["cases"]
SPARK_CLUSTER_TABLE = table("spark_cluster")
SPARK_CLUSTER_CASES: list[dict[str, Any]] = SPARK_CLUSTER_TABLE["cases"]
PIPELINE_TABLE = table("alluxio_pipeline")
PIPELINE_CASES: list[dict[str, Any]] = PIPELINE_TABLE["cases"]


def resource(case: dict[str, Any], of: dict[str, Any] = TABLE) -> dict[str, Any]:
    """The base of the table with the case's patches."""
    patch = {"metadata": case.get("metadata", {}), "spec": case.get("spec", {})}
    merged: dict[str, Any] = merge(copy.deepcopy(of["base"]), patch)
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
