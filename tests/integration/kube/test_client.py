# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The client against a real API server: discovery, errors, deadlines, and what it leaves behind."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import client, errors
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient, connect
from ansible_collections.alluxio.k8s.tests.integration.conftest import NOBODY, ApiServer


def config_map(name: str, namespace: str, **data: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": "x"}},
        "data": data,
    }


def test_objects_go_in_and_out_as_plain_dicts(kube: KubeClient, namespace: str) -> None:
    assert kube.get("v1", "ConfigMap", "a", namespace) is None
    made = kube.apply(config_map("a", namespace, k="v"), "test")
    assert type(made) is dict
    assert made["data"] == {"k": "v"}
    assert kube.get("v1", "ConfigMap", "a", namespace) == made
    assert kube.exists("v1", "ConfigMap", "a", namespace)
    assert not kube.exists("v1", "ConfigMap", "b", namespace)
    kube.merge_patch("v1", "ConfigMap", "a", namespace, {"data": {"k": None, "l": "w"}})
    assert kube.get("v1", "ConfigMap", "a", namespace)["data"] == {"l": "w"}
    assert kube.delete(made)
    assert not kube.delete(made)


def test_lists_come_whole(kube: KubeClient, namespace: str) -> None:
    for number in range(5):
        kube.create(config_map(f"m{number}", namespace))
    found = kube.list_objects("v1", "ConfigMap", namespace, label_selector="app=x")
    assert [item["metadata"]["name"] for item in found] == [f"m{number}" for number in range(5)]
    assert {(item["apiVersion"], item["kind"]) for item in found} == {("v1", "ConfigMap")}
    assert kube.list_objects("v1", "ConfigMap", namespace, label_selector="app=y") == []


def test_a_replaced_object_is_not_deleted_by_mistake(kube: KubeClient, namespace: str) -> None:
    old = kube.create(config_map("a", namespace))
    kube.delete(old)
    kube.create(config_map("a", namespace))
    with pytest.raises(errors.Conflict, match="DELETE ConfigMap"):
        kube.delete(old)


def test_an_unknown_kind_is_named(kube: KubeClient) -> None:
    with pytest.raises(errors.KindMissing, match=r"no kind Route of route\.openshift\.io/v1"):
        kube.get("route.openshift.io/v1", "Route", "a", "default")
    with pytest.raises(errors.KindMissing, match="no kind Configmap of v1"):
        kube.get("v1", "Configmap", "a", "default")


CRD = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "things.example.test"},
    "spec": {
        "group": "example.test",
        "scope": "Namespaced",
        "names": {
            "kind": "Thing",
            "plural": "things",
            "singular": "thing",
            "listKind": "ThingList",
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}


def test_a_kind_that_comes_and_goes_is_noticed_by_other_clients_of_the_cache(
    kube: KubeClient, api_server: ApiServer, namespace: str
) -> None:
    with pytest.raises(errors.KindMissing):
        kube.get("example.test/v1", "Thing", "a", namespace)
    kube.create(CRD)
    wait_for_kind(kube, namespace)
    with connect(api_server.kubeconfig()) as second:
        assert "example.test/v1" in second.kinds._known
        kube.delete(CRD)
        deadline = time.monotonic() + 20
        while second.has_kind("example.test/v1", "Thing") and time.monotonic() < deadline:
            with contextlib.suppress(errors.KindMissing):
                second.get("example.test/v1", "Thing", "a", namespace)
            time.sleep(0.2)
        assert not second.has_kind("example.test/v1", "Thing")


def wait_for_kind(kube: KubeClient, namespace: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            kube.get("example.test/v1", "Thing", "a", namespace)
            return
        except errors.KindMissing:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_a_missing_permission_is_said_with_verb_and_resource(
    api_server: ApiServer, namespace: str
) -> None:
    with connect(api_server.kubeconfig(NOBODY)) as kube, pytest.raises(errors.Forbidden) as caught:
        kube.apply({**config_map("a", namespace)}, "test")
    assert (caught.value.details["verb"], caught.value.details["resource"]) == (
        "patch",
        "configmaps",
    )
    assert f"nobody may not patch configmaps in namespace {namespace}" in str(caught.value)


def test_wrong_credentials(api_server: ApiServer) -> None:
    with connect(api_server.kubeconfig("stranger")) as kube, pytest.raises(errors.Unauthorized):
        kube.list_objects("v1", "ConfigMap", "default")


def test_a_refused_field_is_said_with_its_cause(kube: KubeClient, namespace: str) -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "namespace": namespace},
        "spec": {"ports": [{"port": 70000}]},
    }
    with pytest.raises(errors.InvalidObject) as caught:
        kube.apply(service, "test")
    assert caught.value.details["causes"][0]["field"] == "spec.ports[0].port"
    assert "70000" in str(caught.value)


def test_the_content_of_a_secret_is_not_quoted(kube: KubeClient, namespace: str) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s", "namespace": namespace},
        "data": {"key": "not base64 but hush"},
    }
    with pytest.raises(errors.KubernetesError) as caught:
        kube.apply(secret, "test")
    assert "hush" not in str(caught.value)


def test_a_missing_namespace_is_no_missing_kind(kube: KubeClient) -> None:
    with pytest.raises(errors.NotFound, match='namespaces "nowhere" not found'):
        kube.apply(config_map("a", "nowhere"), "test")


def test_no_answer_is_said_within_the_deadline(api_server: ApiServer, tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    dead.write_text(
        Path(api_server.kubeconfig()).read_text().replace(api_server.url, "https://127.0.0.1:9")
    )
    started = time.monotonic()
    with (
        connect(str(dead)) as kube,
        pytest.raises(errors.NotReachable, match=r"no answer from https://127\.0\.0\.1:9"),
    ):
        kube.get("v1", "ConfigMap", "a", "default")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("content", [None, "", "{{{", "apiVersion: v1\nkind: Config\n"])
def test_a_bad_kubeconfig_is_named(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    if content is not None:
        file.write_text(content)
    with pytest.raises(errors.NotReachable, match=str(file)), connect(str(file)):
        pass


def test_no_key_or_certificate_stays_in_the_temporary_folder(
    api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with connect(api_server.kubeconfig()) as kube:
        kube.get("v1", "ConfigMap", "a", "default")
    assert [
        path for path in tmp_path.rglob("*") if path.is_file() and "discovery" not in str(path)
    ] == []


def test_past_the_operators_proxy_only_where_there_is_one(
    api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def service_account() -> object:
        return client._configuration(api_server.kubeconfig(), None, {})

    monkeypatch.setattr(client, "_in_cluster", service_account)
    content = Path(api_server.kubeconfig()).read_text()
    proxied = tmp_path / "proxied"
    proxied.write_text(content.replace("https://", "https://b3duZXI=@"))

    for kubeconfig, in_a_pod, past_it in (
        (api_server.kubeconfig(), False, False),
        (api_server.kubeconfig(), True, False),
        (str(proxied), False, False),
        (str(proxied), True, True),
    ):
        monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
        if in_a_pod:
            monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
        with connect(kubeconfig) as kube:
            assert (kube.direct is not kube) is past_it
            assert kube.direct.list_objects("v1", "Namespace")
