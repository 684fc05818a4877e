# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The one next step of a roll: which pods may be replaced now, or what is waited for. Pure.

StatefulSets of ours replace no pod by themselves (``OnDelete``), because Kubernetes knows neither
which master leads nor whether the quorum is whole (docs/decisions/0080). The order: masters one by
one, standbys first and the leader last; then the workers of each pool, as many at once as the
disruption budget says. A pod that is not ready and still is of an older revision serves nobody: it
goes at once, which is what lets the correction of a wrong edit through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Without an answer about the quorum, a master that has been ready for so long counts as caught up.
CAUGHT_UP_S = 10
# A pass that comes too early costs another pass, one that comes too late costs time.
_SOON_S, _LATER_S, _LONGEST_S, _MARGIN_S = 3, 10, 60, 4
_FAILING = ("CrashLoopBackOff", "ImagePullBackOff", "Unschedulable")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """What is done next. ``action``:

    - ``none``: nothing; ``why`` says what is waited for, and is empty when no pod is outdated
    - ``evict``: the ``pods``
    - ``hand_over``: the lead of master ``pods[0]`` goes to master ``to``, then the pod is evicted
    - ``persist``: what is cached on the workers ``pods`` alone, before they may go

    ``stuck``: only somebody's act brings it on. ``again_s``: when the next step may be due.
    """

    action: str
    why: str
    pods: tuple[str, ...] = ()
    to: str = ""
    stuck: bool = False
    outdated: int = 0
    again_s: int | None = None


