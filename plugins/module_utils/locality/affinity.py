# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The plan in the words of a pod's spec."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from ..kube.nodes import HOSTNAME_LABEL, Node

MOST_CLASSES = 20
_HEAVIEST = 100


def weights(node_bytes: Mapping[str, int]) -> dict[str, int]:
    """1 to 100 for each node that holds bytes, in proportion to them, in at most 20 classes.

    kube-scheduler looks at ratios only, so the node with the most bytes has 100. Where the exact
    weights are more than 20 different ones, they are rounded up to multiples of 5.
    """
    most = max(node_bytes.values(), default=0)
    exact = {n: max(1, _rounded(_HEAVIEST * b, most)) for n, b in node_bytes.items() if b > 0}
    if len(set(exact.values())) <= MOST_CLASSES:
        return exact
    step = _HEAVIEST // MOST_CLASSES
    return {node: -(-weight // step) * step for node, weight in exact.items()}


def preferred(weight_of: Mapping[str, int], nodes: Mapping[str, Node]) -> list[dict[str, Any]]:
    """preferredDuringSchedulingIgnoredDuringExecution: a term for each weight, the heaviest first."""
    classes: dict[int, list[Node]] = {}
    for name, weight in weight_of.items():
        classes.setdefault(weight, []).append(nodes[name])
    return [
        {"weight": weight, "preference": term}
        for weight in sorted(classes, reverse=True)
        for term in _terms(classes[weight])
    ]


def required(names: Iterable[str], nodes: Mapping[str, Node]) -> dict[str, Any]:
    """requiredDuringSchedulingIgnoredDuringExecution: any of these nodes, at least one."""
    return {"nodeSelectorTerms": _terms([nodes[name] for name in names])}


def spread(nodes: int, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Executors that bear ``labels`` are spread over the ``nodes`` that may run them as the plan does it.

    kube-scheduler takes ``c * ln(nodes + 2)`` of ``c_most * ln(nodes + 2) + maxSkew - 1`` from the score
    of a node with c executors (podtopologyspread/scoring.go, scoreForCount). At this maxSkew that is
    c / (c + 1) of the most, so that the next executor goes to the node with the most bytes for each
    executor, the new one included: the plan's own highest averages.
    """
    return [
        {
            "maxSkew": 1 + round(math.log(nodes + 2)),
            "topologyKey": HOSTNAME_LABEL,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": dict(labels)},
        }
    ]


def _terms(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    """By the label where a node has one; matchFields takes one name a term."""
    nodes = sorted(nodes, key=lambda node: node.name)
    hostnames = sorted({node.hostname for node in nodes if node.hostname})
    terms: list[dict[str, Any]] = []
    if hostnames:
        terms.append({"matchExpressions": [_is_in(HOSTNAME_LABEL, hostnames)]})
    terms += [
        {"matchFields": [_is_in("metadata.name", [node.name])]}
        for node in nodes
        if not node.hostname
    ]
    return terms


def _is_in(key: str, values: list[str]) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": values}


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
