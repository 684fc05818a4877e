# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A SparkCluster on the workbench's cluster, and programs that use it by Spark Connect from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.cluster import ROOT, Cluster, image, wait_for

READY_S = 300
PROGRAM_S = 180
# As OpenShift does it: a user that no image knows, in group 0.
ANY_USER = {"securityContext": {"runAsUser": 1000650000, "runAsGroup": 0}}


def client_python() -> str:
    """A Python with a client of Connect."""
    done = subprocess.run(
        [ROOT / "dev/venv", "spark_connect"], stdout=subprocess.PIPE, text=True, check=True
    )
    return f"{done.stdout.strip()}/bin/python"


def is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod["status"].get("conditions", ())
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


def spark_cluster(name: str, space: str, alluxio: str, **spec: Any) -> dict[str, Any]:
    """A small SparkCluster with a worker for each of three nodes, as a user that no image knows."""
    repository, _, tag = image("alluxio-spark").rpartition(":")
    container = {"name": "spark", "resources": {"requests": {"cpu": "50m"}}}
    pod = {"podTemplate": {"spec": {**ANY_USER, "containers": [container]}}}
    small = {"cores": 1, "memory": "512Mi"}
    base = {
        "image": {"repository": repository, "tag": tag},
        "alluxioCluster": {"name": alluxio},
        "master": pod,
        "workers": {**pod, **small, "replicas": 3, "placement": "required"},
        "connect": {**pod, "memory": "600Mi", "executors": {**small, "min": 3}},
        "history": pod,
    }
    return {
        "apiVersion": "alluxio.io/v1alpha1",
        "kind": "SparkCluster",
        "metadata": {"name": name, "namespace": space},
        "spec": {**base, **spec},
    }


def said(process: subprocess.Popen[str], typed: str = "") -> str:
    """What the shell has printed at its end, which must be good."""
    out, err = process.communicate(typed, timeout=PROGRAM_S)
    if process.returncode:
        raise AssertionError(f"the shell ended with {process.returncode}:\n{out}\n{err[-4000:]}")
    return out


@dataclass(frozen=True)
class SparkService:
    """A SparkCluster by its name. ``python`` is one with a client of Connect."""

    cluster: Cluster
    space: str
    name: str
    python: str

    def status(self) -> dict[str, Any]:
        """As the operator last wrote it; empty before that."""
        found = self.cluster.get("-n", self.space, "sparkcluster", self.name)
        status: dict[str, Any] = found.get("status", {})
        current = status.get("observedGeneration") == found["metadata"]["generation"]
        return status if current else {}

    def wait_until_ready(self, timeout_s: float = READY_S) -> dict[str, Any]:
        """Its status when all of it runs as the spec says."""

        def probe() -> dict[str, Any] | None:
            status = self.status()
            return status if status.get("phase") == "Ready" else None

        found: dict[str, Any] = wait_for(f"SparkCluster {self.name} ready", probe, timeout_s)
        return found

    def pods(self, component: str) -> list[dict[str, Any]]:
        """Those that are not going."""
        labels = f"alluxio.io/spark-cluster={self.name},app.kubernetes.io/component={component}"
        found = self.cluster.get("-n", self.space, "pods", "-l", labels)["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def kill(self, component: str) -> str:
        """Takes a pod away at once, as a node does that fails; its UID."""
        metadata = self.pods(component)[-1]["metadata"]
        now = ("--grace-period=0", "--force")
        self.cluster.kubectl("-n", self.space, "delete", "pod", metadata["name"], *now)
        uid: str = metadata["uid"]
        return uid

    def wait_for_successor(self, component: str, uid: str) -> None:
        """Until all pods of the component are ready, and none of them is the one that went."""

        def probe() -> bool:
            pods = self.pods(component)
            return bool(pods) and all(is_ready(p) and p["metadata"]["uid"] != uid for p in pods)

        wait_for(f"a new {component} ready", probe, READY_S)
        self.wait_until_ready()

    def edit(self, spec: dict[str, Any]) -> None:
        """Merges ``spec`` into its own."""
        patch = ("--type=merge", "-p", json.dumps({"spec": spec}))
        self.cluster.kubectl("-n", self.space, "patch", "sparkcluster", self.name, *patch)

    def application(self) -> str:
        """The id under which Spark knows the Connect server."""
        (found,) = self.page("connect", 4040, "/api/v1/applications")
        name: str = found["id"]
        return name

    def run(self, program: Path, *arguments: str) -> str:
        """What a program prints that ``kubectl alluxio spark shell`` runs."""
        with self.started(program, *arguments) as process:
            return said(process)

    def type(self, lines: str) -> str:
        """What ``kubectl alluxio spark shell`` prints to somebody who types these lines."""
        with self.started() as process:
            return said(process, lines)

    @contextmanager
    def started(self, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
        """The shell with a program, or without one, while it runs."""
        with self.verb("shell", "--python", self.python, self.name, *arguments) as process:
            yield process

    @contextmanager
    def verb(self, name: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
        """``kubectl alluxio spark NAME`` while it runs."""
        command = [sys.executable, "-m", "kubectl_alluxio", "spark", name, "-n", self.space]
        command += ["--kubeconfig", self.cluster.kubeconfig]
        path = os.pathsep.join([str(ROOT / "cli"), os.environ.get("PYTHONPATH", "")])
        process = subprocess.Popen(
            [*command, *arguments],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def page(self, component: str, port: int, path: str) -> Any:
        """A JSON document of a component's web page."""
        return json.loads(self.text(component, port, path))

    def text(self, component: str, port: int, path: str) -> str:
        """What a component's web page says."""
        pod = self.pods(component)[0]["metadata"]["name"]
        with (
            self.cluster.port_forward(self.space, f"pod/{pod}", port) as local,
            urllib.request.urlopen(f"http://127.0.0.1:{local}{path}", timeout=30) as answer,
        ):
            text: str = answer.read().decode()
            return text
