# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A look at a real API server: labels, existence of what is referred to, permissions, pod proxy.

No kubelet runs there: the status of pods is written by the tests.
"""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils import cluster_info
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    AnswerTooLarge,
    ServerUnreachable,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient, connect
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import Forbidden
from ansible_collections.alluxio.k8s.plugins.module_utils.pod_web import PodProxyTransport
from ansible_collections.alluxio.k8s.plugins.modules import alluxio_cluster_info

LABELS = {
    "app.kubernetes.io/name": "alluxio",
    "app.kubernetes.io/instance": "demo",
    "app.kubernetes.io/managed-by": "alluxio.k8s",
}
IMAGE = "registry.test/alluxio:2.9.6"


def labelled(component: str, instance: str = "demo", **more: str) -> dict[str, str]:
    labels = {"app.kubernetes.io/component": component, "app.kubernetes.io/instance": instance}
    return {**LABELS, **labels, **more}


def pod(name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": {"containers": [{"name": "main", "image": IMAGE}]},
    }


def claim(name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "nvme",
            "resources": {"requests": {"storage": "10Gi"}},
        },
    }


def workload(kind: str, name: str, labels: dict[str, str]) -> dict[str, Any]:
    selector = {"app.kubernetes.io/component": labels["app.kubernetes.io/component"]}
    template = pod("", {**labels, **selector})
    spec: dict[str, Any] = {
        "replicas": 2,
        "selector": {"matchLabels": selector},
        "template": {"metadata": {"labels": labels}, "spec": template["spec"]},
    }
    if kind == "StatefulSet":
        templates = claim("tier-ssd", labels)
        spec |= {"serviceName": name, "volumeClaimTemplates": [templates]}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": labels},
        "spec": spec,
    }


def create(kube: KubeClient, namespace: str, *objects: dict[str, Any]) -> None:
    for each in objects:
        kube.create({**each, "metadata": {**each["metadata"], "namespace": namespace}})


def set_status(kube: KubeClient, namespace: str, name: str, **status: Any) -> None:
    kube.merge_patch("v1", "Pod", name, namespace, {"status": status}, subresource="status")


def test_the_children_are_found_by_their_labels(kube: KubeClient, namespace: str) -> None:
    workers = labelled("worker", **{"alluxio.io/pool": "fast"})
    create(
        kube,
        namespace,
        pod("demo-worker-fast-0", workers),
        pod("other-worker-fast-0", labelled("worker", instance="other")),
        pod("stranger", {"app.kubernetes.io/instance": "demo"}),
        claim("tier-ssd-demo-worker-fast-0", workers),
        workload("StatefulSet", "demo-worker-fast", workers),
        workload("Deployment", "demo-proxy", labelled("proxy")),
        workload("Deployment", "other-proxy", labelled("proxy", instance="other")),
    )
    set_status(
        kube,
        namespace,
        "demo-worker-fast-0",
        phase="Pending",
        conditions=[
            {
                "type": "PodScheduled",
                "status": "False",
                "reason": "Unschedulable",
                "message": "0/3 nodes are available",
            }
        ],
    )
    observed = cluster_info.observe(kube, "demo", namespace, [], [])
    (row,) = observed["pods"]
    assert (row["name"], row["component"], row["pool"]) == ("demo-worker-fast-0", "worker", "fast")
    assert (row["reason"], row["message"]) == ("Unschedulable", "0/3 nodes are available")
    (claim_row,) = observed["claims"]
    assert (claim_row["name"], claim_row["phase"], claim_row["size"]) == (
        "tier-ssd-demo-worker-fast-0",
        "Pending",
        "10Gi",
    )
    assert [(w["kind"], w["name"], w["replicas"]) for w in observed["workloads"]] == [
        ("Deployment", "demo-proxy", 2),
        ("StatefulSet", "demo-worker-fast", 2),
    ]
    assert observed["workloads"][1]["claim_templates"] == [
        {
            "name": "tier-ssd",
            "size": "10Gi",
            "storage_class": "nvme",
            "access_modes": ["ReadWriteOnce"],
        }
    ]
    assert observed["openshift"] is False
    assert (observed["alluxio"], observed["alluxio_error"]) == (None, "no pod of a master runs")


def test_existence_of_what_is_referred_to(kube: KubeClient, namespace: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s3"}}
    create(kube, namespace, secret | {"stringData": {"key": "value"}})
    storage_class = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass"}
    kube.create(storage_class | {"metadata": {"name": namespace}, "provisioner": "none"})
    observed = cluster_info.observe(
        kube, "demo", namespace, ["s3", "gone"], [namespace, "gone-too"]
    )
    assert observed["secrets"] == {"s3": True, "gone": False}
    assert observed["storage_classes"] == {namespace: True, "gone-too": False}


def test_what_may_not_be_looked_at_is_not_called_missing(
    kube: KubeClient, api_server: Any, namespace: str
) -> None:
    rules = [
        {"apiGroups": [""], "resources": ["pods", "persistentvolumeclaims"], "verbs": ["list"]},
        {
            "apiGroups": ["apps"],
            "resources": ["statefulsets", "deployments", "daemonsets"],
            "verbs": ["list"],
        },
    ]
    group = "rbac.authorization.k8s.io"
    with connect(api_server.kubeconfig("nobody")) as nobody:
        with pytest.raises(Forbidden):
            cluster_info.observe(nobody, "demo", namespace, [], [])
        role = {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": {"name": "look"}}
        binding = {
            "apiVersion": f"{group}/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "look"},
            "roleRef": {"apiGroup": group, "kind": "Role", "name": "look"},
            "subjects": [{"apiGroup": group, "kind": "User", "name": "nobody"}],
        }
        create(kube, namespace, role | {"rules": rules}, binding)
        observed = cluster_info.observe(nobody, "demo", namespace, ["s3"], ["fast"])
    assert observed["secrets"] == {"s3": True}
    assert observed["storage_classes"] == {"fast": True}


def test_the_module_gives_the_same(api_server: Any, namespace: str) -> None:
    params = {
        "name": "demo",
        "namespace": namespace,
        "secrets": ["gone"],
        "storage_classes": [],
        "namespaces": [],
        "gone_timeout": 0,
        "kubeconfig": api_server.kubeconfig(),
        "context": None,
    }
    result = alluxio_cluster_info.run(params, check_mode=True, diff=False)
    assert result["observed"]["secrets"] == {"gone": False}
    assert json.loads(json.dumps(result)) == result


class Handler(http.server.BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, str, bytes]]] = []

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.command, self.path, body))
        status = 500 if self.path == "/fails" else 200
        content = b"x" * 5000 if self.path == "/long" else b'{"answer": 1}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_args: Any) -> None:
        """Not on the tests' output."""


