# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The proxy's REST API, which is there if alluxio.proxy.s3.v2.version.enabled is false.

By default it is not, and then the proxy answers every call with status 200 and an empty body (seen on
2.9.6). A call whose answer has content notices; one without content is preceded, once a client, by
one that has.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from ..errors import AlluxioError
from ._json import Node
from .errors import (
    HttpRefused,
    InvalidRequest,
    NotServed,
    RestDisabled,
    UnexpectedAnswer,
    refusal,
)
from .model import Block, BlockLocation, CacheOnly, FileStatus, WorkerAddress
from .transport import Transport

REST_PORT = 39999


# Seen on 2.9.6: 2.5-4 KB of JSON for a file of one block, about 1 KB more for each further block.
_LIMIT_BYTES = 16 * 1024 * 1024
_DATA_LIMIT_BYTES = 1024 * 1024 * 1024
# Left out, the proxy's defaults count for the rest; a time to live of 0 would end the file.
_COMMON = {"syncIntervalMs": -1, "ttl": -1, "ttlAction": "FREE"}
_CHEAP = {"loadMetadataType": "NEVER", "commonOptions": _COMMON}


class ProxyRest:
    """All operations on paths and streams. ``options`` are those of Alluxio's protocol in JSON, with
    its names; unknown ones raise InvalidRequest. Every call is made as the proxy's user.

    All raise ServerUnreachable, AnswerTooLarge, UnexpectedAnswer, RestDisabled, RequestRefused.
    """

    def __init__(self, transport: Transport, deadline_s: float = 30.0) -> None:
        self._transport = transport
        self._deadline_s = deadline_s
        self._is_on = False

    def get_version(self) -> str:
        """The proxy's version; the cheapest way to see whether REST is there."""
        return self._node("GET", "/api/v1/proxy/info").read_str("version")

    def exists(self, path: str, **options: Any) -> bool:
        """Whether there is such a path."""
        return self._on_path(path, "exists", {**_CHEAP, **options}).as_bool()

    def get_status(self, path: str, **options: Any) -> FileStatus:
        """Of one file or directory. Raises PathNotFound."""
        return _status(self._on_path(path, "get-status", {**_CHEAP, **options}))

    def list_status(
        self, path: str, limit_bytes: int = _LIMIT_BYTES, **options: Any
    ) -> list[FileStatus]:
        """The proxy and we hold the whole listing: gRPC streams it, in a fifth of the bytes."""
        wanted = {**_CHEAP, "disableAreDescendantsLoadedCheck": True, **options}
        target = _path_target(path, "list-status")
        return [_status(one) for one in self._node("POST", target, wanted, limit_bytes).elements()]

    def create_directory(self, path: str, **options: Any) -> None:
        """As mkdir; ``recursive`` and ``allowExists`` are options."""
        self._void(_path_target(path, "create-directory"), options)

    def delete(self, path: str, **options: Any) -> None:
        """A directory that is not empty needs ``recursive``."""
        self._void(_path_target(path, "delete"), options)

    def rename(self, path: str, target: str) -> None:
        """Moves a file or directory."""
        self._void(f"{_path_target(path, 'rename')}?dst={quote(target, safe='')}", {})

    def free(self, path: str, **options: Any) -> None:
        """Lets workers drop the blocks."""
        self._void(_path_target(path, "free"), options)

    def set_attribute(self, path: str, **options: Any) -> None:
        """``persisted`` is not to be given: it loses the file (see the .proto file)."""
        if "persisted" in options:
            raise InvalidRequest(
                f"{path}: persisted cannot be set",
                "schedule its persistence by the master instead",
                path=path,
            )
        self._void(_path_target(path, "set-attribute"), options)

    def mount(self, path: str, uri: str, **options: Any) -> None:
        """``properties`` and ``readOnly`` are options."""
        self._void(f"{_path_target(path, 'mount')}?src={quote(uri, safe='')}", options)

    def unmount(self, path: str) -> None:
        """Takes a mount away."""
        self._void(_path_target(path, "unmount"), {})

    def read(self, path: str, limit_bytes: int = _DATA_LIMIT_BYTES) -> bytes:
        """A whole file in one call, which needs no sticky balancer before the proxies."""
        status = self.get_status(path)
        content = self._send("GET", _path_target(path, "download-file"), None, limit_bytes)
        if len(content) != status.length_bytes:
            raise UnexpectedAnswer(
                self._transport.address,
                "download-file",
                f"has {len(content)} bytes of {status.length_bytes}",
            )
        return content

    def write(self, path: str, pieces: Iterable[bytes], **options: Any) -> None:
        """A whole file. What breaks off is closed and deleted, because the proxy would complete it."""
        stream = self.create_file(path, **options)
        try:
            for piece in pieces:
                self.write_stream(stream, piece)
            self.close_stream(stream)
        except BaseException:
            self._give_up(path, stream)
            raise

    def create_file(self, path: str, **options: Any) -> int:
        """Begins a file and gives the stream to write it to, known to that proxy alone."""
        return self._on_path(path, "create-file", options).as_int()

    def open_file(self, path: str, **options: Any) -> int:
        """Gives a stream to read the file from, once."""
        return self._on_path(path, "open-file", options).as_int()

    def read_stream(self, stream: int, limit_bytes: int = _DATA_LIMIT_BYTES) -> bytes:
        """All that is left of the file; a second call gives nothing."""
        return self._send("POST", f"/api/v1/streams/{stream}/read", None, limit_bytes)

    def write_stream(self, stream: int, piece: bytes) -> None:
        """Appends. Never repeat it: nobody knows whether a piece that failed was written."""
        if not piece:
            return
        written = self._node("POST", f"/api/v1/streams/{stream}/write", piece).as_int()
        if written != len(piece):
            raise UnexpectedAnswer(
                self._transport.address, "write", f"took {written} of {len(piece)} bytes"
            )

    def close_stream(self, stream: int) -> None:
        """Completes the file. A stream that is left open completes a cut one after an hour."""
        self._send("POST", f"/api/v1/streams/{stream}/close", None, _LIMIT_BYTES)

    def _give_up(self, path: str, stream: int) -> None:
        for step in (partial(self.close_stream, stream), partial(self.delete, path)):
            try:
                step()
            except AlluxioError:
                # What broke the write is the error to see.
                continue

    def _on_path(self, path: str, operation: str, options: Mapping[str, Any]) -> Node:
        return self._node("POST", _path_target(path, operation), options)

    def _void(self, target: str, options: Mapping[str, Any]) -> None:
        if not self._is_on:
            self.get_version()
        self._send("POST", target, options, _LIMIT_BYTES)

    def _node(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | bytes | None = None,
        limit_bytes: int = _LIMIT_BYTES,
    ) -> Node:
        content = self._send(method, target, body, limit_bytes)
        if not content:
            raise RestDisabled(self._transport.address)
        self._is_on = True
        return Node.parse(content, f"{self._transport.address}{target}")

    def _send(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | bytes | None,
        limit_bytes: int,
    ) -> bytes:
        try:
            return self._transport.request(
                method, target, body, deadline_s=self._deadline_s, limit_bytes=limit_bytes
            )
        except HttpRefused as error:
            raise _understood(error, target) from None


