# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Names, addresses and folders of a cluster: what is where, decided without I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .errors import DevClusterError
from .paths import cache

# The networks of two clusters may be the same: each lives in network namespaces of its own.
CONTROL_PLANE = "control-plane"
CONTROL_PLANE_ADDRESS = "10.77.0.1"
API_URL = f"https://{CONTROL_PLANE_ADDRESS}:6443"
NODE_PREFIX_LENGTH = 24
POD_NETWORK = "10.78.0.0/16"
SERVICE_NETWORK = "10.79.0.0/16"
API_SERVICE_ADDRESS = "10.79.0.1"
DNS_SERVICE_ADDRESS = "10.79.0.10"
PAUSE_IMAGE = "registry.test/pause:1"
MAX_NODES = 50

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?")


@dataclass(frozen=True)
class Node:
    """One worker machine; `number` counts from 1."""

    number: int

    @property
    def name(self) -> str:
        return f"node-{self.number}"

    @property
    def address(self) -> str:
        return f"10.77.0.{10 + self.number}"

    @property
    def pod_network(self) -> str:
        return f"10.78.{self.number}.0/24"


@dataclass(frozen=True)
class Layout:
    """Where the cluster `name` keeps its files, and what its cgroup is called."""

    name: str

    @property
    def folder(self) -> Path:
        return clusters_folder() / self.name

    @property
    def cgroup(self) -> str:
        return f"alluxio-k8s-{self.name}"

    @property
    def state_file(self) -> Path:
        return self.folder / "cluster.json"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"

    @property
    def certificates(self) -> Path:
        return self.folder / "certificates"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def audit_log(self) -> Path:
        return self.logs / "audit.log"

    @property
    def nodes(self) -> Path:
        return self.folder / "nodes"

    def machine(self, name: str) -> Path:
        """The folder of the machine's own files, which survive its crash."""
        return self.folder / CONTROL_PLANE if name == CONTROL_PLANE else self.nodes / name


def clusters_folder() -> Path:
    return cache() / "clusters"


def layout(name: str) -> Layout:
    """The layout of the cluster `name`. Raises DevClusterError for a name that is no DNS label."""
    if not _NAME.fullmatch(name):
        raise DevClusterError(
            f"--name {name!r}: use at most 32 of a-z, 0-9 and '-', no '-' at its ends."
        )
    return Layout(name)


def node_list(count: int) -> list[Node]:
    """Raises DevClusterError outside 1..MAX_NODES."""
    if not 1 <= count <= MAX_NODES:
        raise DevClusterError(f"--nodes {count}: between 1 and {MAX_NODES} are possible.")
    return [Node(number) for number in range(1, count + 1)]
