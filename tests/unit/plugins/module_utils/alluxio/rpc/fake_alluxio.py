# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A real gRPC server in this process that behaves, or misbehaves, as a test says.

It guards its calls as Alluxio does: by the SASL handshake, whose stream must stay open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import grpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import message

VERSION = "/alluxio.grpc.version.ServiceVersionClientService/getServiceVersion"
SASL = "/alluxio.grpc.sasl.SaslAuthenticationService/authenticate"

Answer = Callable[[bytes, grpc.ServicerContext], Any]
"""What a call is answered with: bytes of a message, or an iterator of them for a stream."""


class FakeAlluxio:
    """Answers the calls in ``unary`` and ``streams`` (by path); calls can be changed at any time."""

    def __init__(self) -> None:
        self.unary: dict[str, Answer] = {VERSION: lambda _request, _context: b""}
        self.streams: dict[str, Answer] = {}
        self.conversations: dict[str, Callable[[Iterator[bytes], Any], Iterator[bytes]]] = {}
        self.known: dict[str, str] = {}
        self.welcome = message("alluxio.grpc.sasl.SaslMessage")(messageType="SUCCESS")
        self.calls: list[str] = []
        self._server: grpc.Server | None = None
        self.port = 0

    def start(self, port: int = 0) -> FakeAlluxio:
        self._server = grpc.server(
            futures.ThreadPoolExecutor(8),
            handlers=(_Handlers(self),),
            options=[("grpc.so_reuseport", 0)],
        )
        self.port = self._server.add_insecure_port(f"127.0.0.1:{port}")
        self._server.start()
        return self

    def stop(self) -> None:
        assert self._server
        self._server.stop(None).wait()
        self.known.clear()

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port)

    def authenticate(
        self, requests: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        sent = next(requests, b"")
        first = message("alluxio.grpc.sasl.SaslMessage").FromString(sent)
        self.known[first.clientId] = first.message.split(b"\0")[1].decode()
        context.add_callback(lambda: self.known.pop(first.clientId, None))
        yield self.welcome.SerializeToString()
        # As long as the client keeps its side open.
        for _more in requests:
            pass

    def check(self, path: str, context: grpc.ServicerContext) -> None:
        self.calls.append(path)
        metadata = dict(context.invocation_metadata())
        if path != VERSION and metadata.get("channel-id") not in self.known:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "Channel Id is not known")


class _Handlers(grpc.GenericRpcHandler):
    def __init__(self, fake: FakeAlluxio) -> None:
        self._fake = fake

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        path, fake = details.method, self._fake
        if path == SASL:
            return grpc.stream_stream_rpc_method_handler(fake.authenticate)

        def guarded(function: Any) -> Any:
            def answer(request: Any, context: grpc.ServicerContext) -> Any:
                fake.check(path, context)
                return function(request, context)

            return answer

        if path in fake.unary:
            return grpc.unary_unary_rpc_method_handler(guarded(fake.unary[path]))
        if path in fake.streams:
            return grpc.unary_stream_rpc_method_handler(guarded(fake.streams[path]))
        if path in fake.conversations:
            return grpc.stream_stream_rpc_method_handler(guarded(fake.conversations[path]))
        return None


def standby(_request: bytes, context: grpc.ServicerContext) -> bytes:
    """What a standby says to getServiceVersion."""
    context.abort(grpc.StatusCode.UNAVAILABLE, "not supported on standby master")
    return b""