def _path_target(path: str, operation: str) -> str:
    """One encoded segment, because what stands in between may merge the slashes of a literal path."""
    return f"/api/v1/paths/{quote(path, safe='')}/{operation}"


def _understood(error: HttpRefused, target: str) -> AlluxioError:
    """Alluxio's own errors are status 500 with JSON; 400 is a bad option; the rest is no answer."""
    asked = target.partition("?")[0].rpartition("/")[2]
    said = error.body.decode(errors="replace")
    if error.status == 400:
        return refusal(error.address, asked, "INVALID_ARGUMENT", said)
    if any(f"HTTP {status}" in said for status in (404, 405, 415)):
        return NotServed(
            f"{error.address}: {asked} is not served",
            "check that this is a proxy of Alluxio 2.9",
            address=error.address,
        )
    try:
        answer = json.loads(error.body)
        return refusal(error.address, asked, str(answer["statusCode"]), str(answer["message"]))
    except (ValueError, TypeError, KeyError):
        return error


def _status(node: Node) -> FileStatus:
    info = node.get("fileInfo") if node.has("fileInfo") else node
    folder, length = info.read_bool("folder"), node.read_int("length")
    return FileStatus(
        path=node.read_str("path"),
        file_id=info.read_int("fileId"),
        folder=folder,
        completed=node.read_bool("completed"),
        length_bytes=0 if folder else length,
        children=length if folder else 0,
        block_size_bytes=info.read_int("blockSizeBytes"),
        persisted=info.read_bool("persisted"),
        persistence_state=info.read_str("persistenceState"),
        pinned=info.read_bool("pinned"),
        pinned_media=tuple(one.as_str() for one in info.read_list("mediumTypes")),
        owner=info.read_str("owner"),
        group=info.read_str("group"),
        mode=info.read_int("mode"),
        ttl_ms=info.read_int("ttl"),
        ttl_action=info.read_str("ttlAction"),
        replication_min=info.read_int("replicationMin"),
        replication_max=info.read_int("replicationMax"),
        created_ms=info.read_int("creationTimeMs"),
        modified_ms=info.read_int("lastModificationTimeMs"),
        accessed_ms=info.read_int("lastAccessTimeMs"),
        mount_point=info.read_bool("mountPoint"),
        mount_id=info.read_int("mountId"),
        ufs_path=info.read_str("ufsPath"),
        ufs_fingerprint=info.read_str("ufsFingerprint") if info.has("ufsFingerprint") else "",
        in_alluxio_percent=info.read_int("inAlluxioPercentage"),
        in_memory_percent=info.read_int("inMemoryPercentage"),
        block_ids=tuple(one.as_int() for one in info.read_list("blockIds")),
        blocks=tuple(_block(one) for one in info.read_list("fileBlockInfos")),
    )


