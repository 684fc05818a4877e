# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How a look is put together, with an API server and Alluxio servers made of dictionaries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils import cluster_info
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio import master_web
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import ServerUnreachable
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.transport import DirectTransport
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import (
    Forbidden,
    NotReachable,
)

SAMPLES = Path(__file__).parent / "alluxio" / "samples"
LISTING = [
    {
        "folder": False,
        "completed": True,
        "path": "/a",
        "persistenceState": "NOT_PERSISTED",
        "length": 5,
        "fileBlockInfos": [
            {"blockInfo": {"length": 5, "locations": [{"workerAddress": {"host": "127.0.0.12"}}]}}
        ],
    }
]


class FakeKube:
    """An API server; asked for anything through the proxy, it says so."""

    def __init__(self, objects: list[dict[str, Any]], forbidden: tuple[str, ...] = ()) -> None:
        self._objects = objects
        self._forbidden = forbidden
        self.asked: list[tuple[str, str]] = []
        self.direct = _Direct(self)

    def list_objects(
        self,
        api_version: str,
        kind: str,
        namespace: str | None = None,
        label_selector: str = "",
        via: str = "proxy",
    ) -> list[dict[str, Any]]:
        if kind == "PersistentVolume":
            assert namespace is None
            assert label_selector == cluster_info.share_selector("demo", "ns")
        else:
            assert namespace == "ns"
            assert label_selector == cluster_info.selector("demo")
        if kind in self._forbidden:
            raise Forbidden("no", "ask")
        assert api_version == ("v1" if via == "direct" else "apps/v1")
        self.asked.append((via, kind))
        return [each for each in self._objects if each["kind"] == kind]

    def version(self, api_version: str, kind: str, name: str, namespace: str | None) -> str | None:
        assert (api_version, namespace) in (("v1", "ns"), ("storage.k8s.io/v1", None))
        self.asked.append(("direct", f"{kind} {name}"))
        if name in self._forbidden:
            raise Forbidden("no", "ask")
        there = any(each["metadata"]["name"] == name for each in self._objects)
        return "uid/7" if there else None

    def get(self, kind: str, name: str, namespace: str | None) -> dict[str, Any] | None:
        if name in self._forbidden:
            raise Forbidden("no", "ask")
        for each in self._objects:
            metadata = each["metadata"]
            identity = (each["kind"], metadata["name"], metadata.get("namespace"))
            if identity == (kind, name, namespace):
                return each
        return None


class _Direct:
    def __init__(self, kube: FakeKube) -> None:
        self._kube = kube

    def list_objects(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        return self._kube.list_objects(*args, **kwargs, via="direct")

    def version(
        self, api_version: str, kind: str, name: str, namespace: str | None = None
    ) -> str | None:
        return self._kube.version(api_version, kind, name, namespace)

    def get(
        self, api_version: str, kind: str, name: str, namespace: str | None = None
    ) -> dict[str, Any] | None:
        assert api_version == "v1"
        return self._kube.get(kind, name, namespace)

    def has_kind(self, api_version: str, kind: str) -> bool:
        assert (api_version, kind) == ("security.openshift.io/v1", "SecurityContextConstraints")
        return False


def pod(name: str, component: str, phase: str = "Running") -> dict[str, Any]:
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "uid": name,
            "creationTimestamp": "2026-11-24T22:00:00Z",
            "labels": {"app.kubernetes.io/component": component},
        },
        "spec": {},
        "status": {
            "phase": phase,
            "podIP": "10.1.0.1" if phase == "Running" else "",
            "conditions": [{"type": "Ready", "status": "True" if phase == "Running" else "False"}],
        },
    }


def workload(kind: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "generation": 1}, "spec": {"replicas": 1}}


MASTERS = [pod("demo-master-0", "master"), pod("demo-master-1", "master")]
WHOLE = [*MASTERS, pod("demo-proxy-x", "proxy")]


class FakePod(DirectTransport):
    """A web port of a pod: the answers by path, or silence."""

    def __init__(self, name: str, answers: Mapping[str, Any] | None) -> None:
        super().__init__(name, 19999)
        self._answers = answers

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        deadline_s: float,
        limit_bytes: int,
    ) -> bytes:
        del method, body, deadline_s, limit_bytes
        if self._answers is None:
            raise ServerUnreachable(self.address, "connection refused")
        return json.dumps(self._answers[path]).encode()


