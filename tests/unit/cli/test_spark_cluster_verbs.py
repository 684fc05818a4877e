# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How the verbs about a SparkCluster find their way, and what they say when there is none."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound
from kubectl_alluxio.spark_cluster import check_python, ready_pod, token, with_a_page


class Kubernetes:
    """Pods by selector and one Secret."""

    def __init__(self, pods: list[dict[str, Any]], secret: str | None = None) -> None:
        self.pods = pods
        self.secret = secret
        self.asked: list[str] = []

    def list_objects(self, _version: str, _kind: str, _namespace: str, selector: str) -> Any:
        self.asked.append(selector)
        return self.pods

    def get(self, *_where: str) -> dict[str, Any] | None:
        if self.secret is None:
            return None
        return {"data": {"token": base64.b64encode(self.secret.encode()).decode()}}


def pod(name: str, ready: bool, **metadata: Any) -> dict[str, Any]:
    condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": ""}
    return {
        "metadata": {"name": name, "uid": "1", "creationTimestamp": "", **metadata},
        "spec": {},
        "status": {"phase": "Running", "conditions": [condition]},
    }


def test_a_pod_that_serves_is_found() -> None:
    leaving = pod("old", ready=True, deletionTimestamp="2026-11-28T00:00:00Z")
    client: Any = Kubernetes([leaving, pod("starts", ready=False), pod("serves", ready=True)])
    assert ready_pod(client, "standing", "team", "connect") == "serves"
    assert client.asked == ["alluxio.io/spark-cluster=standing,app.kubernetes.io/component=connect"]


def test_why_there_is_none() -> None:
    none: Any = Kubernetes([])
    with pytest.raises(NotFound, match="has no history"):
        ready_pod(none, "standing", "team", "history")
    starting: Any = Kubernetes([pod("starts", ready=False)])
    with pytest.raises(NotFound, match="is not ready"):
        ready_pod(starting, "standing", "team", "history")


def test_which_pages_show_what_runs() -> None:
    rows = [
        pod(name, ready=True, labels={"app.kubernetes.io/component": name})
        for name in ("connect", "history", "master", "worker")
    ]
    some: Any = Kubernetes(rows)
    none: Any = Kubernetes([])
    assert with_a_page(some, "standing", "team") == ["master", "connect"]
    assert with_a_page(none, "standing", "team") == []


def test_the_token() -> None:
    client: Any = Kubernetes([], "a token")
    assert token(client, "standing", "team") == "a token"
    without: Any = Kubernetes([])
    with pytest.raises(NotFound, match="Secret standing-spark-connect"):
        token(without, "standing", "team")


def test_a_python_without_pyspark_is_refused_with_the_remedy(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho \"No module named 'pyspark'\" >&2\nexit 1\n")
    python.chmod(0o755)
    with pytest.raises(InvalidValue, match="pip install pyspark-client") as caught:
        check_python(str(python))
    assert "No module named 'pyspark'" in str(caught.value)


def test_a_python_that_there_is_not_is_refused() -> None:
    with pytest.raises(InvalidValue, match="can be run"):
        check_python("/nowhere/python")
