# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Applying, pruning and deleting lists of objects, against a real API server."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import apply, errors
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.apply import Applier, Prune
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient, connect
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.diff import as_yaml
from ansible_collections.alluxio.k8s.tests.integration.conftest import (
    CONFIG_MAPS,
    NOBODY,
    ApiServer,
)

LABELS = {"app.kubernetes.io/instance": "demo"}


def config_map(name: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": LABELS},
        "data": data,
    }


def secret(name: str, value: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "stringData": {"key": value},
    }


def stateful_set(name: str, image: str = "a:1", size: str = "1Gi") -> dict[str, Any]:
    pod = {"metadata": {"labels": LABELS}, "spec": {"containers": [{"name": "c", "image": image}]}}
    claim = {
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "serviceName": name,
            "selector": {"matchLabels": LABELS},
            "template": pod,
            "volumeClaimTemplates": [claim],
        },
    }


def service(name: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "labels": LABELS},
        "spec": {
            "clusterIP": "None",
            "selector": LABELS,
            "ports": [{"name": "rpc", "port": 19998}],
        },
    }


def owner_of(kube: KubeClient, namespace: str, name: str = "owner") -> dict[str, Any]:
    made = kube.create({**config_map(name), "metadata": {"name": name, "namespace": namespace}})
    return {"apiVersion": "v1", "kind": "ConfigMap", "name": name, "uid": made["metadata"]["uid"]}


def prune(namespace: str, *kinds: tuple[str, str]) -> Prune:
    return Prune(namespace, "app.kubernetes.io/instance=demo", kinds or CONFIG_MAPS)


def fails(*args: Any, kube: KubeClient, **kwargs: Any) -> apply.Incomplete:
    with pytest.raises(apply.Incomplete) as caught:
        Applier(kube, "test").present(*args, **kwargs)
    return caught.value


def test_created_then_unchanged_then_updated(kube: KubeClient, namespace: str) -> None:
    applier = Applier(kube, "test")
    objects = [stateful_set("s"), service("s"), config_map("a", k="v")]
    first = applier.present(objects, namespace)
    assert first.created == ["Service/s", "ConfigMap/a", "StatefulSet/s"]
    version = resource_version(kube, namespace)
    second = applier.present(objects, namespace)
    assert (second.changed, second.unchanged) == (False, 3)
    assert resource_version(kube, namespace) == version, "an unchanged apply must not write"
    third = applier.present(
        [stateful_set("s", image="a:2"), service("s"), config_map("a", k="w")], namespace
    )
    assert (third.updated, third.unchanged) == (["ConfigMap/a", "StatefulSet/s"], 1)


def resource_version(kube: KubeClient, namespace: str) -> list[str]:
    return [
        kube.get(*address, namespace)["metadata"]["resourceVersion"]
        for address in [
            ("v1", "ConfigMap", "a"),
            ("apps/v1", "StatefulSet", "s"),
            ("v1", "Service", "s"),
        ]
    ]


def test_fields_of_others_stay_and_ours_come_back(kube: KubeClient, namespace: str) -> None:
    applier = Applier(kube, "test")
    applier.present([config_map("a", ours="1")], namespace)
    kube.merge_patch("v1", "ConfigMap", "a", namespace, {"data": {"ours": "2", "theirs": "3"}})
    assert applier.present([config_map("a", ours="1")], namespace).updated == ["ConfigMap/a"]
    assert kube.get("v1", "ConfigMap", "a", namespace)["data"] == {"ours": "1", "theirs": "3"}
    applier.present([config_map("a")], namespace)
    assert kube.get("v1", "ConfigMap", "a", namespace)["data"] == {"theirs": "3"}


def test_owner_references(kube: KubeClient, namespace: str) -> None:
    owner, foreign = owner_of(kube, namespace), owner_of(kube, namespace, "foreign")
    theirs = {**foreign, "controller": False}
    kube.create(
        {
            **config_map("a"),
            "metadata": {"name": "a", "namespace": namespace, "ownerReferences": [theirs]},
        }
    )
    applier = Applier(kube, "test")
    applier.present([config_map("a"), config_map("b")], namespace, owner)
    ours = {**owner, "controller": True, "blockOwnerDeletion": False}
    assert owners(kube, namespace, "b") == [ours]
    assert sorted(o["name"] for o in owners(kube, namespace, "a")) == ["foreign", "owner"]
    assert applier.present([config_map("a"), config_map("b")], namespace, owner).unchanged == 2


