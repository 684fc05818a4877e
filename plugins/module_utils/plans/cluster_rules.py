# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The rules of an AlluxioCluster that its schema cannot say, and its sizes. Reports all that it
finds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import existing, properties
from .existing import MASTERS_WAY, POOL_WAY, Wanted
from .findings import Findings
from .jvm import check_options
from .memory import Memory, Place, plan_memory
from .naming import object_labels
from .pod_checks import check_env, check_pod
from .tiers import Claim, Tier, claim, mem_quota, plan_tiers

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Cluster:
    """The resource, its spec completed with defaults and free of errors of the schema."""

    name: str
    namespace: str
    spec: Spec
    openshift: bool
    secret_versions: Mapping[str, str]
    cached_alone_bytes: int

    @property
    def version(self) -> str:
        return str(self.spec["image"]["tag"])

    def labels(self, component: str) -> dict[str, str]:
        return object_labels(self.name, component, self.version)

    def masters(self, port: int) -> list[str]:
        """Addresses of all masters, by names that follow their pods."""
        host = f"{self.name}-master-{{}}.{self.name}-master.{self.namespace}.svc:{port}"
        return [host.format(ordinal) for ordinal in range(self.spec["masters"]["replicas"])]

    def master_claims(self) -> list[Claim]:
        masters = self.spec["masters"]
        volumes = {"journal": masters["journal"], "metastore": masters["metastore"]}
        return [
            claim(part["volume"], name, f"spec.masters.{name}.volume")
            for name, part in volumes.items()
            if "volume" in part
        ]


@dataclass(frozen=True)
class Pool:
    """A pool of workers with its sizes."""

    name: str
    field: str
    spec: Spec
    tiers: list[Tier]
    worker: Memory
    job_worker: Memory

    def claims(self) -> list[Claim]:
        return [tier.claim for tier in self.tiers if tier.claim is not None]


@dataclass(frozen=True)
class Sizes:
    """The memory of masters, proxy and FUSE, and the pools."""

    master: Memory
    job_master: Memory
    proxy: Memory
    fuse: Memory
    pools: list[Pool]

    @property
    def smallest_top_tier(self) -> int:
        """Bytes of the smallest tier that new blocks go to."""
        return min(pool.tiers[0].quota_bytes for pool in self.pools)


def check(cluster: Cluster, observed: Mapping[str, Any], findings: Findings) -> Sizes | None:
    """All rules, and the sizes; None after an error."""
    spec = cluster.spec
    _check_mount(spec["rootMount"], findings)
    _check_quorum(spec["masters"]["replicas"], findings)
    properties.check_properties(
        spec.get("properties", {}), "spec.properties", "spec.propertiesFrom", findings
    )
    for place, process in _processes(spec):
        _check_process(process, place, findings)
    for field, pod in _pods(spec):
        check_pod(pod, field, findings)
    existing.check_masters(cluster.name, spec["masters"]["replicas"], observed, findings)
    sizes = _sizes(spec, findings)
    if sizes is not None:
        _check_blocks(spec, sizes, findings)
        _check_claims(cluster, sizes, observed, findings)
    return None if findings.count else sizes


def _processes(spec: Spec) -> Iterator[tuple[Place, Spec]]:
    masters = spec["masters"]
    yield Place("masters", "spec.masters"), masters
    yield Place("masters.jobMaster", "spec.masters.jobMaster"), masters["jobMaster"]
    for index, pool in enumerate(spec["workers"]):
        yield _place(pool, index), pool
        yield _place(pool, index, ".jobWorker"), pool["jobWorker"]
    yield Place("proxy", "spec.proxy"), spec["proxy"]
    yield Place("fuse", "spec.fuse"), spec["fuse"]


def _place(pool: Spec, index: int, part: str = "") -> Place:
    return Place(f"workers[{pool['name']}]{part}", f"spec.workers[{index}]{part}")


def _pods(spec: Spec) -> list[tuple[str, Spec]]:
    pools = [(f"spec.workers[{index}]", pool) for index, pool in enumerate(spec["workers"])]
    others = [(f"spec.{part}", spec[part]) for part in ("proxy", "fuse")]
    return [("spec.masters", spec["masters"]), *pools, *others]


