# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One AlluxioCluster with data on known nodes, for all tests that run Spark applications on it."""

from __future__ import annotations

from collections.abc import Iterator

from spaces import make_space
from workbench import parts
from workbench.cluster import Cluster
from workbench.spark import SparkSpace, alluxio_cluster, alluxio_data, worker_pods

SPACE, ALLUXIO = "spark", "cache"
READY_S = 300
# Twelve files of one block each, four on each node: twelve splits.
DATA, FILES, LINES = "/sales", 12, 20_000
LINE = b"2026-11-28,shop,10\n"


def make_spark_space(cluster: Cluster) -> Iterator[SparkSpace]:
    """Brings it up, and takes it down afterwards."""
    for space in make_space(cluster, SPACE):
        cluster.apply(alluxio_cluster(ALLUXIO, space))
        parts.wait_for_phase(cluster, space, ALLUXIO, "Ready", READY_S)
        yield SparkSpace(cluster, space, ALLUXIO, _write_data(cluster, space))


def _write_data(cluster: Cluster, space: str) -> tuple[str, ...]:
    workers = worker_pods(cluster, space, ALLUXIO)
    hosts = tuple(sorted(pod["status"]["hostIP"] for pod in workers))
    with alluxio_data(cluster, space, ALLUXIO) as (_, data):
        for number in range(FILES):
            host = hosts[number % len(hosts)]
            data.write(f"{DATA}/part-{number:02d}", [LINE * LINES], hosts=[host])
    return hosts
