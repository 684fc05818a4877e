# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How long it takes to place executors for a million blocks on five thousand nodes, and in how much memory.

The blocks come from a generator, as they come from a master's stream; what the generator itself costs is a
column of its own. There is no peer that computes this: the goals are 2 s and 500 MB.
"""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator

from ansible_collections.alluxio.k8s.plugins.module_utils.kube.nodes import Node
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.executors import Executors
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.placement import (
    ClusterView,
    place,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.tally import Block
from table import show

BLOCKS = 1_000_000
NODES = 5_000
FILES_A_GROUP = 10_000
BLOCK_BYTES = 64 << 20
GIB = 1 << 30


def make_nodes() -> list[Node]:
    return [
        Node(
            name=f"node-{index}",
            labels={"kubernetes.io/hostname": f"node-{index}"},
            addresses=(("InternalIP", host(index)), ("Hostname", f"node-{index}")),
            allocatable={"cpu": 16_000, "memory": 64 * GIB, "pods": 110},
        )
        for index in range(NODES)
    ]


def host(index: int) -> str:
    return f"10.{index >> 16}.{index >> 8 & 255}.{index & 255}"


def blocks(replicas: int) -> Iterator[Block]:
    """Every block on workers drawn at random, so that sets of several workers hardly ever repeat."""
    draw = random.Random(1).randrange
    places = [(host(index), "MEM" if index % 2 else "SSD") for index in range(NODES)]
    for index in range(BLOCKS):
        locations = tuple([places[draw(NODES)] for _ in range(replicas)])
        yield f"/data/part-{index // FILES_A_GROUP}", BLOCK_BYTES, locations


def main() -> None:
    nodes = make_nodes()
    used = {node.name: {"cpu": 1000, "pods": 4} for node in nodes}
    rows = []
    for replicas in (1, 3):
        start = time.process_time()
        for _ in blocks(replicas):
            pass
        generated_s = time.process_time() - start
        start = time.process_time()
        executors = Executors(2_000, {"cpu": 4_000, "memory": 8 * GIB})
        placement = place(["/data"], blocks(replicas), ClusterView(nodes, used, {}), executors)
        placement.as_dict()
        took_s = time.process_time() - start
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append(
            (replicas, f"{took_s - generated_s:.2f}", f"{generated_s:.2f}", f"{peak_mb:.0f}")
        )
    show(
        f"Placement of 2,000 executors for {BLOCKS:,} blocks on {NODES:,} nodes",
        ("copies of a block", "CPU s", "CPU s of the generator, beside", "peak memory, MB"),
        rows,
    )


if __name__ == "__main__":
    main()