def _check_mount(mount: Spec, findings: Findings) -> None:
    authority = mount["uri"].partition("://")[2].partition("/")[0]
    if ":" in authority.rpartition("@")[0]:
        message = (
            "spec.rootMount.uri holds a password, and everyone who reads this resource sees it"
        )
        remedy = "put it into a Secret and name that under spec.rootMount.optionsFrom"
        findings.error("spec.rootMount.uri", None, message, remedy)
    properties.check_references(mount["uri"], "spec.rootMount.uri", findings)
    options = mount.get("options", {})
    properties.check_mount_options(options, "spec.rootMount.options", findings)


def _check_quorum(masters: int, findings: Findings) -> None:
    if masters % 2 == 0:
        message = (
            f"spec.masters.replicas: {masters} masters survive no more failures than {masters - 1}"
        )
        findings.error("spec.masters.replicas", masters, message, "give an odd number")


def _check_process(spec: Spec, place: Place, findings: Findings) -> None:
    own, field = spec.get("properties", {}), f"{place.field}.properties"
    properties.check_properties(own, field, "spec.propertiesFrom", findings)
    check_options(spec.get("jvmOptions", ()), place.field, findings)
    check_env(spec.get("env", ()), place.field, findings)
    limit = _cpu(spec, "limits", place, findings)
    request = _cpu(spec, "requests", place, findings)
    if limit is not None and request is not None and request > limit:
        message = f"{place.label}: cpu request {request}m > limit {limit}m"
        path = f"{place.field}.resources.requests.cpu"
        findings.error(path, f"{request}m", message, "lower the request or raise the limit")


def _cpu(spec: Spec, part: str, place: Place, findings: Findings) -> int | None:
    value = spec.get("resources", {}).get(part, {}).get("cpu")
    return findings.millicores(value, f"{place.field}.resources.{part}.cpu")


def _sizes(spec: Spec, findings: Findings) -> Sizes | None:
    masters, proxy = spec["masters"], spec["proxy"]
    job_place = Place("masters.jobMaster", "spec.masters.jobMaster")
    master = plan_memory("master", masters, 0, Place("masters", "spec.masters"), findings)
    job_master = plan_memory("job-master", masters["jobMaster"], 0, job_place, findings)
    pools = [_pool(pool, index, findings) for index, pool in enumerate(spec["workers"])]
    proxy_memory = plan_memory("proxy", proxy, 0, Place("proxy", "spec.proxy"), findings)
    fuse = plan_memory("fuse", spec["fuse"], 0, Place("fuse", "spec.fuse"), findings)
    whole = [pool for pool in pools if pool is not None]
    if not (master and job_master and proxy_memory and fuse and len(whole) == len(pools)):
        return None
    return Sizes(master, job_master, proxy_memory, fuse, whole)


def _pool(pool: Spec, index: int, findings: Findings) -> Pool | None:
    place = _place(pool, index)
    tiers = plan_tiers(pool["tiers"], place.field, findings)
    job_place = _place(pool, index, ".jobWorker")
    job_worker = plan_memory("job-worker", pool["jobWorker"], 0, job_place, findings)
    if tiers is None:
        return None
    worker = plan_memory("worker", pool, mem_quota(tiers), place, findings)
    if worker is None or job_worker is None:
        return None
    return Pool(pool["name"], place.field, pool, tiers, worker, job_worker)


def _check_blocks(spec: Spec, sizes: Sizes, findings: Findings) -> None:
    top = sizes.smallest_top_tier
    properties.check_block_size(spec.get("properties", {}), top, "spec.properties", findings)
    for place, process in _processes(spec):
        own = process.get("properties", {})
        properties.check_block_size(own, top, f"{place.field}.properties", findings)


def _check_claims(
    cluster: Cluster, sizes: Sizes, observed: Mapping[str, Any], findings: Findings
) -> None:
    for wanted in stateful_sets(cluster, sizes):
        existing.check_claims(wanted, observed, findings)
    names = [pool.name for pool in sizes.pools]
    existing.check_pools(names, cluster.spec["deletionPolicy"], observed, findings)


def stateful_sets(cluster: Cluster, sizes: Sizes) -> list[Wanted]:
    """All of them with their volumes. A pool may gain a tier; a master's volumes stay."""
    claims = cluster.master_claims()
    masters = Wanted(f"{cluster.name}-master", claims, "spec.masters", MASTERS_WAY, False)
    pools = [
        Wanted(f"{cluster.name}-worker-{pool.name}", pool.claims(), pool.field, POOL_WAY, True)
        for pool in sizes.pools
    ]
    return [masters, *pools]
