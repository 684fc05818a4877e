#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How long the development cluster takes to come and go, and what it costs when nothing runs on it."""

from __future__ import annotations

import statistics
import subprocess
import time
from pathlib import Path

from table import show
from workbench.cluster import ROOT, say

NAME = "benchmark"
REPEATS = 3
IDLE_S = 30


def timed(*arguments: str) -> float:
    """Seconds that one command of dev/cluster takes."""
    start = time.monotonic()
    subprocess.run(
        [ROOT / "dev/cluster", *arguments, "--name", NAME], check=True, capture_output=True
    )
    return time.monotonic() - start


def cgroup(controller: str, file: str) -> int:
    """A counter of the cluster's cgroup (cgroup v1)."""
    return int(Path("/sys/fs/cgroup", controller, f"alluxio-k8s-{NAME}", file).read_text())


def resident_bytes() -> int:
    """Memory of the cluster's processes without the page cache that they may lose."""
    stat = Path("/sys/fs/cgroup/memory", f"alluxio-k8s-{NAME}", "memory.stat").read_text()
    return int(dict(line.split() for line in stat.splitlines())["total_rss"])


def main() -> None:
    ups, downs = [], []
    for number in range(REPEATS):
        say(f"up and down, {number + 1} of {REPEATS}")
        ups.append(timed("up"))
        again = timed("up")
        if number == REPEATS - 1:
            say(f"idle for {IDLE_S} s")
            time.sleep(IDLE_S)
            before = cgroup("cpuacct", "cpuacct.usage")
            time.sleep(IDLE_S)
            cpu = (cgroup("cpuacct", "cpuacct.usage") - before) / 1e9 / IDLE_S
            memory = resident_bytes()
        downs.append(timed("down"))
    show(
        "development cluster, one control plane and three nodes",
        ("what", "figure"),
        (
            ("up, warm cache (median)", f"{statistics.median(ups):.1f} s"),
            ("up, already up", f"{again:.1f} s"),
            ("down (median)", f"{statistics.median(downs):.1f} s"),
            ("idle: resident memory", f"{memory / 2**20:.0f} MiB"),
            ("idle: CPU", f"{cpu * 100:.0f} % of one core"),
        ),
    )


if __name__ == "__main__":
    main()
