# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From an AlluxioCluster and an observation to every decision: schema, then rules and sizes, then
the objects' values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import (
    cache_only,
    cluster_rules,
    cluster_values,
    existing,
    fuse,
    naming,
    network_policy,
    node_files,
    refers,
    rollout,
)
from ._schemas import ALLUXIO_CLUSTER_SPEC
from .cluster_rules import Cluster
from .findings import Findings
from .naming import DISCARD
from .refers import Reference
from .schema import complete

# What the templates make, and so what is looked for when something has to go.
KINDS = [
    {"api_version": "v1", "kind": "ConfigMap"},
    {"api_version": "v1", "kind": "Service"},
    {"api_version": "v1", "kind": "ServiceAccount"},
    {"api_version": "apps/v1", "kind": "StatefulSet"},
    {"api_version": "apps/v1", "kind": "Deployment"},
    {"api_version": "apps/v1", "kind": "DaemonSet"},
    {"api_version": "policy/v1", "kind": "PodDisruptionBudget"},
    {"api_version": "networking.k8s.io/v1", "kind": "NetworkPolicy"},
]


def plan(resource: Mapping[str, Any], observed: Mapping[str, Any] | None) -> dict[str, Any]:
    """The plan of ``resource`` ({metadata, spec}) as plain data.

    With ``errors`` only name, namespace, errors, warnings, refers and shares are there. Never
    raises for what a user wrote. ``shares``: every volume for applications that exists, as objects.
    """
    observed = observed or {}
    findings = Findings()
    metadata = resource.get("metadata") or {}
    name, namespace, raw = metadata.get("name"), metadata.get("namespace"), resource.get("spec")
    mentioned = refers.references(raw)
    result: dict[str, Any] = {
        "name": name,
        "namespace": namespace,
        "refers": _refers(mentioned, namespace, raw),
        "shares": fuse.surplus([], observed),
    }
    spec = complete({} if raw is None else raw, ALLUXIO_CLUSTER_SPEC, "spec", findings)
    naming.check_names(name, namespace, _pools(spec), findings)
    if not findings.count:
        versions = observed.get("secret_versions") or {}
        openshift = bool(observed.get("openshift"))
        cluster = Cluster(
            str(name), str(namespace), spec, openshift, versions, _cached_alone(metadata, observed)
        )
        network_policy.check(spec, findings)
        node_files.check(cluster.namespace, spec, observed, findings)
        fuse.check(cluster.name, cluster.namespace, spec, observed, findings)
        sizes = cluster_rules.check(cluster, observed, findings)
        if sizes is not None:
            result |= cluster_values.values(cluster, sizes)
            result["network_policies"] = network_policy.policies(cluster, observed)
            wanted = result["fuse"]["claims"] if result["fuse"] else []
            result["surplus_shares"] = fuse.surplus(wanted, observed)
            result["missing"] = _missing(mentioned, observed)
            result["rollout"] = _rollout(cluster, result, observed)
            result["recreate"] = existing.recreations(
                cluster_rules.stateful_sets(cluster, sizes), observed
            )
            result["leaving"] = rollout.leaving(result, observed)
    return {**result, "errors": findings.errors, "warnings": findings.warnings}


def referred(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What a resource names but does not make, before it is planned and whether or not it is
    valid.
    """
    namespace = (resource.get("metadata") or {}).get("namespace")
    spec = resource.get("spec")
    return _refers(refers.references(spec), namespace, spec)


def _refers(mentioned: list[Reference], namespace: Any, spec: Any) -> dict[str, Any]:
    return {
        "secrets": refers.names(mentioned, "Secret"),
        "storage_classes": refers.names(mentioned, "StorageClass"),
        "namespaces": refers.namespaces(namespace, spec),
        "kinds": KINDS,
    }


def _pools(spec: Any) -> Sequence[Mapping[str, Any]]:
    pools = spec.get("workers") if isinstance(spec, dict) else None
    return pools if isinstance(pools, list) else []


def _cached_alone(metadata: Mapping[str, Any], observed: Mapping[str, Any]) -> int:
    """Bytes that may not be lost with a worker, as far as that is known."""
    if (metadata.get("annotations") or {}).get(DISCARD) == "true":
        return 0
    alluxio = observed.get("alluxio") or {}
    hosts = {worker["host"] for worker in alluxio.get("workers") or ()}
    return cache_only.lost_with(alluxio, hosts) or 0


def _rollout(
    cluster: Cluster, planned: Mapping[str, Any], observed: Mapping[str, Any]
) -> dict[str, Any]:
    """What the module `rollout` needs, and whether there is anything for it to do."""
    order = rollout.order_of(planned)
    return {
        "order": order,
        "due": rollout.due(order, observed),
        "workers_at_once": cluster.spec["podDisruptionBudget"]["maxUnavailableWorkers"],
        "missing": [f"{missing['kind']} {missing['name']}" for missing in planned["missing"]],
    }


def _missing(mentioned: list[Reference], observed: Mapping[str, Any]) -> list[dict[str, str]]:
    """What the pods wait for: objects that the spec names and that were looked for in vain."""
    known = {
        "Secret": observed.get("secrets") or {},
        "StorageClass": observed.get("storage_classes") or {},
    }
    return [
        {
            "kind": reference.kind,
            "name": reference.name,
            "field": reference.field,
            "message": f"{reference.field}: there is no {reference.kind} {reference.name!r}",
            "remedy": f"create it, or name another {reference.kind}",
        }
        for reference in mentioned
        if known[reference.kind].get(reference.name) is False
    ]
