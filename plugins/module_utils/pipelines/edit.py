# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Adding rows to lists of a document and taking them out again without a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Node = dict[str, Any]


def drop_rows(node: Node, key: str, ours: Callable[[Node], bool]) -> None:
    """Takes rows out of ``node[key]``; the key goes too when nothing else was in it."""
    rows = node.get(key)
    if not isinstance(rows, list):
        return
    left = [row for row in rows if not (isinstance(row, dict) and ours(row))]
    if len(left) < len(rows):
        node[key] = left
        drop_empty(node, key)


def drop_key(node: Node, path: list[str], key: str) -> None:
    """Takes ``key`` out of the mapping at ``path``, and what is empty then on the way to it."""
    if not path:
        node.pop(key, None)
        return
    below = node.get(path[0])
    if isinstance(below, dict):
        drop_key(below, path[1:], key)
        drop_empty(node, path[0])


def drop_empty(node: Node, key: str) -> None:
    if key in node and not node[key]:
        del node[key]


def add_rows(node: Node, key: str, rows: list[Node]) -> None:
    """Appends rows; one of the same name gives way."""
    names = {row["name"] for row in rows if "name" in row}
    kept = [row for row in node.get(key) or [] if row.get("name") not in names]
    if kept or rows:
        node[key] = [*kept, *rows]


def below(node: Node, *path: str) -> Node:
    """The mapping at a path, made when it is missing."""
    for key in path:
        if not isinstance(node.get(key), dict):
            node[key] = {}
        node = node[key]
    return node
