# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the pods of a cluster request of its nodes, as kube-scheduler counts it.

The sum of a pod is ``PodRequests`` of k8s.io/component-helpers/resource: the containers and the
sidecars together, or the largest init container beside the sidecars before it if that is more; pod
level requests (1.34) replace the sum for the resources that they name; the overhead comes on top.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .nodes import amounts

_ENDED = ("Succeeded", "Failed")
PODS = "pods"


def requests_by_node(pods: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """For each node name the sum of what its pods request, and their number as ``pods``.

    Pods that have ended or have no node count nothing. Takes pods one by one, so that the objects
    need not be held.
    """
    used: dict[str, dict[str, int]] = {}
    for pod in pods:
        node = (pod.get("spec") or {}).get("nodeName")
        if node and (pod.get("status") or {}).get("phase") not in _ENDED:
            _add(used.setdefault(node, {}), pod_requests(pod))
            _add(used[node], {PODS: 1})
    return used


def pod_requests(pod: Mapping[str, Any]) -> dict[str, int]:
    """What one pod requests of its node."""
    spec, name = pod["spec"], pod["metadata"]["name"]
    total: dict[str, int] = {}
    for container in spec.get("containers") or ():
        _add(total, _requests(container, name))
    sidecars: dict[str, int] = {}
    peak: dict[str, int] = {}
    for container in spec.get("initContainers") or ():
        wanted = _requests(container, name)
        if container.get("restartPolicy") == "Always":
            _add(sidecars, wanted)
            wanted = {}
        _raise_to(
            peak, {key: wanted.get(key, 0) + sidecars.get(key, 0) for key in {*wanted, *sidecars}}
        )
    _add(total, sidecars)
    _raise_to(total, peak)
    total |= _requests(spec, name)
    _add(total, amounts(spec.get("overhead") or {}, f"pod {name}: overhead"))
    return total


def _requests(holder: Mapping[str, Any], pod: str) -> dict[str, int]:
    resources = holder.get("resources") or {}
    return amounts(resources.get("requests") or {}, f"pod {pod}: requests")


def _add(total: dict[str, int], more: Mapping[str, int]) -> None:
    for key, value in more.items():
        total[key] = total.get(key, 0) + value


def _raise_to(total: dict[str, int], floor: Mapping[str, int]) -> None:
    for key, value in floor.items():
        total[key] = max(total.get(key, 0), value)
