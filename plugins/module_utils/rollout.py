# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Takes the next step of a roll: looks anew, lets plans/rollout.py decide, and carries it out.

It looks by itself, because the apply of the same pass has changed what was observed before it, and
past ansible-operator's proxy, whose informers may be a moment behind.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .cluster_info import find_live_leader, selector
from .errors import AlluxioError
from .kube.children import workload_row
from .kube.client import KubeClient
from .kube.errors import Conflict, TooManyRequests
from .kube.pods import pod_row
from .plans.rollout import Quorum, Row, Scene, Step, next_step

# The StatefulSet controller needs some 100 ms to give a new template its revision.
_REVISION_WAIT_S = 2.0


@dataclass(frozen=True)
class Roll:
    """What the plan says about a roll (``plan["rollout"]``)."""

    name: str
    namespace: str
    order: Sequence[Row]
    workers_at_once: int
    missing: Sequence[str]


def take_step(client: KubeClient, roll: Roll, dry_run: bool) -> Step:
    """Decides and, unless ``dry_run``, does one step; what was decided, or why it was not done.

    Raises the errors of kube/errors.py.
    """
    scene = look(client, roll)
    step = next_step(scene)
    if dry_run or step.action == "none":
        return step
    pods = [pod for pod in scene.pods if pod["name"] in step.pods]
    return _evict(client.direct, roll.namespace, pods, step)


def look(client: KubeClient, roll: Roll) -> Scene:
    """What the decision needs, asked for anew."""
    direct = client.direct
    workloads = _workloads(direct, roll)
    children = {"namespace": roll.namespace, "label_selector": selector(roll.name)}
    pods = [pod_row(pod) for pod in direct.list_objects("v1", "Pod", **children)]
    leader, live_hosts = find_live_leader(direct, roll.namespace, pods)
    return Scene(
        now=datetime.now(UTC),
        order=roll.order,
        workloads=workloads,
        pods=pods,
        workers_at_once=roll.workers_at_once,
        leader=leader,
        live_hosts=live_hosts,
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


def _evict(client: KubeClient, namespace: str, pods: Sequence[Row], step: Step) -> Step:
    """By eviction and not by deletion: whoever drains a node at the same moment is counted too."""
    try:
        for pod in pods:
            client.evict(pod["name"], namespace, pod["uid"])
    except TooManyRequests as error:
        return Step("none", error.message, outdated=step.outdated, again_s=5)
    except Conflict:
        return Step("none", "a pod was replaced meanwhile", outdated=step.outdated, again_s=1)
    return step
