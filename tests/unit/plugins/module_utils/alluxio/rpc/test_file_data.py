# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading and writing against workers that lie, break off, or are gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc
import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    NotReadable,
    NotWritten,
    TookTooLong,
    UnexpectedAnswer,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import (
    Login,
    MasterRpc,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.files import WriteType
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import (
    message,
    method,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.worker import WorkerRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from fake_alluxio import FakeAlluxio

FILES = "alluxio.grpc.file.FileSystemMasterClientService"
BLOCKS = "alluxio.grpc.block.BlockMasterClientService"
READ, WRITE = (method("alluxio.grpc.block.BlockWorker", n) for n in ("ReadBlock", "WriteBlock"))
LOGIN = Login("root")
DEADLINE_S = 10.0
SOON_S = 0.3
BLOCK_ID = 2**60 + 1


class Store:
    """Two workers and a master, of which the test says what they hold and how they fail."""

    def __init__(self, master: FakeAlluxio, workers: list[FakeAlluxio]) -> None:
        self.master = master
        self.workers = workers
        self.content = b"0123456789"
        self.asked: list[Any] = []
        self.written: dict[int, bytes] = {}
        self.acknowledge = lambda size: size
        self.deleted: list[str] = []
        self.completed: list[Any] = []
        self.holders = [0, 1]
        self.state = "PERSISTED"
        for worker in workers:
            worker.conversations[READ.path] = self.serve
            worker.conversations[WRITE.path] = self.take
        self._answer(FILES, "GetStatus", lambda _request: {"fileInfo": self.info()})
        self._answer(FILES, "CreateFile", lambda _request: {"fileInfo": self.info()})
        self._answer(FILES, "GetNewBlockIdForFile", lambda _request: {"id": BLOCK_ID})
        self._answer(FILES, "CompleteFile", self._complete)
        self._answer(FILES, "Remove", lambda request: self.deleted.append(request.path))
        self._answer(BLOCKS, "GetWorkerReport", lambda _request: {"workerInfos": self.infos()})

    def _answer(self, service: str, name: str, function: Callable[[Any], Any]) -> None:
        asked = method(service, name)

        def answer(request: bytes, _context: grpc.ServicerContext) -> Any:
            fields = function(asked.request.FromString(request)) or {}
            return asked.response(**fields).SerializeToString()

        self.master.unary[asked.path] = answer

    def _complete(self, request: Any) -> None:
        self.completed.append(request.options)

    def info(self) -> dict[str, Any]:
        return {
            "path": "/f",
            "completed": True,
            "length": len(self.content),
            "blockSizeBytes": 4,
            "persistenceState": self.state,
            "ufsPath": "/ufs/f",
            "ufsFingerprint": "TYPE|FILE",
            "mountId": 7,
            "mode": 0o640,
            "fileBlockInfos": [
                {
                    "offset": 0,
                    "blockInfo": {
                        "blockId": BLOCK_ID,
                        "length": len(self.content),
                        "locations": [self.location(index) for index in self.holders],
                    },
                }
            ],
        }

    def address(self, index: int) -> dict[str, Any]:
        return {
            "host": f"w{index}",
            "containerHost": "127.0.0.1",
            "rpcPort": self.workers[index].port,
        }

    def location(self, index: int) -> bytes:
        location = message("alluxio.grpc.BlockLocation")
        return bytes(location(workerAddress=self.address(index)).SerializeToString())

    def infos(self) -> list[dict[str, Any]]:
        return [
            {"address": self.address(index), "state": "ACTIVE"}
            for index in range(len(self.workers))
        ]

    def serve(self, requests: Iterator[bytes], _context: Any) -> Iterator[bytes]:
        first = READ.request.FromString(next(requests, b""))
        self.asked.append(first)
        end = first.offset + first.length
        for at in range(first.offset, end, 3):
            yield piece(self.content[at : min(at + 3, end)])
        for _receipt in requests:
            pass

    def take(self, requests: Iterator[bytes], _context: Any) -> Iterator[bytes]:
        command = WRITE.request.FromString(next(requests, b"")).command
        self.asked.append(command)
        data = b"".join(WRITE.request.FromString(one).chunk.data for one in requests)
        self.written[command.id] = data
        yield WRITE.response(offset=self.acknowledge(len(data))).SerializeToString()


def piece(data: bytes) -> bytes:
    return bytes(READ.response(chunk={"data": data}).SerializeToString())


@pytest.fixture
def store() -> Iterator[Store]:
    servers = [FakeAlluxio().start() for _number in range(3)]
    yield Store(servers[0], servers[1:])
    for server in servers:
        server.stop()


@pytest.fixture
def data(store: Store) -> Iterator[FileData]:
    with (
        MasterRpc([store.master.endpoint], LOGIN, deadline_s=DEADLINE_S) as master,
        FileData(master, deadline_s=DEADLINE_S) as files,
    ):
        yield files


def missing(_request: bytes, context: grpc.ServicerContext) -> Any:
    context.abort(grpc.StatusCode.NOT_FOUND, "Path does not exist")


def test_a_range_is_read(store: Store, data: FileData) -> None:
    assert b"".join(data.read("/f", 2, 5)) == b"23456"
    (asked,) = store.asked
    assert (asked.block_id, asked.offset, asked.length) == (BLOCK_ID, 2, 5)
    ufs = asked.open_ufs_block_options
    assert (ufs.ufs_path, ufs.mountId, ufs.offset_in_file, ufs.block_size) == ("/ufs/f", 7, 0, 10)


def test_the_next_copy_goes_on_where_one_breaks_off(store: Store, data: FileData) -> None:
    def break_off(requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
        next(requests, None)
        yield piece(b"0123")
        context.abort(grpc.StatusCode.UNAVAILABLE, "the worker is stopping")

    store.workers[0].conversations[READ.path] = break_off
    assert b"".join(data.read("/f")) == store.content
    assert [(one.offset, one.length) for one in store.asked] == [(4, 6)]


def test_a_worker_that_is_gone(store: Store, data: FileData) -> None:
    store.workers[0].stop()
    assert b"".join(data.read("/f")) == store.content
    store.workers[0].start()


def test_no_copy_but_the_ufs(store: Store, data: FileData) -> None:
    store.holders = []
    assert b"".join(data.read("/f", cache=False)) == store.content
    assert store.asked[0].open_ufs_block_options.no_cache


def test_what_is_lost_is_not_asked_for(store: Store, data: FileData) -> None:
    store.holders, store.state = [], "NOT_PERSISTED"
    with pytest.raises(NotReadable, match="are lost"):
        list(data.read("/f"))
    assert not store.asked


def test_every_worker_fails(store: Store, data: FileData) -> None:
    def refuse(_requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
        context.abort(grpc.StatusCode.INTERNAL, "the disk is broken")
        yield b""

    for worker in store.workers:
        worker.conversations[READ.path] = refuse
    with pytest.raises(NotReadable, match="the disk is broken") as caught:
        list(data.read("/f"))
    assert set(caught.value.details["causes"]) == {"w0", "w1"}


@pytest.mark.parametrize(("sent", "word"), [([b"012"], "3 bytes"), ([b"0" * 11], "11 bytes")])
def test_fewer_or_more_bytes_than_asked(store: Store, sent: list[bytes], word: str) -> None:
    def lie(requests: Iterator[bytes], _context: Any) -> Iterator[bytes]:
        next(requests, None)
        yield from map(piece, sent)

    store.workers[0].conversations[READ.path] = lie
    with (
        WorkerRpc(store.workers[0].endpoint, LOGIN, deadline_s=DEADLINE_S) as worker,
        pytest.raises(UnexpectedAnswer, match=word),
    ):
        list(worker.read_block(BLOCK_ID, 0, 10))


def test_a_block_that_never_comes(store: Store) -> None:
    release = threading.Event()

    def hang(requests: Iterator[bytes], _context: Any) -> Iterator[bytes]:
        next(requests, None)
        release.wait(DEADLINE_S)
        yield piece(b"late")

    store.workers[0].conversations[READ.path] = hang
    with (
        WorkerRpc(store.workers[0].endpoint, LOGIN, deadline_s=SOON_S) as worker,
        pytest.raises(TookTooLong),
    ):
        list(worker.read_block(BLOCK_ID, 0, 10))
    release.set()


def test_a_write_names_its_place_in_the_ufs(store: Store, data: FileData) -> None:
    store.master.unary[method(FILES, "GetStatus").path] = first(missing, store)
    data.write("/f", [b"01234", b"", b"56789"], block_size_bytes=4)
    ufs = next(one for one in store.asked if one.type == 1)
    place = ufs.create_ufs_file_options
    assert (ufs.id, place.ufs_path, place.mount_id, place.mode) == (-1, "/ufs/f", 7, 0o640)
    assert store.written[-1] == store.content
    assert store.written[BLOCK_ID] == b"89"
    assert [one.ufsLength for one in store.completed] == [10]


def first(answer: Any, store: Store) -> Any:
    """That answer, then the usual ones."""
    usual = store.master.unary[method(FILES, "GetStatus").path]
    answers = iter([answer])

    def take_turns(request: bytes, context: grpc.ServicerContext) -> Any:
        return next(answers, usual)(request, context)

    return take_turns


def test_a_ufs_that_took_less(store: Store, data: FileData) -> None:
    store.master.unary[method(FILES, "GetStatus").path] = first(missing, store)
    store.acknowledge = lambda size: size - 1
    with pytest.raises(NotWritten, match="9 of 10 bytes"):
        data.write("/f", [store.content], write_type=WriteType.THROUGH)
    assert not store.completed
    assert store.deleted == ["/f"]


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"ufsFingerprint": ""}, "not in the UFS"),
        ({"length": 11}, "has 11 bytes, not 10"),
        ({"persistenceState": "TO_BE_PERSISTED"}, "not persisted"),
        ({"completed": False}, "not complete"),
    ],
)
def test_a_status_that_is_not_durable(
    store: Store, data: FileData, change: dict[str, Any], doubt: str
) -> None:
    usual = store.info
    store.info = lambda: {**usual(), **change}  # type: ignore[method-assign]
    store.master.unary[method(FILES, "GetStatus").path] = first(missing, store)
    with pytest.raises(NotWritten, match=doubt):
        data.write("/f", [store.content], write_type=WriteType.THROUGH)
    assert store.deleted == ["/f"]


