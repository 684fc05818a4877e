# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A SparkApplication and observations of it, for the tests of its plan and its status."""

from __future__ import annotations

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_application import plan

NAME, NAMESPACE, UID = "report", "analytics", "uid-1"
NOW = "2026-11-28T10:00:00+00:00"


def resource(**spec: Any) -> dict[str, Any]:
    base = {
        "type": "Python",
        "mainFile": "local:///opt/app.py",
        "alluxioCluster": {"name": "cache"},
        "arguments": ["alluxio:///sales"],
    }
    metadata = {"name": NAME, "namespace": NAMESPACE, "uid": UID, "generation": 1}
    merged = {key: value for key, value in {**base, **spec}.items() if value is not None}
    return {"metadata": metadata, "spec": merged}


def placement(**nodes: int) -> dict[str, Any]:
    """The answer of node_affinity with these executors on these nodes, all of which hold data."""
    names = sorted(nodes)
    term = {
        "matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": names}]
    }
    preferred = "preferredDuringSchedulingIgnoredDuringExecution"
    return {
        "paths": ["/sales"],
        "nodes": [
            {
                "name": name,
                "hostname": name,
                "bytes": 100,
                "executors": nodes[name],
                "eligible": True,
            }
            for name in names
        ],
        "affinity": {"nodeAffinity": {preferred: [{"weight": 100, "preference": term}]}},
        "topology_spread_constraints": [
            {
                "maxSkew": 2,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"alluxio.io/placement": "x"}},
            }
        ],
        "replicate": None,
        "notes": [],
    }


def required(found: dict[str, Any]) -> dict[str, Any]:
    """The same with the nodes as the only ones that may be."""
    (term,) = next(iter(found["affinity"]["nodeAffinity"].values()))
    key = "requiredDuringSchedulingIgnoredDuringExecution"
    hard = {"nodeSelectorTerms": [term["preference"]]}
    return {**found, "affinity": {"nodeAffinity": {key: hard}}}


def observed(**more: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "observed_at": NOW,
        "jobs": [],
        "pods": [],
        "secrets": {},
        "config_maps": {},
        "cluster": {
            "properties": {"alluxio.master.rpc.addresses": "m:19998"},
            "network_policy": None,
        },
        "runs": [],
        "placement": placement(a=1, b=1),
        "placement_error": "",
        "replicas": {"own": None, "others": False},
    }
    return {**base, **more}


def job(attempt: int = 1, state: str = "Active", **more: Any) -> dict[str, Any]:
    base = {
        "name": f"{NAME}-{attempt}-driver",
        "attempt": attempt,
        "application_id": f"spark-{attempt}",
        "planned": {"a": 1, "b": 1},
        "requested": 2,
        "state": state,
        "reason": "",
        "message": "",
        "started": "2026-11-28T09:58:00Z",
        "ended": "2026-11-28T09:59:00Z" if state in ("Succeeded", "Failed") else None,
        "deleting": False,
    }
    return {**base, **more}


def pod(
    role: str = "driver", attempt: int = 1, phase: str = "Running", **more: Any
) -> dict[str, Any]:
    base = {
        "name": f"{NAME}-{attempt}-{role}",
        "uid": "pod",
        "role": role,
        "attempt": attempt,
        "phase": phase,
        "node": "a",
        "deleting": False,
        "started": phase != "Pending",
        "reason": "",
        "message": "",
        "exit_code": None,
        "out_of_memory": False,
        "termination_message": "",
        "progress": "",
    }
    return {**base, **more}


def planned(given: dict[str, Any], seen: dict[str, Any]) -> dict[str, Any]:
    """The plan, which must be without errors."""
    found = plan(given, seen)
    assert found["errors"] == []
    return found
