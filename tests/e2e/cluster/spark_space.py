# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One AlluxioCluster with data on known nodes, for all tests that run Spark applications on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Wanted, open_access
from spaces import make_space
from workbench import parts
from workbench.cluster import Cluster, image, wait_for

SPACE, ALLUXIO = "spark", "cache"
READY_S = 300
# Twelve files of one block each, four on each node: twelve splits.
DATA, FILES, LINES = "/sales", 12, 20_000
LINE = b"2026-11-28,shop,10\n"


@dataclass(frozen=True)
class SparkSpace:
    """Where applications run. ``hosts`` are the nodes' IPs, under which Alluxio's workers are known."""

    cluster: Cluster
    name: str
    hosts: tuple[str, ...]

    def application(self, name: str, **spec: Any) -> dict[str, Any]:
        """A small SparkApplication that finds Alluxio."""
        repository, _, tag = image("alluxio-spark").rpartition(":")
        small = {"cores": 1, "memory": "512Mi"}
        # Two CPUs a node are soon given away; nothing here computes much.
        frugal = {"containers": [{"name": "driver", "resources": {"requests": {"cpu": "100m"}}}]}
        conf = {"spark.kubernetes.executor.request.cores": "300m", **spec.pop("sparkConf", {})}
        base = {
            "type": "Python",
            "image": {"repository": repository, "tag": tag},
            "alluxioCluster": {"name": ALLUXIO},
            "driver": {**small, "podTemplate": {"spec": frugal}},
            "executors": {**small, "instances": 3},
            "sparkConf": conf,
        }
        return {
            "apiVersion": "alluxio.io/v1alpha1",
            "kind": "SparkApplication",
            "metadata": {"name": name, "namespace": self.name},
            "spec": {**base, **spec},
        }

    def find(self, name: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.cluster.find("-n", self.name, "sparkapplication", name)
        return found

    def status(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = (self.find(name) or {}).get("status", {})
        return found

    def wait_for_phase(self, name: str, *phases: str, timeout_s: float = 240) -> dict[str, Any]:
        """The status once it is in one of these phases."""

        def probe() -> dict[str, Any] | None:
            status = self.status(name)
            return status if status.get("phase") in phases else None

        found: dict[str, Any] = wait_for(
            f"SparkApplication {name} is {' or '.join(phases)}", probe, timeout_s
        )
        return found

    def pods(self, name: str, *roles: str) -> list[dict[str, Any]]:
        """The pods of an application, of these roles or of all."""
        selector = f"alluxio.io/spark-application={name}"
        if roles:
            selector += f",spark-role in ({','.join(roles)})"
        found: list[dict[str, Any]] = self.cluster.get("-n", self.name, "pods", "-l", selector)[
            "items"
        ]
        return found

    def log(self, name: str) -> str:
        """What the driver of the last attempt has said."""
        pod = self.status(name)["driver"]["pod"]
        return self.cluster.kubectl("-n", self.name, "logs", pod, "-c", "driver")


def make_spark_space(cluster: Cluster) -> Iterator[SparkSpace]:
    """Brings it up, and takes it down afterwards."""
    for space in make_space(cluster, SPACE):
        cr = parts.sample(ALLUXIO, space)
        applications = {"key": "alluxio.io/spark-application", "operator": "Exists"}
        cr["spec"]["networkPolicy"] = {
            "allowFrom": [{"podSelector": {"matchExpressions": [applications]}, "to": ["alluxio"]}]
        }
        # Copies that a read leaves behind would make a later test local by chance.
        cr["spec"]["properties"] = {"alluxio.user.file.passive.cache.enabled": "false"}
        cluster.apply(cr)
        parts.wait_for_phase(cluster, space, ALLUXIO, "Ready", READY_S)
        yield SparkSpace(cluster, space, _write_data(cluster, space))


def _write_data(cluster: Cluster, space: str) -> tuple[str, ...]:
    selector = f"app.kubernetes.io/instance={ALLUXIO},app.kubernetes.io/component=worker"
    workers = cluster.get("-n", space, "pods", "-l", selector)["items"]
    hosts = tuple(sorted(pod["status"]["hostIP"] for pod in workers))
    with (
        connect(cluster.kubeconfig) as client,
        open_access(Wanted(ALLUXIO, space), client) as access,
        FileData(access.master) as data,
    ):
        for number in range(FILES):
            host = hosts[number % len(hosts)]
            data.write(f"{DATA}/part-{number:02d}", [LINE * LINES], hosts=[host])
    return hosts
