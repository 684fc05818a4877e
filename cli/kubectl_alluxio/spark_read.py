# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Spark applications as the API server has them, with the custom resource or by labels alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import KindMissing, NotFound
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_names

from kubectl_alluxio.spark_resource import API_VERSION, KIND
from kubectl_alluxio.spark_view import Application, application

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.api import KubeClient


def find_resource(client: KubeClient, name: str, namespace: str) -> dict[str, Any] | None:
    """The SparkApplication; None where it or its kind does not exist."""
    try:
        return client.get(API_VERSION, KIND, name, namespace)
    except KindMissing:
        return None


def find(client: KubeClient, name: str, namespace: str) -> Application | None:
    """The application of that name, whichever door made it."""
    resource = find_resource(client, name, namespace)
    selector = spark_names.selector(name)
    pods = client.list_objects("v1", "Pod", namespace, selector)
    # Before there is a pod, and after its node is gone, there is the Job.
    if resource or pods or client.list_objects("batch/v1", "Job", namespace, selector):
        return application(name, namespace, resource, pods)
    return None


def read(client: KubeClient, name: str, namespace: str) -> Application:
    """The application of that name. Raises NotFound."""
    found = find(client, name, namespace)
    if found is None:
        raise NotFound(
            f"there is no Spark application {name} in namespace {namespace}",
            "see kubectl alluxio spark list, or give its namespace by -n",
        )
    return found


def read_all(client: KubeClient, namespace: str) -> list[Application]:
    """All applications of a namespace, the newest first."""
    label = spark_names.APPLICATION_LABEL
    try:
        rows = client.list_objects(API_VERSION, KIND, namespace)
    except KindMissing:
        rows = []
    resources = {row["metadata"]["name"]: row for row in rows}
    pods: dict[str, list[dict[str, Any]]] = {name: [] for name in resources}
    for pod in client.list_objects("v1", "Pod", namespace, label):
        pods.setdefault(pod["metadata"]["labels"][label], []).append(pod)
    found = [application(name, namespace, resources.get(name), mine) for name, mine in pods.items()]
    return sorted(found, key=lambda one: (one.created, one.name), reverse=True)
