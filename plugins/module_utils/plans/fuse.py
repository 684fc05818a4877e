# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio as a file system on the nodes: a privileged pod a node, and a volume with a claim for
each namespace of applications.

On a node ``FOLDER/share`` is what claims lead to: a small read-only file system, and in it the
folder ``data``, over which Alluxio is mounted (roles/alluxio_cluster/files/fuse.sh says why).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ..literals import literal
from . import node_files
from .cluster_rules import Cluster
from .findings import Findings
from .naming import MANAGED_BY

CLAIMS_FROM = "alluxio.io/claims-from"
# By these the volumes and claims of a cluster are found, wherever they are. Not the labels of other
# objects: what becomes of those claims is said by deletionPolicy, and these hold no data.
CLUSTER_LABEL, NAMESPACE_LABEL = "alluxio.io/fuse-of", "alluxio.io/namespace"
SHARE = "/node/share"
# Kubernetes wants a size; nobody reads it.
CLAIM_SIZE = "1Gi"
# Names and attributes are asked for each time: other clients change them too.
MOUNT_OPTIONS = ("allow_other", "entry_timeout=0", "attr_timeout=0")
PROPERTIES = {
    # The mount is taken away before the process is told to end, so there is nothing to wait for.
    "alluxio.fuse.umount.timeout": "5s",
}

Observed = Mapping[str, Any]


def check(
    name: str, namespace: str, spec: Mapping[str, Any], observed: Observed, findings: Findings
) -> None:
    """Refuses options that cannot be, and claims in namespaces that did not agree."""
    for index, option in enumerate(spec["fuse"].get("mountOptions", ())):
        path = f"spec.fuse.mountOptions[{index}]"
        if option == "allow_root":
            message = f"{path}: allow_root excludes allow_other, without which no application reads"
            findings.error(path, option, message, "leave it out")
    if not spec["fuse"]["enabled"]:
        return
    for index, claim in enumerate(spec["fuse"].get("claims", ())):
        if claim["namespace"] != namespace:
            path = f"spec.fuse.claims[{index}].namespace"
            _check_consent(claim["namespace"], path, f"{namespace}/{name}", observed, findings)


def _check_consent(
    theirs: str, path: str, cluster: str, observed: Observed, findings: Findings
) -> None:
    known = observed.get("namespaces")
    if known is None:
        return
    row = known.get(theirs)
    if row is None:
        message = f"{path}: there is no namespace {theirs!r}, or it may not be looked at"
        findings.error(path, theirs, message, "create it first")
        return
    own = cluster.partition("/")[0]
    if own not in (row.get("annotations") or {}).get(CLAIMS_FROM, "").replace(",", " ").split():
        message = f"{path}: namespace {theirs!r} does not take claims from {own!r}"
        remedy = (
            f"let its owner say so: kubectl annotate namespace {theirs} {CLAIMS_FROM}={own}"
            " (a list with commas for several)"
        )
        findings.error(path, theirs, message, remedy)


def volumes(cluster: Cluster) -> list[dict[str, Any]]:
    path = f"{node_files.folder(cluster.name, cluster.namespace)}/fuse"
    found: list[dict[str, Any]] = [
        {"name": "node", "hostPath": {"path": path, "type": "DirectoryOrCreate"}}
    ]
    if node_files.short_circuit(cluster.spec):
        found.append(node_files.domain_volume(cluster.name, cluster.namespace))
    return found


def mounts(cluster: Cluster) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": "config", "mountPath": "/config", "readOnly": True},
        # What is mounted here must be seen on the node, and by it in the applications' pods.
        {"name": "node", "mountPath": "/node", "mountPropagation": "Bidirectional"},
    ]
    if node_files.short_circuit(cluster.spec):
        found.append({"name": "domain", "mountPath": node_files.DOMAIN, "readOnly": True})
    return found


def values(
    cluster: Cluster, pod: Mapping[str, Any], digest: str, labels: Mapping[str, str]
) -> dict[str, Any]:
    """The part of the plan about FUSE; ``pod`` as other pods are planned."""
    spec = cluster.spec["fuse"]
    options = ",".join(mount_options(spec.get("mountOptions", ())))
    return {
        "workload": f"{cluster.name}-fuse",
        "selector": labels,
        "config_hash": digest,
        "share": SHARE,
        "args": [literal(text) for text in ("run", SHARE, spec["alluxioPath"], options)],
        "pod": {**pod, "service_account": account(cluster)},
        "claims": _claims(cluster),
    }


def account(cluster: Cluster) -> str:
    return f"{cluster.name}-fuse"


def mount_options(users: Sequence[str]) -> list[str]:
    """Ours, then the user's; one that is said again replaces the earlier one."""
    chosen: dict[str, str] = {}
    for option in (*MOUNT_OPTIONS, *users):
        chosen[option.partition("=")[0]] = option
    return list(chosen.values())


def claim_labels(name: str, namespace: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/managed-by": MANAGED_BY,
        CLUSTER_LABEL: name,
        NAMESPACE_LABEL: namespace,
    }


def _claims(cluster: Cluster) -> list[dict[str, Any]]:
    path = f"{node_files.folder(cluster.name, cluster.namespace)}/fuse/share"
    return [
        {
            "namespace": claim["namespace"],
            "name": claim["name"],
            "volume": volume_name(cluster.name, cluster.namespace, claim),
            "labels": claim_labels(cluster.name, cluster.namespace),
            "path": path,
            "size": CLAIM_SIZE,
        }
        for claim in cluster.spec["fuse"].get("claims", ())
    ]


def volume_name(name: str, namespace: str, claim: Mapping[str, str]) -> str:
    """Volumes have no namespace: the hash tells apart what the dashes do not."""
    whole = "/".join((namespace, name, claim["namespace"], claim["name"]))
    return f"alluxio-{namespace}-{name}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"


def surplus(wanted: Sequence[Mapping[str, Any]], observed: Observed) -> list[dict[str, Any]]:
    """Volumes, and claims that we made, that are there but not ``wanted``, as objects to delete.

    Of those that are wanted, a volume whose claim somebody deleted: it stays tied to the one that
    is gone, so the next pass has to make another.
    """
    keep = {claim["volume"] for claim in wanted}
    objects: list[dict[str, Any]] = []
    for share in observed.get("shares") or ():
        kept = share["volume"] in keep
        if kept and share["phase"] != "Released":
            continue
        if share["claim_is_ours"] and not kept:
            metadata = {"name": share["claim"], "namespace": share["claim_namespace"]}
            objects.append(
                {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata}
            )
        metadata = {"name": share["volume"]}
        objects.append({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata})
    return objects
