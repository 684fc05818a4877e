# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The filters as Ansible calls them; test_templates.py has them in a real play."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.alluxio.k8s.plugins.filter import (
    alluxio_cluster_plan,
    alluxio_cluster_refers,
    to_json,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "bad_input"))
from bad_input import LITERALS, TABLE

FILTERS = {
    name: function
    for module in (alluxio_cluster_plan, alluxio_cluster_refers, to_json)
    for name, function in module.FilterModule().filters().items()
}


def test_a_plan_of_a_good_resource() -> None:
    plan = FILTERS["alluxio_cluster_plan"](TABLE["base"], {"openshift": True})
    assert plan["errors"] == []
    assert plan["openshift"] is True


def test_an_observation_is_not_needed() -> None:
    assert FILTERS["alluxio_cluster_plan"](TABLE["base"])["errors"] == []
    assert FILTERS["alluxio_cluster_refers"](TABLE["base"])["secrets"] == []


@pytest.mark.parametrize("value", [None, "text", ["list"], 5])
def test_what_is_no_resource_is_refused_in_words(value: Any) -> None:
    for name in ("alluxio_cluster_plan", "alluxio_cluster_refers"):
        with pytest.raises(AnsibleFilterError, match="metadata and spec"):
            FILTERS[name](value)


@pytest.mark.parametrize(
    "text",
    [
        *LITERALS,
        *map(chr, range(0x180)),
        "\u2028",
        "\ufeff",
        "\uffff",
        "\U0001f511",
        "\\\U0001f511",
        "\\\x7f",
    ],
)
def test_json_in_yaml_is_the_same_value(text: str) -> None:
    for value in (text, {text: text}, [text]):
        line = FILTERS["to_json"](value)
        assert "\n" not in line
        assert yaml.safe_load(line) == value
        assert yaml.load(f"key: {line}\n", getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == {
            "key": value
        }


@pytest.mark.parametrize("value", [None, True, 5, 0.7, [], {}])
def test_json_of_other_values(value: Any) -> None:
    assert yaml.safe_load(FILTERS["to_json"](value)) == value
