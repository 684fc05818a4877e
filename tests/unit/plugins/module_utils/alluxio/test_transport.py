# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The direct road against servers that misbehave."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    AnswerTooLarge,
    ServerUnreachable,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.transport import DirectTransport

LIMIT_BYTES = 1000


@contextmanager
def server(behave: Callable[[socket.socket], None]) -> Iterator[DirectTransport]:
    """A server of one connection that reads the request and then behaves as told."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection = listener.accept()[0]
            with connection:
                connection.recv(65536)
                behave(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield DirectTransport("127.0.0.1", listener.getsockname()[1])
        thread.join(5)


def ask(transport: DirectTransport, deadline_s: float = 5) -> bytes:
    return transport.request("GET", "/x", deadline_s=deadline_s, limit_bytes=LIMIT_BYTES)


def reply(connection: socket.socket, body: bytes, status: str = "200 OK") -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


def test_a_plain_answer() -> None:
    with server(lambda c: reply(c, b"[]")) as transport:
        assert ask(transport) == b"[]"


def test_an_answer_that_ends_with_the_connection() -> None:
    with server(
        lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}")
    ) as transport:
        assert ask(transport) == b"{}"


def test_a_standby_closes_the_connection() -> None:
    with (
        server(lambda _connection: None) as transport,
        pytest.raises(ServerUnreachable, match="standby"),
    ):
        ask(transport)


@pytest.mark.parametrize("status", ["302 Found", "500 Server Error", "204 No Content"])
def test_any_other_status_is_no_answer(status: str) -> None:
    with (
        server(lambda c: reply(c, b"", status)) as transport,
        pytest.raises(ServerUnreachable, match=status[:3]),
    ):
        ask(transport)


def test_reading_stops_at_the_limit() -> None:
    with (
        server(lambda c: reply(c, b" " * (LIMIT_BYTES + 1))) as transport,
        pytest.raises(AnswerTooLarge, match="1000 bytes"),
    ):
        ask(transport)


def test_a_promised_length_that_does_not_come() -> None:
    with (
        server(lambda c: c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]")) as transport,
        pytest.raises(ServerUnreachable),
    ):
        ask(transport)


def test_a_silent_server_is_left_at_the_deadline() -> None:
    with server(lambda _connection: time.sleep(1)) as transport:
        started = time.monotonic()
        with pytest.raises(ServerUnreachable, match="too long"):
            ask(transport, deadline_s=0.3)
        assert time.monotonic() - started < 0.8


def drip(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n")
    for _number in range(20):
        try:
            connection.sendall(b" ")
        except OSError:
            return
        time.sleep(0.05)


def test_a_dripping_server_is_left_at_the_deadline() -> None:
    with server(drip) as transport:
        started = time.monotonic()
        with pytest.raises(ServerUnreachable, match="too long"):
            ask(transport, deadline_s=0.3)
        assert time.monotonic() - started < 0.8


def test_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ServerUnreachable, match="connection refused"):
        ask(DirectTransport("127.0.0.1", port))
