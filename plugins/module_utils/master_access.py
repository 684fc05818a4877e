# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The two ways to say which Alluxio is meant: the name of an AlluxioCluster, or masters' addresses."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from .alluxio.endpoint import Road, direct, parse
from .alluxio.master_rpc import RPC_PORT, MasterRpc
from .alluxio.model import FileStatus
from .alluxio.rpc.channel import Login
from .cluster_road import open_road
from .errors import InvalidValue
from .kube.client import KubeClient


@dataclass(frozen=True, slots=True)
class Wanted:
    """Either ``cluster`` in ``namespace``, or ``masters`` as ``host:port``; ``user`` is whom we act as
    (the servers believe it under authentication type SIMPLE).
    """

    cluster: str = ""
    namespace: str = ""
    masters: Sequence[str] = ()
    user: str = "alluxio"


@dataclass(frozen=True, slots=True)
class Access:
    """An open client of the masters, and the road by which workers are reached as well."""

    master: MasterRpc
    road: Road
    login: Login

    def list_files(self, path: str) -> Iterator[FileStatus]:
        """Everything below a path that Alluxio knows, with the places of blocks; or the file itself."""
        return self.master.files.list_status(path, recursive=True)


@contextmanager
def open_access(wanted: Wanted, client: KubeClient | None) -> Iterator[Access]:
    """``client`` is needed for a cluster by name. Raises InvalidValue, and what open_road raises."""
    login = Login(wanted.user)
    if wanted.masters:
        addresses = [
            parse(text, f"masters[{index}]", RPC_PORT) for index, text in enumerate(wanted.masters)
        ]
        with MasterRpc(addresses, login) as master:
            yield Access(master, direct, login)
        return
    if not (wanted.cluster and wanted.namespace and client):
        raise InvalidValue(
            "cluster", wanted.cluster, "name a cluster and its namespace, or masters"
        )
    with (
        open_road(client, wanted.cluster, wanted.namespace, os.environ) as reached,
        MasterRpc(reached.masters, login, road=reached.road) as master,
    ):
        yield Access(master, reached.road, login)
