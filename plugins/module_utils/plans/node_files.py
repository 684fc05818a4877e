# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a cluster keeps on its nodes, and what its namespace must allow for that.

The folder follows from the names of the cluster and is no field of the spec: whoever may choose a
path of the node may read and write the node (docs/decisions/0091).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .findings import Findings

ROOT = "/var/lib/alluxio-k8s"
DOMAIN = "/opt/domain"
ENFORCE = "pod-security.kubernetes.io/enforce"
_STRICT = ("baseline", "restricted")


def folder(name: str, namespace: str) -> str:
    """The folder of this cluster on every node that it uses."""
    return f"{ROOT}/{namespace}/{name}"


def domain_volume(name: str, namespace: str) -> dict[str, Any]:
    """The volume with the domain sockets of this node's worker."""
    path = f"{folder(name, namespace)}/domain"
    return {"name": "domain", "hostPath": {"path": path, "type": "DirectoryOrCreate"}}


def short_circuit(spec: Mapping[str, Any]) -> bool:
    """Whether any pool of a completed spec offers a domain socket."""
    return any(pool["shortCircuit"]["enabled"] for pool in spec["workers"])


def check(
    namespace: str, spec: Mapping[str, Any], observed: Mapping[str, Any], findings: Findings
) -> None:
    """Refuses what the namespace would not let run: admission leaves its pods out without a word in
    the resource.
    """
    labels = ((observed.get("namespaces") or {}).get(namespace) or {}).get("labels") or {}
    enforced = labels.get(ENFORCE)
    if enforced not in _STRICT:
        return
    for field, what in _users(spec):
        message = (
            f"{field}: {what}, and namespace {namespace!r} enforces the pod security standard "
            f"{enforced}"
        )
        remedy = (
            f"label the namespace {ENFORCE}=privileged (all other pods of the cluster stay "
            "restricted by themselves), or leave it out"
        )
        findings.error(field, True, message, remedy)


def _users(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if spec["fuse"]["enabled"]:
        yield "spec.fuse.enabled", "mounting needs privileged pods"
    for index, pool in enumerate(spec["workers"]):
        if pool["shortCircuit"]["enabled"]:
            field = f"spec.workers[{index}].shortCircuit.enabled"
            yield field, "the socket lies in a folder of the node (hostPath)"