@pytest.fixture
def pod_server(kube: KubeClient, namespace: str) -> Iterator[PodProxyTransport]:
    """A server that the API server takes for the pod `web`: it refuses loopback addresses."""
    address = _own_address()
    with http.server.ThreadingHTTPServer((address, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        create(kube, namespace, pod("web", labelled("master")))
        ips = {"podIP": address, "podIPs": [{"ip": address}]}
        set_status(kube, namespace, "web", phase="Running", **ips)
        yield PodProxyTransport(kube, namespace, "web", server.server_port)
        server.shutdown()


def _own_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Nothing is sent: it asks the kernel for the address of the way out.
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


def ask(road: PodProxyTransport, path: str, body: Any = None, limit_bytes: int = 1000) -> bytes:
    method = "POST" if body is not None else "GET"
    return road.request(method, path, body, deadline_s=5, limit_bytes=limit_bytes)


def test_a_pod_is_reached_through_the_api_server(pod_server: PodProxyTransport) -> None:
    assert ask(pod_server, "/api/v1/master/info") == b'{"answer": 1}'
    assert Handler.seen[-1] == ("GET", "/api/v1/master/info", b"")


def test_the_api_server_merges_encoded_slashes(pod_server: PodProxyTransport) -> None:
    """Why the REST API of an Alluxio proxy is not asked that way."""
    ask(pod_server, "/api/v1/paths/%2F/list-status", {"recursive": True})
    method, path, body = Handler.seen[-1]
    assert (method, path) == ("POST", "/api/v1/paths/list-status")
    assert json.loads(body) == {"recursive": True}


def test_failures_behind_the_api_server(pod_server: PodProxyTransport) -> None:
    with pytest.raises(ServerUnreachable, match="the API server got no answer"):
        ask(pod_server, "/fails")
    with pytest.raises(AnswerTooLarge, match="1000 bytes"):
        ask(pod_server, "/long")


def test_a_pod_that_does_not_listen(kube: KubeClient, pod_server: PodProxyTransport) -> None:
    namespace = pod_server._namespace
    closed = PodProxyTransport(kube, namespace, "web", 1)
    with pytest.raises(ServerUnreachable, match="the API server got no answer"):
        ask(closed, "/")