@dataclass(frozen=True, slots=True)
class Quorum:
    """The masters' own account: the pod that leads, and the pods that the leader does not hear."""

    leader: str
    unavailable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a decision is made of.

    ``order``: rows ``{workload, component, pool}`` in the order of the roll. ``workloads`` and
    ``pods``: rows as observed. ``quorum`` and ``live_hosts``: None when nobody could be asked.
    ``leader``: the pod that leads, if only that is known. ``unpersisted``: bytes without a copy in the
    UFS by the worker's host; None when that cannot be told.
    """

    now: datetime
    order: Sequence[Row]
    workloads: Sequence[Row]
    pods: Sequence[Row]
    workers_at_once: int = 1
    quorum: Quorum | None = None
    leader: str | None = None
    live_hosts: frozenset[str] | None = None
    unpersisted: Mapping[str, int] | None = None
    missing: Sequence[str] = ()


def order_of(plan: Mapping[str, Any]) -> list[dict[str, str]]:
    """The StatefulSets of a plan in the order in which their pods are replaced."""
    masters = {"workload": plan["masters"]["workload"], "component": "master", "pool": ""}
    pools = [
        {"workload": pool["workload"], "component": "worker", "pool": pool["name"]}
        for pool in plan["pools"]
    ]
    return [masters, *pools]


def due(order: Sequence[Row], observed: Mapping[str, Any]) -> bool:
    """Whether a pod is of another revision than its StatefulSet, or this is not known yet."""
    pods = observed.get("pods") or ()
    return any(
        not _is_current(workload) or _outdated(workload, pods)
        for workload in observed.get("workloads") or ()
        if workload["name"] in {group["workload"] for group in order}
    )


def leaving(plan: Mapping[str, Any], observed: Mapping[str, Any]) -> list[str]:
    """The pods of workers that the plan has no place for: of removed pools, and beyond the replicas
    of those that stay.
    """
    replicas = {pool["name"]: pool["replicas"] for pool in plan["pools"]}
    return [
        pod["name"]
        for pod in observed.get("pods") or ()
        if pod["component"] == "worker"
        and not pod["deleting"]
        and int(pod["name"].rpartition("-")[2]) >= replicas.get(pod["pool"], 0)
    ]


def next_step(scene: Scene) -> Step:
    """The next step of the roll, the first that any StatefulSet of the order needs."""
    known = {workload["name"]: workload for workload in scene.workloads}
    groups = [known[row["workload"]] for row in scene.order if row["workload"] in known]
    outdated = sum(len(_outdated(group, scene.pods)) for group in groups)
    step = _first(scene, groups)
    return Step(step.action, step.why, step.pods, step.to, step.stuck, outdated, step.again_s)


def _first(scene: Scene, groups: Sequence[Row]) -> Step:
    unseen = [group["name"] for group in groups if not _is_current(group)]
    if unseen:
        return Step("none", f"Kubernetes has not looked at {unseen[0]} yet", again_s=1)
    if not any(_outdated(group, scene.pods) for group in groups):
        return Step("none", "")
    if scene.missing:
        # A pod that reads a Secret which is not there would not come back.
        return Step("none", f"waits for {', '.join(scene.missing)}", stuck=True)
    for group in groups:
        outdated = _outdated(group, scene.pods)
        if not outdated:
            continue
        broken = [pod for pod in outdated if not pod["ready"]]
        if broken:
            return _evict(scene, broken[:1], "is not ready, and of an older revision")
        if group["component"] == "master":
            return _master_step(scene, group, outdated)
        return _no_master_away(scene, groups) or _worker_step(scene, groups, outdated)
    return Step("none", "")


def _master_step(scene: Scene, group: Row, outdated: Sequence[Row]) -> Step:
    waits = _not_whole(scene, group)
    if waits:
        return waits
    pods = _pods(group, scene.pods)
    if len(pods) == 1:
        return _evict(scene, outdated, "has no other that could take the lead")
    leader = scene.quorum.leader if scene.quorum else scene.leader
    if not leader:
        return Step("none", "no master leads", again_s=_SOON_S)
    waits = _not_in_quorum(scene, pods)
    if waits:
        return waits
    standbys = [pod for pod in outdated if pod["name"] != leader]
    if standbys:
        return _evict(scene, standbys[-1:], "is a standby")
    heirs = [pod["name"] for pod in pods if pod["name"] != leader]
    again_s = _time_to_start(scene, "master")
    why = f"hands the lead over to {heirs[0]}, then {leader} is replaced"
    return Step("hand_over", why, (leader,), heirs[0], again_s=again_s)


def _not_whole(scene: Scene, group: Row) -> Step | None:
    """Why no pod of this StatefulSet may go: one is away already."""
    pods = _pods(group, scene.pods)
    leaving = [pod["name"] for pod in pods if pod["deleting"]]
    if leaving or len(pods) < group["replicas"]:
        gone = leaving[0] if leaving else f"a pod of {group['name']}"
        again_s = _time_to_start(scene, group["component"])
        return Step("none", f"waits for {gone} to come back", again_s=again_s)
    for pod in pods:
        if not pod["ready"]:
            return _waits_for(scene, pod)
    return None


def _waits_for(scene: Scene, pod: Row) -> Step:
    if pod["reason"] in _FAILING:
        why = f"stopped: {pod['name']} does not start ({pod['message']})"
        return Step("none", why, stuck=True)
    left_s = _time_to_start(scene, pod["component"]) - int(_age_s(pod["created"], scene.now))
    why = f"waits for {pod['name']} to be ready"
    return Step("none", why, again_s=max(_SOON_S, left_s))


def _not_in_quorum(scene: Scene, pods: Sequence[Row]) -> Step | None:
    for pod in pods:
        if scene.quorum:
            absent = pod["name"] in scene.quorum.unavailable
        else:
            absent = _age_s(pod["ready_since"], scene.now) < CAUGHT_UP_S
        if absent:
            return Step("none", f"waits for {pod['name']} to be in the quorum", again_s=_SOON_S)
    return None


def _no_master_away(scene: Scene, groups: Sequence[Row]) -> Step | None:
    masters = [group for group in groups if group["component"] == "master"]
    waits = [step for group in masters if (step := _not_whole(scene, group))]
    return waits[0] if waits else None


def _worker_step(scene: Scene, groups: Sequence[Row], outdated: Sequence[Row]) -> Step:
    if scene.live_hosts is None:
        return Step("none", "waits for a master that leads", again_s=_SOON_S)
    pools = [each for each in groups if each["component"] == "worker"]
    pods = [pod for pool in pools for pod in _pods(pool, scene.pods)]
    away = [pod for pod in pods if not _serves(pod, scene.live_hosts)]
    missing = sum(pool["replicas"] for pool in pools) - len(pods)
    room = scene.workers_at_once - len(away) - max(0, missing)
    if room <= 0:
        return _waits_for_workers(scene, away)
    held = scene.unpersisted
    if held is None:
        why = "whether anything is cached on a worker alone cannot be told"
        return Step("none", why, again_s=_LATER_S)
    holding = [pod for pod in pods if held.get(pod["host_ip"])]
    if holding:
        # Also those whose turn it is not: until nothing is cached alone, the disruption budget
        # lets no worker go.
        names = tuple(pod["name"] for pod in holding)
        why = f"what only {', '.join(names)} hold is persisted first"
        return Step("persist", why, names, again_s=_SOON_S)
    # The lowest first: a StatefulSet that was made anew around running pods (another claim) fails at
    # the first of them that lacks the claim, and makes none with a higher number.
    return _evict(scene, outdated[:room], "is replaced")


def _waits_for_workers(scene: Scene, away: Sequence[Row]) -> Step:
    if not scene.workers_at_once:
        why = "stopped: spec.podDisruptionBudget.maxUnavailableWorkers is 0, so no worker may go"
        return Step("none", why, stuck=True)
    for pod in away:
        if not pod["ready"] and not pod["deleting"]:
            return _waits_for(scene, pod)
    if away and not away[0]["deleting"]:
        why = f"waits for the worker of {away[0]['name']} to register"
        return Step("none", why, again_s=_SOON_S)
    again_s = _time_to_start(scene, "worker")
    return Step("none", "waits for a worker to come back", again_s=again_s)


def _evict(scene: Scene, pods: Sequence[Row], why: str) -> Step:
    names = tuple(pod["name"] for pod in pods)
    again_s = _time_to_start(scene, pods[0]["component"])
    return Step("evict", f"{', '.join(names)} {why}", names, again_s=again_s)


def _time_to_start(scene: Scene, component: str) -> int:
    """Seconds until a replaced pod is ready again, as long as it took the slowest of its kind."""
    took = [
        _age_s(pod["created"], datetime.fromisoformat(pod["ready_since"]))
        for pod in scene.pods
        if pod["component"] == component and pod["ready"] and not pod["restarts"]
    ]
    return min(_LONGEST_S, int(max(took, default=_SOON_S)) + _MARGIN_S)


def _serves(pod: Row, live_hosts: frozenset[str]) -> bool:
    return bool(pod["ready"]) and not pod["deleting"] and pod["host_ip"] in live_hosts


def _pods(group: Row, pods: Sequence[Row]) -> list[Row]:
    """The pods of a StatefulSet by their ordinals."""
    mine = [pod for pod in pods if _is_of(pod, group)]
    return sorted(mine, key=lambda pod: int(pod["name"].rpartition("-")[2]))


def _is_of(pod: Row, group: Row) -> bool:
    name, _dash, ordinal = pod["name"].rpartition("-")
    return bool(name == group["name"] and ordinal.isdecimal())


def _outdated(group: Row, pods: Sequence[Row]) -> list[Row]:
    if group["kind"] != "StatefulSet" or not group["revision"]:
        return []
    return [
        pod
        for pod in _pods(group, pods)
        if pod["revision"] != group["revision"] and not pod["deleting"]
    ]


def _is_current(group: Row) -> bool:
    """Whether the StatefulSet's ``revision`` is that of its newest template."""
    return bool(group["observed_generation"] >= group["generation"])


def _age_s(since: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(since)).total_seconds() if since else 0.0
