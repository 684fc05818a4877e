# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a live Alluxio says about itself, as plain values. Bytes are ints, ids keep 64 bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class WorkerState(StrEnum):
    """Where a worker stands in the master's books."""

    LIVE = "LIVE"
    LOST = "LOST"
    DECOMMISSIONED = "DECOMMISSIONED"


@dataclass(frozen=True, slots=True)
class TierUsage:
    """Room of one tier, of one worker or of the whole cluster."""

    total_bytes: int
    used_bytes: int


@dataclass(frozen=True, slots=True)
class WorkerAddress:
    """Where a worker registered itself.

    ``host`` is its identity, on Kubernetes the IP of its node. ``container_host`` is the IP of its
    pod where that differs, else empty. RPC and data share one port in Alluxio 2.9.
    """

    host: str
    container_host: str
    rpc_port: int
    web_port: int

    @property
    def reachable_host(self) -> str:
        """Where connections go, as Java's clients choose it."""
        return self.container_host or self.host


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker; ``host`` is the name it registered under, on Kubernetes the IP of its node."""

    host: str
    address: WorkerAddress
    version: str
    worker_id: int
    state: WorkerState
    capacity_bytes: int
    used_bytes: int
    tiers: Mapping[str, TierUsage]
    last_contact_s: int
    start_time_ms: int


@dataclass(frozen=True, slots=True)
class Mount:
    """A UFS in the namespace. Its properties are left out: they may carry credentials."""

    uri: str
    ufs_type: str
    read_only: bool


@dataclass(frozen=True, slots=True)
class MasterInfo:
    """The leader's account of the cluster; capacity, use and tiers are its own totals."""

    version: str
    uptime_ms: int
    capacity_bytes: int
    used_bytes: int
    tiers: Mapping[str, TierUsage]
    workers: tuple[Worker, ...]
    mounts: Mapping[str, Mount]


@dataclass(frozen=True, slots=True)
class MasterCounters:
    """Gauges of the leader.

    ``files_to_persist`` were written ASYNC_THROUGH and wait for their copy in the UFS;
    ``total_paths`` counts files and directories.
    """

    files_to_persist: int
    total_paths: int


@dataclass(frozen=True, slots=True)
class CacheOnly:
    """What exists in Alluxio alone.

    ``not_persisted_bytes`` is the sum of those files, lost ones included; ``lost_files`` counts
    those with blocks that no worker holds any more. ``files`` are path and length, the largest
    first. ``held_by`` gives bytes by the set of hosts that hold a copy of them: they are lost when
    all of these go.
    """

    not_persisted_bytes: int
    lost_files: int
    files: tuple[tuple[str, int], ...] = ()
    held_by: Mapping[tuple[str, ...], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quorum:
    """Hosts of the masters that heartbeat to the leader, and of those that stopped."""

    leader: str
    standbys: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JournalMember:
    """A master in the quorum of the embedded journal, by its journal address (port 19200).

    ``available`` is None when the server names a state that we do not know. A transfer of
    the lead gives the chosen one a higher ``priority`` than the others, until priorities are reset.
    """

    host: str
    port: int
    available: bool | None
    leader: bool
    priority: int


@dataclass(frozen=True, slots=True)
class MasterAddress:
    """A master's own account of where it listens (RPC) and what it runs."""

    host: str
    port: int
    version: str
    state: str


@dataclass(frozen=True, slots=True)
class MasterState:
    """The leader about itself. ``safe_mode``: it still waits for workers, and refuses file calls."""

    host: str
    rpc_port: int
    web_port: int
    version: str
    cluster_id: str
    safe_mode: bool
    start_time_ms: int
    uptime_ms: int
    masters: tuple[MasterAddress, ...]
    journal_addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlockMasterState:
    """Sums over all live workers, and how many workers there are in which state."""

    capacity_bytes: int
    used_bytes: int
    free_bytes: int
    tiers: Mapping[str, TierUsage]
    live_workers: int
    lost_workers: int
    decommissioned_workers: int


@dataclass(frozen=True, slots=True)
class MountPoint:
    """A UFS in the namespace, with what it was mounted with.

    ``capacity_bytes`` and ``used_bytes`` are None where the UFS tells nothing (S3) or was not asked.
    ``properties`` may hold credentials, in clear; they are left out of the representation.
    """

    uri: str
    ufs_type: str
    read_only: bool
    shared: bool
    mount_id: int
    capacity_bytes: int | None
    used_bytes: int | None
    properties: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BlockLocation:
    """One copy of a block. A listing shares one object among all blocks on that tier of a worker."""

    worker_id: int
    worker: WorkerAddress
    tier: str
    medium: str


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a file. No ``locations``: no live worker holds it.

    ``ufs_hosts`` are hosts of the UFS that hold it, told only of a persisted block that is nowhere
    cached, and only where the listing asks for mount information.
    """

    block_id: int
    offset: int
    length_bytes: int
    locations: tuple[BlockLocation, ...]
    ufs_hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileStatus:
    """A file or a directory. Times are milliseconds since 1970, ``mode`` the usual bits (0o644).

    ``persisted`` alone proves nothing about a file's bytes: it is true right after the creation of a
    file that is written through. ``ttl_ms`` -1: none. ``replication_max`` -1: no limit. A directory
    has a ``length_bytes`` of 0 and the number of its children in ``children``.
    """

    path: str
    file_id: int
    folder: bool
    completed: bool
    length_bytes: int
    children: int
    block_size_bytes: int
    persisted: bool
    persistence_state: str
    pinned: bool
    pinned_media: tuple[str, ...]
    owner: str
    group: str
    mode: int
    ttl_ms: int
    ttl_action: str
    replication_min: int
    replication_max: int
    created_ms: int
    modified_ms: int
    accessed_ms: int
    mount_point: bool
    mount_id: int
    ufs_path: str
    ufs_fingerprint: str
    in_alluxio_percent: int
    in_memory_percent: int
    block_ids: tuple[int, ...]
    blocks: tuple[Block, ...]

    @property
    def cached_bytes(self) -> int:
        """Bytes of which at least one worker has a copy."""
        return sum(block.length_bytes for block in self.blocks if block.locations)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup of the master's metadata. ``state`` is Alluxio's: Initiating, Transitioning, Running,
    Completed, Failed, or UNKNOWN. ``error`` is empty unless it failed.
    """

    backup_id: str
    state: str
    host: str
    uri: str
    entries: int
    error: str


@dataclass(frozen=True, slots=True)
class Property:
    """The value of a property of the cluster and where it comes from. Credentials come masked."""

    value: str
    source: str
