# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames of every size, pings, refusals, proxies: against a server of the test's own on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import websocket
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.server import Server
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.websocket import HandshakeRefused

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Serve = Callable[[Reader, Writer], Awaitable[None]]
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


async def read_frame(reader: Reader) -> tuple[int, bytes]:
    """A frame of a client, which must be masked."""
    head = await reader.readexactly(2)
    assert head[1] & 0x80
    length = head[1] & 0x7F
    if length >= 126:
        length = int.from_bytes(await reader.readexactly(2 if length == 126 else 8), "big")
    key = await reader.readexactly(4)
    payload = await reader.readexactly(length)
    return head[0] & 15, bytes(byte ^ key[place % 4] for place, byte in enumerate(payload))


def frame(kind: int, payload: bytes) -> bytes:
    """A frame of a server."""
    length = len(payload)
    if length < 126:
        return bytes([0x80 | kind, length]) + payload
    if length < 1 << 16:
        return bytes([0x80 | kind, 126]) + length.to_bytes(2, "big") + payload
    return bytes([0x80 | kind, 127]) + length.to_bytes(8, "big") + payload


def talk(
    serve: Serve,
    work: Callable[[Server], Awaitable[None]],
    headers: dict[str, str] | None = None,
    as_proxy: bool = False,
) -> None:
    async def run() -> None:
        listener = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with listener:
            port = listener.sockets[0].getsockname()[1]
            here = f"http://127.0.0.1:{port}"
            url = "http://api.test:6443/base/" if as_proxy else f"{here}/base/"
            await work(Server(url, headers=headers or {}, proxy=here if as_proxy else None))

    asyncio.run(asyncio.wait_for(run(), 30))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536, 300_000])
def test_messages_of_every_size_go_and_come(size: int) -> None:
    content = bytes(place % 251 for place in range(size))

    async def echo(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCH)
        kind, payload = await read_frame(reader)
        writer.write(frame(9, b"ping") + frame(kind, payload))
        assert await read_frame(reader) == (10, b"ping")
        writer.write(frame(8, b""))
        writer.close()

    async def work(server: Server) -> None:
        socket = await websocket.connect(server, "/path", "protocol")
        await socket.send(content)
        assert await socket.receive() == content
        assert await socket.receive() is None
        socket.close()

    talk(echo, work)


def test_the_request_carries_path_protocol_and_user() -> None:
    seen: list[str] = []

    async def serve(reader: Reader, writer: Writer) -> None:
        seen.extend((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n"))
        writer.write(SWITCH)
        writer.close()

    async def work(server: Server) -> None:
        (await websocket.connect(server, "/path?ports=1", "v4.channel.k8s.io")).close()

    talk(serve, work, {"Authorization": "Bearer t"})
    assert seen[0] == "GET /base/path?ports=1 HTTP/1.1"
    assert "Sec-WebSocket-Protocol: v4.channel.k8s.io" in seen
    assert "Authorization: Bearer t" in seen


def test_a_proxy_is_asked_to_connect_first() -> None:
    seen: list[bytes] = []

    async def serve(reader: Reader, writer: Writer) -> None:
        seen.append((await reader.readuntil(b"\r\n")).strip())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        seen.append((await reader.readuntil(b"\r\n")).strip())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCH)
        writer.close()

    async def work(server: Server) -> None:
        (await websocket.connect(server, "/path", "p")).close()

    talk(serve, work, as_proxy=True)
    assert seen == [b"CONNECT api.test:6443 HTTP/1.1", b"GET /base/path HTTP/1.1"]


def test_a_refusal_brings_the_servers_words() -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nwords")
        writer.close()

    async def work(server: Server) -> None:
        with pytest.raises(HandshakeRefused) as caught:
            await websocket.connect(server, "/path", "p")
        assert (caught.value.status, caught.value.body) == (403, b"words")

    talk(serve, work)


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 many\r\n\r\n"])
def test_what_is_no_http_is_an_error_of_the_network(answer: bytes) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async def work(server: Server) -> None:
        with pytest.raises(OSError, match="not HTTP"):
            await websocket.connect(server, "/path", "p")

    talk(serve, work)


@pytest.mark.parametrize(
    "broken", [frame(2, b"short")[:4], b"\x82\x7f" + (1 << 62).to_bytes(8, "big")]
)
def test_a_broken_or_huge_frame_ends_the_connection(broken: bytes) -> None:
    async def serve(reader: Reader, writer: Writer) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(SWITCH + broken)
        writer.close()

    async def work(server: Server) -> None:
        socket = await websocket.connect(server, "/path", "p")
        assert await socket.receive() is None
        socket.close()

    talk(serve, work)
