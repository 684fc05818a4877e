# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Removing an application and what was uploaded for it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import WaitTimeout
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_names
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_replicas import release
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_uploads import remove_folder

from kubectl_alluxio.output import note
from kubectl_alluxio.spark_read import find_resource

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.api import KubeClient

    from kubectl_alluxio.connection import Connection
    from kubectl_alluxio.spark_view import Application

_GONE_S = 120
# The Job first, or it would make a new driver.
_KINDS = (
    ("batch/v1", "Job"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
)


def remove(client: KubeClient, name: str, namespace: str) -> bool:
    """Its SparkApplication, which all the rest belongs to; without one all that bears its label.

    True when the operator has removed it, with what was uploaded for it. Waits until it has let go of the
    SparkApplication. Raises WaitTimeout.
    """
    resource = find_resource(client, name, namespace)
    if resource:
        client.delete(resource)
        _wait_until_gone(client, name, namespace)
        return True
    for api_version, kind in _KINDS:
        found = client.list_objects(api_version, kind, namespace, spark_names.selector(name))
        for body in found:
            client.delete(body)
    try:
        release(client, name, namespace, dry_run=False)
    except AlluxioError as error:
        note(f"copies of blocks that were made for it stay: {error}")
    return False


def _wait_until_gone(client: KubeClient, name: str, namespace: str) -> None:
    never = threading.Event()
    for _ in range(_GONE_S):
        if find_resource(client, name, namespace) is None:
            return
        never.wait(1)
    raise WaitTimeout(
        f"application {name} is marked for removal, but not gone after {_GONE_S} s",
        "it goes when the operator runs: look at its log",
    )


def remove_uploads(connection: Connection, client: KubeClient, found: Application) -> None:
    """Files that cannot be removed now are named; that is no reason to fail, the application is gone."""
    cluster = replace(connection, cluster=found.cluster or connection.cluster)
    try:
        with cluster.alluxio(client, found.cluster_namespace) as access:
            remove_folder(access.master.files, found.name, found.namespace, dry_run=False)
    except AlluxioError as error:
        folder = spark_names.uploads_folder(found.name, found.namespace)
        note(f"its uploaded files stay in {folder}: {error}")
