# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Who may open connections to the pods of a cluster: one NetworkPolicy for each component.

Alluxio itself checks little: whoever reaches a worker's port writes to the UFS as the worker's
user, and the web ports need no login (docs/security.md). So nobody comes in but the cluster's own
pods, the operator, and whom the spec names. What pods may reach is not restricted.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from .cluster_rules import Cluster
from .findings import Findings
from .naming import selector
from .pods import KINDS

NAMESPACE_NAME = "kubernetes.io/metadata.name"
OPERATOR_LABELS = {"app.kubernetes.io/name": "alluxio-operator"}

# Ports by component, as names of plans/pods.py, for each word of ``networkPolicy.allowFrom[].to``.
_PROCESSES = {
    "master": ("master", "job-master"),
    "worker": ("worker", "job-worker"),
    "proxy": ("proxy",),
}
_OPEN_TO: dict[str, dict[str, tuple[str, ...]]] = {
    "alluxio": {"master": ("rpc", "job-rpc"), "worker": ("rpc",)},
    "proxy": {"proxy": ("http",)},
    "metrics": {"master": ("web", "job-web"), "worker": ("web", "job-web")},
}
# What the cluster's own pods need of each other. Quorums are made of masters alone.
_OWN: dict[str, tuple[str, ...]] = {
    "master": ("rpc", "job-rpc"),
    "worker": ("rpc", "job-rpc", "job-data"),
}
_QUORUM = ("embedded", "job-embedded")

Ports = Sequence[int]


def check(spec: Mapping[str, Any], findings: Findings) -> None:
    """Refuses peers that a NetworkPolicy cannot express."""
    for index, peer in enumerate(spec["networkPolicy"].get("allowFrom", ())):
        path = f"spec.networkPolicy.allowFrom[{index}]"
        selects = [name for name in ("namespaceSelector", "podSelector") if name in peer]
        if "ipBlock" in peer:
            _check_addresses(peer["ipBlock"], f"{path}.ipBlock", findings)
            if selects:
                message = f"{path}.ipBlock stands beside {selects[0]}"
                findings.error(f"{path}.ipBlock", None, message, "give it an item of its own")
        elif not selects:
            remedy = "name namespaceSelector, podSelector or ipBlock; {} selects all"
            findings.error(path, None, f"{path} says nobody", remedy)
        for name in selects:
            _check_expressions(peer[name], f"{path}.{name}", findings)


def policies(cluster: Cluster, observed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The NetworkPolicies as the template needs them: ``{name, labels, selector, ingress}``."""
    if not cluster.spec["networkPolicy"]["enabled"]:
        return []
    components = ["master", "worker"]
    components += [name for name in ("proxy", "fuse") if cluster.spec[name]["enabled"]]
    return [
        {
            "name": f"{cluster.name}-{component}",
            "labels": cluster.labels(component),
            "selector": selector(cluster.name, component),
            "ingress": _ingress(cluster, component, observed.get("operator_namespace")),
        }
        for component in components
    ]


def _ingress(
    cluster: Cluster, component: str, operator_namespace: str | None
) -> list[dict[str, Any]]:
    rules = []
    if component in _OWN:
        own = {"podSelector": {"matchLabels": _instance(cluster)}}
        rules.append(_rule(own, _ports(component, _OWN[component])))
    if component == "master":
        masters = {"podSelector": {"matchLabels": selector(cluster.name, "master")}}
        rules.append(_rule(masters, _ports(component, _QUORUM)))
    if operator_namespace and component in _PROCESSES:
        operator = {
            "namespaceSelector": {"matchLabels": {NAMESPACE_NAME: operator_namespace}},
            "podSelector": {"matchLabels": OPERATOR_LABELS},
        }
        rules.append(_rule(operator, _ports(component)))
    for peer in cluster.spec["networkPolicy"].get("allowFrom", ()):
        names = [name for word in peer["to"] for name in _OPEN_TO[word].get(component, ())]
        if names:
            who = {key: value for key, value in peer.items() if key != "to"}
            rules.append(_rule(who, _ports(component, names)))
    return rules


def _instance(cluster: Cluster) -> dict[str, str]:
    """The labels of all pods of the cluster, whatever their component."""
    labels = selector(cluster.name, "any")
    return {key: labels[key] for key in labels if key != "app.kubernetes.io/component"}


def _rule(who: Mapping[str, Any], ports: Ports) -> dict[str, Any]:
    return {"from": [dict(who)], "ports": [{"protocol": "TCP", "port": port} for port in ports]}


def _ports(component: str, names: Sequence[str] | None = None) -> list[int]:
    """Numbers of the named ports of a component's pods; of all ports without names."""
    known = {
        name: port
        for process in _PROCESSES[component]
        for name, port in KINDS[process].ports.items()
    }
    return sorted({known[name] for name in (known if names is None else names)})


def _check_addresses(block: Mapping[str, Any], path: str, findings: Findings) -> None:
    whole = _network(block["cidr"], f"{path}.cidr", findings)
    for index, text in enumerate(block.get("except", ())):
        where = f"{path}.except[{index}]"
        part = _network(text, where, findings)
        if whole and part and not _within(part, whole):
            findings.error(where, text, f"{where}: {text} is not within {whole}", "leave it out")


def _network(text: str, path: str, findings: Findings) -> Any:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        message = f"{path}: {text!r} is no network ({error})"
        findings.error(path, text, message, "write it as 10.1.0.0/16 or 2001:db8::/64")
        return None


def _within(part: Any, whole: Any) -> bool:
    return bool(part.version == whole.version and part.subnet_of(whole))


def _check_expressions(chosen: Mapping[str, Any], path: str, findings: Findings) -> None:
    for index, expression in enumerate(chosen.get("matchExpressions", ())):
        where = f"{path}.matchExpressions[{index}].values"
        wants = expression["operator"] in ("In", "NotIn")
        if wants != bool(expression.get("values")):
            word = "needs" if wants else "takes no"
            message = f"{where}: {expression['operator']} {word} values"
            findings.error(where, None, message, "give values" if wants else "leave them out")
