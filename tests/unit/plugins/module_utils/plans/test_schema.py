# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The walker over structural schemas: defaults within defaults, nulls, and all errors at once."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.findings import Findings
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.schema import complete

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["must"],
    "properties": {
        "must": {"type": "string", "maxLength": 5},
        "inner": {
            "type": "object",
            "default": {},
            "properties": {
                "count": {"type": "integer", "default": 3, "minimum": 1, "maximum": 7},
                "modes": {"type": "array", "default": ["a"], "items": {"type": "string"}},
            },
        },
        "absent": {"type": "object", "properties": {"x": {"type": "integer", "default": 1}}},
        "nullable": {"type": "integer", "nullable": True},
        "any": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "map": {"type": "object", "maxProperties": 2, "additionalProperties": {"type": "string"}},
        "size": {"x-kubernetes-int-or-string": True, "pattern": "^[0-9]+$"},
        "list": {
            "type": "array",
            "maxItems": 3,
            "x-kubernetes-list-map-keys": ["name"],
            "items": {"type": "object", "properties": {"name": {"type": "string"}}},
        },
        "ratio": {"type": "number"},
        "class": {"type": "string", "pattern": r"^[\w$]+(\.[\w$]+)*$"},
    },
}


def walk(value: Any) -> tuple[Any, list[tuple[str, str, str]]]:
    findings = Findings()
    result = complete(value, SCHEMA, "spec", findings)
    errors = [(error["field"], error["message"], error["remedy"]) for error in findings.errors]
    return result, errors


def test_defaults_are_completed_by_the_defaults_within_them() -> None:
    assert walk({"must": "x"}) == ({"must": "x", "inner": {"count": 3, "modes": ["a"]}}, [])


def test_defaults_are_never_shared() -> None:
    first, _errors = walk({"must": "x"})
    first["inner"]["modes"].append("b")
    second, _errors = walk({"must": "x"})
    assert second["inner"]["modes"] == ["a"]


def test_the_input_is_left_alone() -> None:
    given = {"must": "x", "inner": {}}
    walk(given)
    assert given == {"must": "x", "inner": {}}


def test_null_counts_as_absent_unless_it_is_allowed() -> None:
    result, errors = walk({"must": "x", "inner": None, "absent": None, "nullable": None})
    assert errors == []
    assert result == {"must": "x", "inner": {"count": 3, "modes": ["a"]}, "nullable": None}


def test_what_may_be_anything_is_left_as_it_is() -> None:
    given = {"a": [1, None, {"b": None}], "c": None}
    assert walk({"must": "x", "any": given})[0]["any"] == given


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        ({}, "spec.must", "missing"),
        ({"must": None}, "spec.must", "missing"),
        ({"must": "123456"}, "spec.must", "at most 5"),
        ({"must": 5}, "spec.must", "in quotes"),
        ({"must": "x", "mist": 1}, "spec.mist", "did you mean must?"),
        ({"must": "x", "zzzzzz": 1}, "spec.zzzzzz", "known here: absent, any"),
        ({"must": "x", "inner": {"cuont": 1}}, "spec.inner.cuont", "did you mean count?"),
        ({"must": "x", "inner": {"count": 0}}, "spec.inner.count", "at least 1"),
        ({"must": "x", "inner": {"count": 8}}, "spec.inner.count", "at most 7"),
        ({"must": "x", "inner": {"count": True}}, "spec.inner.count", "whole number"),
        ({"must": "x", "inner": {"count": 1.0}}, "spec.inner.count", "whole number"),
        ({"must": "x", "inner": {"modes": [1]}}, "spec.inner.modes[0]", "string"),
        ({"must": "x", "inner": {"modes": [None]}}, "spec.inner.modes[0]", "string"),
        ({"must": "x", "map": {"a": "1", "b": "2", "c": "3"}}, "spec.map", "at most 2"),
        ({"must": "x", "map": {"a": None}}, "spec.map.a", "string"),
        ({"must": "x", "size": "1x"}, "spec.size", "must match"),
        ({"must": "x", "size": "1\n"}, "spec.size", "must match"),
        ({"must": "x", "size": 1.5}, "spec.size", "whole number or a string"),
        ({"must": "x", "list": [{"name": "a"}, {"name": "a"}]}, "spec.list[1]", "there twice"),
        ({"must": "x", "list": [{}, {}, {}, {}]}, "spec.list", "at most 3"),
        ({"must": "x", "list": ["a"]}, "spec.list[0]", "must be a map"),
        ({"must": "x", "ratio": "0.5"}, "spec.ratio", "a number"),
        ([], "spec", "must be a map"),
        ("text", "spec", "must be a map"),
    ],
)
def test_errors_name_field_and_remedy(value: Any, field: str, words: str) -> None:
    _result, errors = walk(value)
    assert [error[0] for error in errors] == [field]
    assert words in f"{errors[0][1]}: {errors[0][2]}"


def test_all_errors_are_found_in_one_walk() -> None:
    _result, errors = walk({"x": 1, "inner": {"count": "a"}, "list": [{"y": 1}]})
    assert [error[0] for error in errors] == [
        "spec.x",
        "spec.inner.count",
        "spec.list[0].y",
        "spec.must",
    ]


def test_text_that_could_be_a_password_is_not_shown() -> None:
    findings = Findings()
    complete(
        {"must": "x", "secretKey": "hush", "inner": "hush", "map": "hush"}, SCHEMA, "spec", findings
    )
    assert len(findings.errors) == 3
    assert "hush" not in str(findings.errors)


@pytest.mark.parametrize("value", [1, "1"])
def test_whole_numbers_and_strings_do_for_sizes(value: Any) -> None:
    assert walk({"must": "x", "size": value})[1] == []


def test_a_dollar_in_brackets_is_a_dollar_and_another_one_the_end() -> None:
    assert walk({"must": "x", "class": "org.A$B"})[1] == []
    for wrong in ("org.A-B", "org.A\n"):
        assert [error[0] for error in walk({"must": "x", "class": wrong})[1]] == ["spec.class"]
