# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The sum of what is not persisted, from listings as a 2.9.6 proxy sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import UnexpectedAnswer
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.proxy_rest import (
    not_persisted_bytes,
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


def entry(length: int, persisted: bool, folder: bool = False) -> dict[str, Any]:
    return {"length": length, "persisted": persisted, "folder": folder, "path": "/d/x"}


def test_only_files_without_a_copy_count() -> None:
    listing = [entry(3, False), entry(5, True), entry(7, False), entry(100, False, folder=True)]
    proxy = FakeProxy(json.dumps(listing).encode())
    assert not_persisted_bytes(proxy, "/", deadline_s=5) == 10


def test_the_path_is_one_encoded_segment_and_nothing_is_synchronised() -> None:
    proxy = FakeProxy(b"[]")
    assert not_persisted_bytes(proxy, "/a b", deadline_s=5) == 0
    method, path, options = proxy.asked[0]
    assert (method, path) == ("POST", "/api/v1/paths/%2Fa%20b/list-status")
    assert options["loadMetadataType"] == "NEVER"
    assert options["commonOptions"] == {"syncIntervalMs": -1}


def test_a_proxy_without_rest_is_recognised_by_its_empty_answer() -> None:
    with pytest.raises(UnexpectedAnswer, match="the answer is empty"):
        not_persisted_bytes(FakeProxy(b""), "/", deadline_s=5)
