# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What there is of an AlluxioCluster: its objects, its pods, and what the live Alluxio says.

One look takes two rounds of requests side by side: Kubernetes first, then the masters that were
found there. Which way a request goes is decided by what ansible-operator's proxy makes of it
(docs/decisions/0040): it answers lists from informers that hold every object of the kind in all
namespaces of the operator. For workloads, which the operator watches anyway, that is free; for pods
and claims it would cost memory and yield stale rows, so these go straight to the API server, and so
does everything about Secrets.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any

from .alluxio import master_web, proxy_rest
from .alluxio.errors import reason_of
from .alluxio.master_web import Leader
from .alluxio.model import CacheOnly, MasterCounters, TierUsage, Worker, WorkerState
from .alluxio.transport import DirectTransport, Transport
from .errors import AlluxioError
from .kube.api import KubeClient
from .kube.children import claim_row, share_row, workload_row
from .kube.errors import Forbidden
from .kube.pods import pod_row
from .pod_web import web_transport

# A healthy leader answers in 10 ms; with HDFS below it asks the NameNode first.
_WEB_DEADLINE_S = 6.0
_MOST_THREADS = 12
_OPENSHIFT_KIND = ("security.openshift.io/v1", "SecurityContextConstraints")
# Listing so many paths takes about 4 MB and 0.3 s of the proxy; more is not worth it every minute.
_MOST_PATHS_LISTED = 1000
_MOST_PATHS = 20
_PAUSE_S = 1.0


def observe(
    client: KubeClient,
    name: str,
    namespace: str,
    secrets: Sequence[str],
    storage_classes: Sequence[str],
    namespaces: Sequence[str] = (),
) -> dict[str, Any]:
    """The ``observed`` of the cluster.

    Raises the errors of kube/errors.py. A silent Alluxio is no error but ``alluxio: None`` with the
    reason in ``alluxio_error``.
    """
    observed = _observe_kubernetes(client, name, namespace, secrets, storage_classes, namespaces)
    observed["shares"] = _with_claims(client.direct, observed["shares"])
    alluxio, error = _observe_alluxio(client.direct, namespace, observed["pods"])
    return {**observed, "alluxio": alluxio, "alluxio_error": error}


