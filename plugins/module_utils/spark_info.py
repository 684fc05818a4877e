# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What there is of a SparkApplication: its attempts' Jobs, its pods, and what it refers to.

Jobs and pods are read from the API server itself: an attempt must not be begun on the word of a cache that has not
heard of the one before. A Job is got by name through the operator's proxy besides, which makes the operator watch it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

from .alluxio_clients import client_of
from .kube.api import KubeClient
from .kube.errors import Forbidden, KindMissing
from .plans import spark_names
from .spark_replicas import find_replicas
from .spark_rows import job_row, pod_row, run_row

_MOST_THREADS = 8
_APPLICATION = ("alluxio.io/v1alpha1", "SparkApplication")


def observe(
    client: KubeClient,
    name: str,
    namespace: str,
    secrets: Sequence[str],
    config_maps: Sequence[str],
    cluster: tuple[str, str] | None,
    scheduled: bool = False,
    replicates: bool = False,
) -> dict[str, Any]:
    """The ``observed`` of the application; ``cluster`` is name and namespace of its AlluxioCluster, ``scheduled``
    whether it is a schedule with runs, ``replicates`` whether copies of other applications matter.

    Raises the errors of kube/errors.py.
    """
    direct = client.direct
    children = {"namespace": namespace, "label_selector": spark_names.selector(name)}
    asked: dict[str, Callable[[], Any]] = {
        "jobs": partial(direct.list_objects, "batch/v1", "Job", **children),
        "pods": partial(direct.list_objects, "v1", "Pod", **children),
        "cluster": partial(client_of, direct, cluster),
        "runs": partial(_runs, direct, name, namespace) if scheduled else list,
        "replicas": partial(find_replicas, direct, name, namespace, replicates),
        **{
            f"Secret/{each}": partial(_exists, direct, "Secret", each, namespace)
            for each in secrets
        },
        **{
            f"ConfigMap/{each}": partial(_exists, direct, "ConfigMap", each, namespace)
            for each in config_maps
        },
    }
    observed_at = datetime.now(UTC)
    with ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="kubernetes") as pool:
        running = {key: pool.submit(ask) for key, ask in asked.items()}
        found = {key: future.result() for key, future in running.items()}
    jobs = sorted(map(job_row, found["jobs"]), key=lambda row: int(row["attempt"]))
    _watch(client, jobs, namespace)
    return {
        "observed_at": observed_at.isoformat(timespec="seconds"),
        "jobs": jobs,
        "pods": sorted(map(pod_row, found["pods"]), key=lambda row: str(row["name"])),
        "secrets": {each: found[f"Secret/{each}"] for each in secrets},
        "config_maps": {each: found[f"ConfigMap/{each}"] for each in config_maps},
        "cluster": found["cluster"],
        "runs": found["runs"],
        "replicas": found["replicas"],
    }


def _watch(client: KubeClient, jobs: Sequence[Mapping[str, Any]], namespace: str) -> None:
    if jobs and client.direct is not client:
        client.get("batch/v1", "Job", jobs[-1]["name"], namespace)


def _runs(client: KubeClient, schedule: str, namespace: str) -> list[dict[str, Any]] | None:
    """The applications that a schedule has made, in their order; None without the custom resource."""
    selector = f"{spark_names.SCHEDULE_LABEL}={schedule}"
    try:
        found = client.list_objects(*_APPLICATION, namespace, label_selector=selector)
    except KindMissing:
        return None
    return sorted(map(run_row, found), key=lambda row: str(row["name"]))


def _exists(client: KubeClient, kind: str, name: str, namespace: str) -> bool:
    """True also where we may not look: then the pod will tell."""
    try:
        return client.exists("v1", kind, name, namespace)
    except Forbidden:
        return True
