# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The quick transport against a real API server: the same answers and errors as by the package."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import api, errors
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.api import KubeClient
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.own_transport import (
    OwnTransport,
    connect_lightly,
)

# From the conftest beside this folder.
ApiServer = Any


@pytest.fixture
def quick(
    api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[KubeClient]:
    monkeypatch.setenv("ALLUXIO_K8S_CACHE", str(tmp_path / "cache"))
    with connect_lightly(api_server.kubeconfig(), None, {}) as (client, namespace):
        assert isinstance(client._transport, OwnTransport)
        assert namespace == "default"
        yield client


def config_map(name: str, namespace: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


def test_objects_come_and_go(quick: KubeClient, namespace: str) -> None:
    assert quick.get("v1", "ConfigMap", "a", namespace) is None
    quick.create(config_map("a", namespace, key="value"))
    with pytest.raises(errors.Conflict):
        quick.create(config_map("a", namespace))
    assert quick.apply(config_map("a", namespace, key="two"), "test")["data"] == {"key": "two"}
    assert quick.exists("v1", "ConfigMap", "a", namespace)
    found = quick.get("v1", "ConfigMap", "a", namespace)
    assert found is not None
    assert quick.delete(found)


def test_both_transports_list_the_same(
    quick: KubeClient, api_server: ApiServer, namespace: str
) -> None:
    for name in "abc":
        quick.create(config_map(name, namespace))
    with connect(api_server.kubeconfig()) as usual:
        listed = usual.list_objects("v1", "ConfigMap", namespace)
    assert quick.list_objects("v1", "ConfigMap", namespace) == listed


@pytest.mark.parametrize("page", [1, 2, 3, 500])
def test_pages_make_one_list(
    quick: KubeClient, namespace: str, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcde":
        quick.apply(config_map(name, namespace), "test")
    monkeypatch.setattr(api, "_PAGE", page)
    found = [row["metadata"]["name"] for row in quick.iterate("v1", "ConfigMap", namespace)]
    assert [name for name in found if len(name) == 1] == list("abcde")


def test_who_may_nothing_is_told_so(api_server: ApiServer) -> None:
    with (
        connect_lightly(api_server.kubeconfig("nobody"), None, {}) as (client, _),
        pytest.raises(errors.Forbidden) as caught,
    ):
        list(client.iterate("v1", "Node"))
    assert caught.value.details["verb"] == "list"
    assert caught.value.details["resource"] == "nodes"


def test_a_dead_server_is_named(api_server: ApiServer, tmp_path: Path) -> None:
    dead = tmp_path / "dead"
    dead.write_text(
        Path(api_server.kubeconfig()).read_text().replace(api_server.url, "https://127.0.0.1:9")
    )
    with (
        connect_lightly(str(dead), None, {}) as (client, _),
        pytest.raises(errors.NotReachable, match=r"no answer from https://127\.0\.0\.1:9"),
    ):
        client.get("v1", "ConfigMap", "a", "default")


def test_a_server_with_another_certificate_is_not_believed(
    api_server: ApiServer, tmp_path: Path
) -> None:
    doubtful = tmp_path / "doubtful"
    text = Path(api_server.kubeconfig()).read_text()
    doubtful.write_text(text.replace("certificate-authority-data", "extensions"))
    with (
        connect_lightly(str(doubtful), None, {}) as (client, _),
        pytest.raises(errors.NotReachable, match="SSLCertVerificationError"),
    ):
        client.get("v1", "ConfigMap", "a", "default")


def test_a_connection_that_the_server_ended_is_made_anew(quick: KubeClient, namespace: str) -> None:
    quick.create(config_map("a", namespace))
    transport = quick._transport
    assert isinstance(transport, OwnTransport)
    (kept,) = transport._idle
    kept.sock.shutdown(2)
    assert quick.exists("v1", "ConfigMap", "a", namespace)


def test_no_key_stays_in_the_temporary_folder(
    api_server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with connect_lightly(api_server.kubeconfig(), None, {}) as (client, _):
        client.get("v1", "ConfigMap", "a", "default")
    assert not [path for path in tmp_path.iterdir() if path.is_file()]
