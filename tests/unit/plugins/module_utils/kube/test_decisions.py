# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Decisions about one object: identity, order, ownership, what a diff shows, what may be pruned."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import decisions
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import Conflict

OWNER = {"apiVersion": "alluxio.io/v1alpha1", "kind": "AlluxioCluster", "name": "demo", "uid": "u1"}


def obj(
    kind: str = "ConfigMap", name: str = "a", api_version: str = "v1", **metadata: Any
) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **metadata}}


def controlled(uid: str) -> dict[str, Any]:
    reference = {"apiVersion": "v1", "kind": "Owner", "name": "o", "uid": uid, "controller": True}
    return obj(namespace="ns", ownerReferences=[reference])


def test_the_owner_controls_and_does_not_block() -> None:
    [one] = decisions.desired([obj()], "ns", OWNER, [True])
    assert one["metadata"]["namespace"] == "ns"
    assert one["metadata"]["ownerReferences"] == [
        {**OWNER, "controller": True, "blockOwnerDeletion": False}
    ]


def test_only_objects_of_the_owners_namespace_are_owned() -> None:
    elsewhere, cluster_wide = decisions.desired(
        [obj(namespace="other"), obj("ClusterRole", namespace="ns")], "ns", OWNER, [True, False]
    )
    assert "ownerReferences" not in elsewhere["metadata"]
    assert cluster_wide["metadata"] == {"name": "a"}


def test_the_callers_objects_are_left_as_they_are() -> None:
    given = obj()
    decisions.desired([given], "ns", OWNER, [True])
    assert given == obj()


@pytest.mark.parametrize(
    ("first", "second", "twins"),
    [
        (obj(), obj(), True),
        (obj("X", api_version="g/v1"), obj("X", api_version="g/v2"), True),
        (obj("X", api_version="g/v1"), obj("X", api_version="h/v1"), False),
        (obj(), obj(namespace="other"), False),
        (obj(), obj("Secret"), False),
    ],
)
def test_twins(first: dict[str, Any], second: dict[str, Any], twins: bool) -> None:
    if twins:
        with pytest.raises(InvalidValue, match=r"objects\[1\]"):
            decisions.desired([first, second], "ns", None, [True, True])
    else:
        assert len(decisions.desired([first, second], "ns", None, [True, True])) == 2


def test_waves_put_what_others_need_first_and_workloads_last() -> None:
    kinds = [
        "StatefulSet",
        "ConfigMap",
        "AlluxioCluster",
        "Namespace",
        "ServiceAccount",
        "Deployment",
    ]
    kinds += ["RoleBinding", "CustomResourceDefinition", "Service", "Role"]
    waves = [[one["kind"] for one in wave] for wave in decisions.waves(obj(kind) for kind in kinds)]
    assert waves == [
        ["Namespace", "CustomResourceDefinition"],
        ["ConfigMap", "AlluxioCluster", "ServiceAccount", "Service", "Role"],
        ["RoleBinding"],
        ["StatefulSet", "Deployment"],
    ]


def test_a_foreign_controller_is_refused_and_ours_is_not() -> None:
    decisions.refuse_foreign(controlled("u1"), controlled("u1"))
    decisions.refuse_foreign(obj(), controlled("u1"))
    decisions.refuse_foreign(controlled("u2"), obj())
    with pytest.raises(Conflict, match="belongs to Owner/o"):
        decisions.refuse_foreign(controlled("u2"), controlled("u1"))


def test_content_is_what_was_asked_for() -> None:
    full = obj(
        uid="u",
        resourceVersion="1",
        generation=2,
        managedFields=[],
        creationTimestamp="t",
        labels={"a": "b"},
    )
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "mine": "x"}
    full["metadata"]["annotations"] = annotations
    full |= {"spec": {"a": 1}, "status": {"ready": 1}}
    assert decisions.content(full) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "labels": {"a": "b"}, "annotations": {"mine": "x"}},
        "spec": {"a": 1},
    }
    assert decisions.content(None) is None


def test_a_secrets_values_are_hidden_and_changes_are_marked() -> None:
    old = {**obj("Secret"), "data": {"same": "aGk=", "new": "b2xk", "gone": "eA=="}}
    new = {**obj("Secret"), "data": {"same": "aGk=", "new": "bmV3"}}
    before, after = decisions.presentable(old, new)
    assert before is not None
    assert before["data"] == dict.fromkeys(("same", "new", "gone"), "(hidden)")
    assert after is not None
    assert after["data"] == {"same": "(hidden)", "new": "(hidden, changed)"}
    assert decisions.presentable(None, new)[1]["data"]["new"] == "(hidden)"  # type: ignore[index]


def test_prunable_spares_what_is_wanted_and_what_others_control() -> None:
    wanted = [obj(name="keep", namespace="ns")]
    found = [
        obj(name="keep", namespace="ns"),
        obj(name="drop", namespace="ns"),
        controlled("u1"),
        controlled("u2"),
    ]
    assert decisions.prunable(found, wanted, OWNER) == [found[1], found[2]]
    assert decisions.prunable(found, wanted, None) == [found[1]]


def test_a_list_promises_its_own_roles_to_bindings() -> None:
    binding = obj("RoleBinding", "b", namespace="ns")
    binding["roleRef"] = {"kind": "Role", "name": "reader"}
    assert decisions.promised(binding, [binding, obj("Role", "reader", namespace="ns")])
    assert not decisions.promised(binding, [binding, obj("ClusterRole", "reader")])
    assert not decisions.promised(obj("Role", "reader", namespace="ns"), [binding])


def test_a_list_promises_its_own_namespaces_and_kinds() -> None:
    definition = obj("CustomResourceDefinition", api_version="apiextensions.k8s.io/v1")
    definition["spec"] = {"group": "x.io", "names": {"kind": "Thing"}, "scope": "Cluster"}
    bundle = [obj("Namespace", "fresh"), definition]
    assert decisions.promised(obj(namespace="fresh"), bundle)
    assert decisions.promised(obj("Thing", api_version="x.io/v1"), bundle)
    assert not decisions.promised(obj("Thing", api_version="y.io/v1"), bundle)
    assert not decisions.promised(obj(namespace="other"), bundle)
