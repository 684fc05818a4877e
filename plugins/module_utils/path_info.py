# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is below a path and where its bytes are cached, from a listing that is read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .alluxio.errors import PathNotFound
from .alluxio.model import Block, FileStatus
from .alluxio.rpc.files import FileSystem, Load


def get_path_info(files: FileSystem, path: str, load: Load, most_files: int) -> dict[str, Any]:
    """The row of a path: its status, sums over all files below, the first ``most_files`` of them.

    A path that does not exist is a row, too. Raises like ``Masters.call``.
    """
    try:
        status = files.get_status(path, load=load)
    except PathNotFound:
        return {"path": path, "exists": False}
    below: Iterable[FileStatus] = [status]
    if status.folder:
        below = files.list_status(path, recursive=True, load=load)
    usage = add_up(below, most_files)
    return {
        "path": path,
        "exists": True,
        "status": status_row(status, with_blocks=not status.folder),
        "usage": usage.as_row(),
        "files": usage.first_files if status.folder else [],
        "truncated": status.folder and usage.files > len(usage.first_files),
    }


@dataclass
class Usage:
    """Sums over files. A block with two copies counts once in ``cached_bytes``, and at each worker."""

    files: int = 0
    directories: int = 0
    blocks: int = 0
    total_bytes: int = 0
    cached_bytes: int = 0
    lost_bytes: int = 0
    not_persisted_bytes: int = 0
    incomplete_files: int = 0
    by_place: Counter[tuple[str, str]] = field(default_factory=Counter)
    first_files: list[dict[str, Any]] = field(default_factory=list)

    def as_row(self) -> dict[str, Any]:
        """Plain data, workers and tiers by name."""
        workers: dict[str, dict[str, Any]] = {}
        tiers: Counter[str] = Counter()
        for (host, tier), size in sorted(self.by_place.items()):
            worker = workers.setdefault(host, {"host": host, "bytes": 0, "tiers": {}})
            worker["bytes"] += size
            worker["tiers"][tier] = size
            tiers[tier] += size
        return {
            "files": self.files,
            "directories": self.directories,
            "blocks": self.blocks,
            "total_bytes": self.total_bytes,
            "cached_bytes": self.cached_bytes,
            "uncached_bytes": self.total_bytes - self.cached_bytes,
            "lost_bytes": self.lost_bytes,
            "not_persisted_bytes": self.not_persisted_bytes,
            "incomplete_files": self.incomplete_files,
            "workers": sorted(workers.values(), key=lambda one: (-one["bytes"], one["host"])),
            "tiers": dict(sorted(tiers.items())),
        }


def add_up(statuses: Iterable[FileStatus], most_files: int) -> Usage:
    """Reads the listing once and keeps the rows of the first ``most_files`` files."""
    usage = Usage()
    for status in statuses:
        if status.folder:
            usage.directories += 1
            continue
        usage.files += 1
        usage.incomplete_files += not status.completed
        usage.blocks += len(status.blocks)
        usage.total_bytes += status.length_bytes
        persisted = status.persistence_state == "PERSISTED"
        usage.not_persisted_bytes += 0 if persisted else status.length_bytes
        for block in status.blocks:
            _add_block(usage, block, persisted)
        if len(usage.first_files) < most_files:
            usage.first_files.append(status_row(status, with_blocks=True))
    return usage


def _add_block(usage: Usage, block: Block, persisted: bool) -> None:
    if block.locations:
        usage.cached_bytes += block.length_bytes
    elif not persisted:
        usage.lost_bytes += block.length_bytes
    for location in block.locations:
        usage.by_place[location.worker.host, location.tier] += block.length_bytes


def status_row(status: FileStatus, *, with_blocks: bool) -> dict[str, Any]:
    """A file or directory as plain data."""
    names = (name for name in FileStatus.__slots__ if name not in ("blocks", "block_ids"))
    row = {name: getattr(status, name) for name in names}
    row["pinned_media"] = list(status.pinned_media)
    if with_blocks:
        row["blocks"] = [_block_row(block) for block in status.blocks]
    return row


def _block_row(block: Block) -> dict[str, Any]:
    return {
        "block_id": block.block_id,
        "offset": block.offset,
        "length_bytes": block.length_bytes,
        "locations": [
            {"host": one.worker.host, "tier": one.tier, "medium": one.medium}
            for one in block.locations
        ],
    }
