# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What keeps an AlluxioCluster from being whole: plan + observation -> problems. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

# So long it may take before a part that is not there is called a problem. While a volume is being
# provisioned the scheduler says Unschedulable; a master replays its journal before it answers.
_VOLUME_GRACE_S = 60
_STARTING_GRACE_S = 300
_LONGEST_VALUE = 80

_STARTING = ("Starting", "NotReady", "Failed", "Succeeded", "NodeNotReady")


class Weight(IntEnum):
    """How much a problem matters. The order is the order of the list."""

    BLOCKING = 0
    """Somebody has to act, or it stays."""
    MISSING = 1
    """A part is not there; right after a change it comes by itself."""
    NOTE = 2
    """Worth knowing; the cluster is whole all the same."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One sentence that names the object and the remedy; ``reason`` is its word in a condition.

    ``young``: the part was made so recently that its absence is the ordinary course of things.
    """

    weight: Weight
    reason: str
    message: str
    young: bool = False


def find_problems(plan: Mapping[str, Any], observed: Mapping[str, Any]) -> list[Problem]:
    """All problems of a valid plan, worst first."""
    now = datetime.fromisoformat(observed["observed_at"])
    rows = observed["pods"]
    pods = [_Pod(row, now, plan["namespace"]) for row in rows if not row["deleting"]]
    leaving = {(row["component"], row["pool"]) for row in rows if row["deleting"]}
    problems = [
        *_missing_references(plan),
        *_pod_problems(pods),
        *_claim_problems(observed["claims"], pods, now),
        *_workload_problems(plan, observed["workloads"], pods, leaving),
        *_master_problems(observed, pods),
        *_worker_problems(plan, observed, pods, leaving),
        *_notes(plan, observed, pods),
    ]
    return sorted(problems, key=lambda problem: problem.weight)


class _Pod:
    """A row of ``observed.pods`` and its age."""

    def __init__(self, row: Mapping[str, Any], now: datetime, namespace: str) -> None:
        self.row = row
        self.name: str = row["name"]
        self.component: str = row["component"]
        self.ready: bool = row["ready"]
        self.age_s = _age_s(row, now)
        self.log_command = f"kubectl -n {namespace} logs {self.name}"
        self.describe_command = f"kubectl -n {namespace} describe pod {self.name}"

    @property
    def young(self) -> bool:
        return self.age_s < _STARTING_GRACE_S


def _missing_references(plan: Mapping[str, Any]) -> Iterator[Problem]:
    for missing in plan["missing"]:
        yield Problem(
            Weight.BLOCKING,
            f"{missing['kind']}Missing",
            f"{missing['message']}: {missing['remedy']}",
        )


def _pod_problems(pods: list[_Pod]) -> Iterator[Problem]:
    for pod in pods:
        if not pod.ready:
            yield _pod_problem(pod)


def _pod_problem(pod: _Pod) -> Problem:
    reason, message = pod.row["reason"], pod.row["message"]
    said = f"Pod {pod.name}: {message}"
    if reason == "Unschedulable":
        young = pod.age_s < _VOLUME_GRACE_S
        weight = Weight.MISSING if young else Weight.BLOCKING
        remedy = "make room on the nodes or ask for less in the spec"
        return Problem(
            weight,
            "PodUnschedulable",
            f"Pod {pod.name} fits on no node: {message}: {remedy}",
            young,
        )
    if reason == "ImagePullBackOff":
        remedy = "check spec.image, its pull secrets and the registry"
        return Problem(Weight.BLOCKING, "ImagePullFailed", f"{said}: {remedy}")
    if reason == "CrashLoopBackOff":
        remedy = f"see {pod.log_command} --previous --all-containers"
        return Problem(Weight.BLOCKING, "PodCrashing", f"{said}: {remedy}")
    if reason in _STARTING:
        weight = Weight.MISSING if pod.young or reason == "NodeNotReady" else Weight.BLOCKING
        return Problem(weight, "PodNotReady", f"{said}: see {pod.describe_command}", pod.young)
    return Problem(Weight.BLOCKING, "PodBlocked", f"{said} ({reason}): see {pod.describe_command}")


def _age_s(row: Mapping[str, Any], now: datetime) -> float:
    return (now - datetime.fromisoformat(row["created"])).total_seconds()


def _claim_problems(
    claims: list[Mapping[str, Any]], pods: list[_Pod], now: datetime
) -> Iterator[Problem]:
    waiting = {(pod.component, pod.row["pool"]) for pod in pods if not pod.ready}
    for claim in claims:
        if claim["phase"] == "Lost":
            yield Problem(
                Weight.BLOCKING,
                "ClaimLost",
                f"Claim {claim['name']}: {claim['message']}: bring the volume back, or delete the "
                "claim and its pod to start with an empty one",
            )
        elif claim["phase"] == "Pending" and (claim["component"], claim["pool"]) in waiting:
            storage_class = claim["storage_class"] or "(default)"
            yield Problem(
                Weight.MISSING,
                "ClaimPending",
                f"Claim {claim['name']} is not bound: it waits for a volume of StorageClass "
                f"{storage_class}: see its events if it stays so",
                young=_age_s(claim, now) < _VOLUME_GRACE_S,
            )


