# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents keep their meaning on the way through PyYAML, whose YAML is not Kubernetes'."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.documents import (
    read_documents,
    write_documents,
)


def through(text: str) -> str:
    return write_documents(*read_documents(text, "definition"))


@pytest.mark.parametrize("text", ["12:30", "2026-01-01", "=", "1_000", "0b11", "plain"])
def test_what_kubernetes_reads_as_a_string_stays_one(text: str) -> None:
    documents, _head = read_documents(f"a: {text}", "definition")
    assert documents == [{"a": text}]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-7", -7),
        ("0x1f", 31),
        ("010", 8),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("off", False),
    ],
)
def test_numbers_and_booleans(text: str, value: Any) -> None:
    assert read_documents(f"a: {text}", "definition")[0] == [{"a": value}]


@pytest.mark.parametrize(
    "text", ["1e5", "y", "N", "12:30", "010", "on", "2026-01-01", "~", "1.", ""]
)
def test_a_string_that_looks_like_something_else_is_quoted(text: str) -> None:
    assert write_documents([{"a": text}]) == f"a: '{text}'\n"


def test_order_and_the_comment_at_the_head_stay() -> None:
    text = "# made by hand\n\n# twice\nb: 1\na:\n- x\n---\nc: 2\n"
    assert through(text) == text


def test_programs_stay_readable_and_anchors_are_written_out() -> None:
    text = "a: &x\n  source: |\n    one\n    two\nb: *x\n"
    assert through(text) == "a:\n  source: |\n    one\n    two\nb:\n  source: |\n    one\n    two\n"


def test_json_is_read_as_one_list_too() -> None:
    assert read_documents('[{"a": 1}, {"b": 2}]', "definition")[0] == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(
    "given", ["", "a", "[1]", "a: [", [], [1], None, "!!python/name:os.system a"]
)
def test_what_is_no_document_is_refused(given: Any) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_documents(given, "definition")
    assert caught.value.field == "definition"


def test_where_it_breaks_is_said() -> None:
    with pytest.raises(InvalidValue, match="line 2: "):
        read_documents("a: 1\nb: [", "definition")


def test_a_written_document_reads_the_same_in_plain_yaml() -> None:
    given = {"a": ["x: y", "# no", "{{workflow.uid}}", "a\nb \nc", "\t"], "b": None}
    assert yaml.safe_load(write_documents([given])) == given
