# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What keeps an AlluxioCluster from being whole: plan + observation -> problems. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

# So long it may take before a part that is not there is called a problem. While a volume is being
# provisioned the scheduler says Unschedulable; a master replays its journal before it answers.
_VOLUME_GRACE_S = 60
_STARTING_GRACE_S = 300
_LONGEST_VALUE = 80

_STARTING = ("Starting", "NotReady", "Failed", "Succeeded")


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
    """A fact that names the object, and its remedy; ``reason`` is its word in a condition.

    ``young``: the part was made so recently that its absence is the ordinary course of things.
    """

    weight: Weight
    reason: str
    fact: str
    remedy: str
    young: bool = False

    @property
    def message(self) -> str:
        """Both in one sentence."""
        return f"{self.fact}: {self.remedy}" if self.remedy else self.fact


def find_problems(plan: Mapping[str, Any], observed: Mapping[str, Any]) -> list[Problem]:
    """All problems of a valid plan, worst first."""
    scene = _Scene.of(plan, observed)
    problems = [
        *_missing_references(scene),
        *_pod_problems(scene),
        *_claim_problems(scene),
        *_missing_pods(scene),
        *_fuse_problems(scene),
        *_master_problems(scene),
        *_worker_problems(scene),
        *_notes(scene),
    ]
    return sorted(problems, key=lambda problem: problem.weight)


def finding_sentence(finding: Mapping[str, Any]) -> str:
    """An error or a warning of the plan as ``field: value: message: remedy``."""
    message = finding["message"]
    if not message.startswith(finding["field"]):
        value = "" if finding["value"] is None else f"{str(finding['value'])[:_LONGEST_VALUE]}: "
        message = f"{finding['field']}: {value}{message}"
    return f"{message}: {finding['remedy']}" if finding["remedy"] else message


class _Pod:
    """A row of ``observed.pods`` and its age."""

    def __init__(self, row: Mapping[str, Any], now: datetime, namespace: str) -> None:
        self.name: str = row["name"]
        self.part: tuple[str, str] = (row["component"], row["pool"])
        self.component: str = row["component"]
        self.node: str = row["node"]
        self.host_ip: str = row["host_ip"]
        self.ready: bool = row["ready"]
        self.reason: str = row["reason"]
        self.message: str = row["message"]
        self.out_of_memory: Sequence[str] = row["out_of_memory"]
        self.age_s = _age_s(row, now)
        self.log = f"see kubectl -n {namespace} logs {self.name}"
        self.description = f"see kubectl -n {namespace} describe pod {self.name}"

    @property
    def young(self) -> bool:
        return self.age_s < _STARTING_GRACE_S


@dataclass(frozen=True)
class _Scene:
    """The plan, the observation, the pods that stay, and the parts of which a pod is leaving."""

    plan: Mapping[str, Any]
    observed: Mapping[str, Any]
    now: datetime
    pods: Sequence[_Pod]
    leaving: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, plan: Mapping[str, Any], observed: Mapping[str, Any]) -> _Scene:
        now = datetime.fromisoformat(observed["observed_at"])
        rows = observed["pods"]
        pods = [_Pod(row, now, plan["namespace"]) for row in rows if not row["deleting"]]
        leaving = frozenset((row["component"], row["pool"]) for row in rows if row["deleting"])
        return cls(plan, observed, now, pods, leaving)

    def of_component(self, component: str) -> list[_Pod]:
        return [pod for pod in self.pods if pod.component == component]

    def in_change(self, component: str) -> bool:
        """Whether pods of it have just come or are about to go."""
        return any(pod.young for pod in self.of_component(component)) or any(
            leaving == component for leaving, _pool in self.leaving
        )


def _age_s(row: Mapping[str, Any], now: datetime) -> float:
    return (now - datetime.fromisoformat(row["created"])).total_seconds()


def _missing_references(scene: _Scene) -> Iterator[Problem]:
    for missing in scene.plan["missing"]:
        reason = f"{missing['kind']}Missing"
        yield Problem(Weight.BLOCKING, reason, missing["message"], missing["remedy"])