def _workload_problems(
    plan: Mapping[str, Any],
    workloads: list[Mapping[str, Any]],
    pods: list[_Pod],
    leaving: set[tuple[str, str]],
) -> Iterator[Problem]:
    """Pods that do not exist at all: a quota or an admission rule shows only here."""
    rows = {row["name"]: row for row in workloads}
    for name, replicas, component, pool in _wanted_workloads(plan):
        mine = [p for p in pods if p.component == component and p.row["pool"] == pool]
        lacking = replicas - len(mine)
        if lacking <= 0:
            continue
        kind = rows[name]["kind"] if name in rows else "Workload"
        yield Problem(
            Weight.MISSING,
            "PodsMissing",
            f"{kind} {name} has {len(mine)} of {replicas} pods: see its events, where quotas and "
            "admission rules show",
            young=not mine or (component, pool) in leaving or any(pod.young for pod in mine),
        )


def _wanted_workloads(plan: Mapping[str, Any]) -> Iterator[tuple[str, int, str, str]]:
    yield plan["masters"]["workload"], plan["masters"]["replicas"], "master", ""
    for pool in plan["pools"]:
        yield pool["workload"], pool["replicas"], "worker", pool["name"]
    if plan["proxy"]:
        yield plan["proxy"]["workload"], plan["proxy"]["replicas"], "proxy", ""


def _master_problems(observed: Mapping[str, Any], pods: list[_Pod]) -> Iterator[Problem]:
    alluxio = observed["alluxio"]
    if alluxio is None:
        masters = [pod for pod in pods if pod.component == "master"]
        yield Problem(
            Weight.MISSING,
            "NoLeader",
            f"No master leads ({observed['alluxio_error']}): a majority of the masters must run; "
            "see their logs",
            young=any(pod.young for pod in masters) or not masters,
        )
        return
    for host in alluxio["lost_masters"]:
        yield Problem(
            Weight.MISSING,
            "MasterLost",
            f"Master {host} does not report to the leader {alluxio['leader']}: see its log",
            young=any(pod.young for pod in pods if pod.component == "master"),
        )


def _worker_problems(
    plan: Mapping[str, Any],
    observed: Mapping[str, Any],
    pods: list[_Pod],
    leaving: set[tuple[str, str]],
) -> Iterator[Problem]:
    """Workers that the leader does not hear.

    Of no interest while enough others are live: until it restarts, the master remembers a worker
    that moved to another node as lost.
    """
    alluxio = observed["alluxio"]
    if alluxio is None:
        return
    live = {worker["host"] for worker in alluxio["workers"] if worker["state"] == "LIVE"}
    if len(live) >= plan["workers"]["replicas"]:
        return
    workers = [pod for pod in pods if pod.component == "worker"]
    # A pod that is not ready has said so already.
    silent = [pod for pod in workers if pod.ready and pod.row["host_ip"] not in live]
    for pod in silent:
        yield Problem(
            Weight.MISSING,
            "WorkerNotRegistered",
            f"Pod {pod.name} on node {pod.row['node']} is ready, but the leader "
            f"{alluxio['leader']} does not hear its worker: see {pod.log_command} -c worker",
            pod.young,
        )
    placed = {pod.row["host_ip"] for pod in silent}
    for worker in alluxio["workers"]:
        if worker["state"] == "LOST" and worker["host"] not in placed:
            yield Problem(
                Weight.MISSING,
                "WorkerLost",
                f"Worker {worker['host']} is lost{_pod_at(worker['host'], workers)}: its cached "
                "blocks are out of reach until it is back",
                young=any(component == "worker" for component, _ in leaving)
                or any(pod.young for pod in workers),
            )


def _pod_at(host: str, workers: list[_Pod]) -> str:
    names = [pod.name for pod in workers if pod.row["host_ip"] == host]
    return f" ({', '.join(names)})" if names else ""


def _notes(
    plan: Mapping[str, Any], observed: Mapping[str, Any], pods: list[_Pod]
) -> Iterator[Problem]:
    for pod in pods:
        for container in pod.row["out_of_memory"]:
            yield Problem(
                Weight.NOTE,
                "OutOfMemory",
                f"Pod {pod.name}: container {container} was killed for want of memory: raise its "
                "memory limit",
            )
    if observed["alluxio"] and observed["alluxio"]["lost_files"]:
        yield Problem(
            Weight.NOTE,
            "FilesLost",
            f"{observed['alluxio']['lost_files']} files have blocks that no worker holds and that "
            "were never persisted: bring the lost workers back, or delete those files",
        )
    for warning in plan["warnings"]:
        yield Problem(Weight.NOTE, "Advice", finding_sentence(warning))


def finding_sentence(finding: Mapping[str, Any]) -> str:
    """An error or a warning of the plan as ``field: value: message: remedy``."""
    message = finding["message"]
    if not message.startswith(finding["field"]):
        value = "" if finding["value"] is None else f"{str(finding['value'])[:_LONGEST_VALUE]}: "
        message = f"{finding['field']}: {value}{message}"
    return f"{message}: {finding['remedy']}" if finding["remedy"] else message
