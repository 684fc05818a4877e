# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What there is of a SparkCluster: its workloads, its pods, and what it refers to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from .alluxio_clients import client_of
from .kube.api import KubeClient
from .kube.children import workload_row
from .kube.pods import pod_row
from .plans import spark_cluster_names as names

_MOST_THREADS = 8
_WORKLOADS = ("StatefulSet", "Deployment")
_OPENSHIFT_KIND = ("security.openshift.io/v1", "SecurityContextConstraints")


def observe(
    client: KubeClient, name: str, namespace: str, secrets: Sequence[str], cluster: tuple[str, str]
) -> dict[str, Any]:
    """The ``observed`` of the SparkCluster; ``cluster`` is name and namespace of its AlluxioCluster.

    Of each Secret it tells its version, None without it; no content is read. Raises the errors of kube/errors.py.
    """
    direct = client.direct
    children = {"namespace": namespace, "label_selector": names.selector(name)}
    asked: dict[str, Callable[[], Any]] = {
        "pods": partial(direct.list_objects, "v1", "Pod", **children),
        "cluster": partial(client_of, direct, cluster),
        "openshift": partial(direct.has_kind, *_OPENSHIFT_KIND),
        **{kind: partial(direct.list_objects, "apps/v1", kind, **children) for kind in _WORKLOADS},
        **{
            f"Secret/{secret}": partial(direct.version, "v1", "Secret", secret, namespace)
            for secret in secrets
        },
    }
    with ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="kubernetes") as pool:
        running = {key: pool.submit(ask) for key, ask in asked.items()}
        found = {key: future.result() for key, future in running.items()}
    workloads = [workload_row(kind, each) for kind in _WORKLOADS for each in found[kind]]
    return {
        "workloads": sorted(workloads, key=lambda row: str(row["name"])),
        "pods": sorted(map(pod_row, found["pods"]), key=lambda row: str(row["name"])),
        "secrets": {secret: found[f"Secret/{secret}"] for secret in secrets},
        "cluster": found["cluster"],
        "openshift": found["openshift"],
    }
