# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The little of WebSocket (RFC 6455) that a port-forward needs, on asyncio's streams.

The package that the `kubernetes` client brings for this reads and writes with blocking calls; one
TLS connection must not be used by two threads at once, so it would cost a thread and a polling loop
for each connection (docs/decisions/0072).
"""

from __future__ import annotations

import asyncio
import base64
import os
from urllib.parse import urlsplit

from .server import Server

_BINARY, _CLOSE, _PING, _PONG = 2, 8, 9, 10
_FINAL, _MASKED = 0x80, 0x80
_LONGEST_HEADER = 64 * 1024
# The kubelet sends at most 32 KB at once.
_LONGEST_FRAME = 16 * 1024 * 1024


class HandshakeRefused(Exception):
    """The server answered with another status than 101; ``body`` is what it said."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body


class WebSocket:
    """One open connection; ``receive`` and ``send`` may run side by side, each in one task."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def receive(self) -> bytes | None:
        """The next binary message; None when the server has closed."""
        while True:
            try:
                head = await self._reader.readexactly(2)
                length = head[1] & ~_MASKED
                if length >= 126:
                    size = await self._reader.readexactly(2 if length == 126 else 8)
                    length = int.from_bytes(size, "big")
                if length > _LONGEST_FRAME:
                    return None
                payload = await self._reader.readexactly(length)
            except (asyncio.IncompleteReadError, OSError):
                return None
            kind = head[0] & 0x0F
            if kind == _CLOSE:
                return None
            if kind == _PING:
                await self._send(_PONG, payload)
            elif kind != _PONG:
                return payload

    async def send(self, payload: bytes) -> None:
        """A binary message; waits while the server takes nothing. Raises OSError."""
        await self._send(_BINARY, payload)

    async def _send(self, kind: int, payload: bytes) -> None:
        length = len(payload)
        head = bytes([_FINAL | kind])
        if length < 126:
            head += bytes([_MASKED | length])
        elif length < 1 << 16:
            head += bytes([_MASKED | 126]) + length.to_bytes(2, "big")
        else:
            head += bytes([_MASKED | 127]) + length.to_bytes(8, "big")
        key = os.urandom(4)
        self._writer.write(head + key + _masked(payload, key))
        await self._writer.drain()

    def close(self) -> None:
        """At once; the kubelet ends its side when the connection is gone."""
        self._writer.close()


async def connect(server: Server, path: str, protocol: str) -> WebSocket:
    """Raises HandshakeRefused, OSError."""
    reader, writer = await _open(server)
    try:
        await _handshake(server, path, protocol, reader, writer)
    except BaseException:
        writer.close()
        raise
    return WebSocket(reader, writer)


async def _open(server: Server) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    target = urlsplit(server.url)
    host, port = target.hostname or "", target.port or (443 if server.ssl else 80)
    name = (server.server_name or host) if server.ssl else None
    if server.proxy is None:
        return await asyncio.open_connection(host, port, ssl=server.ssl, server_hostname=name)
    proxy = urlsplit(server.proxy)
    reader, writer = await asyncio.open_connection(proxy.hostname, proxy.port or 3128)
    lines = [f"CONNECT {host}:{port} HTTP/1.1", f"Host: {host}:{port}"]
    if proxy.username:
        word = base64.b64encode(f"{proxy.username}:{proxy.password or ''}".encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {word}")
    writer.write("\r\n".join([*lines, "", ""]).encode())
    status, _headers = await _read_head(reader)
    if status != 200:
        writer.close()
        raise OSError(f"the proxy {proxy.hostname} answered HTTP {status}")
    if server.ssl:
        await writer.start_tls(server.ssl, server_hostname=name)
    return reader, writer


async def _handshake(
    server: Server,
    path: str,
    protocol: str,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    target = urlsplit(server.url)
    headers = {
        "Host": target.netloc.rpartition("@")[2],
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": protocol,
        **server.headers,
    }
    lines = [f"GET {target.path.rstrip('/')}{path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    status, answer = await _read_head(reader)
    if status == 101:
        return
    length = int(answer.get("content-length", "0") or 0)
    body = await reader.read(min(length, _LONGEST_HEADER)) if length else b""
    raise HandshakeRefused(status, body)


async def _read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in rest if line)
        return int(first.split()[1]), {name.lower(): value.strip() for name, _colon, value in pairs}
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, IndexError):
        raise OSError("the answer is not HTTP") from None


def _masked(payload: bytes, key: bytes) -> bytes:
    """XOR by whole numbers, which is fast enough for hundreds of megabytes a second."""
    length = len(payload)
    mask = (key * (length // 4 + 1))[:length]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(mask, "little")).to_bytes(
        length, "little"
    )
