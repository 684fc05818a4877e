# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The tiers of a pool: levels, folders, quotas, and the volumes under them. All sizes are bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..quantities import format_alluxio_size, format_bytes
from .findings import Findings
from .memory import GI, MI

# Alluxio wants its aliases from fast to slow, in this order.
ORDER = ("MEM", "SSD", "HDD")
# A file system keeps some of its volume for itself; the first when we choose the quota, the second
# when the user does.
DEFAULT_SHARE_PERCENT = 90
LARGEST_SHARE_PERCENT = 95
# Files of a memory-backed volume take whole pages, so it needs a little more than the quota. The
# overhead of the process pays for it, which is why there is an upper bound.
MEM_ROOM_SHARE = 64
LEAST_MEM_ROOM = 4 * MI
LARGEST_MEM_ROOM = 128 * MI
# Alluxio keeps 1GB of each folder free by default, more than a small tier has.
LARGEST_RESERVE = GI
RESERVE_SHARE = 32
# Below this Alluxio's default reviewer, which wants 64 to 256 MB of room, turns blocks away from
# tiers that have room.
SMALL_TIER = 2 * GI


@dataclass(frozen=True)
class Claim:
    """A PersistentVolumeClaim that a StatefulSet makes for each pod. ``field``: where the spec asks
    for it.
    """

    name: str
    size: str
    storage_class: str | None
    access_modes: list[str]
    field: str


@dataclass(frozen=True)
class Tier:
    """One tier. ``size_limit_bytes`` is that of the memory-backed volume, ``claim`` that of any
    other.
    """

    level: int
    medium: str
    quota_bytes: int
    high_watermark: float
    low_watermark: float
    size_limit_bytes: int | None
    claim: Claim | None

    @property
    def volume(self) -> str:
        return f"tier-{self.medium.lower()}"

    @property
    def path(self) -> str:
        return f"/tiers/{self.medium.lower()}"


def plan_tiers(tiers: list[Mapping[str, Any]], field: str, findings: Findings) -> list[Tier] | None:
    """The tiers of the pool at ``field`` (``spec.workers[0]``); None after an error."""
    media = [tier["medium"] for tier in tiers]
    if media != sorted(media, key=ORDER.index):
        message = f"{field}.tiers: the tiers are in the order {', '.join(media)}"
        findings.error(
            f"{field}.tiers", None, message, f"list them from fast to slow: {', '.join(ORDER)}"
        )
        return None
    planned = [
        _tier(level, tier, f"{field}.tiers[{level}]", findings) for level, tier in enumerate(tiers)
    ]
    whole = [tier for tier in planned if tier is not None]
    return whole if len(whole) == len(tiers) else None


def claim(volume: Mapping[str, Any], name: str, field: str) -> Claim:
    """The claim that ``volume`` of a spec, completed with its defaults, asks for."""
    return Claim(
        name, volume["size"], volume.get("storageClassName"), list(volume["accessModes"]), field
    )


def mem_quota(tiers: list[Tier]) -> int:
    """Bytes of the MEM tier, 0 without one."""
    return sum(tier.quota_bytes for tier in tiers if tier.medium == "MEM")


def tier_properties(tiers: list[Tier]) -> dict[str, str]:
    """The tiers as Alluxio's site properties."""
    properties = {"alluxio.worker.tieredstore.levels": str(len(tiers))}
    for tier in tiers:
        level = f"alluxio.worker.tieredstore.level{tier.level}"
        properties |= {
            f"{level}.alias": tier.medium,
            f"{level}.dirs.path": tier.path,
            f"{level}.dirs.mediumtype": tier.medium,
            f"{level}.dirs.quota": format_alluxio_size(tier.quota_bytes),
            f"{level}.watermark.high.ratio": str(tier.high_watermark),
            f"{level}.watermark.low.ratio": str(tier.low_watermark),
        }
    properties["alluxio.worker.ramdisk.size"] = format_alluxio_size(mem_quota(tiers))
    return properties


