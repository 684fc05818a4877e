# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that exist in Alluxio alone, on which workers they lie, and how they are brought into the UFS.

Alluxio has no question for them: the namespace is listed, page by page as it streams in. A file is
complete and NOT_PERSISTED (written to the cache alone), or TO_BE_PERSISTED (a copy is under way).
LOST ones are gone already, and ones that are still being written have not been acknowledged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .rpc.masters import Masters
from .rpc.messages import message, method

_SERVICE = "alluxio.grpc.file.FileSystemMasterClientService"
_NEVER_SYNC = {"syncIntervalMs": -1}
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class CachedFile:
    """A file without a copy in the UFS. ``hosts`` of the workers that hold a block of it."""

    path: str
    length_bytes: int
    hosts: frozenset[str]
    under_way: bool


@dataclass(slots=True)
class AtRisk:
    """What would be lost with some workers, or could become so before all its blocks are copied."""

    files: int = 0
    length_bytes: int = 0
    by_host: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)

    def add(self, file: CachedFile) -> None:
        self.files += 1
        self.length_bytes += file.length_bytes
        for host in file.hosts:
            self.by_host[host] = self.by_host.get(host, 0) + file.length_bytes
        if len(self.examples) < _EXAMPLES:
            self.examples.append(file.path)


def list_unpersisted(masters: Masters, deadline_s: float) -> Iterator[CachedFile]:
    """All of them. ``deadline_s`` bounds the wait for each page. Raises like ``Masters.listen``."""
    options = {
        "recursive": True,
        "loadMetadataType": "NEVER",
        "excludeMountInfo": True,
        "disableAreDescendantsLoadedCheck": True,
        "commonOptions": _NEVER_SYNC,
    }
    fields = {"path": "/", "options": options}
    for page in masters.listen(method(_SERVICE, "ListStatus"), fields, deadline_s=deadline_s):
        for info in page.fileInfos:
            under_way = info.persistenceState == "TO_BE_PERSISTED"
            cached = under_way or info.persistenceState == "NOT_PERSISTED"
            if info.folder or not info.completed or not cached:
                continue
            places = {place for b in info.fileBlockInfos for place in b.blockInfo.locations}
            hosts = frozenset(_host(place) for place in places)
            yield CachedFile(info.path, info.length, hosts, under_way)


@lru_cache(maxsize=4096)
def _host(location: bytes) -> str:
    """The worker's host of an encoded BlockLocation, of which there are few different ones."""
    return str(message("alluxio.grpc.BlockLocation").FromString(location).workerAddress.host)


def at_risk(files: Iterable[CachedFile], hosts: frozenset[str]) -> AtRisk:
    """What of the files lies on one of ``hosts``.

    Also with a second replica elsewhere: which of them stays is up to the cache.
    """
    found = AtRisk()
    for file in files:
        if file.hosts & hosts:
            found.add(file)
    return found


def persist(masters: Masters, files: Sequence[CachedFile], deadline_s: float) -> int:
    """Has those copied that nobody copies yet; how many. It takes the job service some seconds.

    Raises like ``Masters.call``.
    """
    waiting = [file for file in files if not file.under_way]
    asked = method(_SERVICE, "ScheduleAsyncPersistence")
    for file in waiting:
        # At once: by default a file is persisted when it has not been written for a while.
        fields = {"path": file.path, "options": {"persistenceWaitTime": 0}}
        masters.call(asked, fields, repeatable=True, deadline_s=deadline_s)
    return len(waiting)
