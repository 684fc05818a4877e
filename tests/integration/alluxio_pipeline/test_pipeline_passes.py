# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Passes of the role at a real API server, where no Alluxio runs: what it waits for, refuses and removes.

What it does in Alluxio is in tests/integration/alluxio, all of it together in tests/e2e.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import pipeline_names

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests/bad_input"), str(ROOT / "tests/integration/custom_resources")]
from api_calls import serve  # noqa: E402
from bad_input import PIPELINE_TABLE  # noqa: E402

CRD = ROOT / "roles/operator/files/crds/alluxio.io_alluxiopipelines.yaml"


@pytest.fixture
def play(api_server: Any, namespace: str) -> Any:
    """Takes one pass; what ansible-playbook said."""

    def take(
        *options: str, state: str = "present", **spec: Any
    ) -> subprocess.CompletedProcess[str]:
        given = {
            "alluxio_pipeline": {
                "metadata": {"name": "nightly", "namespace": namespace},
                "spec": {"alluxioCluster": {"name": "cache"}, **spec},
            },
            "alluxio_pipeline_wait": False,
            "alluxio_pipeline_state": state,
        }
        environment = {
            **os.environ,
            "KUBECONFIG": api_server.kubeconfig(),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
        }
        command = ["ansible-playbook", "alluxio.k8s.alluxio_pipeline", "-e", json.dumps(given)]
        return subprocess.run(
            [*command, *options], capture_output=True, text=True, env=environment, check=False
        )

    return take


@pytest.mark.parametrize("options", [(), ("--check",)], ids=["run", "check"])
def test_without_a_cluster_it_waits_and_makes_nothing(
    play: Any, kube: KubeClient, namespace: str, options: tuple[str, ...]
) -> None:
    waits = play(*options, claim={"name": "data"})
    assert waits.returncode == 0, waits.stdout + waits.stderr
    assert "Pending; " in waits.stdout
    assert f"no master of an AlluxioCluster cache runs in namespace {namespace}" in waits.stdout
    assert kube.get("v1", "PersistentVolumeClaim", "data", namespace) is None


def test_an_invalid_spec_names_the_field(play: Any) -> None:
    refused = play(persist="none")
    assert refused.returncode != 0
    assert "spec.cleanup.action" in refused.stdout


def test_a_cluster_of_others_must_agree(play: Any, kube: KubeClient, namespace: str) -> None:
    theirs = f"theirs-{uuid.uuid4().hex[:8]}"
    cluster = {"name": "cache", "namespace": theirs}
    missing = play(alluxioCluster=cluster)
    assert f"there is no namespace {theirs}" in missing.stdout
    kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": theirs}})
    refused = play(alluxioCluster=cluster)
    assert refused.returncode != 0
    assert f"{pipeline_names.PIPELINES_FROM}={namespace}" in refused.stdout
    annotations = {pipeline_names.PIPELINES_FROM: f"others,{namespace}"}
    kube.merge_patch("v1", "Namespace", theirs, None, {"metadata": {"annotations": annotations}})
    agreed = play(alluxioCluster=cluster)
    assert agreed.returncode == 0, agreed.stdout
    assert "no master" in agreed.stdout


def test_the_root_of_another_pipeline_is_refused(
    play: Any, api_server: Any, kube: KubeClient, namespace: str
) -> None:
    serve(api_server, CRD, PIPELINE_TABLE["base"])
    spec = {"alluxioCluster": {"name": "cache"}, "root": "/pipelines/nightly/inner"}
    head = {"apiVersion": "alluxio.io/v1alpha1", "kind": "AlluxioPipeline"}
    other = {**head, "metadata": {"name": "other", "namespace": namespace}, "spec": spec}
    kube.create(other)
    try:
        refused = play()
        assert refused.returncode != 0
        says = f"overlaps /pipelines/nightly/inner of AlluxioPipeline {namespace}/other"
        assert f"spec.root: /pipelines/nightly {says}" in refused.stdout
        assert play(root="/pipelines/mine").returncode == 0
    finally:
        kube.delete(other)


def test_a_claim_of_others_is_left_alone(play: Any, kube: KubeClient, namespace: str) -> None:
    spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    head = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    kube.create({**head, "metadata": {"name": "data", "namespace": namespace}, "spec": spec})
    refused = play(claim={"name": "data"})
    assert refused.returncode != 0
    assert "of others" in refused.stdout
    assert play(state="absent", claim={"name": "data"}).returncode == 0
    assert kube.get("v1", "PersistentVolumeClaim", "data", namespace)


def test_removing_it_removes_its_volume_without_any_alluxio(
    play: Any, kube: KubeClient, namespace: str
) -> None:
    identity = ("nightly", namespace)
    name = pipeline_names.volume_name(*identity, "data", f"{namespace}/cache")
    kube.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name, "labels": pipeline_names.claim_labels(*identity)},
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteMany"],
                "claimRef": {"namespace": namespace, "name": "data"},
                "hostPath": {"path": "/nowhere"},
            },
        }
    )
    kept = play(state="absent", claim={"name": "data"})
    assert kept.returncode != 0
    # No controller runs here that would take its finalizer away.
    assert f"still there: PersistentVolume/{name}" in kept.stdout
    free = {"metadata": {"finalizers": None}}
    kube.merge_patch("v1", "PersistentVolume", name, None, free)
    gone = play(state="absent", claim={"name": "data"})
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert kube.get("v1", "PersistentVolume", name) is None
