# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Takes the next step of a roll: looks anew, lets plans/rollout.py decide, and carries it out.

It looks by itself, because the apply of the same pass has changed what was observed before it, and
past ansible-operator's proxy, whose informers may be a moment behind.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from .alluxio.master_rpc import MasterRpc
from .alluxio.model import JournalMember
from .alluxio.unpersisted import at_risk, list_unpersisted
from .cluster_info import find_live_leader, selector
from .drain import LIST_S, drain, retire
from .errors import AlluxioError
from .kube.children import workload_row
from .kube.client import KubeClient
from .kube.errors import Conflict, TooManyRequests
from .kube.pods import pod_row
from .plans.rollout import Quorum, Row, Scene, Step, due, next_step
from .pod_rpc import masters_rpc

# The StatefulSet controller needs some 100 ms to give a new template its revision.
_REVISION_WAIT_S = 2.0
# A transfer takes 1 to 3 s on a quiet machine; an eviction that was refused may be allowed soon.
_HAND_OVER_S, _RPC_S, _REFUSED_S = 10.0, 10.0, 5


@dataclass(frozen=True)
class Roll:
    """What the plan says about a roll (``plan["rollout"]``)."""

    name: str
    namespace: str
    order: Sequence[Row]
    workers_at_once: int
    missing: Sequence[str]
    discard: bool = False


def take_step(client: KubeClient, roll: Roll, dry_run: bool) -> Step:
    """Decides and, unless ``dry_run``, does one step; what was decided, or why it was not done.

    Raises the errors of kube/errors.py.
    """
    scene = look(client, roll)
    step = next_step(scene)
    if dry_run or step.action == "none":
        return step
    pods = [pod for pod in scene.pods if pod["name"] in step.pods]
    if step.action == "persist":
        return _persist(client, roll, step)
    if step.action == "hand_over":
        step = _hand_over(client, roll, step)
    return _evict(client, roll, pods, step)


def look(client: KubeClient, roll: Roll) -> Scene:
    """What the decision needs, asked for anew."""
    direct = client.direct
    workloads = _workloads(direct, roll)
    children = {"namespace": roll.namespace, "label_selector": selector(roll.name)}
    pods = [pod_row(pod) for pod in direct.list_objects("v1", "Pod", **children)]
    seen = {"workloads": workloads, "pods": pods}
    leader, live_hosts = find_live_leader(direct, roll.namespace, pods)
    unpersisted = {} if roll.discard else _unpersisted(client, roll, workloads, pods)
    return Scene(
        now=datetime.now(UTC),
        order=roll.order,
        workloads=workloads,
        pods=pods,
        workers_at_once=roll.workers_at_once,
        quorum=_quorum(client, roll) if due(roll.order, seen) else None,
        leader=leader,
        live_hosts=live_hosts,
        unpersisted=unpersisted,
        missing=roll.missing,
    )


def _workloads(client: KubeClient, roll: Roll) -> list[dict[str, Any]]:
    """The StatefulSets, after a moment for their controller when one has just been changed."""
    deadline = time.monotonic() + _REVISION_WAIT_S
    while True:
        found = client.list_objects(
            "apps/v1", "StatefulSet", namespace=roll.namespace, label_selector=selector(roll.name)
        )
        rows = [workload_row("StatefulSet", each) for each in found]
        late = any(row["observed_generation"] < row["generation"] for row in rows)
        if not late or time.monotonic() >= deadline:
            return rows
        time.sleep(0.1)


def _quorum(client: KubeClient, roll: Roll) -> Quorum | None:
    """The leader's account of the quorum; None where it cannot be asked."""
    try:
        with masters_rpc(client, roll.name, roll.namespace, _RPC_S) as masters:
            members = masters.journal.get_quorum()
    except AlluxioError:
        return None
    leader = next((_pod_of(member) for member in members if member.leader), "")
    absent = {_pod_of(member) for member in members if member.available is False}
    return Quorum(leader, frozenset(absent))


def _unpersisted(
    client: KubeClient, roll: Roll, workloads: Sequence[Row], pods: Sequence[Row]
) -> dict[str, int] | None:
    """Bytes without a copy in the UFS by the worker's host; None when nobody can tell.

    Only where a worker is to be replaced: it costs a listing of the namespace.
    """
    workers = [row for row in roll.order if row["component"] == "worker"]
    if not due(workers, {"workloads": workloads, "pods": pods}):
        return {}
    hosts = frozenset(pod["host_ip"] for pod in pods if pod["component"] == "worker")
    try:
        with masters_rpc(client, roll.name, roll.namespace, _RPC_S) as masters:
            return at_risk(list_unpersisted(masters.masters, LIST_S), hosts).by_host
    except AlluxioError:
        return None


def _hand_over(client: KubeClient, roll: Roll, step: Step) -> Step:
    """Moves the lead; when that fails the step goes on all the same, since the quorum is whole and
    elects a leader by itself, only later.
    """
    try:
        with masters_rpc(client, roll.name, roll.namespace, _RPC_S) as masters:
            members = {_pod_of(member): member for member in masters.journal.get_quorum()}
            try:
                masters.journal.transfer_leadership(members[step.to])
                moved = _wait_for_leader(masters, step.to)
            finally:
                # Until then no other master could take over from the chosen one.
                masters.journal.reset_priorities()
    except AlluxioError as error:
        return replace(step, why=f"{step.why} (not handed over: {error.message})")
    return step if moved else replace(step, why=f"{step.why} (not handed over in time)")


def _wait_for_leader(masters: MasterRpc, pod: str) -> bool:
    deadline = time.monotonic() + _HAND_OVER_S
    while time.monotonic() < deadline:
        if any(_pod_of(member) == pod and member.leader for member in masters.journal.get_quorum()):
            return True
        time.sleep(0.2)
    return False


def _pod_of(member: JournalMember) -> str:
    """Members are known by the names of their pods in the headless Service."""
    return member.host.partition(".")[0]


def _persist(client: KubeClient, roll: Roll, step: Step) -> Step:
    drained = drain(client, roll.name, roll.namespace, step.pods, dry_run=False)
    return replace(step, why=drained.why or step.why)


def _evict(client: KubeClient, roll: Roll, pods: Sequence[Row], step: Step) -> Step:
    """By eviction and not by deletion: whoever drains a node at the same moment is counted too."""
    try:
        for pod in pods:
            client.direct.evict(pod["name"], roll.namespace, pod["uid"])
    except TooManyRequests as error:
        return replace(step, action="none", why=error.message, again_s=_REFUSED_S)
    except Conflict:
        return replace(step, action="none", why="a pod was replaced meanwhile", again_s=1)
    workers = {pod["host_ip"] for pod in pods if pod["component"] == "worker"}
    if workers:
        retire(client, roll.name, roll.namespace, workers)
    return step
