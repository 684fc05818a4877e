# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How clients find an AlluxioCluster, and whether it lets them in: what Spark asks about the cluster that it reads."""

from __future__ import annotations

from typing import Any

from .kube.api import KubeClient
from .kube.errors import Forbidden, KindMissing
from .property_files import parse

_CLUSTER = ("alluxio.io/v1alpha1", "AlluxioCluster")
# What the role alluxio_cluster makes for applications.
_CLIENT_FILE = "alluxio-site.properties"


def client_of(client: KubeClient, cluster: tuple[str, str] | None) -> dict[str, Any] | None:
    """The ``properties`` of its clients and the spec's ``network_policy``; None when clients cannot use it (yet)."""
    if cluster is None:
        return None
    name, namespace = cluster
    found = client.get("v1", "ConfigMap", f"{name}-client", namespace)
    if found is None:
        return None
    return {
        "properties": parse((found.get("data") or {}).get(_CLIENT_FILE, "")),
        "network_policy": _network_policy(client, name, namespace),
    }


def _network_policy(client: KubeClient, name: str, namespace: str) -> dict[str, Any] | None:
    """As the custom resource says; None without one, or where it may not be seen."""
    try:
        found = client.get(*_CLUSTER, name, namespace)
    except (Forbidden, KindMissing):
        return None
    return (found["spec"].get("networkPolicy") or {}) if found else None
