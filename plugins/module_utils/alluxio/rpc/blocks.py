# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The workers as the leader sees them."""

from __future__ import annotations

from ..model import BlockMasterState, TierUsage
from .masters import Masters
from .messages import method

_SERVICE = "alluxio.grpc.block.BlockMasterClientService"


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
