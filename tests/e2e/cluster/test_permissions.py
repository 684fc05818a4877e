# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The operator is granted what it uses, and nothing else. conftest.py runs this after all other tests of the folder."""

from __future__ import annotations

import json
import re

from workbench.cluster import ROOT, Cluster


def granted(cluster: Cluster) -> set[tuple[str, str, str]]:
    """(API group, resource, verb) of every rule that the operator is bound to."""
    roles = [
        cluster.get("clusterrole", "alluxio-operator"),
        cluster.get("clusterrole", "alluxio-operator-cluster"),
        cluster.get("-n", "alluxio-operator", "role", "alluxio-operator-leader"),
    ]
    return {
        (group, resource, verb)
        for role in roles
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def used(cluster: Cluster) -> set[tuple[str, str, str]]:
    """(API group, resource, verb) of every request of the operator in the API server's audit log."""
    found = set()
    for line in cluster.audit_log():
        event = json.loads(line)
        ref = event.get("objectRef")
        if (
            event["user"]["username"].endswith(":alluxio-operator:alluxio-operator")
            and ref
            and "resource" in ref
        ):
            resource = "/".join(filter(None, (ref["resource"], ref.get("subresource"))))
            found.add((ref.get("apiGroup", ""), resource, event["verb"]))
    return found


def granted_to_drivers() -> set[tuple[str, str, str]]:
    """What the operator holds because it grants it to the drivers of Spark (docs/decisions/0113)."""
    text = (ROOT / "roles/spark_application/templates/rights.yaml.j2").read_text()
    rules = re.findall(r"resources: \[(.*)\]\n    verbs: \[(.*)\]", text)
    return {
        ("", resource, verb)
        for resources, verbs in rules
        for resource in resources.split(", ")
        for verb in verbs.split(", ")
    }


def test_uses_exactly_what_it_is_granted(operator: Cluster) -> None:
    # What everybody may do (system:basic-user, system:discovery) needs no rule of ours.
    everybody = {("authorization.k8s.io", "selfsubjectaccessreviews", "create")}
    uses, grants = used(operator) - everybody, granted(operator)
    # A server-side apply that makes an object is a patch in the audit log, and is checked for create as well.
    uses |= {
        (group, resource, "create") for group, resource, verb in uses if verb == "patch"
    } & grants
    assert uses - grants == set(), "asked for, but not granted"
    assert grants - uses - granted_to_drivers() == set(), "granted, but never used"
