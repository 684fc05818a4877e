# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What exists and cannot be changed in place is refused with the way to do it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_cluster import plan

METADATA = {"name": "a", "namespace": "ns"}


def cluster(**spec: Any) -> dict[str, Any]:
    base = {"rootMount": {"uri": "s3://b/d"}, "workers": [pool()]}
    return {"metadata": METADATA, "spec": {**base, **spec}}


def pool(name: str = "fast", **volume: Any) -> dict[str, Any]:
    return {"name": name, "tiers": [{"medium": "SSD", "volume": {"size": "10Gi", **volume}}]}


def stateful_set(name: str, component: str, replicas: int, **templates: Any) -> dict[str, Any]:
    return {
        "kind": "StatefulSet",
        "name": name,
        "component": component,
        "pool": "fast" if component == "worker" else None,
        "replicas": replicas,
        "revision": "",
        "generation": 1,
        "observed_generation": 1,
        "claim_templates": [
            {"name": key.replace("_", "-"), **value} for key, value in templates.items()
        ],
    }


def template(size: str = "10Gi", storage_class: str | None = None) -> dict[str, Any]:
    return {"size": size, "storage_class": storage_class, "access_modes": ["ReadWriteOnce"]}


MASTERS = stateful_set("a-master", "master", 3, journal=template())
WORKERS = stateful_set("a-worker-fast", "worker", 1, tier_ssd=template())


def errors(resource: dict[str, Any], *workloads: dict[str, Any], **observed: Any) -> list[Any]:
    return list(plan(resource, {"workloads": list(workloads), **observed})["errors"])


def test_what_is_as_it_was_passes() -> None:
    assert errors(cluster(), MASTERS, WORKERS) == []


def test_the_same_size_in_other_words_passes() -> None:
    same = stateful_set("a-worker-fast", "worker", 1, tier_ssd=template("10240Mi"))
    assert errors(cluster(), MASTERS, same) == []


@pytest.mark.parametrize("replicas", [1, 5])
def test_another_number_of_masters_is_refused(replicas: int) -> None:
    [error] = errors(cluster(masters={"replicas": replicas}), MASTERS)
    assert error["field"] == "spec.masters.replicas"
    assert "keep 3" in error["remedy"]
    assert "new cluster" in error["remedy"]


def test_claims_of_a_deleted_cluster_count_as_masters_too() -> None:
    claims = [{"name": f"journal-a-master-{n}", "component": "master"} for n in range(3)]
    [error] = errors(cluster(masters={"replicas": 1}), claims=claims)
    assert error["field"] == "spec.masters.replicas"
    assert errors(cluster(masters={"replicas": 3}), claims=claims) == []


def test_claims_that_are_being_deleted_do_not_count() -> None:
    claims = [{"name": "journal-a-master-2", "component": "master", "deleting": True}]
    assert errors(cluster(masters={"replicas": 1}), claims=claims) == []


@pytest.mark.parametrize(
    ("left", "good"), [("5Gi", False), ("10Gi", True), ("20Gi", True), (None, True)]
)
def test_volumes_that_an_earlier_cluster_left_must_be_large_enough(
    left: str | None, good: bool
) -> None:
    claims = [{"name": "tier-ssd-a-worker-fast-0", "component": "worker", "size": left}]
    found = errors(cluster(), claims=claims)
    assert [error["field"] for error in found] == (
        [] if good else ["spec.workers[0].tiers[0].volume.size"]
    )
    # With the StatefulSet there, its templates decide.
    assert errors(cluster(), WORKERS, claims=claims) == []


def test_claims_of_other_clusters_do_not_count() -> None:
    claims = [{"name": "journal-b-a-master-2"}, {"name": "journal-a-master-x"}, {"name": None}]
    assert errors(cluster(masters={"replicas": 1}), claims=claims) == []


@pytest.mark.parametrize(
    ("volume", "word"),
    [
        ({"size": "20Gi"}, "size 10Gi, not 20Gi"),
        ({"storageClassName": "nvme"}, "StorageClass (default), not nvme"),
        ({"accessModes": ["ReadWriteMany"]}, "access modes ReadWriteOnce"),
    ],
)
def test_another_volume_of_workers_is_refused(volume: dict[str, Any], word: str) -> None:
    [error] = errors(cluster(workers=[pool(**volume)]), WORKERS)
    assert error["field"] == "spec.workers[0].tiers[0].volume"
    assert word in error["message"]
    assert "add a pool" in error["remedy"]


def test_another_journal_volume_is_refused() -> None:
    masters = {"journal": {"volume": {"size": "20Gi"}}}
    [error] = errors(cluster(masters=masters), MASTERS)
    assert error["field"] == "spec.masters.journal.volume"


def test_a_volume_more_or_less_is_refused() -> None:
    [more] = errors(cluster(masters={"metastore": {"volume": {}}}), MASTERS)
    assert more["field"] == "spec.masters.metastore.volume"
    with_metastore = stateful_set("a-master", "master", 3, journal=template(), metastore=template())
    [less] = errors(cluster(), with_metastore)
    assert less["field"] == "spec.masters"
    assert "metastore" in less["message"]


def test_a_memory_tier_more_is_fine() -> None:
    tiers = [{"medium": "MEM", "quota": "1Gi"}, *pool()["tiers"]]
    assert errors(cluster(workers=[{"name": "fast", "tiers": tiers}]), WORKERS) == []


@pytest.mark.parametrize(("policy", "fate"), [("Retain", "kept"), ("Delete", "deleted")])
def test_a_pool_that_goes_is_said(policy: str, fate: str) -> None:
    resource = cluster(workers=[pool("other")], deletionPolicy=policy)
    result = plan(resource, {"workloads": [WORKERS]})
    assert result["errors"] == []
    [warning] = result["warnings"]
    assert "'fast'" in warning["message"]
    assert fate in warning["remedy"]


def test_an_observation_without_templates_refuses_nothing() -> None:
    bare = {key: value for key, value in WORKERS.items() if key != "claim_templates"}
    assert errors(cluster(workers=[pool(size="20Gi")]), bare) == []


def test_a_pool_that_gains_a_tier_is_made_anew_around_its_pods() -> None:
    tiers = [*pool()["tiers"], {"medium": "HDD", "volume": {"size": "50Gi"}}]
    wanted = cluster(workers=[{"name": "fast", "tiers": tiers}])
    result = plan(wanted, {"workloads": [MASTERS, WORKERS]})
    assert (result["errors"], result["recreate"]) == ([], ["StatefulSet/a-worker-fast"])
    assert plan(cluster(), {"workloads": [MASTERS, WORKERS]})["recreate"] == []
    assert plan(wanted, {})["recreate"] == []


def test_a_pool_that_loses_a_tier_is_refused() -> None:
    two = stateful_set("a-worker-fast", "worker", 1, tier_ssd=template(), tier_hdd=template("50Gi"))
    [error] = errors(cluster(), two)
    assert "tier-hdd" in error["message"]
