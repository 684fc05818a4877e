# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Secrets that nobody chooses: made once, never touched again."""

from __future__ import annotations

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.generated_secrets import make
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import Conflict

WANTED = [{"name": "s-spark-auth", "key": "secret"}, {"name": "s-spark-connect", "key": "token"}]
OWNER = {"apiVersion": "alluxio.io/v1alpha1", "kind": "SparkCluster", "name": "s", "uid": "1"}


class Kubernetes:
    """Secrets by name; ``hidden`` are those that another pass makes at the same moment."""

    def __init__(self, *known: str, hidden: tuple[str, ...] = ()) -> None:
        self.known = set(known)
        self.hidden = hidden
        self.created: list[dict[str, Any]] = []
        self.dry: list[bool] = []

    @property
    def direct(self) -> Kubernetes:
        return self

    def exists(self, _version: str, _kind: str, name: str, _namespace: str) -> bool:
        return name in self.known

    def create(self, body: dict[str, Any], *, dry_run: bool) -> None:
        if body["metadata"]["name"] in self.hidden:
            raise Conflict("it is there", "leave it")
        self.created.append(body)
        self.dry.append(dry_run)


def made(client: Any, dry_run: bool = False) -> list[str]:
    return make(client, WANTED, "team", {"a": "b"}, OWNER, dry_run)


def test_what_is_missing_is_made_with_a_value_of_its_own() -> None:
    client = Kubernetes()
    assert made(client) == ["s-spark-auth", "s-spark-connect"]
    values = [value for body in client.created for value in body["stringData"].values()]
    assert len(set(values)) == len(WANTED)
    assert all(len(value) >= 43 for value in values)
    metadata = client.created[0]["metadata"]
    assert (metadata["namespace"], metadata["labels"]) == ("team", {"a": "b"})
    assert [owner["uid"] for owner in metadata["ownerReferences"]] == ["1"]


def test_what_is_there_is_left_alone() -> None:
    client = Kubernetes("s-spark-auth")
    assert made(client) == ["s-spark-connect"]
    assert [body["metadata"]["name"] for body in client.created] == ["s-spark-connect"]


def test_another_pass_may_be_quicker() -> None:
    assert made(Kubernetes(hidden=("s-spark-auth",))) == ["s-spark-connect"]


def test_check_mode_asks_the_api_server_alone() -> None:
    client = Kubernetes()
    made(client, dry_run=True)
    assert client.dry == [True, True]
