# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The leader about itself."""

from __future__ import annotations

from ..model import MasterAddress, MasterState
from .masters import Masters
from .messages import method

_SERVICE = "alluxio.grpc.meta.MetaMasterClientService"


class MetaMaster:
    """Calls of the leader about the masters. All raise like ``Masters.call``."""

    def __init__(self, masters: Masters) -> None:
        self._masters = masters

    def get_state(self, deadline_s: float | None = None) -> MasterState:
        """Who leads, for how long, and which masters it knows."""
        answer = self._masters.call(
            method(_SERVICE, "GetMasterInfo"), {}, repeatable=True, deadline_s=deadline_s
        ).masterInfo
        # It reads like demo-masters-0/10.0.0.7:19998.
        host, _, _ = answer.leaderMasterAddress.rpartition(":")[0].partition("/")
        return MasterState(
            host=host,
            rpc_port=answer.rpcPort,
            web_port=answer.webPort,
            version=answer.version,
            cluster_id=answer.clusterId,
            safe_mode=answer.safeMode,
            start_time_ms=answer.startTimeMs,
            uptime_ms=answer.upTimeMs,
            masters=tuple(
                MasterAddress(
                    host=one.addresses.host,
                    port=one.addresses.rpcPort,
                    version=one.version,
                    state=one.state,
                )
                for one in answer.masterVersions
            ),
            journal_addresses=tuple(answer.raftAddress),
        )
