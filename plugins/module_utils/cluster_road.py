# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From the name of an AlluxioCluster to its masters, and the road to every server of it.

Inside Kubernetes a pod is reached by its IP. From outside each server is reached by a port-forward to
its pod: masters under the pod IPs that we name ourselves, workers under the addresses that they have
registered with the master, a node's IP and a pod's IP (docs/decisions/0071).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .alluxio.endpoint import Endpoint, Road, direct
from .alluxio.errors import ServerUnreachable
from .alluxio.master_rpc import RPC_PORT
from .cluster_info import selector
from .kube.client import KubeClient
from .kube.errors import NotFound
from .kube.pods import pod_row

MASTER, WORKER = "master", "worker"


@dataclass(frozen=True, slots=True)
class ClusterRoad:
    """``masters`` are the addresses of those that run; ``pods`` the rows of all pods of the cluster."""

    masters: tuple[Endpoint, ...]
    road: Road
    pods: tuple[Mapping[str, Any], ...]


@contextmanager
def open_road(
    client: KubeClient, name: str, namespace: str, environment: Mapping[str, str]
) -> Iterator[ClusterRoad]:
    """The road to the AlluxioCluster, which ends with the context.

    Raises NotFound when no master of that cluster runs, and the errors of kube/errors.py.
    """
    found = client.direct.list_objects("v1", "Pod", namespace, label_selector=selector(name))
    pods = tuple(sorted((pod_row(pod) for pod in found), key=lambda row: str(row["name"])))
    masters = tuple(
        Endpoint(pod["pod_ip"], RPC_PORT)
        for pod in pods
        if _runs(pod) and pod["component"] == MASTER
    )
    if not masters:
        raise NotFound(
            f"no master of an AlluxioCluster {name} runs in namespace {namespace}",
            "correct name and namespace, or look at `kubectl get alluxioclusters,pods -n` there",
        )
    if "KUBERNETES_SERVICE_HOST" in environment:
        yield ClusterRoad(masters, direct, pods)
        return
    # It brings asyncio, which whoever is inside needs not load.
    from .kube.port_forward import LOOPBACK, PortForwarder, Target

    with PortForwarder(client) as forwarder:

        def forward(pod: Mapping[str, Any], port: int) -> Endpoint:
            return Endpoint(LOOPBACK, forwarder.open(Target(namespace, pod["name"], port)))

        yield ClusterRoad(masters, pod_road(pods, forward), pods)


def pod_road(
    pods: Sequence[Mapping[str, Any]], forward: Callable[[Mapping[str, Any], int], Endpoint]
) -> Road:
    """The road that ``forward`` makes to the pod behind each address.

    A pod IP is one pod's; a node's IP is that of the cluster's worker on the node, of which there is
    one at most. Raises ServerUnreachable for an address of no pod of the cluster.
    """
    by_pod_ip = {pod["pod_ip"]: pod for pod in pods if _runs(pod)}
    workers = {pod["host_ip"]: pod for pod in pods if _runs(pod) and pod["component"] == WORKER}

    def road(endpoint: Endpoint) -> Endpoint:
        pod = by_pod_ip.get(endpoint.host) or workers.get(endpoint.host)
        if pod is None:
            raise ServerUnreachable(
                str(endpoint), "it is the address of no running pod of the cluster"
            )
        return forward(pod, endpoint.port)

    return road


def _runs(pod: Mapping[str, Any]) -> bool:
    return pod["phase"] == "Running" and bool(pod["pod_ip"]) and not pod["deleting"]