def owners(kube: KubeClient, namespace: str, name: str) -> list[dict[str, Any]]:
    references: list[dict[str, Any]] = kube.get("v1", "ConfigMap", name, namespace)["metadata"][
        "ownerReferences"
    ]
    return references


def test_an_object_of_another_controller_is_not_taken_over(
    kube: KubeClient, namespace: str
) -> None:
    first, second = owner_of(kube, namespace), owner_of(kube, namespace, "second")
    Applier(kube, "test").present([config_map("a", k="v")], namespace, first)
    error = fails([config_map("a", k="w")], namespace, second, kube=kube)
    assert error.details["cause"]["type"] == "Conflict"
    assert "belongs to ConfigMap/owner" in str(error)
    assert kube.get("v1", "ConfigMap", "a", namespace)["data"] == {"k": "v"}


def test_pruning_keeps_to_kind_label_namespace_and_owner(kube: KubeClient, namespace: str) -> None:
    applier = Applier(kube, "test")
    other_namespace = f"{namespace}-other"
    applier.present(
        [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": other_namespace}}]
    )
    stranger = owner_of(kube, namespace, "stranger")
    owner = owner_of(kube, namespace)
    applier.present([config_map("a"), config_map("b"), service("s")], namespace, owner)
    applier.present([config_map("a")], other_namespace)
    applier.present([config_map("controlled")], namespace, stranger)
    unlabelled = {**config_map("unlabelled"), "metadata": {"name": "unlabelled"}}
    applier.present([unlabelled], namespace)

    outcome = applier.present([config_map("a")], namespace, owner, prune(namespace))

    assert outcome.pruned == ["ConfigMap/b"]
    names = {item["metadata"]["name"] for item in kube.list_objects("v1", "ConfigMap", namespace)}
    assert names >= {"a", "unlabelled", "controlled"}
    assert "b" not in names
    assert kube.exists("v1", "ConfigMap", "a", other_namespace)
    assert kube.exists("v1", "Service", "s", namespace)
    again = applier.present(
        [config_map("a")], namespace, owner, prune(namespace, ("x.example.test/v1", "Missing"))
    )
    assert not again.changed


@pytest.mark.parametrize("selector", ["", "  "])
def test_pruning_without_a_selector_is_refused(selector: str) -> None:
    with pytest.raises(InvalidValue, match=r"prune\.label_selector"):
        Prune("default", selector, CONFIG_MAPS)


def test_pruning_without_a_namespace_is_refused(kube: KubeClient, namespace: str) -> None:
    with pytest.raises(InvalidValue, match="namespace"):
        Prune("", "a=b", CONFIG_MAPS)
    with pytest.raises(InvalidValue, match=r"prune\.kinds"):
        Applier(kube, "test").present([], namespace, None, prune(namespace, ("v1", "Namespace")))


def test_check_mode_changes_nothing_and_tells_the_truth(kube: KubeClient, namespace: str) -> None:
    real, dry = Applier(kube, "test"), Applier(kube, "test", dry_run=True)
    real.present([config_map("a", k="v"), config_map("b"), secret("s", "old")], namespace)
    wanted = [config_map("a", k="w"), config_map("c"), secret("s", "new")]
    before = kube.list_objects("v1", "ConfigMap", namespace)

    planned = dry.present(wanted, namespace, None, prune(namespace))

    assert (planned.created, planned.updated, planned.pruned) == (
        ["ConfigMap/c"],
        ["ConfigMap/a", "Secret/s"],
        ["ConfigMap/b"],
    )
    assert kube.list_objects("v1", "ConfigMap", namespace) == before
    done = real.present(wanted, namespace, None, prune(namespace))
    assert done.as_dict() == planned.as_dict()
    assert as_yaml(done.changes) == as_yaml(planned.changes)
    diff = as_yaml(planned.changes)
    assert [doc["metadata"]["name"] for doc in yaml.safe_load_all(diff["before"])] == [
        "a",
        "s",
        "b",
    ]
    assert "old" not in diff["before"] + diff["after"]
    assert "new" not in diff["before"] + diff["after"]
    assert "(hidden, changed)" in diff["after"]
    for noise in ("managedFields", "resourceVersion", "uid", "creationTimestamp", "status:"):
        assert noise not in diff["before"] + diff["after"]


def definition(plural: str, kind: str) -> dict[str, Any]:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.apply.test"},
        "spec": {
            "group": "apply.test",
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural},
            "versions": [version],
        },
    }


