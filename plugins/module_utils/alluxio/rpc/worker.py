# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One worker's data: blocks read, written, copied from another worker, removed; files written through to
the UFS.

Whoever reaches a worker's port can write to the UFS as the worker's user: UFS_FILE checks neither
path nor permission (seen on 2.9.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from ..endpoint import Endpoint, Road, direct
from ..errors import UnexpectedAnswer
from ..model import FileStatus
from .channel import Channel, Conversation, Login
from .messages import method

_SERVICE = "alluxio.grpc.block.BlockWorker"
CHUNK_BYTES = 1024 * 1024
# What Java's clients send: no limit of their own on how many read one UFS file at once.
_ANY_CONCURRENCY = 2**31 - 1


@dataclass(frozen=True, slots=True)
class UfsBlock:
    """Where a block of a persisted file is in the UFS, for a worker that does not hold it."""

    ufs_path: str
    mount_id: int
    offset_in_file: int
    length_bytes: int


class WorkerRpc:
    """The worker at ``endpoint``. ``deadline_s`` bounds each wait for its next message."""

    def __init__(
        self,
        endpoint: Endpoint,
        login: Login | None,
        *,
        road: Road = direct,
        deadline_s: float = 30.0,
    ) -> None:
        self.endpoint = endpoint
        self._user = login.user if login else ""
        self._deadline_s = deadline_s
        self._channel = Channel(endpoint, login, road)

    def __enter__(self) -> WorkerRpc:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def read_block(
        self,
        block_id: int,
        offset: int,
        length_bytes: int,
        ufs: UfsBlock | None = None,
        *,
        cache: bool = True,
    ) -> Iterator[bytes]:
        """``length_bytes`` of a block from ``offset``, in pieces of about 1 MiB.

        With ``ufs`` the worker reads from there what it does not hold, and keeps the block if
        ``cache``. Raises like ``Channel.call``, and UnexpectedAnswer for fewer or more bytes. A block
        that is nowhere ends in TookTooLong.
        """
        if not length_bytes:
            return
        talk = self._channel.converse(method(_SERVICE, "ReadBlock"), self._deadline_s)
        try:
            talk.send(
                block_id=block_id,
                offset=offset,
                length=length_bytes,
                promote=False,
                chunk_size=CHUNK_BYTES,
                open_ufs_block_options=ufs and self._ufs_options(ufs, cache),
            )
            yield from self._pieces(talk, length_bytes)
        finally:
            talk.cancel()

    def _pieces(self, talk: Conversation, length_bytes: int) -> Iterator[bytes]:
        received = 0
        while received < length_bytes:
            answer = talk.receive()
            if answer is None:
                break
            received += len(answer.chunk.data)
            if received > length_bytes:
                break
            # The worker holds back what is not acknowledged.
            talk.send(offset_received=received)
            if received == length_bytes:
                # Only a call that is ended well makes the worker keep a block it read from the UFS.
                talk.end_sending()
                while talk.receive() is not None:
                    pass
            yield answer.chunk.data
        if received != length_bytes:
            raise UnexpectedAnswer(
                f"{self.endpoint}: ReadBlock",
                "chunk",
                f"has {received} bytes so far, and {length_bytes} were asked for",
            )

    def _ufs_options(self, ufs: UfsBlock, cache: bool) -> dict[str, Any]:
        return {
            "ufs_path": ufs.ufs_path,
            "mountId": ufs.mount_id,
            "offset_in_file": ufs.offset_in_file,
            "block_size": ufs.length_bytes,
            "maxUfsReadConcurrency": _ANY_CONCURRENCY,
            "no_cache": not cache,
            "user": self._user,
        }

    def copy_block(
        self, block_id: int, length_bytes: int, source: Endpoint, ufs: UfsBlock | None = None
    ) -> None:
        """Has the worker copy a block from the worker at ``source``, as that one is known inside the cluster, or
        out of the UFS where ``source`` is on the same machine.

        It returns at once. Nobody reports the end, nor a queue that is full (512 by default): look at the
        locations, and ask again; a block that is there or under way is left alone (CacheRequestManager
        2.9.6). Raises like ``Channel.call``.
        """
        fields = {
            "block_id": block_id,
            "length": length_bytes,
            "source_host": source.host,
            "source_port": source.port,
            "open_ufs_block_options": ufs and self._ufs_options(ufs, True),
            "async": True,
        }
        self._channel.call(method(_SERVICE, "Cache"), fields, self._deadline_s)

    def remove_block(self, block_id: int) -> None:
        """Drops the worker's copy of a block, the last one too; the master hears of it with the next heartbeat.

        Nothing happens where there is none. Raises like ``Channel.call``.
        """
        fields = {"block_id": block_id}
        self._channel.call(method(_SERVICE, "RemoveBlock"), fields, self._deadline_s)

    def write_block(self, block_id: int, reserve_bytes: int) -> Writing:
        """Starts to write a block; the worker tells the master of it when it ends.

        ``reserve_bytes`` is the room that must be there at the start; it grows with what comes.
        """
        talk = self._channel.converse(method(_SERVICE, "WriteBlock"), self._deadline_s)
        command = {
            "type": "ALLUXIO_BLOCK",
            "id": block_id,
            "offset": 0,
            "tier": 0,
            "space_to_reserve": reserve_bytes,
        }
        talk.send(command=command)
        return Writing(talk)

    def write_ufs_file(self, status: FileStatus) -> Writing:
        """Starts to write the whole file of a fresh ``create_file`` to its final place in the UFS.

        Without the mode a file would be readable by nobody.
        """
        talk = self._channel.converse(method(_SERVICE, "WriteBlock"), self._deadline_s)
        command = {
            "type": "UFS_FILE",
            "id": -1,
            "offset": 0,
            "tier": 0,
            "create_ufs_file_options": {
                "ufs_path": status.ufs_path,
                "owner": status.owner,
                "group": status.group,
                "mode": status.mode,
                "mount_id": status.mount_id,
            },
        }
        talk.send(command=command)
        return Writing(talk)


class Writing:
    """A block, or a file of the UFS, on its way to a worker."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self.sent_bytes = 0

    def send(self, data: bytes) -> None:
        """A piece of at most 4 MiB less a few bytes. Raises like ``Channel.call``."""
        self._talk.send(chunk={"data": data})
        self.sent_bytes += len(data)

    def finish(self) -> tuple[int, str]:
        """Ends it, and gives the bytes that the worker acknowledges (0 for a block of 0 bytes) with
        the hash of the content that the UFS gave, if any. Raises like ``Channel.call``.
        """
        acknowledged, content_hash = 0, ""
        try:
            self._talk.end_sending()
            while (answer := self._talk.receive()) is not None:
                acknowledged, content_hash = answer.offset, answer.contentHash
        finally:
            self._talk.cancel()
        return acknowledged, content_hash

    def cancel(self) -> None:
        """Gives it up: the worker removes what it has of it."""
        self._talk.cancel()
