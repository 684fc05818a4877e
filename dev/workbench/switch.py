# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The switch between the nodes of the development cluster: how many bytes crossed it, and how fast they may.

Each node has one cable (devcluster/network.py). What its end at the switch has received is what the node has sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from devcluster.layout import CONTROL_PLANE, layout
from devcluster.machine import Machine
from devcluster.network import BRIDGE

from workbench.cluster import Cluster

_CABLE = "to-"
# A bucket that holds the largest packet of a virtual cable (64 KiB) some times over.
_BUCKET = ("burst", "256kb", "latency", "50ms")
_ADD, _REMOVE = ("tc", "qdisc", "add", "dev"), ("tc", "qdisc", "del", "dev")


@dataclass(frozen=True)
class Traffic:
    """Bytes of packets since the cluster came up: what each node has sent, and what of it the control plane got."""

    sent_bytes: dict[str, int]
    to_control_plane_bytes: int

    @property
    def crossed_bytes(self) -> int:
        """From one node to another."""
        return sum(self.sent_bytes.values()) - self.to_control_plane_bytes

    def since(self, before: Traffic) -> Traffic:
        sent = {node: count - before.sent_bytes[node] for node, count in self.sent_bytes.items()}
        to_control_plane = self.to_control_plane_bytes - before.to_control_plane_bytes
        return Traffic(sent, to_control_plane)


def traffic(cluster: Cluster) -> Traffic:
    """The counters now."""
    return traffic_of(json.loads(_run(cluster, CONTROL_PLANE, "ip", "-s", "-j", "link", "show")))


def traffic_of(links: list[dict[str, Any]]) -> Traffic:
    """From what `ip -s -j link show` says at the switch."""
    received = {link["ifname"]: link["stats64"]["rx"]["bytes"] for link in links}
    sent = {
        name.removeprefix(_CABLE): count
        for name, count in received.items()
        if name.startswith(_CABLE)
    }
    return Traffic(sent, received[BRIDGE])


@contextmanager
def limited(cluster: Cluster, rate: str) -> Iterator[None]:
    """Lets each node send and receive at most ``rate`` (as tc writes it: ``500mbit``) while the context is open."""
    ends = [
        end
        for node in traffic(cluster).sent_bytes
        for end in ((CONTROL_PLANE, f"{_CABLE}{node}"), (node, "eth0"))
    ]
    with ExitStack() as undo:
        for machine, device in ends:
            _run(cluster, machine, *_ADD, device, "root", "tbf", "rate", rate, *_BUCKET)
            undo.callback(_run, cluster, machine, *_REMOVE, device, "root")
        yield


def _run(cluster: Cluster, machine: str, *command: str) -> str:
    done = Machine(layout(cluster.name), machine).run(list(command))
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} on {machine}: {done.stderr.strip()}")
    return done.stdout
