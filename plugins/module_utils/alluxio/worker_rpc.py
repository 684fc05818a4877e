# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Files over gRPC, without a JVM and without a proxy: read from the workers, written durably.

    with MasterRpc(addresses, login) as master, FileData(master) as data:
        data.write("/a", [b"hello"])
        print(b"".join(data.read("/a")))

Durable means, since the server checks none of it: the UFS acknowledged every byte, the file is
complete, counts as persisted, has the right length, and the master took a fingerprint of it there
(docs/decisions/0062).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType

from ..errors import AlluxioError, InvalidValue
from .endpoint import Endpoint
from .errors import (
    NotAuthenticated,
    NotReadable,
    NotWritten,
    PathExists,
    PathNotFound,
    ServerUnreachable,
    UnexpectedAnswer,
    reason_of,
)
from .master_rpc import MasterRpc
from .model import Block, FileStatus, Worker, WorkerAddress, WorkerState
from .rpc.files import Load, WriteType
from .rpc.worker import CHUNK_BYTES, UfsBlock, WorkerRpc, Writing

BLOCK_BYTES = 64 * 1024 * 1024
_TO_THE_UFS = (WriteType.THROUGH, WriteType.CACHE_THROUGH)


class FileData:
    """Reads and writes files by way of ``master``. The roads and the login are the master's."""

    def __init__(self, master: MasterRpc, *, deadline_s: float = 30.0) -> None:
        self._master = master
        self._workers = _Workers(master, deadline_s)

    def __enter__(self) -> FileData:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections to workers."""
        self._workers.close()

    def read(
        self,
        path: str,
        offset: int = 0,
        length_bytes: int | None = None,
        *,
        cache: bool = True,
        load: Load = Load.ONCE,
    ) -> Iterator[bytes]:
        """The bytes of a file from ``offset``, at most ``length_bytes``, in pieces of about 1 MiB.

        Each block comes from a worker that holds it, fastest tier first, then from another one that
        holds it, then out of the UFS through any worker, which keeps it if ``cache``. Raises
        PathNotFound, NotReadable, InvalidValue.
        """
        if offset < 0:
            raise InvalidValue("offset", offset, "give 0 or more")
        status = self._master.files.get_status(path, load=load)
        _check_readable(status)
        end = status.length_bytes
        if length_bytes is not None:
            end = min(end, offset + max(length_bytes, 0))
        for block in status.blocks:
            start = max(offset - block.offset, 0)
            stop = min(end - block.offset, block.length_bytes)
            if start < stop:
                yield from self._read_block(status, block, start, stop, cache)

    def _read_block(
        self, status: FileStatus, block: Block, start: int, stop: int, cache: bool
    ) -> Iterator[bytes]:
        """Goes on with the next worker where one breaks off."""
        ufs = _ufs_block(status, block)
        causes: dict[str, str] = {}
        for address in self._sources(block, ufs):
            try:
                pieces = self._workers.get(address).read_block(
                    block.block_id, start, stop - start, ufs, cache=cache
                )
                for piece in pieces:
                    start += len(piece)
                    yield piece
                return
            except AlluxioError as error:
                self._workers.forget(address, error)
                causes[address.host] = reason_of(error)
        raise _lost(status, block, causes)

    def _sources(self, block: Block, ufs: UfsBlock | None) -> Iterator[WorkerAddress]:
        holders = [location.worker for location in block.locations]
        yield from holders
        if ufs:
            others = [w.address for w in self._workers.live() if w.address not in holders]
            # The same block asks the same worker, and many blocks ask all of them.
            first = block.block_id % len(others) if others else 0
            yield from others[first:] + others[:first]

    def write(
        self,
        path: str,
        pieces: Iterable[bytes],
        *,
        write_type: WriteType = WriteType.CACHE_THROUGH,
        size_bytes: int | None = None,
        block_size_bytes: int = BLOCK_BYTES,
        mode: int = 0o644,
        overwrite: bool = False,
        hosts: Sequence[str] = (),
    ) -> FileStatus:
        """Writes a file, its parent directories too, and gives its status.

        ``size_bytes``, where it is known, reserves just the room that is needed. ``hosts`` are the
        workers to use, block by block in turn; without them all live ones. THROUGH and CACHE_THROUGH
        are durable on return; MUST_CACHE is in the workers' memory and nowhere else; ASYNC_THROUGH
        needs the job service and is not offered. When it raises, nothing of the file is left unless
        the message says otherwise: NotWritten, PathExists, InvalidValue.
        """
        if write_type is WriteType.ASYNC_THROUGH:
            raise InvalidValue("write_type", str(write_type), "use CACHE_THROUGH, which is durable")
        if not overwrite:
            self._refuse_existing(path)
        chosen = self._chosen_workers(path, hosts)
        status = self._master.files.create_file(
            path,
            block_size_bytes=block_size_bytes,
            write_type=write_type,
            mode=mode,
            recursive=True,
            overwrite=overwrite,
        )
        try:
            flow = _Flow(self._master, self._workers, chosen, status, write_type, size_bytes)
            flow.write(pieces)
            return self._checked(path, flow.sent_bytes, write_type)
        except BaseException as error:
            left = self._remove(path)
            if isinstance(error, AlluxioError):
                raise NotWritten(path, f"{error.message}{left}", "write it again") from error
            raise

    def _refuse_existing(self, path: str) -> None:
        # CreateFile does not look into the UFS, and would overwrite what is only there.
        if self._master.files.exists(path, load=Load.ALWAYS):
            raise PathExists(f"{path} exists", "say overwrite, or choose another path", path=path)

    def _chosen_workers(self, path: str, hosts: Sequence[str]) -> list[WorkerAddress]:
        live = {worker.host: worker.address for worker in self._workers.live()}
        unknown = [host for host in hosts if host not in live]
        if unknown:
            raise InvalidValue("hosts", unknown[0], f"live workers are {', '.join(sorted(live))}")
        if not live:
            raise NotWritten(path, "there is no live worker", "look at the workers' logs")
        return [live[host] for host in hosts] or list(live.values())

    def _checked(self, path: str, sent_bytes: int, write_type: WriteType) -> FileStatus:
        status = self._master.files.get_status(path)
        doubts = {
            "it is not complete": not status.completed,
            f"it has {status.length_bytes} bytes, not {sent_bytes}": (
                status.length_bytes != sent_bytes
            ),
        }
        if write_type in _TO_THE_UFS:
            doubts["it is not persisted"] = status.persistence_state != "PERSISTED"
            doubts["it is not in the UFS"] = not status.ufs_fingerprint
        for doubt, justified in doubts.items():
            if justified:
                raise NotWritten(path, doubt, "write it again")
        return status

    def _remove(self, path: str) -> str:
        try:
            self._master.files.delete(path, unchecked=True)
        except PathNotFound:
            return ""
        except AlluxioError as error:
            return f"; an incomplete file is left there, because {reason_of(error)}"
        return ""


class _Workers:
    """A connection to each worker that was needed so far."""

    def __init__(self, master: MasterRpc, deadline_s: float) -> None:
        self._master = master
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._open: dict[WorkerAddress, WorkerRpc] = {}

    def live(self) -> list[Worker]:
        """Those that the master counts as live; a dead one stays among them for a while."""
        workers = self._master.blocks.get_workers()
        return [worker for worker in workers if worker.state is WorkerState.LIVE]

    def get(self, address: WorkerAddress) -> WorkerRpc:
        with self._lock:
            if address not in self._open:
                self._open[address] = WorkerRpc(
                    Endpoint(address.reachable_host, address.rpc_port),
                    self._master.masters.login,
                    road=self._master.masters.road,
                    deadline_s=self._deadline_s,
                )
            return self._open[address]

    def forget(self, address: WorkerAddress, error: AlluxioError) -> None:
        """A connection that failed is not used again."""
        if isinstance(error, (ServerUnreachable, NotAuthenticated)):
            with self._lock:
                worker = self._open.pop(address, None)
            if worker:
                worker.close()

    def close(self) -> None:
        with self._lock:
            for worker in self._open.values():
                worker.close()
            self._open.clear()


class _Flow:
    """The bytes of one file on their way: to the UFS by one worker, into blocks by the chosen ones."""

    def __init__(
        self,
        master: MasterRpc,
        workers: _Workers,
        chosen: Sequence[WorkerAddress],
        status: FileStatus,
        write_type: WriteType,
        size_bytes: int | None,
    ) -> None:
        self.sent_bytes = 0
        self._master = master
        self._workers = workers
        self._chosen = chosen
        self._status = status
        self._size_bytes = size_bytes
        self._through = write_type in _TO_THE_UFS
        self._caching = write_type is not WriteType.THROUGH
        self._ufs: Writing | None = None
        self._block: Writing | None = None
        self._blocks = 0

    def write(self, pieces: Iterable[bytes]) -> None:
        """All of them, and completes the file."""
        try:
            if self._through:
                self._ufs = self._begin(lambda worker: worker.write_ufs_file(self._status))
            for piece in pieces:
                for at in range(0, len(piece), CHUNK_BYTES):
                    self._send(piece[at : at + CHUNK_BYTES])
            self._finish()
        finally:
            for writing in (self._ufs, self._block):
                if writing:
                    writing.cancel()

    def _send(self, chunk: bytes) -> None:
        if self._ufs:
            self._ufs.send(chunk)
        if self._caching:
            self._or_go_on_without(lambda: self._send_to_blocks(chunk))
        self.sent_bytes += len(chunk)

    def _finish(self) -> None:
        content_hash = ""
        if self._caching:
            self._or_go_on_without(self._end_block)
        if self._ufs:
            acknowledged, content_hash = self._ufs.finish()
            if acknowledged != self.sent_bytes:
                raise NotWritten(
                    self._status.path,
                    f"the UFS took {acknowledged} of {self.sent_bytes} bytes",
                    "write it again",
                )
        self._master.files.complete_file(
            self._status.path,
            ufs_length_bytes=self.sent_bytes if self._through else None,
            content_hash=content_hash,
        )

    def _or_go_on_without(self, step: Callable[[], None]) -> None:
        """What also goes to the UFS survives a worker that fails to cache it."""
        try:
            step()
        except AlluxioError:
            if not self._through:
                raise
            self._caching = False
            if self._block:
                self._block.cancel()
                self._block = None

    def _send_to_blocks(self, chunk: bytes) -> None:
        while chunk:
            block = self._block or self._begin_block()
            room = self._status.block_size_bytes - block.sent_bytes
            block.send(chunk[:room])
            chunk = chunk[room:]
            if block.sent_bytes == self._status.block_size_bytes:
                self._end_block()

    def _begin_block(self) -> Writing:
        block_id = self._master.files.new_block_id(self._status.path)
        reserve = self._status.block_size_bytes
        if self._size_bytes is not None:
            done = self._blocks * self._status.block_size_bytes
            reserve = min(reserve, max(self._size_bytes - done, 1))
        self._block = self._begin(lambda worker: worker.write_block(block_id, reserve))
        return self._block

    def _end_block(self) -> None:
        if self._block:
            self._block.finish()
            self._block = None
            self._blocks += 1

    def _begin(self, start: Callable[[WorkerRpc], Writing]) -> Writing:
        """At the worker whose turn it is, or at the next one that answers."""
        first = self._blocks % len(self._chosen)
        turn = [*self._chosen[first:], *self._chosen[:first]]
        for number, address in enumerate(turn, 1):
            try:
                return start(self._workers.get(address))
            except ServerUnreachable as error:
                self._workers.forget(address, error)
                if number == len(turn):
                    raise
        raise AssertionError("there is at least one worker")


def _check_readable(status: FileStatus) -> None:
    if status.folder:
        raise NotReadable(status.path, "it is a directory", "name a file", {})
    if not status.completed:
        raise NotReadable(status.path, "it is still being written", "wait until it is complete", {})
    if sum(block.length_bytes for block in status.blocks) != status.length_bytes:
        raise UnexpectedAnswer(
            f"GetStatus {status.path}", "fileBlockInfos", "has other bytes than the file"
        )


def _ufs_block(status: FileStatus, block: Block) -> UfsBlock | None:
    """None for what exists in Alluxio alone."""
    if status.persistence_state != "PERSISTED" or not status.ufs_path:
        return None
    return UfsBlock(status.ufs_path, status.mount_id, block.offset, block.length_bytes)


def _lost(status: FileStatus, block: Block, causes: dict[str, str]) -> NotReadable:
    where = f"bytes {block.offset} to {block.offset + block.length_bytes}"
    if not block.locations and status.persistence_state != "PERSISTED":
        why = f"{where} are lost: no worker holds them and they were never persisted"
        return NotReadable(status.path, why, "write the file again, with CACHE_THROUGH", causes)
    return NotReadable(
        status.path, f"no worker gives {where}", "look at what each worker says", causes
    )
