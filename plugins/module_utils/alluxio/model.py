# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a live Alluxio says about itself, as plain values. Bytes are ints, ids keep 64 bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
class Worker:
    """One worker; ``host`` is the name it registered under, on Kubernetes the IP of its node."""

    host: str
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
    those with blocks that no worker holds any more.
    """

    not_persisted_bytes: int
    lost_files: int


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