def small_tier_properties(tiers: list[Tier]) -> dict[str, str]:
    """Defaults that let a worker use tiers smaller than Alluxio's own defaults allow."""
    smallest = min(tier.quota_bytes for tier in tiers)
    reserve = min(LARGEST_RESERVE, max(MI, smallest // RESERVE_SHARE // MI * MI))
    properties = {
        "alluxio.worker.management.tier.align.reserved.bytes": format_alluxio_size(reserve)
    }
    if smallest < SMALL_TIER:
        properties["alluxio.worker.reviewer.class"] = (
            "alluxio.worker.block.reviewer.AcceptingReviewer"
        )
    return properties


def _tier(level: int, tier: Mapping[str, Any], field: str, findings: Findings) -> Tier | None:
    high, low = tier["highWatermark"], tier["lowWatermark"]
    if low >= high:
        message = f"{field}: lowWatermark {low} is not below highWatermark {high}"
        findings.error(f"{field}.lowWatermark", low, message, f"give less than {high}")
    if tier["medium"] == "MEM":
        quota = _mem_quota(tier, field, findings)
        size_limit = None if quota is None else quota + _mem_room(quota)
        volume = None
    else:
        quota = _volume_quota(tier, field, findings)
        size_limit = None
        volume = None if quota is None else _tier_claim(tier, field)
    if quota is None or not _large_enough(quota, field, findings):
        return None
    return Tier(level, tier["medium"], quota, high, low, size_limit, volume)


def _mem_room(quota: int) -> int:
    return max(LEAST_MEM_ROOM, min(quota // MEM_ROOM_SHARE // MI * MI, LARGEST_MEM_ROOM))


def _tier_claim(tier: Mapping[str, Any], field: str) -> Claim:
    return claim(tier["volume"], f"tier-{tier['medium'].lower()}", f"{field}.volume")


def _mem_quota(tier: Mapping[str, Any], field: str, findings: Findings) -> int | None:
    if "volume" in tier:
        message = f"{field}: a MEM tier lies in the memory of the pod and takes no volume"
        findings.error(
            f"{field}.volume", None, message, "remove it, or choose the medium SSD or HDD"
        )
    if "quota" not in tier:
        message = f"{field}: a MEM tier without a quota"
        findings.error(f"{field}.quota", None, message, "give a quota, for example 4Gi")
    return findings.size(tier.get("quota"), f"{field}.quota")


def _volume_quota(tier: Mapping[str, Any], field: str, findings: Findings) -> int | None:
    if "volume" not in tier:
        message = f"{field}: a tier on {tier['medium']} without a volume"
        findings.error(f"{field}.volume", None, message, "give a volume, for example {size: 100Gi}")
        return None
    size = findings.size(tier["volume"].get("size"), f"{field}.volume.size")
    quota = findings.size(tier.get("quota"), f"{field}.quota")
    if size is None:
        return None
    if "quota" not in tier:
        return size * DEFAULT_SHARE_PERCENT // 100 // MI * MI
    most = size * LARGEST_SHARE_PERCENT // 100
    if quota is not None and quota > most:
        _refuse_quota(quota, size, most, field, findings)
        return None
    return quota


def _refuse_quota(quota: int, size: int, most: int, field: str, findings: Findings) -> None:
    given, volume = format_bytes(quota), format_bytes(size)
    why = "above" if quota > size else f"above {LARGEST_SHARE_PERCENT} % of"
    message = f"{field}: quota {given} is {why} volume.size {volume}"
    remedy = (
        f"give at most {format_bytes(most // MI * MI)}, since the file system needs room of its "
        "own, or a larger volume.size"
    )
    findings.error(f"{field}.quota", given, message, remedy)


def _large_enough(quota: int, field: str, findings: Findings) -> bool:
    # Two blocks of the least size that a block may have here (1MB), and some reserve.
    if quota >= 8 * MI:
        return True
    message = f"{field}: {format_bytes(quota)} is too little to hold blocks"
    findings.error(f"{field}.quota", format_bytes(quota), message, "give at least 8Mi")
    return False
