# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A server that misbehaves as no real one can be told to: master and worker of one file of one block, over real gRPC.

It shows what the client does about answers; what Alluxio itself does is tested on a live one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import (
    message,
    method,
)

HOST = "127.0.0.1"
CONTENT = bytes(range(256)) * 40
_FILES = "alluxio.grpc.file.FileSystemMasterClientService"
_BLOCKS = "alluxio.grpc.block.BlockMasterClientService"
_WORKER = "alluxio.grpc.block.BlockWorker"
# The handshake, and no call of a test, stays open.
_THREADS = 16

Answer = Callable[[Iterator[bytes], grpc.ServicerContext], Iterator[bytes]]


@dataclass
class FakeAlluxio(grpc.GenericRpcHandler):
    """``fault`` is what it does to a read: one of the names below, or none. ``holders`` are the ports of the workers of
    its file, its own by default. ``looks`` is how often it says where the file is before it leads no more.
    """

    fault: str = ""
    holders: Sequence[int] = ()
    looks: int = 1_000_000
    port: int = 0
    asked: list[str] = field(default_factory=list)
    writing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> FakeAlluxio:
        self._pool = ThreadPoolExecutor(_THREADS)
        self._server = grpc.server(self._pool)
        self._server.add_generic_rpc_handlers((self,))
        self.port = self._server.add_insecure_port(f"{HOST}:0")
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(grace=None).wait()
        self._pool.shutdown()

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        name = details.method.rsplit("/", 1)[1]
        self.asked.append(name)
        answer: Answer | None = getattr(self, f"_{name}", None)
        return grpc.stream_stream_rpc_method_handler(answer) if answer else None

    def _getServiceVersion(  # noqa: N802
        self, _asked: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        self._refuse_standby(context)
        yield b"\x08\x01"

    def _authenticate(
        self, asked: Iterator[bytes], _context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        for _message in asked:
            yield b"\x08\x01"

    def _GetStatus(  # noqa: N802
        self, _asked: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        self._refuse_standby(context)
        self.looks -= 1
        looked = self.asked.count("GetStatus")
        if self.fault == "new":
            context.abort(grpc.StatusCode.NOT_FOUND, "none")
        replaced = self.fault == "replaced" and looked > 1
        yield self._answer(_FILES, "GetStatus", fileInfo=self._file(file_id=2 if replaced else 1))

    def _CreateFile(  # noqa: N802
        self, _asked: Iterator[bytes], _context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        info = {"fileId": 1, "ufsPath": "/ufs/f", "owner": "ada", "group": "ada", "mode": 420}
        yield self._answer(_FILES, "CreateFile", fileInfo=info)

    def _Remove(  # noqa: N802
        self, _asked: Iterator[bytes], _context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        yield b""

    def _GetWorkerReport(  # noqa: N802
        self, _asked: Iterator[bytes], _context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        worker = {"address": {"host": HOST, "rpcPort": self.port}}
        yield self._answer(_BLOCKS, "GetWorkerReport", workerInfos=[worker])

    def _WriteBlock(  # noqa: N802
        self, asked: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        over = threading.Event()
        context.add_callback(over.set)
        for _message in asked:
            self.writing.set()
        over.wait()
        yield from ()

    def _ReadBlock(  # noqa: N802
        self, asked: Iterator[bytes], context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        request = method(_WORKER, "ReadBlock").request.FromString(next(asked))
        wanted = CONTENT[request.offset : request.offset + request.length]
        half = wanted[: len(wanted) // 2]
        match self.fault:
            case "too much":
                yield self._chunk(wanted + b"more")
            case "too little":
                yield self._chunk(half)
            case "garbage":
                yield b"\xff\xff\xff\xff"
            case "half a message":
                yield self._chunk(wanted)[:-5]
            case "silent":
                for _message in asked:
                    pass
            case "breaks off":
                yield self._chunk(half)
                context.abort(grpc.StatusCode.UNAVAILABLE, "breaks off")
            case "replaced" | "lost by the UFS":
                context.abort(grpc.StatusCode.NOT_FOUND, "no such block")
            case _:
                yield self._chunk(half)
                yield self._chunk(wanted[len(half) :])

    def _refuse_standby(self, context: grpc.ServicerContext) -> None:
        if self.looks <= 0:
            context.abort(grpc.StatusCode.UNAVAILABLE, "a standby")

    def _file(self, file_id: int) -> dict[str, Any]:
        only_in_ufs = self.fault == "lost by the UFS"
        holders = () if only_in_ufs else self.holders or (self.port,)
        locations = [_located(port).SerializeToString() for port in holders]
        block = {"blockId": 5, "length": len(CONTENT), "locations": locations}
        return {
            "fileId": file_id,
            "ufsPath": "/ufs/f",
            "persistenceState": "PERSISTED" if only_in_ufs else "NOT_PERSISTED",
            "length": len(CONTENT),
            "completed": True,
            "fileBlockInfos": [{"blockInfo": block, "offset": 0}],
        }

    def _answer(self, service: str, name: str, **fields: Any) -> bytes:
        return bytes(method(service, name).response(**fields).SerializeToString())

    def _chunk(self, data: bytes) -> bytes:
        return self._answer(_WORKER, "ReadBlock", chunk={"data": data})


def _located(port: int) -> Any:
    location = message("alluxio.grpc.BlockLocation")
    return location(workerAddress={"host": HOST, "rpcPort": port})
