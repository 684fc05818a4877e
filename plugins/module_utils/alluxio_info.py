# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the leading master says of the whole Alluxio, as plain data, with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .alluxio.errors import RequestRefused
from .alluxio.master_rpc import MasterRpc
from .alluxio.model import (
    BlockMasterState,
    JournalMember,
    MasterState,
    MountPoint,
    TierUsage,
    Worker,
    WorkerState,
)


def get_info(master: MasterRpc, check_ufs: bool) -> dict[str, Any]:
    """One look. ``check_ufs`` asks each UFS for its capacity. Raises like ``Masters.call``."""
    state = master.meta.get_state()
    workers = master.blocks.get_workers()
    quorum = _quorum(master)
    blocks = master.blocks.get_state()
    mounts = master.files.get_mount_table(check_ufs=check_ufs)
    findings = list(find_faults(state, quorum, workers, blocks))
    return {
        "version": state.version,
        "cluster_id": state.cluster_id,
        "leader": {
            "host": state.host,
            "rpc_port": state.rpc_port,
            "web_port": state.web_port,
            "start_time_ms": state.start_time_ms,
            "uptime_ms": state.uptime_ms,
            "safe_mode": state.safe_mode,
        },
        "masters": [
            {"host": one.host, "port": one.port, "version": one.version, "state": one.state}
            for one in state.masters
        ],
        "quorum": None if quorum is None else [_member_row(member) for member in quorum],
        "workers": [_worker_row(worker) for worker in workers],
        "capacity_bytes": blocks.capacity_bytes,
        "used_bytes": blocks.used_bytes,
        "free_bytes": blocks.free_bytes,
        "tiers": _tier_rows(blocks.tiers),
        "mounts": {path: _mount_row(mount) for path, mount in mounts.items()},
        "healthy": not findings,
        "findings": findings,
    }


def find_faults(
    state: MasterState,
    quorum: Sequence[JournalMember] | None,
    workers: Sequence[Worker],
    blocks: BlockMasterState,
) -> Iterator[str]:
    """What a person should look at, a sentence each."""
    if state.safe_mode:
        yield "The leader is in safe mode: it waits for workers and refuses calls about files."
    for member in quorum or ():
        if not member.available:
            yield f"The master at {member.host}:{member.port} is not available to the quorum."
    if len({member.priority for member in quorum or ()}) > 1:
        yield "The masters' priorities differ: a transfer of the lead was not followed by a reset."
    for worker in workers:
        if worker.state is WorkerState.LOST:
            yield f"The worker {worker.host} is lost, since {worker.last_contact_s} s."
    if not blocks.live_workers:
        yield "There is no live worker: nothing can be cached, and only the UFS can be written to."
    versions = sorted({one.version for one in workers if one.version} | {state.version})
    if len(versions) > 1:
        yield f"Servers of several versions run together: {', '.join(versions)}."


def _quorum(master: MasterRpc) -> tuple[JournalMember, ...] | None:
    try:
        return master.journal.get_quorum()
    except RequestRefused:
        # With a journal in the UFS there is no quorum to ask about.
        return None


def _member_row(member: JournalMember) -> dict[str, Any]:
    return {
        "host": member.host,
        "port": member.port,
        "available": member.available,
        "leader": member.leader,
        "priority": member.priority,
    }


def _worker_row(worker: Worker) -> dict[str, Any]:
    return {
        "host": worker.host,
        "container_host": worker.address.container_host,
        "rpc_port": worker.address.rpc_port,
        "web_port": worker.address.web_port,
        "worker_id": worker.worker_id,
        "state": str(worker.state),
        "version": worker.version,
        "capacity_bytes": worker.capacity_bytes,
        "used_bytes": worker.used_bytes,
        "tiers": _tier_rows(worker.tiers),
        "last_contact_s": worker.last_contact_s,
        "start_time_ms": worker.start_time_ms,
    }


def _tier_rows(tiers: Mapping[str, TierUsage]) -> dict[str, dict[str, int]]:
    return {
        name: {"total_bytes": tier.total_bytes, "used_bytes": tier.used_bytes}
        for name, tier in sorted(tiers.items())
    }


def _mount_row(mount: MountPoint) -> dict[str, Any]:
    """Without the properties, which may hold credentials."""
    return {
        "uri": mount.uri,
        "type": mount.ufs_type,
        "read_only": mount.read_only,
        "shared": mount.shared,
        "mount_id": mount.mount_id,
        "capacity_bytes": mount.capacity_bytes,
        "used_bytes": mount.used_bytes,
    }
