# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A pipeline's namespace at a real API server, looked at before the pipeline runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
from ansible_collections.alluxio.k8s.plugins.modules import pipeline_info
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import run_here
from kubectl_alluxio import pipeline as verbs

STEPS = {"container": {"image": "registry.example.com/steps:1", "command": ["prep"]}}
DOCUMENT = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Workflow",
    "metadata": {"generateName": "nightly-"},
    "spec": {"entrypoint": "prep", "templates": [{"name": "prep", **STEPS}]},
}
SETTINGS = {"name": "nightly", "engine": "argo", "stages": [{"name": "prep", "output": {}}]}
FUSE = {"claim": "alluxio"}
S3 = {"mode": "s3", "endpoint": "http://demo-proxy:39999/api/v1/s3", "secret": "alluxio-s3"}


def claim(namespace: str) -> dict[str, Any]:
    spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    head = {"apiVersion": "v1", "kind": "PersistentVolumeClaim"}
    return {**head, "metadata": {"name": "alluxio", "namespace": namespace}, "spec": spec}


def ask(api_server: Any, namespace: str, access: dict[str, str], **more: Any) -> dict[str, Any]:
    there = {"namespace": namespace, "kubeconfig": api_server.kubeconfig()}
    args = {**SETTINGS, "definition": DOCUMENT, "access": access, **there, **more}
    return run_here(pipeline_info, args, False, False)


def checks(result: dict[str, Any]) -> list[str]:
    rows = result["error"]["findings"] if result.get("failed") else result["findings"]
    return [one["check"] for one in rows]


def test_a_claim_that_is_missing_is_found_before_the_run(
    api_server: Any, kube: KubeClient, namespace: str
) -> None:
    assert checks(ask(api_server, namespace, FUSE)) == ["claim-missing"]
    kube.create(claim(namespace))
    # Nothing binds it here.
    assert checks(ask(api_server, namespace, FUSE)) == ["claim-unbound"]
    bound = {"status": {"phase": "Bound"}}
    head = ("v1", "PersistentVolumeClaim", "alluxio", namespace)
    kube.merge_patch(*head, bound, subresource="status")
    found = ask(api_server, namespace, FUSE, fail_on="warning")
    assert (found.get("failed"), checks(found)) == (None, [])


def test_a_secret_that_is_missing_is_found_before_the_run(
    api_server: Any, kube: KubeClient, namespace: str
) -> None:
    assert "secret-missing" in checks(ask(api_server, namespace, S3))
    metadata = {"name": "alluxio-s3", "namespace": namespace}
    kube.create({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})
    assert "secret-missing" not in checks(ask(api_server, namespace, S3, fail_on="never"))


@pytest.mark.parametrize("there", [False, True])
def test_the_command_says_the_same(
    api_server: Any, namespace: str, tmp_path: Path, capsys: Any, there: bool
) -> None:
    settings = tmp_path / "nightly.yaml"
    settings.write_text(yaml.safe_dump({**SETTINGS, "access": FUSE, "definition": DOCUMENT}))
    look = {"namespace": namespace, "kubeconfig": api_server.kubeconfig()} if there else {}
    assert verbs.check(settings, **look) == (1 if there else 0)
    assert ("claim-missing" in capsys.readouterr().out) == there
