# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The table of bad AlluxioPipelines through the plan; tests/integration runs it through an API server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_pipeline import plan

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "bad_input"))
from bad_input import PIPELINE_CASES, PIPELINE_TABLE, resource


@pytest.mark.parametrize("case", PIPELINE_CASES, ids=[case["name"] for case in PIPELINE_CASES])
def test_is_refused_at_its_field_with_a_remedy(case: dict[str, Any]) -> None:
    errors = plan(resource(case, PIPELINE_TABLE), None)["errors"]
    here = [error for error in errors if error["field"] == case["field"]]
    assert here, f"expected an error at {case['field']}, got {errors}"
    texts = [f"{error['message']}: {error['remedy']}" for error in here]
    assert any(case["message"] in text for text in texts), texts
    assert all(error["remedy"] for error in errors)


def test_the_base_of_the_table_is_good() -> None:
    assert plan(PIPELINE_TABLE["base"], None)["errors"] == []


def test_every_exception_has_its_reason() -> None:
    for case in PIPELINE_CASES:
        assert case["door"] in ("both", "plan-only"), case["name"]
        assert case.get("why") or (case["door"] == "both" and "at" not in case), case["name"]
