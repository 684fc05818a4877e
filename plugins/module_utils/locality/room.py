# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a node may take executors at all, and how many: the filters of kube-scheduler that the
API shows (readiness, cordon, taints, node selector, requests).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..kube.capacity import PODS
from ..kube.nodes import Node, Taint, Toleration
from ..quantities import describe_bytes
from .executors import Executors

_HARD_EFFECTS = ("NoSchedule", "NoExecute")
_UNSCHEDULABLE = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")
# Admission adds it to every pod that requests anything (PodTolerationRestriction's documentation,
# "taint nodes by condition").
_MEMORY_PRESSURE = Toleration("node.kubernetes.io/memory-pressure", "Exists", "", "NoSchedule")
_NAMES = {"cpu": "CPU", "memory": "memory", PODS: "pods"}
_SIZES = ("memory", "ephemeral-storage")


class Verdict(StrEnum):
    """Why a node takes no executor, in one word for programs."""

    ELIGIBLE = "eligible"
    NOT_READY = "not ready"
    CORDONED = "cordoned"
    TAINTED = "tainted"
    SELECTOR = "selector"
    NO_ROOM = "no room"


@dataclass(frozen=True, slots=True)
class Standing:
    """``room`` is how many executors fit now; ``detail`` completes the verdict in words.

    A node that lacks nothing but room is busy, not unsuitable: it may have room later.
    """

    node: Node
    verdict: Verdict
    detail: str
    room: int
    free: Mapping[str, int]

    @property
    def may_run(self) -> bool:
        """Whether it takes executors once it has room."""
        return self.verdict in (Verdict.ELIGIBLE, Verdict.NO_ROOM)

    @property
    def reason(self) -> str:
        """Empty for an eligible node, else as ``no room: free CPU 0.5 < 1``."""
        if self.verdict is Verdict.ELIGIBLE:
            return ""
        return f"{self.verdict}: {self.detail}" if self.detail else str(self.verdict)


def standing(node: Node, used: Mapping[str, int], executors: Executors) -> Standing:
    """How the node stands towards executors, with ``used`` being what its pods request."""
    free = {name: amount - used.get(name, 0) for name, amount in node.allocatable.items()}
    verdict, detail = _unsuitable(node, executors)
    if verdict is not Verdict.ELIGIBLE:
        return Standing(node, verdict, detail, 0, free)
    wanted = {**executors.requests, PODS: 1}
    lacking = [name for name, amount in wanted.items() if free.get(name, 0) < amount]
    if lacking:
        detail = ", ".join(_too_little(name, free.get(name, 0), wanted[name]) for name in lacking)
        return Standing(node, Verdict.NO_ROOM, detail, 0, free)
    room = min(free[name] // amount for name, amount in wanted.items() if amount)
    return Standing(node, Verdict.ELIGIBLE, "", room, free)


def _unsuitable(node: Node, executors: Executors) -> tuple[Verdict, str]:
    tolerations = [*executors.tolerations, *([_MEMORY_PRESSURE] if executors.requests else [])]
    if node.trouble:
        return Verdict.NOT_READY, node.trouble
    if node.unschedulable and not _tolerated(_UNSCHEDULABLE, tolerations):
        return Verdict.CORDONED, ""
    for taint in node.taints:
        if taint.effect in _HARD_EFFECTS and not _tolerated(taint, tolerations):
            return Verdict.TAINTED, str(taint)
    for key, value in sorted(executors.node_selector.items()):
        has = node.labels.get(key)
        if has != value:
            what = f"it has {key}={has}" if has is not None else f"it has no label {key}"
            return Verdict.SELECTOR, f"{key}={value} is wanted, {what}"
    return Verdict.ELIGIBLE, ""


def _tolerated(taint: Taint, tolerations: Iterable[Toleration]) -> bool:
    return any(toleration.tolerates(taint) for toleration in tolerations)


def _too_little(name: str, free: int, wanted: int) -> str:
    texts = [describe_amount(name, max(free, 0)), describe_amount(name, wanted)]
    if texts[0] == texts[1]:
        texts = [str(max(free, 0)), str(wanted)]
    return f"free {_NAMES.get(name, name)} {texts[0]} < {texts[1]}"


def describe_amount(name: str, amount: int) -> str:
    """For people: CPUs, sizes, pieces."""
    if name == "cpu":
        return f"{amount / 1000:g}"
    return describe_bytes(amount) if name in _SIZES else str(amount)