def wait_until_gone(client: KubeClient, name: str, namespace: str, timeout_s: float) -> None:
    """Returns when no pod of the cluster is left, or when time is over. Raises like ``observe``."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not client.direct.list_objects("v1", "Pod", namespace, selector(name)):
            return
        time.sleep(_PAUSE_S)


def selector(name: str) -> str:
    """What all children of the cluster have in common."""
    return (
        "app.kubernetes.io/name=alluxio,"
        f"app.kubernetes.io/instance={name},"
        "app.kubernetes.io/managed-by=alluxio.k8s"
    )


def _observe_kubernetes(
    client: KubeClient,
    name: str,
    namespace: str,
    secrets: Sequence[str],
    storage_classes: Sequence[str],
    namespaces: Sequence[str],
) -> dict[str, Any]:
    direct = client.direct
    children = {"namespace": namespace, "label_selector": selector(name)}
    asked: dict[str, Callable[[], Any]] = {
        "pods": partial(direct.list_objects, "v1", "Pod", **children),
        "claims": partial(direct.list_objects, "v1", "PersistentVolumeClaim", **children),
        "StatefulSet": partial(client.list_objects, "apps/v1", "StatefulSet", **children),
        "Deployment": partial(client.list_objects, "apps/v1", "Deployment", **children),
        "DaemonSet": partial(client.list_objects, "apps/v1", "DaemonSet", **children),
        "shares": partial(_shares, direct, share_selector(name, namespace)),
        "openshift": partial(direct.has_kind, *_OPENSHIFT_KIND),
        **{
            f"secret/{secret}": partial(_version, direct, "v1", "Secret", secret, namespace)
            for secret in secrets
        },
        **{
            f"class/{each}": partial(_version, direct, "storage.k8s.io/v1", "StorageClass", each)
            for each in storage_classes
        },
        **{f"namespace/{each}": partial(_namespace, direct, each) for each in namespaces},
    }
    observed_at = datetime.now(UTC)
    with ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="kubernetes") as pool:
        running = {key: pool.submit(ask) for key, ask in asked.items()}
        found = {key: future.result() for key, future in running.items()}
    return {
        "observed_at": observed_at.isoformat(timespec="seconds"),
        "openshift": found["openshift"],
        "pods": _by_name(pod_row(pod) for pod in found["pods"]),
        "claims": _by_name(claim_row(claim) for claim in found["claims"]),
        "workloads": _by_name(
            workload_row(kind, workload)
            for kind in ("StatefulSet", "Deployment", "DaemonSet")
            for workload in found[kind]
        ),
        "secrets": {secret: found[f"secret/{secret}"] is not None for secret in secrets},
        "secret_versions": {secret: found[f"secret/{secret}"] or "" for secret in secrets},
        "storage_classes": {each: found[f"class/{each}"] is not None for each in storage_classes},
        "namespaces": {each: found[f"namespace/{each}"] for each in namespaces},
        "shares": found["shares"],
        # Set in the operator's pod alone: whom the pods must let in.
        "operator_namespace": os.environ.get("POD_NAMESPACE"),
    }


def share_selector(name: str, namespace: str) -> str:
    """What the volumes for applications have in common (plans/fuse.py)."""
    return f"alluxio.io/fuse-of={name},alluxio.io/namespace={namespace}"


def _shares(client: KubeClient, label_selector: str) -> list[dict[str, Any]]:
    """The volumes for applications. Who may not look has made none."""
    try:
        return list(client.list_objects("v1", "PersistentVolume", label_selector=label_selector))
    except Forbidden:
        return []


def _with_claims(client: KubeClient, volumes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for volume in volumes:
        wanted = volume["spec"].get("claimRef") or {}
        claim = None
        if wanted.get("name") and wanted.get("namespace"):
            claim = client.get("v1", "PersistentVolumeClaim", wanted["name"], wanted["namespace"])
        rows.append(share_row(volume, claim))
    return sorted(rows, key=lambda row: str(row["volume"]))


def _namespace(client: KubeClient, name: str) -> dict[str, Any] | None:
    """Labels and annotations of a namespace; None when it is not there or may not be seen."""
    try:
        found = client.get("v1", "Namespace", name)
    except Forbidden:
        return None
    if found is None:
        return None
    metadata = found["metadata"]
    return {key: metadata.get(key) or {} for key in ("labels", "annotations")}


def _by_name(rows: Any) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: str(row["name"]))


def _version(
    client: KubeClient, api_version: str, kind: str, name: str, namespace: str | None = None
) -> str | None:
    """None only if it is known to be missing: who may not look cannot tell, and gets no version."""
    try:
        return client.version(api_version, kind, name, namespace)
    except Forbidden:
        return ""


def find_live_leader(
    client: KubeClient, namespace: str, pods: Sequence[Mapping[str, Any]]
) -> tuple[str | None, frozenset[str] | None]:
    """The pod of the leading master and the hosts of the workers that it hears; None, None when
    none answers.
    """
    masters = [pod for pod in pods if _may_answer(pod, "master")]
    if not masters:
        return None, None
    try:
        leader = master_web.find_leader(_roads(client, namespace, masters), _WEB_DEADLINE_S)
    except AlluxioError:
        return None, None
    live = [worker.host for worker in leader.info.workers if worker.state is WorkerState.LIVE]
    return masters[leader.index]["name"], frozenset(live)


def _roads(
    client: KubeClient, namespace: str, masters: Sequence[Mapping[str, Any]]
) -> list[Transport]:
    return [
        web_transport(client, namespace, pod, master_web.WEB_PORT, os.environ) for pod in masters
    ]


def _observe_alluxio(
    client: KubeClient, namespace: str, pods: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any] | None, str | None]:
    masters = [pod for pod in pods if _may_answer(pod, "master")]
    if not masters:
        return None, "no pod of a master runs"
    try:
        leader = master_web.find_leader(_roads(client, namespace, masters), _WEB_DEADLINE_S)
        counters = master_web.get_counters(leader.transport, _WEB_DEADLINE_S)
        quorum = master_web.get_quorum(leader.transport, _WEB_DEADLINE_S)
    except AlluxioError as error:
        return None, reason_of(error)
    proxies = [pod for pod in pods if _may_answer(pod, "proxy") and pod["ready"]]
    cache_only, unknown = _cache_only(client, namespace, proxies, counters)
    return {
        **_leader_row(leader, masters[leader.index]["name"]),
        "lost_masters": list(quorum.lost),
        "files_to_persist": counters.files_to_persist,
        "not_persisted_bytes": cache_only.not_persisted_bytes if cache_only else None,
        "lost_files": cache_only.lost_files if cache_only else None,
        "cache_only": _cache_only_row(cache_only) if cache_only else None,
        "cache_only_unknown": unknown,
    }, None


def _may_answer(pod: Mapping[str, Any], component: str) -> bool:
    return pod["component"] == component and pod["phase"] == "Running" and bool(pod["pod_ip"])


def _cache_only(
    client: KubeClient,
    namespace: str,
    proxies: Sequence[Mapping[str, Any]],
    counters: MasterCounters,
) -> tuple[CacheOnly | None, str | None]:
    """None and the reason where no cheap answer exists.

    No figure of the master tells these bytes (docs/decisions/0042), so they are added up from a
    listing while the tree is small.
    """
    if counters.total_paths > _MOST_PATHS_LISTED:
        return None, f"more than {_MOST_PATHS_LISTED} files and folders are not listed every minute"
    if not proxies:
        return None, "no proxy is there to ask"
    road = web_transport(client, namespace, proxies[0], proxy_rest.REST_PORT, os.environ)
    if not isinstance(road, DirectTransport):
        # The API server decodes and merges the slashes of the path that REST needs.
        return None, "from outside Kubernetes the proxy cannot be asked"
    try:
        return proxy_rest.get_cache_only(road, "/", _WEB_DEADLINE_S), None
    except AlluxioError as error:
        return None, f"the proxy does not tell: {reason_of(error)}"


def _cache_only_row(found: CacheOnly) -> dict[str, Any]:
    return {
        "files": len(found.files),
        "largest": [
            {"path": path, "length_bytes": length} for path, length in found.files[:_MOST_PATHS]
        ],
        "held_by": [
            {"hosts": list(hosts), "bytes": count} for hosts, count in found.held_by.items()
        ],
    }


def _leader_row(leader: Leader, pod: str) -> dict[str, Any]:
    info = leader.info
    return {
        "leader": pod,
        "version": info.version,
        "uptime_ms": info.uptime_ms,
        "capacity_bytes": info.capacity_bytes,
        "used_bytes": info.used_bytes,
        "tiers": _tier_rows(info.tiers),
        "workers": [_worker_row(worker) for worker in info.workers],
        "mounts": {
            path: {"uri": mount.uri, "type": mount.ufs_type, "read_only": mount.read_only}
            for path, mount in info.mounts.items()
        },
    }


def _worker_row(worker: Worker) -> dict[str, Any]:
    return {
        "host": worker.host,
        "state": str(worker.state),
        "capacity_bytes": worker.capacity_bytes,
        "used_bytes": worker.used_bytes,
        "tiers": _tier_rows(worker.tiers),
        "last_contact_s": worker.last_contact_s,
    }


def _tier_rows(tiers: Mapping[str, TierUsage]) -> dict[str, dict[str, int]]:
    return {
        name: {"total_bytes": tier.total_bytes, "used_bytes": tier.used_bytes}
        for name, tier in sorted(tiers.items())
    }