@pytest.mark.parametrize("wait", [0, 20])
def test_a_list_may_bring_its_own_namespace_and_kind(
    kube: KubeClient, namespace: str, wait: int
) -> None:
    kind = f"Brought{wait}"
    fresh = f"{namespace}-fresh"
    objects = [
        {"apiVersion": "apply.test/v1", "kind": kind, "metadata": {"name": "x"}, "spec": {}},
        config_map("a"),
        definition(kind.lower() + "s", kind),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fresh}},
    ]
    planned = Applier(kube, "test", dry_run=True).present(objects, fresh)
    done = Applier(kube, "test").present(objects, fresh, wait_timeout_s=wait)
    assert planned.created == done.created
    assert len(done.created) == 4


def test_waiting_for_a_workload_that_never_comes_says_what_lags(
    kube: KubeClient, namespace: str
) -> None:
    started = time.monotonic()
    with pytest.raises(errors.WaitTimeout, match="StatefulSet/s: its controller has not seen it"):
        Applier(kube, "test").present([stateful_set("s")], namespace, wait_timeout_s=1)
    assert time.monotonic() - started < 5


def test_a_failure_reports_what_had_been_done(kube: KubeClient, namespace: str) -> None:
    bad = service("bad")
    bad["spec"]["ports"][0]["port"] = 70000
    error = fails([config_map("a"), bad, stateful_set("later")], namespace, kube=kube)
    result = error.as_result()
    assert result["failed"] is True
    assert (result["changed"], result["created"]) == (True, ["ConfigMap/a"])
    assert result["error"]["failures"][0]["object"] == "Service/bad"
    assert "spec.ports[0].port" in result["msg"]
    assert not kube.exists(
        "apps/v1", "StatefulSet", "later", namespace
    ), "nothing after a failed wave"


def rbac(kind: str, name: str, **fields: Any) -> dict[str, Any]:
    api_version = "rbac.authorization.k8s.io/v1"
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **fields}


def binding(name: str, role: str) -> dict[str, Any]:
    group = "rbac.authorization.k8s.io"
    return rbac(
        "RoleBinding",
        name,
        roleRef={"apiGroup": group, "kind": "Role", "name": role},
        subjects=[{"apiGroup": group, "kind": "User", "name": NOBODY}],
    )


def test_a_role_and_its_binding_by_somebody_who_may_grant_only_what_he_has(
    api_server: ApiServer, kube: KubeClient, namespace: str
) -> None:
    """The API server refuses a binding to a role that it has not heard of, unless one may grant everything."""
    reads = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}
    grants = {
        "apiGroups": ["rbac.authorization.k8s.io"],
        "resources": ["roles", "rolebindings"],
        "verbs": ["get", "create", "patch"],
    }
    rights = [rbac("Role", "granter", rules=[reads, grants]), binding("granter", "granter")]
    Applier(kube, "test").present(rights, namespace)
    with connect(api_server.kubeconfig(NOBODY)) as client:
        for number in range(10):
            name = f"reader-{number}"
            pair = [binding(name, name), rbac("Role", name, rules=[reads])]
            planned = Applier(client, "test", dry_run=True).present(pair, namespace)
            made = Applier(client, "test").present(pair, namespace)
            names = {f"Role/{name}", f"RoleBinding/{name}"}
            assert (set(planned.created), set(made.created)) == (names, names)


def test_what_cannot_change_in_place_is_said(kube: KubeClient, namespace: str) -> None:
    Applier(kube, "test").present([stateful_set("s")], namespace)
    error = fails([stateful_set("s", size="2Gi")], namespace, kube=kube)
    assert error.details["cause"]["type"] == "InvalidObject"
    assert "cannot change this in place" in str(error)


