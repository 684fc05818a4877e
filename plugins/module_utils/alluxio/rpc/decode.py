# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages about files -> plain values, a few microseconds each (docs/decisions/0061)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import UnexpectedAnswer
from ..model import Block, BlockLocation, FileStatus, WorkerAddress
from .messages import label, load, message

# More than any cluster has: a server that names more makes them up.
_MOST_LOCATIONS_KEPT = 100_000


def worker_address(address: Any) -> WorkerAddress:
    """Of a WorkerNetAddress."""
    return WorkerAddress(
        host=address.host,
        container_host=address.containerHost,
        rpc_port=address.rpcPort,
        web_port=address.webPort,
    )


class Decoder:
    """Decodes the messages of one listing. ``place`` names it in errors."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._location = message("alluxio.grpc.BlockLocation")
        self._locations: dict[bytes, BlockLocation] = {}

    def files(self, infos: Iterable[Any]) -> Iterator[FileStatus]:
        """Each FileInfo in turn. Raises UnexpectedAnswer."""
        return map(self.file, infos)

    def file(self, info: Any) -> FileStatus:
        """Raises UnexpectedAnswer for what cannot be the status of a file."""
        path, folder, length = info.path, info.folder, info.length
        # Text that is not UTF-8 arrives as bytes.
        if not isinstance(path, str) or not path.startswith("/"):
            raise UnexpectedAnswer(self._place, "fileInfo.path", f"is {path!r}, not a path")
        return FileStatus(
            path=path,
            file_id=info.fileId,
            folder=folder,
            completed=info.completed,
            length_bytes=0 if folder else length,
            children=length if folder else 0,
            block_size_bytes=info.blockSizeBytes,
            persisted=info.persisted,
            persistence_state=info.persistenceState,
            pinned=info.pinned,
            pinned_media=tuple(info.mediumType),
            owner=info.owner,
            group=info.group,
            mode=info.mode,
            ttl_ms=info.ttl,
            ttl_action=label(info, "ttlAction"),
            replication_min=info.replicationMin,
            replication_max=info.replicationMax,
            created_ms=info.creationTimeMs,
            modified_ms=info.lastModificationTimeMs,
            accessed_ms=info.lastAccessTimeMs,
            mount_point=info.mountPoint,
            mount_id=info.mountId,
            ufs_path=info.ufsPath,
            ufs_fingerprint=info.ufsFingerprint,
            in_alluxio_percent=info.inAlluxioPercentage,
            in_memory_percent=info.inMemoryPercentage,
            block_ids=tuple(info.blockIds),
            blocks=() if folder else tuple(map(self._block, info.fileBlockInfos)),
        )

    def locations(self, contents: Iterable[bytes]) -> tuple[BlockLocation, ...]:
        """Of a BlockInfo. Raises UnexpectedAnswer."""
        return tuple(map(self._shared_location, contents))

    def _block(self, info: Any) -> Block:
        block = info.blockInfo
        return Block(
            block_id=block.blockId,
            offset=info.offset,
            length_bytes=block.length,
            locations=self.locations(block.locations),
            ufs_hosts=tuple(info.ufsStringLocations),
        )

    def _shared_location(self, content: bytes) -> BlockLocation:
        found = self._locations.get(content)
        if found is None:
            if len(self._locations) >= _MOST_LOCATIONS_KEPT:
                self._locations.clear()
            found = self._locations[content] = self._new_location(content)
        return found

    def _new_location(self, content: bytes) -> BlockLocation:
        try:
            location = self._location.FromString(content)
        except load("google.protobuf.message", "protobuf").DecodeError:
            raise UnexpectedAnswer(
                self._place, "blockInfo.locations", "cannot be decoded"
            ) from None
        return BlockLocation(
            worker_id=location.workerId,
            worker=worker_address(location.workerAddress),
            tier=location.tierAlias,
            medium=location.mediumType,
        )
