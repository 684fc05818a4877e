# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The networks of the machines: a bridge beside the control plane is the switch for every node.

All of it lives in the machines' own network namespaces; the host keeps its own devices only. Every
step may be repeated, so that a machine which was started again finds its place.
"""

from __future__ import annotations

import subprocess

from .errors import DevClusterError
from .layout import CONTROL_PLANE_ADDRESS, NODE_PREFIX_LENGTH, Node

BRIDGE = "switch"


def wire_control_plane(pid: int) -> None:
    """Loopback and the bridge with the control plane's address."""
    _ip(
        pid,
        "link set lo up",
        f"link add {BRIDGE} type bridge",
        f"address add {CONTROL_PLANE_ADDRESS}/{NODE_PREFIX_LENGTH} dev {BRIDGE}",
        f"link set {BRIDGE} up",
    )


def wire_node(control_plane_pid: int, node: Node, node_pid: int, nodes: list[Node]) -> None:
    """A cable from the node to the switch, and the routes to the pods of every other node."""
    cable = f"to-{node.name}"
    _ip(
        control_plane_pid,
        f"link add {cable} type veth peer name eth0 netns {node_pid}",
        f"link set {cable} master {BRIDGE} up",
        f"route replace {node.pod_network} via {node.address}",
    )
    _ip(
        node_pid,
        "link set lo up",
        f"address add {node.address}/{NODE_PREFIX_LENGTH} dev eth0",
        "link set eth0 up",
        f"route add default via {CONTROL_PLANE_ADDRESS}",
        *(f"route add {other.pod_network} via {other.address}" for other in nodes if other != node),
    )


def is_wired(node_pid: int) -> bool:
    """Whether the node's cable is there; it is lost when the control plane was started anew."""
    command = ["nsenter", "--target", str(node_pid), "--net", "ip", "link", "show", "dev", "eth0"]
    return subprocess.run(command, capture_output=True).returncode == 0


def _ip(pid: int, *lines: str) -> None:
    done = subprocess.run(
        ["nsenter", "--target", str(pid), "--net", "ip", "-batch", "-"],
        input="\n".join(lines),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise DevClusterError(f"the network of a machine cannot be set up: {done.stderr.strip()}")