def _pod_problems(scene: _Scene) -> Iterator[Problem]:
    for pod in scene.pods:
        if not pod.ready:
            yield _pod_problem(pod)


def _pod_problem(pod: _Pod) -> Problem:
    fact = f"Pod {pod.name}: {pod.message}"
    if pod.reason == "Unschedulable":
        young = pod.age_s < _VOLUME_GRACE_S
        weight = Weight.MISSING if young else Weight.BLOCKING
        fact = f"Pod {pod.name} fits on no node: {pod.message}"
        remedy = "make room on the nodes or ask for less in the spec"
        return Problem(weight, "PodUnschedulable", fact, remedy, young)
    if pod.reason == "ImagePullBackOff":
        remedy = "check spec.image, its pull secrets and the registry"
        return Problem(Weight.BLOCKING, "ImagePullFailed", fact, remedy)
    if pod.reason == "CrashLoopBackOff":
        remedy = f"{pod.log} --previous --all-containers"
        return Problem(Weight.BLOCKING, "PodCrashing", fact, remedy)
    if pod.reason == "NodeNotReady":
        remedy = "start the node again; what lies on its disks stays there, nothing is dropped"
        return Problem(Weight.MISSING, "PodNotReady", fact, remedy, pod.young)
    if pod.reason in _STARTING:
        weight = Weight.MISSING if pod.young else Weight.BLOCKING
        return Problem(weight, "PodNotReady", fact, pod.description, pod.young)
    return Problem(Weight.BLOCKING, "PodBlocked", f"{fact} ({pod.reason})", pod.description)


def _claim_problems(scene: _Scene) -> Iterator[Problem]:
    waiting = {pod.part for pod in scene.pods if not pod.ready}
    for claim in scene.observed["claims"]:
        if claim["phase"] == "Lost":
            fact = f"Claim {claim['name']}: {claim['message']}"
            remedy = "bring it back, or delete the claim and its pod to start with an empty one"
            yield Problem(Weight.BLOCKING, "ClaimLost", fact, remedy)
        elif claim["phase"] == "Pending" and (claim["component"], claim["pool"]) in waiting:
            storage_class = claim["storage_class"] or "(default)"
            fact = f"Claim {claim['name']} waits for a volume of StorageClass {storage_class}"
            young = _age_s(claim, scene.now) < _VOLUME_GRACE_S
            yield Problem(Weight.MISSING, "ClaimPending", fact, "see the claim's events", young)


def _missing_pods(scene: _Scene) -> Iterator[Problem]:
    """Pods that do not exist at all: a quota or an admission rule shows only here."""
    for kind, name, replicas, part in _wanted_workloads(scene):
        there = [pod for pod in scene.pods if pod.part == part]
        if len(there) < replicas:
            fact = f"{kind} {name} has {len(there)} of {replicas} pods"
            remedy = "see its events, where quotas and admission rules show"
            young = not there or part in scene.leaving or any(pod.young for pod in there)
            yield Problem(Weight.MISSING, "PodsMissing", fact, remedy, young)


def _wanted_workloads(scene: _Scene) -> Iterator[tuple[str, str, int, tuple[str, str]]]:
    plan, fuse = scene.plan, scene.plan["fuse"]
    masters, proxy = plan["masters"], plan["proxy"]
    yield "StatefulSet", masters["workload"], masters["replicas"], ("master", "")
    for pool in plan["pools"]:
        yield "StatefulSet", pool["workload"], pool["replicas"], ("worker", pool["name"])
    if proxy:
        yield "Deployment", proxy["workload"], proxy["replicas"], ("proxy", "")
    if fuse:
        for row in scene.observed["workloads"]:
            # How many, Kubernetes knows alone: one on each node that fits.
            if row["name"] == fuse["workload"]:
                yield "DaemonSet", row["name"], row["replicas"], ("fuse", "")


