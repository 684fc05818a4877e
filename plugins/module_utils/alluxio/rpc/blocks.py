# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The workers as the leader sees them."""

from __future__ import annotations

from typing import Any

from ..master_web import one_a_host
from ..model import BlockMasterState, TierUsage, Worker, WorkerState
from .decode import Decoder, worker_address
from .masters import Masters
from .messages import message, method

_SERVICE = "alluxio.grpc.block.BlockMasterClientService"
# Alluxio's words; a state that we do not know is none to rely on, so it counts as LOST.
_STATES = {
    "ACTIVE": WorkerState.LIVE,
    "LOST": WorkerState.LOST,
    "Decommissioned": WorkerState.DECOMMISSIONED,
    "Disabled": WorkerState.DECOMMISSIONED,
}


class BlockMaster:
    """Calls of the leader about workers and blocks. All raise like ``Masters.call``."""

    def __init__(self, masters: Masters) -> None:
        self._masters = masters

    def get_state(self, deadline_s: float | None = None) -> BlockMasterState:
        """Room in all, and the number of workers in each state."""
        answer = self._masters.call(
            method(_SERVICE, "GetBlockMasterInfo"), {}, repeatable=True, deadline_s=deadline_s
        ).blockMasterInfo
        used = answer.usedBytesOnTiers
        return BlockMasterState(
            capacity_bytes=answer.capacityBytes,
            used_bytes=answer.usedBytes,
            free_bytes=answer.freeBytes,
            # The master lists every tier name it knows, also those that no worker has.
            tiers={
                name: TierUsage(total_bytes=total, used_bytes=used.get(name, 0))
                for name, total in sorted(answer.capacityBytesOnTiers.items())
                if total or used.get(name, 0)
            },
            live_workers=answer.liveWorkerNum,
            lost_workers=answer.lostWorkerNum,
            decommissioned_workers=answer.decommissionedWorkerNum,
        )

    def get_workers(self, deadline_s: float | None = None) -> tuple[Worker, ...]:
        """Once a host: a restarted worker leaves its old identity among the lost ones."""
        fields = message("alluxio.grpc.block.GetWorkerReportPOptions").DESCRIPTOR.fields_by_name
        answer = self._masters.call(
            method(_SERVICE, "GetWorkerReport"),
            {
                "workerRange": "ALL",
                # The server leaves out what is not asked for.
                "fieldRanges": [one.number for one in fields["fieldRanges"].enum_type.values],
            },
            repeatable=True,
            deadline_s=deadline_s,
        )
        return one_a_host([_worker(info) for info in answer.workerInfos])

    def get_holders(self, block_id: int, deadline_s: float | None = None) -> tuple[str, ...]:
        """The hosts of the workers that hold a block. Raises InvalidRequest for one that is no more."""
        answer = self._masters.call(
            method(_SERVICE, "GetBlockInfo"),
            {"blockId": block_id},
            repeatable=True,
            deadline_s=deadline_s,
        )
        locations = Decoder(f"GetBlockInfo {block_id}").locations(answer.blockInfo.locations)
        return tuple(location.worker.host for location in locations)

    def decommission_worker(
        self,
        host: str,
        web_port: int,
        *,
        may_register_again: bool = False,
        deadline_s: float | None = None,
    ) -> None:
        """Takes a worker out of service; it goes on to serve what it is reading.

        Raises PathNotFound for a worker that is not there, NotServed before Alluxio 2.9.6.
        """
        options = {
            "workerHostname": host,
            "workerWebPort": web_port,
            "canRegisterAgain": may_register_again,
        }
        self._masters.call(
            method(_SERVICE, "DecommissionWorker"),
            options,
            repeatable=False,
            deadline_s=deadline_s,
        )

    def enable_worker(self, host: str, web_port: int, deadline_s: float | None = None) -> None:
        """Lets a decommissioned worker register again, which it does when it is restarted."""
        self._masters.call(
            method(_SERVICE, "RemoveDisabledWorker"),
            {"workerHostname": host, "workerWebPort": web_port},
            repeatable=False,
            deadline_s=deadline_s,
        )


def _worker(info: Any) -> Worker:
    used = info.usedBytesOnTiers
    return Worker(
        host=info.address.host,
        address=worker_address(info.address),
        version=info.buildVersion.version,
        worker_id=info.id,
        state=_STATES.get(info.state, WorkerState.LOST),
        capacity_bytes=info.capacityBytes,
        used_bytes=info.usedBytes,
        tiers={
            name: TierUsage(total_bytes=total, used_bytes=used.get(name, 0))
            for name, total in sorted(info.capacityBytesOnTiers.items())
        },
        last_contact_s=info.lastContactSec,
        start_time_ms=info.startTimeMs,
    )