def leader_answers(total_paths: int = 5) -> dict[str, Any]:
    info, metrics, masters = (
        json.loads((SAMPLES / f"{name}.json").read_text())
        for name in ("info_one_lost", "metrics", "masters_single")
    )
    metrics["gauges"]["Master.TotalPaths"]["value"] = total_paths
    masters["lostMasterInfos"] = [{"address": {"host": "demo-master-2", "rpcPort": 19998}}]
    return {
        master_web.INFO_PATH: info,
        master_web.METRICS_PATH: metrics,
        master_web.MASTERS_PATH: masters,
    }


PROXY = {"/api/v1/paths/%2F/list-status": LISTING}


def look(
    monkeypatch: pytest.MonkeyPatch,
    kube: FakeKube,
    answers: Mapping[str, Mapping[str, Any]],
    secrets: tuple[str, ...] = (),
    classes: tuple[str, ...] = (),
) -> dict[str, Any]:
    def road(_client: Any, namespace: str, row: Mapping[str, Any], port: int, _env: Any) -> FakePod:
        assert namespace == "ns"
        assert port == (39999 if row["component"] == "proxy" else 19999)
        return FakePod(row["name"], answers.get(row["name"]))

    monkeypatch.setattr(cluster_info, "web_transport", road)
    return cluster_info.observe(kube, "demo", "ns", secrets, classes)  # type: ignore[arg-type]


def test_a_whole_look(monkeypatch: pytest.MonkeyPatch) -> None:
    kube = FakeKube([*WHOLE, workload("StatefulSet", "s"), workload("Deployment", "d")])
    answers = {"demo-master-1": leader_answers(), "demo-proxy-x": PROXY}
    observed = look(monkeypatch, kube, answers)
    assert [row["name"] for row in observed["pods"]] == [
        "demo-master-0",
        "demo-master-1",
        "demo-proxy-x",
    ]
    assert [(row["kind"], row["name"]) for row in observed["workloads"]] == [
        ("Deployment", "d"),
        ("StatefulSet", "s"),
    ]
    assert observed["openshift"] is False
    assert observed["alluxio_error"] is None
    alluxio = observed["alluxio"]
    assert alluxio["leader"] == "demo-master-1"
    assert alluxio["lost_masters"] == ["demo-master-2"]
    assert (alluxio["files_to_persist"], alluxio["not_persisted_bytes"]) == (1, 5)
    assert alluxio["lost_files"] == 0
    assert alluxio["cache_only"] == {
        "files": 1,
        "largest": [{"path": "/a", "length_bytes": 5}],
        "held_by": [{"hosts": ["127.0.0.12"], "bytes": 5}],
    }
    assert alluxio["cache_only_unknown"] is None
    assert {w["host"]: w["state"] for w in alluxio["workers"]} == {
        "127.0.0.11": "LOST",
        "127.0.0.12": "LIVE",
    }
    assert alluxio["tiers"]["MEM"] == {"total_bytes": 67108864, "used_bytes": 5097152}
    assert alluxio["mounts"] == {
        "/": {"uri": "/srv/alluxio/ufs", "type": "local", "read_only": False}
    }


def test_the_look_is_plain_data(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"demo-master-0": leader_answers(), "demo-proxy-x": PROXY}
    observed = look(monkeypatch, FakeKube(WHOLE), answers)
    assert json.loads(json.dumps(observed)) == observed


def test_only_workloads_go_through_the_operators_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    kube = FakeKube(WHOLE)
    look(monkeypatch, kube, {}, ("s3",), ("fast",))
    assert sorted(kube.asked) == [
        ("direct", "PersistentVolume"),
        ("direct", "PersistentVolumeClaim"),
        ("direct", "Pod"),
        ("direct", "Secret s3"),
        ("direct", "StorageClass fast"),
        ("proxy", "DaemonSet"),
        ("proxy", "Deployment"),
        ("proxy", "StatefulSet"),
    ]


def test_what_is_referred_to_is_missing_only_if_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = {"kind": "Secret", "metadata": {"name": "there"}}
    kube = FakeKube([there], forbidden=("hidden",))
    observed = look(monkeypatch, kube, {}, ("there", "gone", "hidden"), ("there", "gone"))
    assert observed["secrets"] == {"there": True, "gone": False, "hidden": True}
    assert observed["storage_classes"] == {"there": True, "gone": False}


def share(claim: str, namespace: str) -> dict[str, Any]:
    return {
        "kind": "PersistentVolume",
        "metadata": {
            "name": f"pv-{claim}",
            "labels": {"alluxio.io/fuse-of": "demo"},
            "creationTimestamp": "2026-11-24T22:00:00Z",
        },
        "spec": {"claimRef": {"name": claim, "namespace": namespace}},
        "status": {"phase": "Bound"},
    }


