# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What placement needs to know of a Kubernetes cluster, in two lists: its nodes and its pods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .kube.capacity import requests_by_node
from .kube.client import KubeClient
from .kube.errors import Forbidden
from .kube.nodes import node_of
from .locality.placement import ClusterView

# Ended pods hold no room; the API server leaves them out more cheaply than we do.
_RUNNING = "status.phase!=Succeeded,status.phase!=Failed"
_NO_PODS = (
    "the pods of all namespaces may not be listed, so the room of a node is what it has when it is"
    " empty: ask for the verb list on pods"
)


def view_cluster(client: KubeClient) -> ClusterView:
    """Nodes with their room, as this user may see them.

    Needs list on nodes; without list on pods of all namespaces the answer says what it lacks. Pods are
    read page by page and forgotten at once. Raises the errors of kube/errors.py.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="pods") as pool:
        pods = pool.submit(_read_pods, client)
        nodes = tuple(node_of(node) for node in client.iterate("v1", "Node"))
        try:
            used, pod_nodes = pods.result()
        except Forbidden:
            return ClusterView(nodes, {}, {}, (_NO_PODS,))
    return ClusterView(nodes, used, pod_nodes)


def _read_pods(client: KubeClient) -> tuple[Mapping[str, Mapping[str, int]], Mapping[str, str]]:
    pod_nodes: dict[str, str] = {}
    pods = client.iterate("v1", "Pod", field_selector=_RUNNING)
    return requests_by_node(_noting_addresses(pods, pod_nodes)), pod_nodes


def _noting_addresses(
    pods: Iterable[dict[str, Any]], pod_nodes: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """Passes the pods on; a pod of the host network has its node's address, which proves nothing."""
    for pod in pods:
        spec, status = pod["spec"], pod.get("status") or {}
        if status.get("podIP") and spec.get("nodeName") and not spec.get("hostNetwork"):
            pod_nodes[status["podIP"]] = spec["nodeName"]
        yield pod
