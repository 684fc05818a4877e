# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The quorum of the embedded journal, and who of it leads."""

from __future__ import annotations

from ..model import JournalMember
from .masters import Masters
from .messages import label, method

_SERVICE = "alluxio.grpc.journal.JournalMasterClientService"


class JournalMaster:
    """Calls of the leader about the journal. All raise like ``Masters.call``."""

    def __init__(self, masters: Masters) -> None:
        self._masters = masters

    def get_quorum(self, deadline_s: float | None = None) -> tuple[JournalMember, ...]:
        """Every member as the leader sees it, in the order of host and port."""
        answer = self._masters.call(
            method(_SERVICE, "GetQuorumInfo"), {}, repeatable=True, deadline_s=deadline_s
        )
        members = (
            JournalMember(
                host=one.serverAddress.host,
                port=one.serverAddress.rpcPort,
                available={"AVAILABLE": True, "UNAVAILABLE": False}.get(label(one, "serverState")),
                leader=one.isLeader,
                priority=one.priority,
            )
            for one in answer.serverInfo
        )
        return tuple(sorted(members, key=lambda member: (member.host, member.port)))

    def transfer_leadership(self, member: JournalMember, deadline_s: float | None = None) -> str:
        """Starts to hand the lead to ``member`` and gives the transfer's id; it takes some seconds.

        Whether it came about is seen by ``get_quorum``; why not, by ``get_transfer_message``. After
        it, whatever its end, ``reset_priorities`` is due: until then no other master can take over.
        """
        answer = self._masters.call(
            method(_SERVICE, "TransferLeadership"),
            {"serverAddress": {"host": member.host, "rpcPort": member.port}},
            repeatable=False,
            deadline_s=deadline_s,
        )
        return str(answer.transferId)

    def get_transfer_message(self, transfer_id: str, deadline_s: float | None = None) -> str:
        """Why that transfer failed; empty when nothing is known against it.

        Only the master that was asked to transfer knows, and a new leader answers with nothing.
        """
        answer = self._masters.call(
            method(_SERVICE, "GetTransferLeaderMessage"),
            {"transferId": transfer_id},
            repeatable=True,
            deadline_s=deadline_s,
        )
        return str(answer.transMsg.msg)

    def reset_priorities(self, deadline_s: float | None = None) -> None:
        """Makes all members equal again."""
        self._masters.call(
            method(_SERVICE, "ResetPriorities"), {}, repeatable=True, deadline_s=deadline_s
        )
