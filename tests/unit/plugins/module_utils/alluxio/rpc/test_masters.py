# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Finding the leader, and what is asked twice."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    NoLeader,
    NotServed,
    ServerUnreachable,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.channel import Login
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.masters import Masters
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import method
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError
from fake_alluxio import VERSION, FakeAlluxio, standby

FILES = "alluxio.grpc.file.FileSystemMasterClientService"
GET, LIST = method(FILES, "GetStatus"), method(FILES, "ListStatus")
ROOT = {"path": "/"}


def make_leader(fake: FakeAlluxio) -> None:
    fake.unary[VERSION] = lambda _request, _context: b""
    fake.unary[GET.path] = lambda _request, _context: b""
    fake.streams[LIST.path] = lambda _request, _context: iter([b"", b""])


def make_standby(fake: FakeAlluxio) -> None:
    fake.unary.pop(GET.path, None)
    fake.streams.pop(LIST.path, None)
    fake.unary[VERSION] = standby


def masters(servers: list[FakeAlluxio], **options: Any) -> Masters:
    return Masters([fake.endpoint for fake in servers], Login("root"), **options)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_leader_is_found(servers: list[FakeAlluxio], index: int) -> None:
    make_leader(servers[index])
    with masters(servers) as some:
        assert some.find_leader() == servers[index].endpoint
        some.call(GET, ROOT, repeatable=True)


def test_none_leads(servers: list[FakeAlluxio]) -> None:
    servers[2].stop()
    with masters(servers, leader_s=0) as some, pytest.raises(NoLeader) as caught:
        some.call(GET, ROOT, repeatable=True)
    causes = caught.value.details["masters"]
    assert causes[str(servers[0].endpoint)] == "not supported on standby master"
    assert causes[str(servers[2].endpoint)] == "connection refused"
    servers[2].start()


def test_there_are_no_masters() -> None:
    with pytest.raises(NoLeader, match="none to ask"):
        Masters([], None, leader_s=0).find_leader()


def test_a_road_that_fails_is_a_reason(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[1])

    def road(endpoint: Endpoint) -> Endpoint:
        if endpoint == servers[0].endpoint:
            raise AlluxioError("its pod is gone")
        return endpoint

    with masters(servers, road=road) as some:
        assert some.find_leader() == servers[1].endpoint
    make_standby(servers[1])
    with masters(servers, road=road, leader_s=0) as some, pytest.raises(NoLeader, match="is gone"):
        some.find_leader()


def test_the_lead_moves_on_between_two_calls(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[0])
    with masters(servers) as some:
        some.call(GET, ROOT, repeatable=False)
        make_standby(servers[0])
        make_leader(servers[1])
        # A standby does not know the call, so it was not heard: even what must not be repeated.
        some.call(GET, ROOT, repeatable=False)
    assert servers[1].calls.count(GET.path) == 1


def test_a_leader_that_restarts_has_forgotten_us(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[0])
    with masters(servers) as some:
        some.call(GET, ROOT, repeatable=False)
        servers[0].known.clear()
        some.call(GET, ROOT, repeatable=False)


def test_a_call_that_nobody_serves_is_asked_twice_at_most(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[0])
    del servers[0].unary[GET.path]
    with masters(servers) as some, pytest.raises(NotServed):
        some.call(GET, ROOT, repeatable=True)


def dying(heard: list[bytes]) -> Any:
    """Breaks off after it heard the question, once; then it answers."""

    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        heard.append(request)
        if len(heard) == 1:
            context.abort(grpc.StatusCode.UNAVAILABLE, "the master is stopping")
        return b""

    return answer


def test_a_repeatable_call_is_repeated(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[0])
    heard: list[bytes] = []
    servers[0].unary[GET.path] = dying(heard)
    with masters(servers) as some:
        some.call(GET, ROOT, repeatable=True)
    assert len(heard) == 2


def test_another_call_is_not_repeated(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[0])
    heard: list[bytes] = []
    servers[0].unary[GET.path] = dying(heard)
    with masters(servers) as some:
        with pytest.raises(ServerUnreachable, match="is stopping"):
            some.call(GET, ROOT, repeatable=False)
        assert len(heard) == 1
        some.call(GET, ROOT, repeatable=False)


def test_a_stream_is_asked_for_again_before_its_first_answer(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[0])
    heard: list[bytes] = []
    once = dying(heard)

    def stream(request: bytes, context: grpc.ServicerContext) -> Any:
        yield once(request, context)
        yield b""

    servers[0].streams[LIST.path] = stream
    with masters(servers) as some:
        assert len(list(some.listen(LIST, ROOT))) == 2


def test_a_stream_that_breaks_is_an_error(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[0])

    def stream(_request: bytes, context: grpc.ServicerContext) -> Any:
        yield b""
        context.abort(grpc.StatusCode.UNAVAILABLE, "the master is stopping")

    servers[0].streams[LIST.path] = stream
    with masters(servers) as some:
        answers = some.listen(LIST, ROOT)
        next(answers)
        with pytest.raises(ServerUnreachable, match="is stopping"):
            next(answers)


def test_an_empty_stream(servers: list[FakeAlluxio]) -> None:
    make_leader(servers[0])
    servers[0].streams[LIST.path] = lambda _request, _context: iter([])
    with masters(servers) as some:
        assert list(some.listen(LIST, ROOT)) == []
