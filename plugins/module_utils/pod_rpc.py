# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The road to the gRPC services of Alluxio pods: straight from inside, none from outside."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from .alluxio.endpoint import Endpoint
from .alluxio.errors import ServerUnreachable
from .alluxio.master_rpc import RPC_PORT, MasterRpc
from .alluxio.rpc.channel import Login

# The user of all processes of ours (plans/properties.py), whom the masters let do anything.
_USER = "alluxio"


def masters_rpc(pods: Sequence[Mapping[str, Any]], deadline_s: float) -> MasterRpc:
    """The masters among rows of ``observed.pods``.

    Raises ServerUnreachable from outside Kubernetes, where pods' addresses lead nowhere.
    """
    ready = [pod for pod in pods if pod["component"] == "master" and pod["ready"]]
    if not ready:
        raise ServerUnreachable("the masters", "none of them is ready")
    if "KUBERNETES_SERVICE_HOST" not in os.environ:
        raise ServerUnreachable("the masters", "their pods cannot be reached from here")
    addresses = [Endpoint(pod["pod_ip"], RPC_PORT) for pod in ready]
    return MasterRpc(addresses, Login(_USER), deadline_s=deadline_s, leader_s=deadline_s)