@pytest.mark.parametrize(
    ("objects", "field"),
    [
        (["text"], "objects[0]"),
        ([{}], "objects[0].apiVersion"),
        ([{"apiVersion": "v1"}], "objects[0].kind"),
        ([{"apiVersion": "v1", "kind": "ConfigMap"}], "objects[0].metadata.name"),
        (
            [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": ""}}],
            "objects[0].metadata.name",
        ),
        ([config_map("a")], "objects[0].metadata.namespace"),
    ],
)
def test_what_is_no_object_is_refused_by_path(
    kube: KubeClient, objects: list[Any], field: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        Applier(kube, "test").present(objects)
    assert caught.value.field == field


def test_twins_are_refused(kube: KubeClient, namespace: str) -> None:
    with pytest.raises(InvalidValue, match=r"the same object as objects\[0\]"):
        Applier(kube, "test").present([config_map("a"), config_map("a")], namespace)


def test_absent_deletes_by_selector_and_tells_what_remains(
    kube: KubeClient, namespace: str
) -> None:
    applier = Applier(kube, "test")
    held = config_map("held")
    held["metadata"] = {**held["metadata"], "finalizers": ["example.test/hold"]}
    applier.present([held, config_map("free"), service("s")], namespace)
    selection = prune(namespace, ("v1", "ConfigMap"), ("v1", "Service"))

    planned = Applier(kube, "test", dry_run=True).absent([], namespace, selection)
    done = applier.absent([], namespace, selection)

    assert (
        sorted(done.pruned)
        == sorted(planned.pruned)
        == ["ConfigMap/free", "ConfigMap/held", "Service/s"]
    )
    assert applier.remaining([], namespace, selection) == ["ConfigMap/held"]
    again = applier.absent([], namespace, selection)
    assert not again.changed, "what is going already is not deleted again"
    kube.merge_patch("v1", "ConfigMap", "held", namespace, {"metadata": {"finalizers": None}})
    assert applier.remaining([], namespace, selection, wait_timeout_s=5) == []


def test_absent_deletes_what_the_owner_controls_and_nothing_of_another(
    kube: KubeClient, namespace: str
) -> None:
    applier = Applier(kube, "test")
    applier.present([config_map("ours"), config_map("other")], namespace)
    ours, other = (kube.get("v1", "ConfigMap", name, namespace) or {} for name in ("ours", "other"))
    owners = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
        }
        for owner in (ours, other)
    ]
    selection = prune(namespace, ("v1", "Service"))
    applier.present([service("a")], namespace, owners[0])
    applier.present([service("b")], namespace, owners[1])
    assert applier.absent([], namespace, selection).pruned == []
    assert applier.absent([], namespace, selection, owners[0]).pruned == ["Service/a"]


def test_absent_with_objects_deletes_exactly_these(kube: KubeClient, namespace: str) -> None:
    applier = Applier(kube, "test")
    applier.present([config_map("a"), config_map("b")], namespace)
    missing_kind = {"apiVersion": "none.test/v1", "kind": "None", "metadata": {"name": "x"}}
    assert applier.absent([config_map("a"), config_map("z"), missing_kind], namespace).pruned == [
        "ConfigMap/a"
    ]
    assert kube.exists("v1", "ConfigMap", "b", namespace)


def test_fifteen_unchanged_objects_are_quick(kube: KubeClient, namespace: str) -> None:
    objects = [config_map(f"c{number}", k="v") for number in range(15)]
    applier = Applier(kube, "test")
    applier.present(objects, namespace)
    took = []
    for _ in range(5):
        started = time.monotonic()
        assert applier.present(objects, namespace).unchanged == 15
        took.append(time.monotonic() - started)
    print("15 unchanged objects:", " ".join(f"{seconds:.3f}" for seconds in took), "s")
    assert min(took) < 0.5


def test_an_unchanged_list_costs_a_read_and_an_apply_an_object(
    kube: KubeClient, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = [config_map(f"c{number}", text="x" * 500) for number in range(15)]
    applier = Applier(kube, "test")
    applier.present(objects, namespace)
    sent: list[str] = []
    request = kube._transport.request

    def counted(method: str, *rest: Any) -> Any:
        sent.append(method)
        return request(method, *rest)

    monkeypatch.setattr(kube._transport, "request", counted)
    assert applier.present(objects, namespace).unchanged == 15
    assert sorted(sent) == ["GET"] * 15 + ["PATCH"] * 15
