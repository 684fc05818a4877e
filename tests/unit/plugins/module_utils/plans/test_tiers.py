# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Tiers: levels, quotas, volumes, and the properties that follow from them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.findings import Findings
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.memory import GI, MI
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.tiers import (
    Tier,
    mem_quota,
    plan_tiers,
    small_tier_properties,
    tier_properties,
)

WATERMARKS = {"highWatermark": 0.95, "lowWatermark": 0.7}


def mem(quota: str) -> dict[str, Any]:
    return {"medium": "MEM", "quota": quota, **WATERMARKS}


def disk(medium: str, size: str, quota: str | None = None) -> dict[str, Any]:
    volume = {"size": size, "accessModes": ["ReadWriteOnce"]}
    tier = {"medium": medium, "volume": volume, **WATERMARKS}
    return tier if quota is None else {**tier, "quota": quota}


def planned(*tiers: dict[str, Any]) -> list[Tier]:
    findings = Findings()
    result = plan_tiers(list(tiers), "spec.workers[0]", findings)
    assert findings.errors == []
    assert result is not None
    return result


def errors(*tiers: dict[str, Any]) -> list[tuple[str, str]]:
    findings = Findings()
    assert plan_tiers(list(tiers), "spec.workers[0]", findings) is None
    return [(error["field"], error["message"]) for error in findings.errors]


def test_memory_is_a_memory_backed_volume_with_a_little_more_than_the_quota() -> None:
    [tier] = planned(mem("4Gi"))
    assert (tier.level, tier.path, tier.volume) == (0, "/tiers/mem", "tier-mem")
    assert tier.claim is None
    assert tier.size_limit_bytes is not None
    assert 4 * GI < tier.size_limit_bytes < 4.3 * GI


def test_everything_else_is_a_claim_of_its_own() -> None:
    _mem, ssd, hdd = planned(mem("1Gi"), disk("SSD", "10Gi"), disk("HDD", "1Ti"))
    assert ssd.claim is not None
    assert hdd.claim is not None
    assert (ssd.claim.name, hdd.claim.name) == ("tier-ssd", "tier-hdd")
    assert ssd.size_limit_bytes is None
    assert (ssd.path, hdd.path) == ("/tiers/ssd", "/tiers/hdd")


def test_a_claim_keeps_its_name_when_a_tier_comes_above_it() -> None:
    [alone] = planned(disk("SSD", "10Gi"))
    _mem, below = planned(mem("1Gi"), disk("SSD", "10Gi"))
    assert alone.claim is not None
    assert below.claim is not None
    assert alone.claim.name == below.claim.name


@pytest.mark.parametrize(
    ("size", "quota", "expected"),
    [
        ("10Gi", None, 9 * GI),
        ("1Gi", None, 921 * MI),
        ("10Gi", "5Gi", 5 * GI),
        ("100Gi", "90Gi", 90 * GI),
        ("10Gi", "9728Mi", 9728 * MI),
        ("100G", None, 85830 * MI),
    ],
)
def test_quota_of_a_volume(size: str, quota: str | None, expected: int) -> None:
    [tier] = planned(disk("SSD", size, quota))
    assert tier.quota_bytes == expected


@pytest.mark.parametrize("quota", ["9729Mi", "10Gi", "11Gi", "1Ti"])
def test_a_quota_leaves_the_file_system_its_room(quota: str) -> None:
    [(field, message)] = errors(disk("SSD", "10Gi", quota))
    assert field == "spec.workers[0].tiers[0].quota"
    assert "of volume.size 10Gi" in message or "above volume.size 10Gi" in message


def test_all_errors_of_all_tiers_are_reported_at_once() -> None:
    fields = [error[0] for error in errors(mem("x"), disk("SSD", "1Gi", "2Gi"), disk("HDD", "y"))]
    assert fields == [
        "spec.workers[0].tiers[0].quota",
        "spec.workers[0].tiers[1].quota",
        "spec.workers[0].tiers[2].volume.size",
    ]


def test_properties_of_three_tiers() -> None:
    tiers = planned(mem("4Gi"), disk("SSD", "100Gi", "90Gi"), disk("HDD", "1Ti", "900Gi"))
    properties = tier_properties(tiers)
    level = "alluxio.worker.tieredstore.level"
    assert properties["alluxio.worker.tieredstore.levels"] == "3"
    assert [properties[f"{level}{n}.alias"] for n in range(3)] == ["MEM", "SSD", "HDD"]
    assert [properties[f"{level}{n}.dirs.mediumtype"] for n in range(3)] == ["MEM", "SSD", "HDD"]
    assert [properties[f"{level}{n}.dirs.quota"] for n in range(3)] == ["4GB", "90GB", "900GB"]
    assert properties[f"{level}0.watermark.high.ratio"] == "0.95"
    # Chart defect D5: derived from the quota, not from a memory request.
    assert properties["alluxio.worker.ramdisk.size"] == "4GB"


def test_without_memory_the_ram_disk_is_empty() -> None:
    assert mem_quota(planned(disk("SSD", "1Gi"))) == 0
    assert tier_properties(planned(disk("SSD", "1Gi")))["alluxio.worker.ramdisk.size"] == "0B"


@pytest.mark.parametrize(
    ("tiers", "reserve", "accepting"),
    [
        ([mem("64Mi"), disk("SSD", "1Gi")], "2MB", True),
        ([mem("8Mi")], "1MB", True),
        ([mem("2Gi")], "64MB", False),
        ([mem("16Gi"), disk("SSD", "100Gi")], "512MB", False),
        ([disk("HDD", "4Ti")], "1GB", False),
    ],
)
def test_small_tiers_are_usable(tiers: list[dict[str, Any]], reserve: str, accepting: bool) -> None:
    properties = small_tier_properties(planned(*tiers))
    assert properties["alluxio.worker.management.tier.align.reserved.bytes"] == reserve
    assert ("alluxio.worker.reviewer.class" in properties) is accepting
