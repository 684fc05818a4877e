# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One connection: the handshake, deadlines, and a server that lies."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    AnswerTooLarge,
    InvalidRequest,
    NeverReached,
    NoRoom,
    NotAuthenticated,
    NotPossibleNow,
    NotServed,
    PathExists,
    PathNotFound,
    PermissionRefused,
    ServerFailed,
    ServerUnreachable,
    TookTooLong,
    UnexpectedAnswer,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.channel import (
    Channel,
    Login,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import (
    message,
    method,
)
from fake_alluxio import FakeAlluxio

FILES = "alluxio.grpc.file.FileSystemMasterClientService"
GET, LIST = method(FILES, "GetStatus"), method(FILES, "ListStatus")
LOGIN = Login("alice")
DEADLINE_S = 10.0
# So short that only a server that never answers runs into it.
SOON_S = 0.2


@pytest.fixture
def channel(server: FakeAlluxio) -> Iterator[Channel]:
    with Channel(server.endpoint, LOGIN) as one:
        yield one


def answer(path: str) -> bytes:
    return bytes(GET.response(fileInfo={"path": path}).SerializeToString())


def listing(*paths: str) -> bytes:
    return bytes(LIST.response(fileInfos=[{"path": path} for path in paths]).SerializeToString())


def test_the_handshake_names_the_user_and_lasts(server: FakeAlluxio, channel: Channel) -> None:
    server.unary[GET.path] = lambda request, _: answer(GET.request.FromString(request).path + "!")
    for path in ("/a", "/b"):
        assert channel.call(GET, {"path": path}, DEADLINE_S).fileInfo.path == f"{path}!"
    assert list(server.known.values()) == ["alice"]


def test_closing_ends_the_handshake(server: FakeAlluxio) -> None:
    server.unary[GET.path] = lambda _request, _: answer("/")
    gone = threading.Event()
    with Channel(server.endpoint, LOGIN) as channel:
        channel.call(GET, {"path": "/"}, DEADLINE_S)
        (client,) = server.known

        def wait() -> None:
            while client in server.known:
                time.sleep(0.01)
            gone.set()

    threading.Thread(target=wait, daemon=True).start()
    assert gone.wait(DEADLINE_S)


def test_no_handshake_where_none_is_wanted(server: FakeAlluxio) -> None:
    server.unary[GET.path] = lambda _request, _: answer("/")
    with Channel(server.endpoint, None) as channel, pytest.raises(NotAuthenticated):
        channel.call(GET, {"path": "/"}, DEADLINE_S)


def test_another_answer_to_the_handshake(server: FakeAlluxio) -> None:
    server.welcome = message("alluxio.grpc.sasl.SaslMessage")(messageType="CHALLENGE")
    with (
        Channel(server.endpoint, LOGIN) as channel,
        pytest.raises(NotAuthenticated, match="CHALLENGE"),
    ):
        channel.call(GET, {"path": "/"}, DEADLINE_S)


STATUSES = [
    ("NOT_FOUND", PathNotFound),
    ("ALREADY_EXISTS", PathExists),
    ("PERMISSION_DENIED", PermissionRefused),
    ("UNAUTHENTICATED", NotAuthenticated),
    ("INVALID_ARGUMENT", InvalidRequest),
    ("FAILED_PRECONDITION", NotPossibleNow),
    ("RESOURCE_EXHAUSTED", NoRoom),
    ("INTERNAL", ServerFailed),
    ("UNAVAILABLE", ServerUnreachable),
    ("DEADLINE_EXCEEDED", TookTooLong),
]


@pytest.mark.parametrize(("status", "error"), STATUSES)
def test_every_status_has_its_error(
    server: FakeAlluxio, channel: Channel, status: str, error: type[Exception]
) -> None:
    def refuse(_request: bytes, context: grpc.ServicerContext) -> Any:
        context.abort(grpc.StatusCode[status], "Path /x\n is  odd")

    server.unary[GET.path] = refuse
    with pytest.raises(error) as caught:
        channel.call(GET, {"path": "/x"}, DEADLINE_S)
    assert caught.value.__class__ is error
    assert str(server.endpoint) in str(caught.value)
    if status != "DEADLINE_EXCEEDED":
        assert "Path /x is odd" in str(caught.value)


def test_a_call_that_is_reset(server: FakeAlluxio, channel: Channel) -> None:
    """What a master does to open calls while it loses the lead: seen on 2.9.6."""

    def reset(_request: bytes, context: grpc.ServicerContext) -> Any:
        said = "Stream removed (RST_STREAM (Received RST_STREAM with error code 8))"
        context.abort(grpc.StatusCode.CANCELLED, said)

    server.unary[GET.path] = reset
    with pytest.raises(ServerUnreachable) as caught:
        channel.call(GET, {"path": "/"}, DEADLINE_S)
    assert caught.value.cause == "it broke the call off"


def test_an_unknown_call(server: FakeAlluxio, channel: Channel) -> None:
    del server
    with pytest.raises(NotServed):
        channel.call(GET, {"path": "/"}, DEADLINE_S)


def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = Endpoint("127.0.0.1", unused.getsockname()[1])
        with Channel(endpoint, LOGIN) as channel, pytest.raises(NeverReached) as caught:
            channel.call(GET, {"path": "/"}, DEADLINE_S)
    assert caught.value.cause == "connection refused"


def test_another_protocol() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def serve() -> None:
            connection, _peer = listener.accept()
            with connection:
                connection.recv(100)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        endpoint = Endpoint("127.0.0.1", listener.getsockname()[1])
        with Channel(endpoint, LOGIN) as channel, pytest.raises(NeverReached, match="HTTP"):
            channel.call(GET, {"path": "/"}, DEADLINE_S)


def test_a_server_that_never_answers(server: FakeAlluxio, channel: Channel) -> None:
    release = threading.Event()

    def sleep(_request: bytes, _context: grpc.ServicerContext) -> bytes:
        release.wait(DEADLINE_S)
        return b""

    def silence(request: bytes, context: grpc.ServicerContext) -> Iterator[bytes]:
        yield listing("/a")
        yield sleep(request, context)

    server.unary[GET.path] = sleep
    server.streams[LIST.path] = silence
    with pytest.raises(TookTooLong):
        channel.call(GET, {"path": "/"}, SOON_S)
    answers = channel.listen(LIST, {"path": "/"}, SOON_S)
    assert next(answers).fileInfos[0].path == "/a"
    with pytest.raises(TookTooLong):
        next(answers)
    release.set()


def test_a_handshake_that_is_never_answered() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        endpoint = Endpoint("127.0.0.1", listener.getsockname()[1])
        with Channel(endpoint, LOGIN) as channel, pytest.raises(TookTooLong):
            channel.call(GET, {"path": "/"}, SOON_S)


def test_a_consumer_may_take_its_time(server: FakeAlluxio, channel: Channel) -> None:
    server.streams[LIST.path] = lambda _request, _: iter([listing("/a"), listing("/b")])
    answers = channel.listen(LIST, {"path": "/"}, SOON_S)
    next(answers)
    time.sleep(2 * SOON_S)
    assert next(answers).fileInfos[0].path == "/b"
    assert next(answers, None) is None


def test_a_stream_that_is_cut(server: FakeAlluxio, channel: Channel) -> None:
    sent = threading.Event()

    def cut(_request: bytes, _context: grpc.ServicerContext) -> Iterator[bytes]:
        yield listing("/a")
        sent.wait(DEADLINE_S)
        server.stop()
        yield listing("/b")

    server.streams[LIST.path] = cut
    answers = channel.listen(LIST, {"path": "/"}, DEADLINE_S)
    next(answers)
    sent.set()
    with pytest.raises(ServerUnreachable):
        next(answers)


def test_a_message_that_is_too_large(server: FakeAlluxio) -> None:
    server.unary[GET.path] = lambda _request, _: answer("/" + "x" * 5000)
    server.streams[LIST.path] = lambda _request, _: iter([listing("/a"), listing("x" * 5000)])
    with Channel(server.endpoint, LOGIN, limit_bytes=4096) as channel:
        with pytest.raises(AnswerTooLarge, match="4096"):
            channel.call(GET, {"path": "/"}, DEADLINE_S)
        answers = channel.listen(LIST, {"path": "/"}, DEADLINE_S)
        next(answers)
        with pytest.raises(AnswerTooLarge):
            next(answers)


def test_bytes_that_are_no_message(server: FakeAlluxio, channel: Channel) -> None:
    # Field 1 announces 100 bytes, and there is one.
    server.unary[GET.path] = lambda _request, _: b"\x0a\x64x"
    with pytest.raises(UnexpectedAnswer, match="cannot be decoded"):
        channel.call(GET, {"path": "/"}, DEADLINE_S)


def test_unknown_fields_are_no_trouble(server: FakeAlluxio, channel: Channel) -> None:
    # Field 5000, length-delimited.
    unknown = b"\xc2\xb8\x02\x03abc"
    server.unary[GET.path] = lambda _request, _: answer("/") + unknown
    assert channel.call(GET, {"path": "/"}, DEADLINE_S).fileInfo.path == "/"


def test_it_is_not_inherited_through_a_fork(
    server: FakeAlluxio, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.unary[GET.path] = lambda _request, _: answer("/")
    mine = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: mine + 1)
    with pytest.raises(RuntimeError, match="fork"):
        channel.call(GET, {"path": "/"}, DEADLINE_S)


def test_the_road_is_taken(server: FakeAlluxio) -> None:
    server.unary[GET.path] = lambda _request, _: answer("/")
    asked = []

    def road(endpoint: Endpoint) -> Endpoint:
        asked.append(endpoint)
        return server.endpoint

    far = Endpoint("10.1.2.3", 19998)
    with Channel(far, LOGIN, road) as channel:
        assert channel.call(GET, {"path": "/"}, DEADLINE_S).fileInfo.path == "/"
    assert asked == [far]
