# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The CRDs at a real API server: they refuse what the tables say, and give the defaults that the
plans give.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.plans._schemas import (
    ALLUXIO_CLUSTER_SPEC,
    ALLUXIO_PIPELINE_SPEC,
    SPARK_APPLICATION_SPEC,
    SPARK_CLUSTER_SPEC,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.findings import Findings
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.schema import complete
from api_calls import Create, serve

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/bad_input"))
from bad_input import (  # noqa: E402
    LITERALS,
    PIPELINE_TABLE,
    SPARK_CLUSTER_TABLE,
    SPARK_TABLE,
    TABLE,
    resource,
)


@dataclass(frozen=True)
class Kind:
    """A custom resource: its definition, its table of bad input, the plan's schema, its samples."""

    name: str
    table: dict[str, Any]
    schema: dict[str, Any]
    samples: Path

    @property
    def definition(self) -> Path:
        return ROOT / f"roles/operator/files/crds/alluxio.io_{self.name}.yaml"


SAMPLES = ROOT / "config/samples"
CLUSTER = Kind("alluxioclusters", TABLE, ALLUXIO_CLUSTER_SPEC, SAMPLES)
KINDS = [
    CLUSTER,
    Kind("sparkapplications", SPARK_TABLE, SPARK_APPLICATION_SPEC, SAMPLES / "spark"),
    Kind("sparkclusters", SPARK_CLUSTER_TABLE, SPARK_CLUSTER_SPEC, SAMPLES / "spark-cluster"),
    Kind("alluxiopipelines", PIPELINE_TABLE, ALLUXIO_PIPELINE_SPEC, SAMPLES / "pipelines"),
]


def cases(door: str) -> list[Any]:
    """Kind and case of every table that goes through the door."""
    return [
        pytest.param(kind, case, id=f"{kind.name}-{case['name']}")
        for kind in KINDS
        for case in kind.table["cases"]
        if case["door"] == door
    ]


def samples() -> list[Any]:
    return [
        pytest.param(kind, path, id=f"{kind.name}-{path.stem}")
        for kind in KINDS
        for path in sorted(kind.samples.glob("*.yaml"))
    ]


@pytest.fixture(scope="module")
def creates(api_server: Any) -> dict[str, Create]:
    return {kind.name: serve(api_server, kind.definition, kind.table["base"]) for kind in KINDS}


@pytest.mark.parametrize(("kind", "case"), cases("both"))
def test_the_api_server_refuses_it_at_the_same_field(
    creates: dict[str, Create], kind: Kind, case: dict[str, Any]
) -> None:
    status, answer = creates[kind.name](resource(case, kind.table))
    assert status in (400, 422), answer
    causes = answer.get("details", {}).get("causes", [])
    fields = [cause.get("field") for cause in causes]
    at = case.get("at", case["field"])
    assert at in fields or at in answer["message"], answer["message"]


@pytest.mark.parametrize(("kind", "case"), cases("plan-only"))
def test_what_only_the_plan_refuses_is_so_indeed(
    creates: dict[str, Create], kind: Kind, case: dict[str, Any]
) -> None:
    status, answer = creates[kind.name](resource(case, kind.table))
    assert status == 201, f"the API server refuses it too, so its door is `both`: {answer}"


@pytest.mark.parametrize(("kind", "sample"), samples())
def test_the_plan_gives_the_defaults_that_the_api_server_gives(
    creates: dict[str, Create], kind: Kind, sample: Path
) -> None:
    given = yaml.safe_load(sample.read_text())
    status, answer = creates[kind.name](given)
    assert status == 201, answer
    findings = Findings()
    assert complete(given["spec"], kind.schema, "spec", findings) == answer["spec"]
    assert findings.errors == []


@pytest.mark.parametrize("literal", LITERALS)
def test_free_strings_stay_as_they_are(creates: dict[str, Create], literal: str) -> None:
    spec = {**TABLE["base"]["spec"], "properties": {"a": literal, literal: "a"}}
    status, answer = creates[CLUSTER.name]({**TABLE["base"], "spec": spec})
    assert status == 201, answer
    assert answer["spec"]["properties"] == spec["properties"]
