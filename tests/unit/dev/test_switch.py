# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Bytes between nodes from the counters at the switch."""

from __future__ import annotations

from typing import Any

from workbench.switch import traffic_of


def link(name: str, received: int) -> dict[str, Any]:
    return {"ifname": name, "stats64": {"rx": {"bytes": received}, "tx": {"bytes": 7}}}


def test_what_nodes_send_to_the_control_plane_crosses_no_node() -> None:
    before = [link("lo", 5), link("switch", 100), link("to-node-1", 80), link("to-node-2", 40)]
    later = [link("lo", 9), link("switch", 130), link("to-node-1", 180), link("to-node-2", 50)]
    assert traffic_of(before).crossed_bytes == 20
    seen = traffic_of(later).since(traffic_of(before))
    assert seen.sent_bytes == {"node-1": 100, "node-2": 10}
    assert seen.to_control_plane_bytes == 30
    assert seen.crossed_bytes == 80
