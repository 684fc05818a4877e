# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The host under which a worker registered -> the node that it runs on.

On Kubernetes a worker registers under its node's IP, but a chart, a host network or a hand-made
deployment may say anything else that names a node. The kinds of names are tried in a fixed order; a
name that fits two nodes fits none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from ..kube.nodes import Node

_ADDRESS_ORDER = ("InternalIP", "Hostname", "InternalDNS", "ExternalIP", "ExternalDNS")


@dataclass(frozen=True, slots=True)
class Found:
    """Either the name of a node, or why there is none."""

    node: str = ""
    problem: str = ""


class Hosts:
    """Looks hosts up among ``nodes``.

    ``pod_nodes`` is the node name of each pod IP; ``container_hosts`` the second address that a
    worker may have given, by its host.
    """

    def __init__(
        self,
        nodes: Iterable[Node],
        pod_nodes: Mapping[str, str] | None = None,
        container_hosts: Mapping[str, str] | None = None,
    ) -> None:
        nodes = tuple(nodes)
        self._names = {node.name for node in nodes}
        self._tables = _tables(nodes)
        self._pod_nodes = {_normal(ip): node for ip, node in (pod_nodes or {}).items()}
        self._container_hosts = container_hosts or {}

    def find(self, host: str) -> Found:
        """The node of the worker of that host."""
        first = self._find_one(host)
        second = self._container_hosts.get(host, "")
        if first.node or not second:
            return first
        by_container = self._find_one(second)
        return by_container if by_container.node else first

    def _find_one(self, host: str) -> Found:
        name = _normal(host)
        for table in self._tables:
            candidates = table.get(name, ())
            if len(candidates) == 1:
                return Found(node=candidates[0])
            if candidates:
                return Found(problem=f"it names several nodes: {', '.join(candidates)}")
        node = self._pod_nodes.get(name)
        if node is None:
            return Found(problem="no node and no pod has this address")
        if node not in self._names:
            return Found(problem=f"its node {node} is gone")
        return Found(node=node)


def _tables(nodes: Sequence[Node]) -> list[dict[str, tuple[str, ...]]]:
    """One table for each kind of name, in the order of trust."""
    tables = [
        _table(
            (address, node.name)
            for node in nodes
            for kind, address in node.addresses
            if kind == wanted
        )
        for wanted in _ADDRESS_ORDER
    ]
    names = _table((node.name, node.name) for node in nodes)
    labels = _table((node.hostname, node.name) for node in nodes if node.hostname)
    # After the IP and the host name that the kubelet reports, before what a cloud adds.
    return [*tables[:2], names, labels, *tables[2:]]


def _table(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for name, node in pairs:
        found.setdefault(_normal(name), set()).add(node)
    return {name: tuple(sorted(nodes)) for name, nodes in found.items()}


def _normal(host: str) -> str:
    """One spelling for each address: IPv6 has many, names ignore case and a final dot."""
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        return host.rstrip(".").lower()
