# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Names, labels and ports of the objects of a SparkCluster, and how long the names may be."""

from __future__ import annotations

import re
from typing import Any

from .findings import Findings
from .naming import LONGEST_STATEFULSET, MANAGED_BY

CLUSTER_LABEL = "alluxio.io/spark-cluster"
COMPONENT_LABEL = "app.kubernetes.io/component"
COMPONENTS = ("master", "worker", "connect", "history")

# Ports by component; `ui` is the web page of each.
PORTS: dict[str, dict[str, int]] = {
    "master": {"rpc": 7077, "ui": 8080},
    "worker": {"rpc": 7078, "ui": 8081},
    "connect": {"grpc": 15002, "ui": 4040},
    "history": {"ui": 18080},
}

# The keys of the generated Secrets.
AUTH_KEY, TOKEN_KEY = "secret", "token"
RECOVERY_CLAIM = "recovery"

LONGEST_NAME = LONGEST_STATEFULSET - len("-spark-master")

_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?\Z")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")


def workload(cluster: str, component: str) -> str:
    """The StatefulSet or Deployment of a component, and its Service."""
    return f"{cluster}-spark-{component}"


def conf_map(cluster: str) -> str:
    """The ConfigMap with the configuration of all components."""
    return f"{cluster}-spark-conf"


def auth_secret(cluster: str) -> str:
    """The Secret that all of Spark's processes share (spark.authenticate)."""
    return f"{cluster}-spark-auth"


def token_secret(cluster: str) -> str:
    """The Secret with the token of Connect's clients."""
    return f"{cluster}-spark-connect"


def recovery_claim(cluster: str) -> str:
    """The claim of the master, as its StatefulSet names it."""
    return f"{RECOVERY_CLAIM}-{workload(cluster, 'master')}-0"


def event_logs(cluster: str, namespace: str) -> str:
    """The directory of Alluxio for event logs where the spec names none."""
    return f"/spark-events/{namespace}/{cluster}"


def master_url(cluster: str, namespace: str | None = None) -> str:
    """``spark.master`` of applications: of the same namespace, or from anywhere in Kubernetes."""
    return f"spark://{_host(cluster, 'master', namespace)}:{PORTS['master']['rpc']}"


def addresses(cluster: str, namespace: str) -> dict[str, str]:
    """Where each service is reached inside Kubernetes, by component."""
    connect = _host(cluster, "connect", namespace)
    history = _host(cluster, "history", namespace)
    return {
        "master": master_url(cluster, namespace),
        "connect": f"sc://{connect}:{PORTS['connect']['grpc']}",
        "history": f"http://{history}:{PORTS['history']['ui']}",
    }


def labels(cluster: str) -> dict[str, str]:
    """What all pods of a cluster bear, and nothing else does."""
    return {CLUSTER_LABEL: cluster}


def selector(cluster: str) -> str:
    """The label selector of everything that belongs to a cluster."""
    return f"{CLUSTER_LABEL}={cluster}"


def pod_selector(cluster: str, component: str) -> dict[str, str]:
    """The labels of a component's pods, which never change."""
    return {**labels(cluster), COMPONENT_LABEL: component}


def object_labels(cluster: str, component: str | None = None) -> dict[str, str]:
    """Labels of objects, which say who made them too."""
    return {
        **(labels(cluster) if component is None else pod_selector(cluster, component)),
        "app.kubernetes.io/name": "spark",
        "app.kubernetes.io/instance": cluster,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }


def check_names(name: Any, namespace: Any, findings: Findings) -> None:
    """Refuses names that Kubernetes would refuse later."""
    if not isinstance(name, str) or not _DNS_1035.match(name):
        message = f"metadata.name: {name!r} cannot be part of the name of a Service"
        remedy = "use lower-case letters, digits and dashes, and begin with a letter"
        findings.error("metadata.name", name, message, remedy)
        return
    if not isinstance(namespace, str) or not _NAMESPACE.match(namespace):
        message = f"metadata.namespace: {namespace!r} is no name of a namespace"
        remedy = "give the namespace of the SparkCluster"
        findings.error("metadata.namespace", namespace, message, remedy)
    if len(name) > LONGEST_NAME:
        message = f"metadata.name has {len(name)} characters"
        remedy = f"use at most {LONGEST_NAME}, because StatefulSets are named after it"
        findings.error("metadata.name", name, message, remedy)


def _host(cluster: str, component: str, namespace: str | None) -> str:
    name = workload(cluster, component)
    return name if namespace is None else f"{name}.{namespace}"
