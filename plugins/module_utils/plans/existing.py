# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What Kubernetes cannot change in place is refused before it is tried, with the way to do it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidValue
from ..quantities import parse_bytes
from .findings import Findings
from .tiers import Claim

Observed = Mapping[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A StatefulSet as planned; ``field`` is where the spec describes it, ``way`` how its volumes
    can be changed. ``may_gain``: whether it can get another volume by being made anew.
    """

    workload: str
    claims: Sequence[Claim]
    field: str
    way: str
    may_gain: bool


MASTERS_WAY = (
    "keep it; a volume can grow by its claim where the StorageClass allows expansion, "
    "and other changes need a new cluster"
)
POOL_WAY = (
    "keep it, and add a pool with the new volumes, then remove this one when its data is persisted"
)


def check_masters(name: str, replicas: int, observed: Observed, findings: Findings) -> None:
    """Refuses another number of masters than the quorum that exists."""
    existing = _existing_masters(name, observed)
    if existing and existing != replicas:
        message = f"spec.masters.replicas: {replicas} is not the {existing} that this cluster has"
        remedy = (
            f"keep {existing}: the members of a quorum cannot be changed in place; "
            "for another number make a new cluster on the same UFS and move the clients"
        )
        findings.error("spec.masters.replicas", replicas, message, remedy)


def check_claims(wanted: Wanted, observed: Observed, findings: Findings) -> None:
    """Refuses claim templates other than those of the StatefulSet that exists, or, without one,
    volumes larger than those that an earlier cluster of this name left and that would be used.
    """
    workload = _workload(wanted.workload, observed)
    if workload is None:
        _check_left_claims(wanted, observed, findings)
        return
    if "claim_templates" not in workload:
        return
    existing = {template["name"]: template for template in workload["claim_templates"]}
    for claim in wanted.claims:
        template = existing.pop(claim.name, None)
        if template is None and wanted.may_gain:
            continue
        for difference in _differences(claim, template):
            message = (
                f"{claim.field}: the volumes of StatefulSet {wanted.workload} exist {difference}"
            )
            findings.error(claim.field, None, message, wanted.way)
    for name in existing:
        message = f"{wanted.field} no longer has the volume {name} of StatefulSet {wanted.workload}"
        findings.error(wanted.field, None, message, wanted.way)


def recreations(wanted: Sequence[Wanted], observed: Observed) -> list[str]:
    """StatefulSets, each as ``Kind/name``, that get another volume.

    Kubernetes changes no claim templates, but a StatefulSet that is deleted alone leaves its pods
    running, and one of the same name takes them over. Their claims keep their names, and the new
    ones are made when the pods are replaced.
    """
    gaining = []
    for each in wanted:
        workload = _workload(each.workload, observed) or {}
        existing = {template["name"] for template in workload.get("claim_templates") or ()}
        named = {claim.name for claim in each.claims}
        if "claim_templates" in workload and each.may_gain and named - existing:
            gaining.append(f"StatefulSet/{each.workload}")
    return gaining


def check_pools(
    pools: Sequence[str], deletion_policy: str, observed: Observed, findings: Findings
) -> None:
    """Warns of pools that go away with what is cached there."""
    for workload in observed.get("workloads") or ():
        pool = workload.get("pool")
        if workload.get("component") == "worker" and pool and pool not in pools:
            message = f"spec.workers has no pool {pool!r} any more: its StatefulSet is deleted"
            fate = "deleted with it" if deletion_policy == "Delete" else "kept"
            remedy = f"persist before what is only cached there; its claims are {fate}"
            findings.warn("spec.workers", pool, message, remedy)


def _check_left_claims(wanted: Wanted, observed: Observed, findings: Findings) -> None:
    for claim in wanted.claims:
        mine = re.compile(rf"{re.escape(claim.name)}-{re.escape(wanted.workload)}-\d+")
        size = _bytes(claim.size) or 0
        small = [
            left
            for left in _claims(observed)
            if mine.fullmatch(left["name"]) and (_bytes(left.get("size")) or size) < size
        ]
        if small:
            name, left_size = small[0]["name"], small[0].get("size")
            message = f"{claim.field}: claim {name} of an earlier cluster has {left_size} only"
            remedy = f"give {left_size} to use what it holds, or delete the claims of that cluster"
            findings.error(f"{claim.field}.size", claim.size, message, remedy)


def _claims(observed: Observed) -> list[Mapping[str, Any]]:
    """The claims that stay."""
    claims = observed.get("claims") or ()
    return [claim for claim in claims if claim.get("name") and not claim.get("deleting")]


def _existing_masters(name: str, observed: Observed) -> int:
    workload = _workload(f"{name}-master", observed)
    if workload is not None:
        return int(workload.get("replicas") or 0)
    # Claims that a deleted cluster left behind hold a quorum too.
    ordinal = re.compile(rf"journal-{re.escape(name)}-master-(\d+)")
    found = (ordinal.fullmatch(claim["name"]) for claim in _claims(observed))
    return max((int(match[1]) + 1 for match in found if match), default=0)


def _workload(name: str, observed: Observed) -> Mapping[str, Any] | None:
    for workload in observed.get("workloads") or ():
        if workload.get("name") == name and workload.get("kind", "StatefulSet") == "StatefulSet":
            return dict(workload)
    return None


def _differences(claim: Claim, template: Mapping[str, Any] | None) -> list[str]:
    if template is None:
        return ["without this one"]
    differences = []
    if _bytes(template.get("size")) != _bytes(claim.size):
        differences.append(f"with size {template.get('size')}, not {claim.size}")
    if (template.get("storage_class") or None) != claim.storage_class:
        existing, wanted = template.get("storage_class"), claim.storage_class
        differences.append(
            f"with the StorageClass {existing or '(default)'}, not {wanted or '(default)'}"
        )
    modes = template.get("access_modes")
    if modes is not None and sorted(modes) != sorted(claim.access_modes):
        differences.append(f"with the access modes {', '.join(modes)}")
    return differences


def _bytes(size: Any) -> int | None:
    try:
        return parse_bytes(size, "size")
    except InvalidValue:
        return None
