# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The cluster that the demo and the tests work on: the development cluster, or the one of the user's kubeconfig."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
CURRENT = "current"
IMAGES = ("alluxio", "alluxio-operator", "alluxio-spark", "s3", "tools")
# Where CLUSTER=current finds the images; the development cluster gets the ones built here. Argo's is for one test.
IMAGE_VARIABLES = {
    "argo": ("ARGO_IMAGE", "registry.test/argo:3.7.9"),
    "alluxio": ("ALLUXIO_IMAGE", "registry.test/alluxio:2.9.6"),
    "alluxio-operator": ("OPERATOR_IMAGE", "registry.test/alluxio-operator:0.1.0"),
    "alluxio-spark": ("SPARK_IMAGE", "registry.test/alluxio-spark:0.1.0-spark4.3.0"),
    "s3": ("S3_IMAGE", "registry.test/s3:1"),
    "tools": ("TOOLS_IMAGE", "registry.test/tools:1"),
}


def image(name: str) -> str:
    """The reference of one of IMAGE_VARIABLES on the chosen cluster."""
    variable, default = IMAGE_VARIABLES[name]
    return os.environ.get(variable, default)


def say(text: str) -> None:
    """One line of progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class KubectlError(RuntimeError):
    """A kubectl command failed; the message holds its own words."""


@dataclass(frozen=True)
class Cluster:
    """A reachable cluster: how to call kubectl, and the kubeconfig that Ansible gets."""

    name: str
    kubectl_command: tuple[str, ...]
    kubeconfig: str

    @property
    def is_development(self) -> bool:
        """Whether the images on it are those that were built here."""
        return self.name != CURRENT

    def kubectl(self, *args: str, stdin: str | None = None, check: bool = True) -> str:
        """Standard output of one kubectl command; raises KubectlError unless `check` is false."""
        done = subprocess.run(
            [*self.kubectl_command, *args], input=stdin, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise KubectlError(f"kubectl {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout

    def apply(self, *objects: dict[str, Any]) -> None:
        """Server-side apply of plain dicts."""
        document = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=document)

    def get(self, *args: str) -> Any:
        """`kubectl get ARGS -o json`, parsed."""
        return json.loads(self.kubectl("get", *args, "-o", "json"))

    def find(self, *args: str) -> Any:
        """Like `get` for one object, but None when it does not exist."""
        text = self.kubectl("get", "--ignore-not-found", *args, "-o", "json")
        return json.loads(text) if text.strip() else None

    def audit_log(self) -> list[str]:
        """The lines of the API server's audit log, one JSON document each; the development cluster's alone."""
        return (Path(self.kubeconfig).parent / "logs" / "audit.log").read_text().splitlines()

    @contextmanager
    def port_forward(self, namespace: str, target: str, port: int) -> Iterator[int]:
        """A local port that leads to `port` of a pod or service while the context is open."""
        process = subprocess.Popen(
            [*self.kubectl_command, "-n", namespace, "port-forward", target, f":{port}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            match = re.search(r":(\d+) -> ", line)
            if match is None:
                raise KubectlError(f"port-forward to {namespace}/{target}: {line.strip()}")
            yield int(match.group(1))
        finally:
            process.terminate()
            process.communicate()


def wait_for(what: str, probe: Callable[[], Any], timeout_s: float, interval_s: float = 0.5) -> Any:
    """The first truthy answer of `probe`; raises TimeoutError naming `what` and the last answer."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {timeout_s:g} s (last answer: {answer!r})")
        time.sleep(interval_s)


def current() -> Cluster:
    """The cluster of the user's kubeconfig and its current context."""
    path = os.environ.get("KUBECONFIG", str(Path.home() / ".kube" / "config"))
    return Cluster(CURRENT, ("kubectl",), path)


def is_up(name: str) -> bool:
    return (
        subprocess.run(
            [ROOT / "dev/cluster", "status", "--name", name], capture_output=True, check=False
        ).returncode
        == 0
    )


def development(name: str) -> Cluster:
    """The development cluster of that name; it must be up."""
    done = subprocess.run(
        [ROOT / "dev/cluster", "kubeconfig", "--name", name],
        capture_output=True,
        text=True,
        check=True,
    )
    path = done.stdout.strip()
    command = (str(ROOT / "dev/cluster"), "kubectl", "--name", name)
    return Cluster(name, command, path)


def built(image: str) -> Path:
    """The archive of an image, built when it is missing."""
    done = subprocess.run(
        [ROOT / "dev/image", "build", image], stdout=subprocess.PIPE, text=True, check=True
    )
    return Path(done.stdout.strip())


def bring_up(name: str, nodes: int = 3, images: tuple[str, ...] = IMAGES) -> Cluster:
    """Builds what is missing and starts the development cluster with these images on it."""
    archives = [built(image) for image in images]
    subprocess.run(
        [ROOT / "dev/cluster", "up", "--name", name, "--nodes", str(nodes)],
        stdout=sys.stderr,
        check=True,
    )
    subprocess.run(
        [ROOT / "dev/cluster", "load-image", "--name", name, *archives],
        stdout=sys.stderr,
        check=True,
    )
    return development(name)


def load(cluster: Cluster, image: str) -> None:
    """Puts an image on the cluster that only some tests need; a cluster of the user's fetches it."""
    if cluster.is_development:
        subprocess.run(
            [ROOT / "dev/cluster", "load-image", "--name", cluster.name, built(image)],
            stdout=sys.stderr,
            check=True,
        )


def take_down(name: str) -> None:
    subprocess.run([ROOT / "dev/cluster", "down", "--name", name], stdout=sys.stderr, check=True)
