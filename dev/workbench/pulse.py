# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A client in a pod that writes, lists and reads all the time, and what it saw while something else happened.

The program is Pulse.java beside this file: Alluxio's own Java client, so what it sees is what applications see.
"""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from images import java, layers, oci

from workbench.cluster import ROOT, Cluster, image, wait_for

SOURCE = Path(__file__).with_name("Pulse.java")


@dataclass
class Seen:
    """What the client saw in a span of time. Times in seconds."""

    longest: dict[str, float] = field(default_factory=dict)
    errors: int = 0
    failed: int = 0
    wrong: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def pause_s(self) -> float:
        """The longest that any operation took, from its first attempt to its success."""
        return max(self.longest.values(), default=0.0)


def is_steady(events: list[dict[str, Any]], since_ms: float, quiet_s: float) -> bool:
    """Whether all three went on in each of the last seconds, all of which lie after ``since_ms``."""
    beats = [e for e in events if e["event"] == "beat" and e["at"] >= since_ms]
    recent = [beat for beat in beats if beat["at"] > beats[-1]["at"] - quiet_s * 1000 - 500]
    return len(recent) > quiet_s and all(
        later[kind] > sooner[kind]
        for kind in ("writes", "lists", "reads")
        for sooner, later in pairwise(recent)
    )


class Pulse:
    """The running client: ``NAME-pulse`` in the namespace of the AlluxioCluster NAME."""

    def __init__(self, cluster: Cluster, space: str, name: str) -> None:
        self._cluster = cluster
        self._space = space
        self.pod = f"{name}-pulse"

    def events(self) -> list[dict[str, Any]]:
        """All that it has printed."""
        text = self._cluster.kubectl("-n", self._space, "logs", self.pod, check=False)
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def since(self, start: float) -> Seen:
        """What happened to operations that ended after ``start`` (Unix time)."""
        seen = Seen()
        for event in self.events():
            if event["at"] < start * 1000:
                continue
            if event["event"] == "slow":
                took = event["ms"] / 1000
                operation = event["operation"]
                seen.longest[operation] = max(took, seen.longest.get(operation, 0.0))
            elif event["event"] == "error":
                seen.errors += 1
                seen.said.append(f"{event['operation']}: {event['said']}")
            elif event["event"] == "failed":
                seen.failed += 1
            elif event["event"] == "wrong":
                seen.wrong += 1
        return seen

    def wait_until_steady(self, quiet_s: float = 3.0, timeout_s: float = 180.0) -> None:
        """Until writes, lists and reads have all succeeded in each of the last seconds since this call."""
        called_ms = time.time() * 1000
        wait_for(
            "the client works steadily",
            lambda: is_steady(self.events(), called_ms, quiet_s),
            timeout_s,
            1.0,
        )

    def verify(self) -> dict[str, Any]:
        """Frees all caches and reads back all that was acknowledged; counts what is lost."""
        name = str(time.time_ns())
        order = f"touch /tmp/pulse/verify-{name}"
        self._cluster.kubectl("-n", self._space, "exec", self.pod, "--", "bash", "-c", order)

        def answer() -> dict[str, Any] | None:
            found = (e for e in self.events() if e["event"] == "verified" and e["name"] == name)
            return next(found, None)

        verified: dict[str, Any] = wait_for("all files are read back", answer, 600, 1.0)
        return verified


@contextmanager
def running(cluster: Cluster, space: str, name: str) -> Iterator[Pulse]:
    """The client while the context is open; it works steadily when the context begins."""
    pulse = Pulse(cluster, space, name)
    cluster.apply(_program(space), _pod(space, name, pulse.pod))
    try:
        pulse.wait_until_steady()
        yield pulse
    finally:
        cluster.kubectl("-n", space, "delete", "pod", pulse.pod, "--grace-period=0", "--force")


def _program(space: str) -> dict[str, Any]:
    """The compiled program as a ConfigMap: the image has no compiler."""
    metadata = {"name": "pulse", "namespace": space}
    data = {"pulse.jar": _jar()}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "binaryData": data}


@cache
def _jar() -> str:
    """In base64."""
    with tempfile.TemporaryDirectory() as folder:
        jars, classes, jar = Path(folder, "jars"), Path(folder, "classes"), Path(folder, "p.jar")
        jars.mkdir()
        oci.unpack_layer(layers.build(java.alluxio_jars(ROOT / "dev/images/alluxio")).path, jars)
        path = f"{jars}/opt/alluxio/lib/*"
        command = ["javac", "--release", "17", "-cp", path, "-d", str(classes), str(SOURCE)]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(jar, "w") as archive:
            for file in sorted(classes.iterdir()):
                archive.write(file, file.name)
        return base64.b64encode(jar.read_bytes()).decode()


def _pod(space: str, name: str, pod: str) -> dict[str, Any]:
    user = "-Dalluxio.security.login.username=alluxio -Dalluxio.user.hostname=$HOST_IP"
    java_command = f"exec java -Xmx160m -Xss512k -XX:+UseSerialGC {user}"
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": pod, "namespace": space},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 1,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "pulse",
                    "image": image("alluxio"),
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["bash", "-c"],
                    "args": [
                        f"{java_command} -cp '/pulse/pulse.jar:/opt/alluxio/conf:/opt/alluxio/lib/*' Pulse"
                    ],
                    "env": [
                        {
                            "name": "HOST_IP",
                            "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}},
                        }
                    ],
                    "resources": {
                        "requests": {"cpu": "50m", "memory": "128Mi"},
                        "limits": {"memory": "512Mi"},
                    },
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                    "volumeMounts": [
                        {"name": "pulse", "mountPath": "/pulse"},
                        {"name": "conf", "mountPath": "/opt/alluxio/conf"},
                    ],
                }
            ],
            "volumes": [
                {"name": "pulse", "configMap": {"name": "pulse"}},
                {"name": "conf", "configMap": {"name": f"{name}-client"}},
            ],
        },
    }