def _block(node: Node) -> Block:
    block = node.get("blockInfo")
    return Block(
        block_id=block.read_int("blockId"),
        offset=node.read_int("offset"),
        length_bytes=block.read_int("length"),
        locations=tuple(_location(one) for one in block.read_list("locations")),
        ufs_hosts=tuple(one.as_str() for one in node.read_list("ufsLocations")),
    )


def _location(node: Node) -> BlockLocation:
    return BlockLocation(
        worker_id=node.read_int("workerId"),
        worker=worker_address(node.get("workerAddress")),
        tier=node.read_str("tierAlias"),
        medium=node.read_str("mediumType"),
    )


def worker_address(node: Node) -> WorkerAddress:
    """Of the JSON of a worker's address."""
    return WorkerAddress(
        host=node.read_str("host"),
        container_host=node.read_str("containerHost"),
        rpc_port=node.read_int("rpcPort"),
        web_port=node.read_int("webPort"),
    )


def get_cache_only(transport: Transport, path: str, deadline_s: float) -> CacheOnly:
    """What of the complete files below ``path`` has no copy in the UFS.

    The proxy collects the whole listing first, so callers bound the number of paths beforehand.
    Metadata is not synchronised with the UFS. Raises ServerUnreachable, AnswerTooLarge, and
    UnexpectedAnswer, the last also for the empty answer of a proxy without REST.
    """
    target = _path_target(path, "list-status")
    options = {
        "recursive": True,
        "loadMetadataType": "NEVER",
        "excludeMountInfo": True,
        "disableAreDescendantsLoadedCheck": True,
        "commonOptions": {"syncIntervalMs": -1},
    }
    body = transport.request(
        "POST", target, options, deadline_s=deadline_s, limit_bytes=_LIMIT_BYTES
    )
    listing = Node.parse(body, f"{transport.address}{target}")
    # A file that is being written has not been acknowledged, and has no length.
    complete = [entry for entry in listing.elements() if entry.read_bool("completed")]
    files = [entry for entry in complete if not entry.read_bool("folder")]
    cached = [file for file in files if file.read_str("persistenceState") != "PERSISTED"]
    held = [file for file in cached if file.read_str("persistenceState") != "LOST"]
    sizes = [(file.read_str("path"), file.read_int("length")) for file in cached]
    return CacheOnly(
        not_persisted_bytes=sum(size[1] for size in sizes),
        lost_files=sum(file.read_str("persistenceState") == "LOST" for file in cached),
        files=tuple(sorted(sizes, key=lambda row: (-row[1], row[0]))),
        held_by=_held_by(held),
    )


def _held_by(files: list[Node]) -> dict[tuple[str, ...], int]:
    held: Counter[tuple[str, ...]] = Counter()
    for file in files:
        for row in file.read_list("fileBlockInfos"):
            block = row.get("blockInfo")
            hosts = {
                location.get("workerAddress").read_str("host")
                for location in block.read_list("locations")
            }
            held[tuple(sorted(hosts))] += block.read_int("length")
    return dict(sorted(held.items()))
