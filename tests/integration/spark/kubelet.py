# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What scheduler and kubelets do for executor pods, as far as Spark can tell, for an API server without any.

A pod is put where most of the weights of its preferred node affinity are, is given an address of 127.0.1.x, and its
container is started as a process of the real image with the pod's own environment.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound
from sandbox import ANY_UID, Container, ImageRoot, Sandbox

EXECUTORS = "spark-role=executor"
WRITABLE = ("tmp", "opt/spark/work-dir", "var/tmp")
_INTERVAL_S = 0.2
_VARIABLE = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")


@dataclass
class Kubelet:
    """Runs the executors of one namespace while its context is open.

    ``nodes`` maps the names of nodes to their addresses.
    """

    kube: KubeClient
    namespace: str
    nodes: Mapping[str, str]
    sandbox: Sandbox
    image: ImageRoot
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    node_of: dict[str, str] = field(default_factory=dict)
    _running: dict[str, Container] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Kubelet:
        self._thread = threading.Thread(target=self._run, name="kubelet")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        assert self._thread is not None
        self._thread.join()

    def logs(self) -> str:
        """What the executors have printed."""
        return "\n".join(
            f"{name}:\n{container.log.read_text()}" for name, container in self._running.items()
        )

    def _run(self) -> None:
        while not self._over.wait(_INTERVAL_S):
            for pod in self.kube.list_objects("v1", "Pod", self.namespace, EXECUTORS):
                name = pod["metadata"]["name"]
                if name not in self.pods:
                    self._start(pod)
                elif pod["status"]["phase"] == "Running":
                    self._report_end(name)

    def _start(self, pod: dict[str, Any]) -> None:
        name = pod["metadata"]["name"]
        node = choose(pod, self.nodes, Counter(self.node_of.values()))
        address = f"127.0.1.{len(self.pods) + 1}"
        self.pods[name], self.node_of[name] = pod, node
        (container,) = pod["spec"]["containers"]
        fields = {
            "metadata.name": name,
            "status.podIP": address,
            "status.hostIP": self.nodes[node],
        }
        env = environment(container["env"], fields)
        # The pod's emptyDir has a path that the image does not have.
        env["SPARK_LOCAL_DIRS"] = "/var/tmp"
        # As for Kubernetes, a command takes the place of the image's entry point.
        image = replace(self.image, entrypoint=container.get("command", self.image.entrypoint))
        self._running[name] = self.sandbox.start(
            name, image, container["args"], env=env, empty=WRITABLE, run_as=user_of(pod)
        )
        self._report(name, address, node)

    def _report(self, name: str, address: str, node: str) -> None:
        status = {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "hostIP": self.nodes[node],
        }
        self._write(name, status)

    def _report_end(self, name: str) -> None:
        code = self._running[name].process.poll()
        if code is not None:
            self._write(name, {"phase": "Failed" if code else "Succeeded"})

    def _write(self, name: str, status: dict[str, Any]) -> None:
        patch = {"status": status}
        # The driver may have deleted the pod since.
        with contextlib.suppress(NotFound):
            self.kube.merge_patch("v1", "Pod", name, self.namespace, patch, subresource="status")


def choose(pod: dict[str, Any], nodes: Mapping[str, str], used: Mapping[str, int]) -> str:
    """The node with the highest sum of preferences; of equals the one with fewer executors."""
    affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
    terms = affinity.get("preferredDuringSchedulingIgnoredDuringExecution", [])

    def score(node: str) -> int:
        return sum(
            term["weight"]
            for term in terms
            if all(node in one["values"] for one in term["preference"]["matchExpressions"])
        )

    return max(nodes, key=lambda node: (score(node), -used.get(node, 0)))


def user_of(pod: dict[str, Any]) -> int:
    """The user that a pod names; else, as on OpenShift, one that no image knows."""
    return int((pod["spec"].get("securityContext") or {}).get("runAsUser", ANY_UID))


def environment(entries: list[dict[str, Any]], fields: Mapping[str, str]) -> dict[str, str]:
    """A container's variables as a kubelet makes them: in order, the last of a name counts."""
    env: dict[str, str] = {}
    for entry in entries:
        if "valueFrom" in entry:
            env[entry["name"]] = fields[entry["valueFrom"]["fieldRef"]["fieldPath"]]
        else:
            env[entry["name"]] = _VARIABLE.sub(
                lambda match: env.get(match.group(1), match.group(0)), entry.get("value", "")
            )
    return env
