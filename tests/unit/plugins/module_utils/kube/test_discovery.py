# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The discovery cache: shared, stable in name, safe under many writers, and corrected when it is
wrong.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import discovery
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.discovery import Kind, Kinds
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import KindMissing


class Server:
    """Answers discovery and counts how often it was asked."""

    def __init__(self, **kinds: list[tuple[str, str, bool]]) -> None:
        self.kinds = {name.replace("__", "/"): rows for name, rows in kinds.items()}
        self.asked: list[str] = []

    def __call__(self, path: str) -> dict[str, Any] | None:
        self.asked.append(path)
        rows = self.kinds.get(path.removeprefix("/apis/").removeprefix("/api/"))
        if rows is None:
            return None
        resources = [
            {"kind": kind, "name": plural, "namespaced": within} for kind, plural, within in rows
        ]
        return {
            "resources": [*resources, {"kind": "Status", "name": "pods/status", "namespaced": True}]
        }


CORE = [("Pod", "pods", True), ("Namespace", "namespaces", False)]


def test_paths() -> None:
    pod = Kind("v1", "Pod", "pods", True)
    assert pod.path() == "/api/v1/pods"
    assert pod.path("ns", "a", "status") == "/api/v1/namespaces/ns/pods/a/status"
    assert Kind("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", False).path(
        "ns", "a"
    ) == ("/apis/rbac.authorization.k8s.io/v1/clusterroles/a")


def test_each_group_version_is_asked_for_once_and_kept_for_the_next_client(tmp_path: Path) -> None:
    server, file = (
        Server(v1=CORE, apps__v1=[("Deployment", "deployments", True)]),
        tmp_path / "cache",
    )
    first = Kinds(server, file)
    assert first.find("v1", "Pod").plural == "pods"
    assert not first.find("v1", "Namespace").namespaced
    assert first.find("apps/v1", "Deployment").namespaced
    second = Kinds(server, file)
    assert second.find("v1", "Pod") == first.find("v1", "Pod")
    assert server.asked == ["/api/v1", "/apis/apps/v1"]


def test_a_missing_kind_is_asked_for_anew_each_time(tmp_path: Path) -> None:
    server = Server(v1=CORE)
    kinds = Kinds(server, tmp_path / "cache")
    for api_version, kind in (("v1", "Pood"), ("x.io/v1", "Thing")):
        with pytest.raises(KindMissing, match=kind):
            kinds.find(api_version, kind)
    server.kinds["x.io/v1"] = [("Thing", "things", True)]
    assert kinds.find("x.io/v1", "Thing").plural == "things"


def test_what_proved_wrong_is_forgotten_in_the_file_too(tmp_path: Path) -> None:
    server, file = Server(v1=CORE, x__v1=[("Thing", "things", True)]), tmp_path / "cache"
    kinds = Kinds(server, file)
    kinds.find("v1", "Pod")
    kinds.find("x/v1", "Thing")
    del server.kinds["x/v1"]
    kinds.forget("x/v1")
    with pytest.raises(KindMissing):
        kinds.find("x/v1", "Thing")
    assert list(json.loads(file.read_text())) == ["v1"]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"v1": 3}', '{"v1": [{"kind": "Pod"}]}', "\x00"]
)
def test_a_damaged_file_is_as_good_as_none(content: str, tmp_path: Path) -> None:
    file = tmp_path / "cache"
    file.write_text(content)
    assert Kinds(Server(v1=CORE), file).find("v1", "Pod").plural == "pods"
    assert Kinds(Server(), file).find("v1", "Pod").plural == "pods"


def test_many_writers_leave_a_whole_file(tmp_path: Path) -> None:
    server, file = Server(**{f"g{number}__v1": CORE for number in range(20)}), tmp_path / "cache"

    def client(number: int) -> None:
        Kinds(server, file).find(f"g{number}/v1", "Pod")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(20)))
    assert json.loads(file.read_text())
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


def test_without_a_file_it_works_from_memory() -> None:
    server = Server(v1=CORE)
    kinds = Kinds(server, None)
    kinds.find("v1", "Pod")
    kinds.find("v1", "Namespace")
    assert server.asked == ["/api/v1"]


def test_the_name_is_shared_between_custom_resources_and_not_between_clusters(
    tmp_path: Path,
) -> None:
    environment = {"ALLUXIO_K8S_CACHE": str(tmp_path)}
    one, two, other_port, other_cluster = (
        discovery.cache_file(server, authority, environment)
        for server, authority in (
            ("http://eyJhIjoxfQ==:unused@localhost:8888", ""),
            ("http://eyJiIjoyfQ==@localhost:8888/", ""),
            ("http://localhost:8889", ""),
            ("http://localhost:8888", "another authority"),
        )
    )
    assert one == two
    assert len({one, other_port, other_cluster}) == 3
    assert one is not None
    assert one.parent.stat().st_mode & 0o077 == 0


def test_a_home_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file, so that no folder can be made in it")
    file = discovery.cache_file("https://x:1", "", {"HOME": str(home)})
    assert file is not None
    assert str(home) not in str(file)
