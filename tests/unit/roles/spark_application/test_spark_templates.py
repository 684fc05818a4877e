# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The templates hold shapes alone: every value comes from the plan and enters by to_json."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
ROLE = ROOT / "roles/spark_application"
TEMPLATES = sorted(ROOT.glob("roles/spark_*/templates/*.j2"))


@pytest.mark.parametrize(
    "template", TEMPLATES, ids=lambda template: f"{template.parts[-3]}/{template.name}"
)
def test_every_value_goes_through_to_json(template: Path) -> None:
    expressions = re.findall(r"\{\{(.*?)\}\}", template.read_text())
    assert expressions
    assert all(expression.endswith(" | alluxio.k8s.to_json ") for expression in expressions)


def test_the_operator_holds_what_it_grants_to_drivers() -> None:
    """Nobody can grant what he does not have (docs/decisions/0113)."""

    def grants(text: str) -> set[tuple[str, str]]:
        rules = re.findall(
            r"apiGroups: \[\"\"\]\n +resources: \[(.*)\]\n(?: +#.*\n)* +verbs: \[(.*)\]", text
        )
        return {
            (resource, verb)
            for resources, verbs in rules
            for resource in resources.split(", ")
            for verb in verbs.split(", ")
        }

    drivers = grants((ROLE / "templates/rights.yaml.j2").read_text())
    operator = grants((ROOT / "roles/operator/templates/operator.yaml.j2").read_text())
    assert ("pods", "create") in drivers
    assert drivers <= operator
