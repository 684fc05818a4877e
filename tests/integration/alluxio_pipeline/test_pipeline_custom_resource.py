# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The CRD of AlluxioPipelines at a real API server: it refuses what the table says, and gives the defaults that the
plan gives.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.plans._schemas import (
    ALLUXIO_PIPELINE_SPEC,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.findings import Findings
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.schema import complete

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/bad_input"), str(ROOT / "tests/integration/alluxio_cluster")]
from api_calls import Create, serve  # noqa: E402
from bad_input import PIPELINE_CASES, PIPELINE_TABLE, resource  # noqa: E402

CRD = ROOT / "roles/operator/files/crds/alluxio.io_alluxiopipelines.yaml"
SAMPLES = sorted((ROOT / "config/samples/pipelines").glob("*.yaml"))
REFUSED = [case for case in PIPELINE_CASES if case["door"] == "both"]
ACCEPTED = [case for case in PIPELINE_CASES if case["door"] == "plan-only"]


@pytest.fixture(scope="module")
def create(api_server: Any) -> Create:
    return serve(api_server, CRD, PIPELINE_TABLE["base"])


@pytest.mark.parametrize("case", REFUSED, ids=[case["name"] for case in REFUSED])
def test_the_api_server_refuses_it_at_the_same_field(create: Create, case: dict[str, Any]) -> None:
    status, answer = create(resource(case, PIPELINE_TABLE))
    assert status in (400, 422), answer
    causes = answer.get("details", {}).get("causes", [])
    fields = [cause.get("field") for cause in causes]
    at = case.get("at", case["field"])
    assert at in fields or at in answer["message"], answer["message"]


@pytest.mark.parametrize("case", ACCEPTED, ids=[case["name"] for case in ACCEPTED])
def test_what_only_the_plan_refuses_is_so_indeed(create: Create, case: dict[str, Any]) -> None:
    status, answer = create(resource(case, PIPELINE_TABLE))
    assert status == 201, f"the API server refuses it too, so its door is `both`: {answer}"


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.stem for sample in SAMPLES])
def test_the_plan_gives_the_defaults_that_the_api_server_gives(
    create: Create, sample: Path
) -> None:
    pipeline = yaml.safe_load(sample.read_text())
    status, answer = create(pipeline)
    assert status == 201, answer
    findings = Findings()
    assert complete(pipeline["spec"], ALLUXIO_PIPELINE_SPEC, "spec", findings) == answer["spec"]
    assert findings.errors == []
