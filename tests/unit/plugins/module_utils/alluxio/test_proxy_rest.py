# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The sum of what is not persisted, from listings as a 2.9.6 proxy sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import UnexpectedAnswer
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import CacheOnly
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.proxy_rest import (
    get_cache_only,
)


class FakeProxy:
    address = "proxy:39999"

    def __init__(self, body: bytes) -> None:
        self._body = body
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        deadline_s: float,
        limit_bytes: int,
    ) -> bytes:
        del deadline_s, limit_bytes
        self.asked.append((method, path, dict(body or {})))
        return self._body


def entry(length: int, state: str, folder: bool = False) -> dict[str, Any]:
    return {"length": length, "persistenceState": state, "folder": folder, "path": "/d/x"}


def test_only_files_without_a_copy_count() -> None:
    listing = [
        entry(3, "NOT_PERSISTED"),
        entry(5, "PERSISTED"),
        entry(7, "TO_BE_PERSISTED"),
        entry(11, "LOST"),
        entry(100, "NOT_PERSISTED", folder=True),
    ]
    proxy = FakeProxy(json.dumps(listing).encode())
    assert get_cache_only(proxy, "/", deadline_s=5) == CacheOnly(3 + 7, lost_files=1)


def test_the_path_is_one_encoded_segment_and_nothing_is_synchronised() -> None:
    proxy = FakeProxy(b"[]")
    assert get_cache_only(proxy, "/a b", deadline_s=5) == CacheOnly(0, 0)
    method, path, options = proxy.asked[0]
    assert (method, path) == ("POST", "/api/v1/paths/%2Fa%20b/list-status")
    assert options["loadMetadataType"] == "NEVER"
    assert options["commonOptions"] == {"syncIntervalMs": -1}


def test_a_proxy_without_rest_is_recognised_by_its_empty_answer() -> None:
    with pytest.raises(UnexpectedAnswer, match="the answer is empty"):
        get_cache_only(FakeProxy(b""), "/", deadline_s=5)