def claim(name: str, namespace: str, **labels: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": labels}
    return {"kind": "PersistentVolumeClaim", "metadata": metadata}


def test_a_claim_that_somebody_else_made_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = claim("ours", "apps", **{"alluxio.io/fuse-of": "demo"})
    volumes = [share(name, "apps") for name in ("ours", "theirs", "gone")]
    monkeypatch.setattr(cluster_info, "claim_row", lambda row: row["metadata"])
    kube = FakeKube([ours, claim("theirs", "apps"), *volumes])
    observed = look(monkeypatch, kube, {})
    assert [(row["volume"], row["claim_is_ours"]) for row in observed["shares"]] == [
        ("pv-gone", False),
        ("pv-ours", True),
        ("pv-theirs", False),
    ]
    assert observed["shares"][1]["phase"] == "Bound"


def test_who_may_not_list_volumes_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    kube = FakeKube([], forbidden=("PersistentVolume",))
    assert look(monkeypatch, kube, {})["shares"] == []


def test_namespaces_are_known_by_their_labels_and_annotations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = {"kind": "Namespace", "metadata": {"name": "there", "labels": {"a": "b"}}}
    monkeypatch.setenv("POD_NAMESPACE", "operators")
    kube = FakeKube([there], forbidden=("hidden",))
    observed = cluster_info.observe(
        kube, "demo", "ns", [], [], ["there", "gone", "hidden"]  # type: ignore[arg-type]
    )
    assert observed["namespaces"] == {
        "there": {"labels": {"a": "b"}, "annotations": {}},
        "gone": None,
        "hidden": None,
    }
    assert observed["operator_namespace"] == "operators"


def test_a_silent_alluxio_is_a_result(monkeypatch: pytest.MonkeyPatch) -> None:
    observed = look(monkeypatch, FakeKube(MASTERS), {})
    assert observed["alluxio"] is None
    assert observed["alluxio_error"] == (
        "demo-master-0:19999: connection refused; demo-master-1:19999: connection refused"
    )


def test_pods_that_cannot_answer_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    observed = look(monkeypatch, FakeKube([pod("demo-master-0", "master", "Pending")]), {})
    assert observed["alluxio_error"] == "no pod of a master runs"


@pytest.mark.parametrize(
    ("total_paths", "answers", "why"),
    [(1001, {"demo-proxy-x": PROXY}, "more than 1000 files"), (5, {}, "connection refused")],
    ids=["a large tree", "a silent proxy"],
)
def test_bytes_that_nobody_can_tell_are_not_invented(
    monkeypatch: pytest.MonkeyPatch, total_paths: int, answers: dict[str, Any], why: str
) -> None:
    answers = {**answers, "demo-master-0": leader_answers(total_paths)}
    alluxio = look(monkeypatch, FakeKube(WHOLE), answers)["alluxio"]
    assert alluxio["not_persisted_bytes"] is None
    assert alluxio["lost_files"] is None
    assert alluxio["cache_only"] is None
    assert why in alluxio["cache_only_unknown"]
    assert alluxio["files_to_persist"] == 1


def test_from_outside_the_proxys_rest_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Outside:
        def __init__(self, pod: FakePod) -> None:
            self.address = pod.address
            self.request = pod.request

    answers = {"demo-master-0": leader_answers(), "demo-proxy-x": PROXY}

    def road(_client: Any, _namespace: str, row: Mapping[str, Any], *_rest: Any) -> Outside:
        return Outside(FakePod(row["name"], answers.get(row["name"])))

    monkeypatch.setattr(cluster_info, "web_transport", road)
    kube = FakeKube(WHOLE)
    observed = cluster_info.observe(kube, "demo", "ns", [], [])  # type: ignore[arg-type]
    assert observed["alluxio"]["not_persisted_bytes"] is None


def test_a_silent_api_server_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(FakeKube):
        def list_objects(self, *_args: Any, **_kwargs: Any) -> list[dict[str, Any]]:
            raise NotReachable("no answer", "start it")

    with pytest.raises(NotReachable):
        look(monkeypatch, Silent([]), {})


def test_a_removal_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_info, "_PAUSE_S", 0)
    kube = FakeKube(list(WHOLE))
    looks: list[int] = []

    def list_objects(*_args: Any, **_options: Any) -> list[Any]:
        looks.append(1)
        return [] if len(looks) == 3 else [WHOLE[0]]

    monkeypatch.setattr(FakeKube, "list_objects", list_objects)
    cluster_info.wait_until_gone(kube, "demo", "ns", 60)  # type: ignore[arg-type]
    assert len(looks) == 3
    cluster_info.wait_until_gone(kube, "demo", "ns", 0)  # type: ignore[arg-type]
    assert len(looks) == 3
