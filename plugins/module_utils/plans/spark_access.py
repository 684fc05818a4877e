# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether an AlluxioCluster lets the pods of a SparkApplication or SparkCluster in, as far as its spec tells. Pure.

Its NetworkPolicies let nobody in whom `spec.networkPolicy.allowFrom` does not name (docs/decisions/0090). Where the
network enforces them, an application that was forgotten there would hang until its calls time out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import spark_names
from .findings import Findings


def check(
    spec: Mapping[str, Any],
    observed: Mapping[str, Any],
    findings: Findings,
    label: str = spark_names.APPLICATION_LABEL,
) -> None:
    """Warns when no peer of the cluster can be meant for pods that bear ``label``."""
    cluster = observed.get("cluster")
    policy = (cluster or {}).get("network_policy")
    if not policy or not policy.get("enabled", True):
        return
    if any("alluxio" in peer.get("to", ()) for peer in policy.get("allowFrom", ())):
        return
    name = spec["alluxioCluster"]["name"]
    path = "spec.alluxioCluster"
    message = f"{path}: the NetworkPolicies of AlluxioCluster {name} let no application in"
    remedy = (
        f"add to its spec.networkPolicy.allowFrom: podSelector: {{matchExpressions: [{{key:"
        f" {label}, operator: Exists}}]}}, to: [alluxio]"
    )
    findings.warn(path, name, message, remedy)