def test_a_worker_that_fails_to_cache_does_not_fail_the_write(store: Store, data: FileData) -> None:
    def no_room(requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
        command = WRITE.request.FromString(next(requests, b"")).command
        if command.type == 0:
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "Not enough space left on worker")
        data_sent = b"".join(WRITE.request.FromString(one).chunk.data for one in requests)
        yield WRITE.response(offset=len(data_sent)).SerializeToString()

    for worker in store.workers:
        worker.conversations[WRITE.path] = no_room
    store.master.unary[method(FILES, "GetStatus").path] = first(missing, store)
    data.write("/f", [store.content], block_size_bytes=4)
    assert [one.ufsLength for one in store.completed] == [10]
    store.master.unary[method(FILES, "GetStatus").path] = first(missing, store)
    with pytest.raises(NotWritten, match="Not enough space"):
        data.write("/f", [store.content], write_type=WriteType.MUST_CACHE)


def test_a_worker_that_stops_listening(store: Store, data: FileData) -> None:
    """It must not leave the writer waiting with its queue full."""

    def end(requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
        next(requests, None)
        context.abort(grpc.StatusCode.UNAVAILABLE, "the worker is stopping")
        yield b""

    for worker in store.workers:
        worker.conversations[WRITE.path] = end
    store.master.unary[method(FILES, "GetStatus").path] = first(missing, store)
    with pytest.raises(NotWritten, match="is stopping"):
        data.write("/f", (bytes(1000) for _number in range(10_000)))


def test_asynchronous_writes_are_not_offered(data: FileData) -> None:
    with pytest.raises(InvalidValue, match="CACHE_THROUGH"):
        data.write("/f", [b"x"], write_type=WriteType.ASYNC_THROUGH)
