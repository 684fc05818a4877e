# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What NetworkPolicies mean, as networking.k8s.io/v1 defines it: may one pod reach a port of another?

For policies about ingress; the development network enforces none, so this is where they are tried.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Peer:
    """A pod in a namespace, or with an address alone somebody outside of Kubernetes."""

    labels: Labels = field(default_factory=dict)
    namespace: str = ""
    namespace_labels: Labels = field(default_factory=dict)
    address: str = "192.0.2.1"


def may_reach(policies: Sequence[Mapping[str, Any]], source: Peer, target: Peer, port: int) -> bool:
    """Whether TCP from ``source`` to ``port`` of ``target`` is let in by the policies of its
    namespace.
    """
    chosen = [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == target.namespace
        and "Ingress" in policy["spec"]["policyTypes"]
        and matches(policy["spec"]["podSelector"], target.labels)
    ]
    if not chosen:
        return True
    return any(
        _rule_allows(rule, source, target, port)
        for policy in chosen
        for rule in policy["spec"].get("ingress", ())
    )


def matches(selector: Mapping[str, Any], labels: Labels) -> bool:
    """A label selector; an empty one selects everything."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(each, labels) for each in selector.get("matchExpressions") or ())


def _holds(expression: Mapping[str, Any], labels: Labels) -> bool:
    value, values = labels.get(expression["key"]), expression.get("values") or ()
    match expression["operator"]:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case _:
            return value is None


def _rule_allows(rule: Mapping[str, Any], source: Peer, target: Peer, port: int) -> bool:
    ports = rule.get("ports")
    if ports and not any(each["protocol"] == "TCP" and each["port"] == port for each in ports):
        return False
    peers = rule.get("from")
    return not peers or any(_is(peer, source, target) for peer in peers)


def _is(peer: Mapping[str, Any], source: Peer, target: Peer) -> bool:
    if "ipBlock" in peer:
        address = ipaddress.ip_address(source.address)
        inside = address in ipaddress.ip_network(peer["ipBlock"]["cidr"])
        out = peer["ipBlock"].get("except") or ()
        return inside and not any(address in ipaddress.ip_network(each) for each in out)
    if not source.namespace:
        return False
    if "namespaceSelector" in peer:
        if not matches(peer["namespaceSelector"], source.namespace_labels):
            return False
    elif source.namespace != target.namespace:
        return False
    return matches(peer.get("podSelector", {}), source.labels)
