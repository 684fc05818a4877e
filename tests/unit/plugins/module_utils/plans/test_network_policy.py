# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Who reaches which port under the planned NetworkPolicies."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_cluster import plan
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.naming import selector
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.pods import KINDS
from network_policy_semantics import Peer, may_reach

MASTER_RPC, EMBEDDED, JOB_RPC, JOB_EMBEDDED, MASTER_WEB = 19998, 19200, 20001, 20003, 19999
WORKER_RPC, WORKER_WEB, HTTP = 29999, 30000, 39999
PORTS = {
    "master": {**KINDS["master"].ports, **KINDS["job-master"].ports},
    "worker": {**KINDS["worker"].ports, **KINDS["job-worker"].ports},
    "proxy": KINDS["proxy"].ports,
    "fuse": {"anything": 8080},
}


def policies(**network: Any) -> list[dict[str, Any]]:
    """As the template makes them."""
    resource = {
        "metadata": {"name": "demo", "namespace": "data"},
        "spec": {
            "rootMount": {"uri": "s3://bucket/x"},
            "workers": [{"name": "a", "tiers": [{"medium": "MEM", "quota": "1Gi"}]}],
            "fuse": {"enabled": True},
            "networkPolicy": network,
        },
    }
    planned = plan(resource, {"operator_namespace": "operators"})
    assert planned["errors"] == []
    return [
        {
            "metadata": {"name": policy["name"], "namespace": planned["namespace"]},
            "spec": {
                "podSelector": {"matchLabels": policy["selector"]},
                "policyTypes": ["Ingress"],
                "ingress": policy["ingress"],
            },
        }
        for policy in planned["network_policies"]
    ]


def pod(component: str, cluster: str = "demo", namespace: str = "data") -> Peer:
    return Peer(selector(cluster, component), namespace, names(namespace))


def names(namespace: str, **more: str) -> dict[str, str]:
    return {"kubernetes.io/metadata.name": namespace, **more}


STRANGER = Peer({"app": "notebook"}, "data", names("data"))
TEAM = Peer({"app": "spark"}, "team", names("team", alluxio="yes"))
OPERATOR = Peer({"app.kubernetes.io/name": "alluxio-operator"}, "operators", names("operators"))


def open_ports(source: Peer, component: str, rules: list[dict[str, Any]]) -> set[int]:
    ports = PORTS[component].values()
    return {port for port in ports if may_reach(rules, source, pod(component), port)}


@pytest.mark.parametrize("component", PORTS)
@pytest.mark.parametrize(
    "source",
    [
        STRANGER,
        TEAM,
        Peer(address="10.0.0.1"),
        pod("worker", cluster="other"),
        pod("worker", namespace="elsewhere"),
        Peer(OPERATOR.labels, "data", names("data")),
    ],
    ids=["same namespace", "other namespace", "outside", "other cluster", "twin", "impostor"],
)
def test_nobody_comes_in_by_default(component: str, source: Peer) -> None:
    assert open_ports(source, component, policies()) == set()


@pytest.mark.parametrize("source", ["master", "worker", "proxy", "fuse"])
def test_the_cluster_reaches_itself(source: str) -> None:
    rules = policies()
    assert {MASTER_RPC, JOB_RPC} <= open_ports(pod(source), "master", rules)
    assert WORKER_RPC in open_ports(pod(source), "worker", rules)
    assert MASTER_WEB not in open_ports(pod(source), "master", rules)
    assert open_ports(pod(source), "fuse", rules) == set()


def test_quorums_are_closed_to_all_but_masters() -> None:
    rules = policies()
    assert {EMBEDDED, JOB_EMBEDDED} <= open_ports(pod("master"), "master", rules)
    for source in (pod("worker"), pod("proxy"), pod("fuse"), TEAM):
        assert not {EMBEDDED, JOB_EMBEDDED} & open_ports(source, "master", rules)


@pytest.mark.parametrize("component", ["master", "worker", "proxy"])
def test_the_operator_reaches_every_port(component: str) -> None:
    assert open_ports(OPERATOR, component, policies()) == set(PORTS[component].values())


def test_whom_the_spec_names_reaches_what_it_says() -> None:
    team = {"namespaceSelector": {"matchLabels": {"alluxio": "yes"}}}
    rules = policies(allowFrom=[team])
    assert open_ports(TEAM, "master", rules) == {MASTER_RPC, JOB_RPC}
    assert open_ports(TEAM, "worker", rules) == {WORKER_RPC}
    assert open_ports(TEAM, "proxy", rules) == {HTTP}
    rules = policies(allowFrom=[{**team, "to": ["proxy"]}])
    assert open_ports(TEAM, "worker", rules) == set()
    assert open_ports(TEAM, "proxy", rules) == {HTTP}
    rules = policies(allowFrom=[{**team, "to": ["metrics"]}])
    assert open_ports(TEAM, "master", rules) == {MASTER_WEB, 20002}
    assert open_ports(TEAM, "worker", rules) == {WORKER_WEB, 30003}
    assert open_ports(TEAM, "proxy", rules) == set()
    assert open_ports(STRANGER, "worker", rules) == set()


def test_two_selectors_must_both_match_and_pods_alone_are_those_of_the_namespace() -> None:
    spark = {"matchLabels": {"app": "spark"}}
    both = {"namespaceSelector": {"matchLabels": {"alluxio": "yes"}}, "podSelector": spark}
    rules = policies(allowFrom=[both])
    assert WORKER_RPC in open_ports(TEAM, "worker", rules)
    other = Peer({"app": "shell"}, "team", TEAM.namespace_labels)
    assert open_ports(other, "worker", rules) == set()
    rules = policies(allowFrom=[{"podSelector": spark}])
    assert open_ports(TEAM, "worker", rules) == set()
    assert WORKER_RPC in open_ports(Peer({"app": "spark"}, "data", names("data")), "worker", rules)


def test_addresses_without_their_exceptions() -> None:
    block = {"cidr": "10.0.0.0/8", "except": ["10.9.0.0/16"]}
    rules = policies(allowFrom=[{"ipBlock": block, "to": ["alluxio"]}])
    assert open_ports(Peer(address="10.1.2.3"), "worker", rules) == {WORKER_RPC}
    assert open_ports(Peer(address="10.9.2.3"), "worker", rules) == set()


def test_without_policies_everybody_reaches_everything() -> None:
    assert policies(enabled=False) == []
    assert open_ports(STRANGER, "worker", []) == set(PORTS["worker"].values())


def test_a_play_outside_the_operator_opens_nothing_for_one() -> None:
    resource = {
        "metadata": {"name": "demo", "namespace": "data"},
        "spec": {
            "rootMount": {"uri": "s3://bucket/x"},
            "workers": [{"name": "a", "tiers": [{"medium": "MEM", "quota": "1Gi"}]}],
        },
    }
    for policy in plan(resource, {})["network_policies"]:
        for rule in policy["ingress"]:
            assert all("namespaceSelector" not in peer for peer in rule["from"])
