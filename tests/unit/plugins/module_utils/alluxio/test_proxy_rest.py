# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The sum of what is not persisted, from listings as a 2.9.6 proxy sends them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    HttpRefused,
    InvalidRequest,
    NotServed,
    PathNotFound,
    RestDisabled,
    ServerFailed,
    UnexpectedAnswer,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import CacheOnly
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.proxy_rest import (
    ProxyRest,
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


def entry(length: int, state: str, folder: bool = False, **more: Any) -> dict[str, Any]:
    row = {"length": length, "persistenceState": state, "folder": folder, "path": f"/d/{length}"}
    row["completed"] = True
    return {**row, "fileBlockInfos": [], **more}


def block(length: int, *hosts: str) -> dict[str, Any]:
    locations = [{"workerAddress": {"host": host}} for host in hosts]
    return {"blockInfo": {"length": length, "locations": locations}}


def test_only_files_without_a_copy_count() -> None:
    listing = [
        entry(3, "NOT_PERSISTED"),
        entry(5, "PERSISTED"),
        entry(7, "TO_BE_PERSISTED"),
        entry(11, "LOST"),
        entry(100, "NOT_PERSISTED", folder=True),
        entry(0, "NOT_PERSISTED", completed=False),
    ]
    proxy = FakeProxy(json.dumps(listing).encode())
    files = (("/d/11", 11), ("/d/7", 7), ("/d/3", 3))
    assert get_cache_only(proxy, "/", deadline_s=5) == CacheOnly(3 + 7 + 11, 1, files)


def test_bytes_are_told_by_the_workers_that_hold_them_together() -> None:
    listing = [
        entry(9, "NOT_PERSISTED", fileBlockInfos=[block(5, "a"), block(4, "b", "a")]),
        entry(6, "NOT_PERSISTED", fileBlockInfos=[block(4, "a", "b"), block(2)]),
        entry(8, "PERSISTED", fileBlockInfos=[block(8, "a")]),
    ]
    found = get_cache_only(FakeProxy(json.dumps(listing).encode()), "/", deadline_s=5)
    assert found.held_by == {(): 2, ("a",): 5, ("a", "b"): 8}


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


class Answers:
    """A transport that answers each call in turn, with a body or an error."""

    address = "proxy:39999"

    def __init__(self, *answers: bytes | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, str, Any]] = []

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        deadline_s: float,
        limit_bytes: int,
    ) -> bytes:
        del deadline_s, limit_bytes
        self.asked.append((method, path, body))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def refused(status: int, body: bytes) -> HttpRefused:
    return HttpRefused("proxy:39999", "/x", status, body)


def test_a_void_operation_is_preceded_once_by_one_that_answers() -> None:
    answers = Answers(b'{"version": "2.9.6"}', b"", b"")
    rest = ProxyRest(answers)
    rest.delete("/a", recursive=True)
    rest.rename("/a b", "/c%d")
    assert [(method, path) for method, path, _body in answers.asked] == [
        ("GET", "/api/v1/proxy/info"),
        ("POST", "/api/v1/paths/%2Fa/delete"),
        ("POST", "/api/v1/paths/%2Fa%20b/rename?dst=%2Fc%25d"),
    ]


def test_nothing_is_deleted_by_a_proxy_without_rest() -> None:
    answers = Answers(b"")
    with pytest.raises(RestDisabled):
        ProxyRest(answers).delete("/a")
    assert len(answers.asked) == 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refused(500, b'{"statusCode": "NOT_FOUND", "message": "no"}'), PathNotFound),
        (refused(500, b'{"statusCode": "UNHEARD_OF", "message": "no"}'), ServerFailed),
        (refused(400, b'Unrecognized field "x"'), InvalidRequest),
        (refused(500, b"HTTP 404 Not Found"), NotServed),
        (refused(502, b"<html>bad gateway</html>"), HttpRefused),
        (refused(500, b"[]"), HttpRefused),
    ],
)
def test_errors(error: HttpRefused, expected: type[Exception]) -> None:
    with pytest.raises(expected) as caught:
        ProxyRest(Answers(error)).exists("/a")
    assert caught.value.__class__ is expected


def test_a_stream_that_takes_less_is_given_up() -> None:
    answers = Answers(b"7", b"2", b"", b"")
    with pytest.raises(UnexpectedAnswer, match="2 of 3 bytes"):
        ProxyRest(answers).write("/a", [b"abc"])
    assert [path.rpartition("/")[2] for _method, path, _body in answers.asked] == [
        *("create-file", "write", "close", "delete"),
    ]


def test_persisted_is_never_set() -> None:
    answers = Answers()
    with pytest.raises(InvalidRequest, match="persisted"):
        ProxyRest(answers).set_attribute("/a", persisted=True)
    assert not answers.asked
