# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A bad expression is refused before anything is asked for."""

from __future__ import annotations

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.query import Query


def test_a_query_narrows() -> None:
    result = {"nodes": [{"name": "a", "executors": 1}, {"name": "b", "executors": 0}]}
    assert Query("nodes[?executors > `0`].name").apply(result) == ["a"]
    assert Query("nothing").apply(result) is None
    assert Query(None).apply(result) == result


@pytest.mark.parametrize("expression", ["nodes[", "", "sum(nodes"])
def test_what_is_no_query_is_refused_with_its_place(expression: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        Query(expression)
    assert caught.value.field == "query"


def test_a_function_of_the_wrong_type_is_the_users_error() -> None:
    with pytest.raises(InvalidValue):
        Query("sum(nodes)").apply({"nodes": "text"})