def _fuse_problems(scene: _Scene) -> Iterator[Problem]:
    fuse = scene.plan["fuse"]
    if not fuse:
        return
    for row in scene.observed["workloads"]:
        if row["name"] == fuse["workload"] and row["observed_generation"] and not row["replicas"]:
            fact = f"DaemonSet {row['name']} fits on no node"
            remedy = "see spec.fuse.nodeSelector and tolerations"
            yield Problem(Weight.BLOCKING, "NoNodeForFuse", fact, remedy)
    shares = {row["volume"]: row for row in scene.observed["shares"]}
    for claim in fuse["claims"]:
        share = shares.get(claim["volume"])
        if share is None or share["phase"] != "Bound":
            young = share is None or _age_s(share, scene.now) < _VOLUME_GRACE_S
            fact = f"Claim {claim['namespace']}/{claim['name']} is not bound yet"
            remedy = f"see kubectl -n {claim['namespace']} describe pvc {claim['name']}"
            yield Problem(Weight.MISSING, "ClaimPending", fact, remedy, young)


def _master_problems(scene: _Scene) -> Iterator[Problem]:
    alluxio = scene.observed["alluxio"]
    young = scene.in_change("master") or not scene.of_component("master")
    if alluxio is None:
        fact = f"No master leads ({scene.observed['alluxio_error']})"
        remedy = "a majority of the masters must run; see their logs"
        yield Problem(Weight.MISSING, "NoLeader", fact, remedy, young)
        return
    for host in alluxio["lost_masters"]:
        fact = f"Master {host} does not report to the leader {alluxio['leader']}"
        yield Problem(Weight.MISSING, "MasterLost", fact, "see its log", young)


def _worker_problems(scene: _Scene) -> Iterator[Problem]:
    """Workers that the leader does not hear.

    Of no interest while enough others are live: until it restarts, the master remembers a worker
    that moved to another node as lost.
    """
    alluxio = scene.observed["alluxio"]
    if alluxio is None:
        return
    live = {worker["host"] for worker in alluxio["workers"] if worker["state"] == "LIVE"}
    wanted = scene.plan["workers"]["replicas"]
    if len(live) >= wanted:
        return
    pods = scene.of_component("worker")
    # A pod that is not ready has said so already.
    silent = [pod for pod in pods if pod.ready and pod.host_ip not in live]
    for pod in silent:
        leader = alluxio["leader"]
        fact = f"Pod {pod.name} on node {pod.node} is ready, but {leader} does not hear its worker"
        remedy = f"{pod.log} -c worker"
        yield Problem(Weight.MISSING, "WorkerNotRegistered", fact, remedy, pod.young)
    named = {pod.host_ip for pod in silent}
    for worker in alluxio["workers"]:
        if worker["state"] == "LOST" and worker["host"] not in named:
            yield _lost_worker(worker["host"], scene)
    if len(pods) >= wanted and all(pod.ready for pod in pods) and not silent:
        fact = f"Only {len(live)} of {wanted} workers are live, though all their pods are ready"
        remedy = "two of them may share a node, whose IP is a worker's name: see kubectl get pods"
        yield Problem(Weight.MISSING, "WorkersNotLive", fact, f"{remedy} -o wide")


def _lost_worker(host: str, scene: _Scene) -> Problem:
    pods = [pod.name for pod in scene.of_component("worker") if pod.host_ip == host]
    name = f"{host} ({', '.join(pods)})" if pods else host
    fact = f"Worker {name} is lost"
    remedy = "its cached blocks are out of reach until it is back"
    return Problem(Weight.MISSING, "WorkerLost", fact, remedy, scene.in_change("worker"))


def _notes(scene: _Scene) -> Iterator[Problem]:
    for pod in scene.pods:
        for container in pod.out_of_memory:
            fact = f"Pod {pod.name}: container {container} was killed for want of memory"
            yield Problem(Weight.NOTE, "OutOfMemory", fact, "raise its memory limit")
    alluxio = scene.observed["alluxio"]
    if alluxio and alluxio["lost_files"]:
        fact = (
            f"{alluxio['lost_files']} files have blocks that no worker holds and that were never "
            "persisted"
        )
        remedy = "bring the lost workers back, or delete those files"
        yield Problem(Weight.NOTE, "FilesLost", fact, remedy)
    for warning in scene.plan["warnings"]:
        yield Problem(Weight.NOTE, "Advice", finding_sentence(warning), "")
