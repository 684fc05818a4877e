# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A namespace in which Spark applications run beside an AlluxioCluster, and files on the nodes that one names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import (
    Access,
    Wanted,
    open_access,
)

from workbench import parts
from workbench.cluster import Cluster, image, wait_for


@dataclass(frozen=True)
class SparkSpace:
    """Where applications run. ``hosts`` are the nodes' IPs, under which Alluxio's workers are known."""

    cluster: Cluster
    name: str
    alluxio: str
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
            "alluxioCluster": {"name": self.alluxio},
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

    def program(self, name: str, text: str) -> None:
        """Puts a Python program into the ConfigMap ``name``, as job.py."""
        metadata = {"name": name, "namespace": self.name}
        data = {"job.py": text}
        self.cluster.apply(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
        )

    def job(self, program: str, name: str, *arguments: str, **spec: Any) -> dict[str, Any]:
        """An application that runs a program which was put there."""
        config_maps = [{"name": program, "mountPath": "/app"}, *spec.pop("configMaps", ())]
        return self.application(
            name,
            mainFile="local:///app/job.py",
            arguments=list(arguments),
            configMaps=config_maps,
            **spec,
        )

    @contextmanager
    def running(self, application: dict[str, Any]) -> Iterator[str]:
        """The application's name, while it exists."""
        name = application["metadata"]["name"]
        self.cluster.apply(application)
        try:
            yield name
        finally:
            removal = ("delete", "sparkapplication", name, "--ignore-not-found", "--timeout=90s")
            self.cluster.kubectl("-n", self.name, *removal)

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

    def succeed(self, name: str, timeout_s: float = 240) -> dict[str, Any]:
        """The status of an application that must succeed, once it has ended."""
        status = self.wait_for_phase(name, "Succeeded", "Failed", timeout_s=timeout_s)
        if status["phase"] != "Succeeded":
            raise AssertionError(f"{name} failed: {status.get('error')}\n{self.log(name)[-3000:]}")
        return status

    def pods(self, name: str, *roles: str) -> list[dict[str, Any]]:
        """The pods of an application, of these roles or of all."""
        selector = f"alluxio.io/spark-application={name}"
        if roles:
            selector += f",spark-role in ({','.join(roles)})"
        found: list[dict[str, Any]] = self.cluster.get("-n", self.name, "pods", "-l", selector)[
            "items"
        ]
        return found

    def workers(self) -> list[dict[str, Any]]:
        """The pods of Alluxio's workers."""
        return worker_pods(self.cluster, self.name, self.alluxio)

    def nodes(self) -> dict[str, str]:
        """The name of the node behind each of ``hosts``."""
        return {pod["status"]["hostIP"]: pod["spec"]["nodeName"] for pod in self.workers()}

    def log(self, name: str) -> str:
        """What the driver of the last attempt has said."""
        pod = self.status(name)["driver"]["pod"]
        return self.cluster.kubectl("-n", self.name, "logs", pod, "-c", "driver")

    @contextmanager
    def data(self) -> Iterator[tuple[Access, FileData]]:
        """Alluxio's masters and workers, from here."""
        with alluxio_data(self.cluster, self.name, self.alluxio) as both:
            yield both

    def replicas(self, path: str) -> dict[str, list[tuple[str, ...]]]:
        """Of each file below a path, block by block: the workers that hold it."""
        with self.data() as (access, _):
            return {
                file.path: [
                    tuple(sorted(location.worker.host for location in block.locations))
                    for block in file.blocks
                ]
                for file in access.list_files(path)
                if not file.folder
            }


def open_to_applications(cr: dict[str, Any]) -> dict[str, Any]:
    """An AlluxioCluster that lets the pods of SparkApplications and SparkClusters in its namespace in."""
    cr["spec"]["networkPolicy"] = {
        "allowFrom": [
            {
                "podSelector": {"matchExpressions": [{"key": key, "operator": "Exists"}]},
                "to": ["alluxio"],
            }
            for key in ("alluxio.io/spark-application", "alluxio.io/spark-cluster")
        ]
    }
    return cr


def alluxio_cluster(name: str, space: str) -> dict[str, Any]:
    """The development sample for measuring what Spark reads, open to its applications."""
    cr = open_to_applications(parts.sample(name, space))
    # Copies that a read leaves behind would make a later one local by chance.
    cr["spec"]["properties"] = {"alluxio.user.file.passive.cache.enabled": "false"}
    return cr


def worker_pods(cluster: Cluster, space: str, alluxio: str) -> list[dict[str, Any]]:
    selector = f"app.kubernetes.io/instance={alluxio},app.kubernetes.io/component=worker"
    found: list[dict[str, Any]] = cluster.get("-n", space, "pods", "-l", selector)["items"]
    return found


@contextmanager
def alluxio_data(cluster: Cluster, space: str, alluxio: str) -> Iterator[tuple[Access, FileData]]:
    with (
        connect(cluster.kubeconfig) as client,
        open_access(Wanted(alluxio, space), client) as access,
        FileData(access.master) as data,
    ):
        yield access, data
