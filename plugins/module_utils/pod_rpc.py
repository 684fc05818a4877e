# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The gRPC services of a cluster's masters, for one step of a pass."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from .alluxio.master_rpc import MasterRpc
from .alluxio.rpc.channel import Login
from .cluster_road import open_road
from .kube.client import KubeClient

# The user of all processes of ours (plans/properties.py), whom the masters let do anything.
_USER = "alluxio"


@contextmanager
def masters_rpc(
    client: KubeClient, name: str, namespace: str, deadline_s: float
) -> Iterator[MasterRpc]:
    """The masters of the AlluxioCluster ``name``; each call is bounded by ``deadline_s``.

    Raises NotFound when none runs, and the errors of kube/errors.py.
    """
    with (
        open_road(client, name, namespace, os.environ) as way,
        MasterRpc(
            way.masters, Login(_USER), road=way.road, deadline_s=deadline_s, leader_s=deadline_s
        ) as masters,
    ):
        yield masters
