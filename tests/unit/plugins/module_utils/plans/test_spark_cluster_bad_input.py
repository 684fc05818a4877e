# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of bad SparkClusters through the plan; tests/integration runs it through an API server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_cluster import plan

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "bad_input"))
from bad_input import SPARK_CLUSTER_CASES, SPARK_CLUSTER_TABLE, resource


@pytest.mark.parametrize(
    "case", SPARK_CLUSTER_CASES, ids=[case["name"] for case in SPARK_CLUSTER_CASES]
)
def test_is_refused_at_its_field_with_a_remedy(case: dict[str, Any]) -> None:
    errors = plan(resource(case, SPARK_CLUSTER_TABLE), None)["errors"]
    here = [error for error in errors if error["field"] == case["field"]]
    assert here, f"expected an error at {case['field']}, got {errors}"
    texts = [f"{error['message']}: {error['remedy']}" for error in here]
    assert any(case["message"] in text for text in texts), texts
    assert all(error["remedy"] for error in errors)


def test_the_base_of_the_table_is_good() -> None:
    assert plan(SPARK_CLUSTER_TABLE["base"], None)["errors"] == []


def test_every_exception_has_its_reason() -> None:
    for case in SPARK_CLUSTER_CASES:
        assert case["door"] in ("both", "plan-only"), case["name"]
        assert case.get("why") or (case["door"] == "both" and "at" not in case), case["name"]
