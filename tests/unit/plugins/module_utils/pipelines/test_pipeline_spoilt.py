# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is wrong about a document, it is refused in words: the page's examples, with one place spoilt."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render
from test_pipeline_examples import EXAMPLES, given


def places(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*way, key)
            yield from places(value, (*way, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield (*way, index)
            yield from places(value, (*way, index))


def spoilt(document: Any, way: tuple[Any, ...], value: Any) -> Any:
    made = copy.deepcopy(document)
    node = made
    for key in way[:-1]:
        node = node[key]
    node[way[-1]] = value
    return made


@pytest.mark.parametrize("value", [None, "x", [], ["x"], {"x": None}], ids=repr)
@pytest.mark.parametrize("engine", EXAMPLES)
def test_a_spoilt_document_is_rendered_or_refused_in_words(engine: str, value: Any) -> None:
    document = list(yaml.safe_load_all(EXAMPLES[engine][2]))
    refusals = []
    for way in places(document):
        try:
            render(given(engine), spoilt(document, way, value))
        except AlluxioError as error:
            refusals.append(str(error))
    assert refusals
    assert all(refusals)
