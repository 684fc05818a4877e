# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From listings to blocks, and from options to executors."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.node_affinity import (
    check_paths,
    executors_of,
    read_blocks,
)


def location(host: str, tier: str = "MEM", container: str = "") -> Any:
    return SimpleNamespace(worker=SimpleNamespace(host=host, container_host=container), tier=tier)


def file(path: str, *blocks: tuple[int, list[Any]], length: int | None = None) -> Any:
    rows = [SimpleNamespace(length_bytes=size, locations=where) for size, where in blocks]
    size = sum(row.length_bytes for row in rows) if length is None else length
    return SimpleNamespace(path=path, folder=False, length_bytes=size, blocks=rows)


def folder(path: str) -> Any:
    return SimpleNamespace(path=path, folder=True, length_bytes=0, blocks=())


def read(files: dict[str, list[Any]], roots: list[str]) -> tuple[list[Any], dict[str, str]]:
    containers: dict[str, str] = {}

    def list_files(path: str) -> Iterator[Any]:
        return iter(files[path])

    return list(read_blocks(list_files, roots, containers)), containers


def test_a_single_directory_is_shown_by_its_children() -> None:
    where = location("a", container="10.1.1.1")
    files = [
        folder("/data/x"),
        file("/data/x/1", (5, [where])),
        file("/data/x/y/2", (6, [])),
        file("/data/3", (7, [where, location("b", "SSD")])),
    ]
    blocks, containers = read({"/data": files}, ["/data"])
    assert blocks == [
        ("/data/x", 5, (("a", "MEM"),)),
        ("/data/x", 6, ()),
        ("/data/3", 7, (("a", "MEM"), ("b", "SSD"))),
    ]
    assert containers == {"a": "10.1.1.1"}


def test_the_root_and_a_file_are_shown_as_they_are() -> None:
    assert read({"/": [file("/f", (1, []))]}, ["/"])[0] == [("/f", 1, ())]
    assert read({"/d/f": [file("/d/f", (1, []))]}, ["/d/f"])[0] == [("/d/f", 1, ())]


def test_several_paths_are_shown_by_themselves() -> None:
    files = {"/a": [file("/a/b/c", (1, []))], "/d": [file("/d/e", (2, []))]}
    assert [group for group, *_rest in read(files, ["/a", "/d"])[0]] == ["/a", "/d"]


def test_bytes_without_a_block_are_not_cached() -> None:
    blocks, _rest = read({"/d": [file("/d/f", length=9)]}, ["/d"])
    assert blocks == [("/d/f", 9, ())]


def test_no_path_is_counted_twice() -> None:
    assert check_paths(["/a/b", "/a", "/a/", "/ab", "/c/d"]) == ["/a", "/ab", "/c/d"]
    assert check_paths(["/a", "/"]) == ["/"]


@pytest.mark.parametrize(("paths", "field"), [([], "paths"), (["/a", "b"], "paths[1]")])
def test_paths_that_cannot_be(paths: list[str], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        check_paths(paths)
    assert caught.value.field == field


def test_options_become_executors() -> None:
    rows = [{"key": "gpu", "operator": "Exists"}]
    executors = executors_of(2, {"cpu": "500m", "memory": "1Gi"}, rows, {"zone": 1}, "wait")
    assert executors.requests == {"cpu": 500, "memory": 1024**3}
    assert executors.tolerations[0].key == "gpu"
    assert executors.node_selector == {"zone": "1"}


@pytest.mark.parametrize(
    ("requests", "tolerations", "field"),
    [
        ({"cpu": "lots"}, [], "requests.cpu"),
        ({}, [{"operator": "Exists"}, {"effect": "x"}], "tolerations[1].effect"),
    ],
)
def test_options_that_cannot_be(requests: Any, tolerations: Any, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        executors_of(1, requests, tolerations, {}, "fallback")
    assert caught.value.field == field
