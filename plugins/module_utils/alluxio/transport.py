# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One HTTP exchange with an Alluxio server: bounded in time and in size, however it gets there."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Mapping
from typing import Any, Protocol

from .errors import AnswerTooLarge, HttpRefused, ServerUnreachable

_CHUNK_BYTES = 65536
_LONGEST_REFUSAL = 65536


class Transport(Protocol):
    """A way to one server's web port: roads differ, promises do not."""

    @property
    def address(self) -> str:
        """The server, as a person would name it in a message."""

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        deadline_s: float,
        limit_bytes: int,
    ) -> bytes:
        """The body of the answer with status 200. What is sent is JSON, or bytes as they are.

        ``deadline_s`` bounds the whole exchange. Raises ServerUnreachable, HttpRefused and
        AnswerTooLarge.
        """


class DirectTransport:
    """Straight to ``host:port``, past any proxy that the environment names."""

    def __init__(self, host: str, port: int, connect_s: float = 2.0) -> None:
        self._host = host
        self._port = port
        self._connect_s = connect_s

    @property
    def address(self) -> str:
        return f"{self._host}:{self._port}"

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        deadline_s: float,
        limit_bytes: int,
    ) -> bytes:
        end = time.monotonic() + deadline_s
        connection = http.client.HTTPConnection(
            self._host, self._port, timeout=min(self._connect_s, deadline_s)
        )
        try:
            connection.connect()
            # Kept here: http.client forgets its socket when the server says "Connection: close".
            wire = connection.sock
            wire.settimeout(max(end - time.monotonic(), 0.001))
            content, kind = _encoded(body)
            connection.request(method, path, content, {"Accept": "*/*", "Content-Type": kind})
            answer = connection.getresponse()
            if answer.status != 200:
                said = answer.read(_LONGEST_REFUSAL)
                raise HttpRefused(self.address, path, answer.status, said)
            return self._read(wire, answer, path, end, limit_bytes)
        except TimeoutError as error:
            raise ServerUnreachable(self.address, "it took too long") from error
        except (OSError, http.client.HTTPException) as error:
            raise ServerUnreachable(self.address, describe(error)) from error
        finally:
            connection.close()

    def _read(
        self,
        wire: socket.socket,
        answer: http.client.HTTPResponse,
        path: str,
        end: float,
        limit_bytes: int,
    ) -> bytes:
        body = bytearray()
        while chunk := answer.read1(_CHUNK_BYTES):
            body += chunk
            if len(body) > limit_bytes:
                raise AnswerTooLarge(f"{self.address}{path}", limit_bytes)
            left_s = end - time.monotonic()
            if left_s <= 0:
                raise ServerUnreachable(self.address, "it took too long")
            wire.settimeout(left_s)
        if answer.length:
            raise ServerUnreachable(self.address, "the connection broke in mid-answer")
        return bytes(body)


def _encoded(body: Mapping[str, Any] | bytes | None) -> tuple[bytes | None, str]:
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    return (None if body is None else json.dumps(body).encode()), "application/json"


def describe(error: BaseException) -> str:
    """A failed exchange in words that stay the same from one try to the next."""
    if isinstance(error, http.client.RemoteDisconnected):
        return "it closed the connection, as a standby master does"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
