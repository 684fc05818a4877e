# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The leader about itself: who it is, its configuration, backups and checkpoints of its journal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..model import Backup, MasterAddress, MasterState, Property
from .masters import Masters
from .messages import label, method

_SERVICE = "alluxio.grpc.meta.MetaMasterClientService"
_CONFIGURATION = "alluxio.grpc.meta.MetaMasterConfigurationService"
# What reads as a sentence in a serialised Java exception.
_SENTENCE = re.compile(rb"[\x20-\x7e]{12,}")


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
        host = answer.leaderMasterAddress.rpartition(":")[0].split("/")[0]
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

    def start_backup(
        self,
        directory: str = "",
        *,
        local: bool = False,
        allow_leader: bool = False,
        deadline_s: float | None = None,
    ) -> Backup:
        """Starts a backup of the metadata and returns at once; ``get_backup`` tells how it goes.

        Into ``directory`` of the root UFS, or of the master's own disk if ``local``; by default the
        one that alluxio.master.backup.directory names. A standby makes it; ``allow_leader`` lets the
        leader make it, and stop serving meanwhile, when there is none. Raises NotPossibleNow while
        another one is under way or no standby is there.
        """
        request = {
            "targetDirectory": directory,
            "options": {
                "localFileSystem": local,
                "allowLeader": allow_leader,
                "runAsync": True,
            },
        }
        if not directory:
            del request["targetDirectory"]
        return _backup(
            self._masters.call(
                method(_SERVICE, "Backup"), request, repeatable=False, deadline_s=deadline_s
            )
        )

    def get_backup(self, backup_id: str, deadline_s: float | None = None) -> Backup:
        """How a backup stands. A master that did not lead when it was made does not know it."""
        return _backup(
            self._masters.call(
                method(_SERVICE, "GetBackupStatus"),
                {"backupId": backup_id},
                repeatable=True,
                deadline_s=deadline_s,
            )
        )

    def checkpoint(self, deadline_s: float | None = None) -> str:
        """Makes a checkpoint of the leader's journal and gives its host; minutes for a large one."""
        answer = self._masters.call(
            method(_SERVICE, "Checkpoint"), {}, repeatable=True, deadline_s=deadline_s
        )
        return str(answer.masterHostname)

    def get_configuration(self, deadline_s: float | None = None) -> dict[str, Property]:
        """Every property of the cluster by its name; credentials come masked by the master."""
        answer = self._masters.call(
            method(_CONFIGURATION, "GetConfiguration"),
            {"ignorePathConf": True},
            repeatable=True,
            deadline_s=deadline_s,
        )
        return {
            one.name: Property(value=one.value, source=one.source)
            for one in sorted(answer.clusterConfigs, key=lambda one: str(one.name))
        }

    def get_path_configuration(self, deadline_s: float | None = None) -> dict[str, dict[str, str]]:
        """For each path that has a configuration of its own, its properties."""
        answer = self._masters.call(
            method(_CONFIGURATION, "GetConfiguration"),
            {"ignoreClusterConf": True},
            repeatable=True,
            deadline_s=deadline_s,
        )
        return {
            path: {one.name: one.value for one in configured.properties}
            for path, configured in sorted(answer.pathConfigs.items())
        }

    def set_path_configuration(
        self, path: str, properties: Mapping[str, str], deadline_s: float | None = None
    ) -> None:
        """Adds properties for all below ``path``, which clients learn within a minute.

        A client's own properties win over them. Raises InvalidRequest for what is no property.
        """
        self._masters.call(
            method(_CONFIGURATION, "SetPathConfiguration"),
            {"path": path, "properties": dict(properties)},
            repeatable=True,
            deadline_s=deadline_s,
        )

    def remove_path_configuration(self, path: str, deadline_s: float | None = None) -> None:
        """Takes all properties of ``path`` away; none may be there."""
        self._masters.call(
            method(_CONFIGURATION, "RemovePathConfiguration"),
            {"path": path},
            repeatable=True,
            deadline_s=deadline_s,
        )

    def update_configuration(
        self, properties: Mapping[str, str], deadline_s: float | None = None
    ) -> dict[str, bool]:
        """Changes dynamic properties of the running leader; whether each one was taken.

        The master's alluxio.conf.dynamic.update.enabled must be true. A restart forgets them.
        """
        answer = self._masters.call(
            method(_CONFIGURATION, "UpdateConfiguration"),
            {"properties": dict(properties)},
            repeatable=True,
            deadline_s=deadline_s,
        )
        return dict(answer.status)


def _backup(status: Any) -> Backup:
    sentences = _SENTENCE.findall(status.backupError)
    return Backup(
        backup_id=status.backupId,
        state=label(status, "backupState"),
        host=status.backupHost,
        uri=status.backupUri,
        entries=status.entryCount,
        # Class names come first, the exception's own message is the last of them.
        error=sentences[-1].decode() if sentences else "",
    )
