# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Names and labels of the objects of an AlluxioCluster, and how long they may be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .findings import Findings

# A pod of a StatefulSet carries the label controller-revision-hash: its StatefulSet's name, a dash
# and 10 characters, and a label's value has at most 63.
LONGEST_STATEFULSET = 63 - 11
LONGEST_NAME = LONGEST_STATEFULSET - len("-master")
LONGEST_NAME_AND_POOL = LONGEST_STATEFULSET - len("-worker-")

MANAGED_BY = "alluxio.k8s"
POOL_LABEL = "alluxio.io/pool"
CONFIG_HASH = "alluxio.io/config-hash"
# An annotation of the resource: what is cached on workers alone may be lost with them.
DISCARD = "alluxio.io/discard-unpersisted"

_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?\Z")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")


def check_names(
    name: Any, namespace: Any, pools: Sequence[Mapping[str, Any]], findings: Findings
) -> None:
    """Refuses names that Kubernetes would refuse later, or that could collide with another
    cluster's.
    """
    if not isinstance(name, str) or not _DNS_1035.match(name):
        message = f"metadata.name: {name!r} cannot be part of the name of a Service"
        remedy = "use lower-case letters, digits and dashes, and begin with a letter"
        findings.error("metadata.name", name, message, remedy)
        return
    if not isinstance(namespace, str) or not _NAMESPACE.match(namespace):
        message = f"metadata.namespace: {namespace!r} is no name of a namespace"
        findings.error(
            "metadata.namespace", namespace, message, "give the namespace of the cluster"
        )
    if len(name) > LONGEST_NAME:
        message = f"metadata.name has {len(name)} characters"
        remedy = f"use at most {LONGEST_NAME}, because StatefulSets are named after it"
        findings.error("metadata.name", name, message, remedy)
        return
    for index, pool in enumerate(pools):
        if isinstance(pool, Mapping) and isinstance(pool.get("name"), str):
            _check_pool(name, pool["name"], f"spec.workers[{index}].name", findings)


def object_labels(name: str, component: str, version: str) -> dict[str, str]:
    """The labels of every object; ``selector`` gives those that never change."""
    return {
        **selector(name, component),
        "app.kubernetes.io/managed-by": MANAGED_BY,
        "app.kubernetes.io/version": label_value(version),
    }


def selector(name: str, component: str, pool: str | None = None) -> dict[str, str]:
    """The labels by which pods are selected, the same for the life of a cluster."""
    labels = {
        "app.kubernetes.io/name": "alluxio",
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/component": component,
    }
    return labels if pool is None else {**labels, POOL_LABEL: pool}


def label_value(text: str) -> str:
    """The text cut to what a label may hold."""
    return text[:63].rstrip("-_.")


def _check_pool(name: str, pool: str, field: str, findings: Findings) -> None:
    if len(name) + len(pool) > LONGEST_NAME_AND_POOL:
        message = f"{field}: {name!r} and {pool!r} have {len(name) + len(pool)} characters together"
        remedy = f"use at most {LONGEST_NAME_AND_POOL}, because the StatefulSet is named after both"
        findings.error(field, pool, message, remedy)
    if "worker" in pool.split("-"):
        # Cluster x with pool a-worker-b and cluster x-worker-a with pool b would share a
        # StatefulSet.
        message = f"{field}: {pool!r} contains the word worker"
        findings.error(
            field, pool, message, "choose another name, this one could collide with other clusters"
        )
