# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The objects that make the bare API server a cluster: DNS, a storage class, rights."""

from __future__ import annotations

from typing import Any

from .layout import CONTROL_PLANE_ADDRESS, DNS_SERVICE_ADDRESS

STORAGE_CLASS = "standard"
PROVISIONER = "dev.alluxio.io/directory"
_READ = ["get", "list", "watch"]


def objects() -> list[tuple[str, dict[str, Any]]]:
    """Pairs of an API path and the object that belongs there."""
    in_kube_system = "namespaces/kube-system"
    return [
        *_rights(
            "system:coredns",
            _rule("", ["services", "pods", "namespaces"], _READ),
            _rule("discovery.k8s.io", ["endpointslices"], _READ),
        ),
        *_rights(
            "system:volume-provisioner",
            _rule("", ["persistentvolumeclaims", "nodes"], _READ),
            _rule("", ["persistentvolumes"], [*_READ, "create", "delete", "patch"]),
            _rule("", ["events"], ["create", "patch"]),
            _rule("storage.k8s.io", ["storageclasses"], _READ),
        ),
        (f"/apis/storage.k8s.io/v1/storageclasses/{STORAGE_CLASS}", _storage_class()),
        (f"/api/v1/{in_kube_system}/services/kube-dns", _dns_service()),
        (f"/apis/discovery.k8s.io/v1/{in_kube_system}/endpointslices/kube-dns", _dns_endpoints()),
    ]


def _storage_class() -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": STORAGE_CLASS,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
    }


# CoreDNS runs beside the API server, not in a pod: no image, and it is there before the first pod.
_DNS_PORTS = [("dns", "UDP"), ("dns-tcp", "TCP")]


def _dns_service() -> dict[str, Any]:
    ports = [{"name": name, "port": 53, "protocol": protocol} for name, protocol in _DNS_PORTS]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "kube-dns",
            "namespace": "kube-system",
            "labels": {"k8s-app": "kube-dns"},
        },
        "spec": {"clusterIP": DNS_SERVICE_ADDRESS, "ports": ports},
    }


def _dns_endpoints() -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": "kube-dns",
            "namespace": "kube-system",
            "labels": {
                "kubernetes.io/service-name": "kube-dns",
                "endpointslice.kubernetes.io/managed-by": "dev-cluster",
            },
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": [CONTROL_PLANE_ADDRESS], "conditions": {"ready": True}}],
        "ports": [
            {"name": name, "port": 53, "protocol": protocol} for name, protocol in _DNS_PORTS
        ],
    }


def _rule(group: str, resources: list[str], verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": resources, "verbs": verbs}


def _rights(user: str, *rules: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    group = "rbac.authorization.k8s.io"
    role = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": user},
        "rules": rules,
    }
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": user},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": user},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    }
    return [
        (f"/apis/{group}/v1/clusterroles/{user}", role),
        (f"/apis/{group}/v1/clusterrolebindings/{user}", binding),
    ]
