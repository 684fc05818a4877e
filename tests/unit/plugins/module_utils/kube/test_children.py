# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of claims and workloads."""

from __future__ import annotations

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.kube.children import (
    claim_row,
    workload_row,
)

LABELS = {"app.kubernetes.io/component": "worker", "alluxio.io/pool": "fast"}
CREATED = "2026-11-24T22:00:00Z"


def claim(**status: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "tier-ssd-w-0", "labels": LABELS, "creationTimestamp": CREATED},
        "spec": {"resources": {"requests": {"storage": "10Gi"}}, "storageClassName": "nvme"},
        "status": status,
    }


def test_a_bound_claim_has_the_size_of_its_volume() -> None:
    bound = claim(phase="Bound", capacity={"storage": "12Gi"})
    bound["spec"]["volumeName"] = "pv-1"
    bound["metadata"]["annotations"] = {"volume.kubernetes.io/selected-node": "node-2"}
    assert claim_row(bound) == {
        "name": "tier-ssd-w-0",
        "component": "worker",
        "pool": "fast",
        "phase": "Bound",
        "storage_class": "nvme",
        "size": "12Gi",
        "volume_name": "pv-1",
        "node": "node-2",
        "created": CREATED,
        "deleting": False,
        "message": "",
    }


def test_a_pending_claim_has_the_size_it_asks_for() -> None:
    row = claim_row(claim(phase="Pending"))
    assert (row["phase"], row["size"], row["volume_name"]) == ("Pending", "10Gi", "")


def test_a_claim_says_what_is_wrong_with_it() -> None:
    assert claim_row(claim(phase="Lost"))["message"] == "its volume is gone"
    resizing = claim(phase="Bound", conditions=[{"type": "Resizing", "message": "waits for pod"}])
    assert claim_row(resizing)["message"] == "waits for pod"


def test_a_claim_of_the_default_class() -> None:
    plain = claim(phase="Pending")
    plain["spec"].pop("storageClassName")
    assert claim_row(plain)["storage_class"] == ""


def test_a_stateful_set_with_its_claim_templates() -> None:
    row = workload_row(
        "StatefulSet",
        {
            "metadata": {"name": "w", "labels": LABELS, "generation": 3},
            "spec": {
                "replicas": 0,
                "volumeClaimTemplates": [
                    {
                        "metadata": {"name": "tier-ssd"},
                        "spec": {
                            "accessModes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "10Gi"}},
                        },
                    }
                ],
            },
            "status": {"observedGeneration": 2, "updateRevision": "w-5d"},
        },
    )
    assert row == {
        "kind": "StatefulSet",
        "name": "w",
        "component": "worker",
        "pool": "fast",
        "replicas": 0,
        "ready_replicas": 0,
        "updated_replicas": 0,
        "revision": "w-5d",
        "generation": 3,
        "observed_generation": 2,
        "claim_templates": [
            {
                "name": "tier-ssd",
                "size": "10Gi",
                "storage_class": None,
                "access_modes": ["ReadWriteOnce"],
            }
        ],
    }
