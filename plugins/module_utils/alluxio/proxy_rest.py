# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The proxy's REST API, which is there if alluxio.proxy.s3.v2.version.enabled is false."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote

from ._json import Node
from .model import CacheOnly
from .transport import Transport

REST_PORT = 39999

# Seen on 2.9.6: 2.5-4 KB of JSON for a file of one block, about 1 KB more for each further block.
_LIMIT_BYTES = 16 * 1024 * 1024


def get_cache_only(transport: Transport, path: str, deadline_s: float) -> CacheOnly:
    """What of the complete files below ``path`` has no copy in the UFS.

    The proxy collects the whole listing first, so callers bound the number of paths beforehand.
    Metadata is not synchronised with the UFS. Raises ServerUnreachable, AnswerTooLarge, and
    UnexpectedAnswer, the last also for the empty answer of a proxy without REST.
    """
    # One encoded segment, because what stands in between may merge the slashes of a literal path.
    target = f"/api/v1/paths/{quote(path, safe='')}/list-status"
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
    files = [entry for entry in listing.elements() if not entry.read_bool("folder")]
    cached = [file for file in files if file.read_str("persistenceState") != "PERSISTED"]
    sizes = [(file.read_str("path"), file.read_int("length")) for file in cached]
    return CacheOnly(
        not_persisted_bytes=sum(size[1] for size in sizes),
        lost_files=sum(file.read_str("persistenceState") == "LOST" for file in cached),
        files=tuple(sorted(sizes, key=lambda row: (-row[1], row[0]))),
        held_by=_held_by(cached),
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
