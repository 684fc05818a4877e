# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Every rendered object, and a pod of every workload, taken by a real API server: strictly, and in
a namespace that enforces the restricted pod security standard. Pods of FUSE and of pools with a
domain socket are refused there, and taken where the namespace allows them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [
    str(ROOT / "tests/unit/roles/alluxio_cluster"),
    str(ROOT / "tests/integration/custom_resources"),
]
from api_calls import post  # noqa: E402
from rendering import render  # noqa: E402
from test_templates import awkward, needs_more  # noqa: E402

SAMPLES = sorted((ROOT / "config/samples").glob("*.yaml"))
NAMESPACE, OPEN, APPLICATIONS = "restricted", "open", "notebooks"
RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")
}
PATHS = {
    "DaemonSet": "/apis/apps/v1/namespaces/{}/daemonsets",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "PersistentVolume": "/api/v1/persistentvolumes",
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "Pod": "/api/v1/namespaces/{}/pods",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
    "Service": "/api/v1/namespaces/{}/services",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "StatefulSet": "/apis/apps/v1/namespaces/{}/statefulsets",
}


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    resources = {path.stem: yaml.safe_load(path.read_text()) for path in SAMPLES}
    resources["awkward"] = _acceptable(awkward())
    resources["openshift"] = yaml.safe_load((ROOT / "config/samples/tiers.yaml").read_text())
    for resource in resources.values():
        resource["metadata"]["namespace"] = NAMESPACE
    folder = tmp_path_factory.mktemp("render")
    return render(resources, folder, {"openshift": {"openshift": True}})


@pytest.fixture(scope="module")
def server(api_server: Any) -> Any:
    for name, labels in ((NAMESPACE, RESTRICTED), (OPEN, {}), (APPLICATIONS, {})):
        namespace = {"apiVersion": "v1", "kind": "Namespace"}
        namespace |= {"metadata": {"name": name, "labels": labels}}
        status, answer = post(api_server, "/api/v1/namespaces", namespace)
        assert status == 201, answer
    return api_server


@pytest.mark.parametrize("name", [*(path.stem for path in SAMPLES), "awkward", "openshift"])
def test_objects_and_pods_are_taken(
    server: Any, objects: dict[str, list[dict[str, Any]]], name: str
) -> None:
    for one in [*objects[name], *_pods(objects[name], more=False)]:
        path = PATHS[one["kind"]].format(one["metadata"].get("namespace", NAMESPACE))
        status, answer = post(server, f"{path}?dryRun=All", one)
        assert status == 201, (one["kind"], one["metadata"]["name"], answer["message"])


def test_pods_that_need_more_are_taken_where_they_may_be(
    server: Any, objects: dict[str, list[dict[str, Any]]]
) -> None:
    pods = _pods(objects["fuse"], more=True)
    assert len(pods) == 2
    for pod in pods:
        status, answer = post(server, f"{PATHS['Pod'].format(NAMESPACE)}?dryRun=All", pod)
        assert status == 403
        assert "violates PodSecurity" in answer["message"]
        pod["metadata"]["namespace"] = OPEN
        status, answer = post(server, f"{PATHS['Pod'].format(OPEN)}?dryRun=All", pod)
        assert status == 201, answer["message"]


def _pods(objects: list[dict[str, Any]], *, more: bool) -> list[dict[str, Any]]:
    """A pod as each workload's controller would make it; of those that need more than restricted
    pods, or of the others.
    """
    pods = []
    for one in objects:
        if one["kind"] not in ("StatefulSet", "Deployment", "DaemonSet") or needs_more(one) != more:
            continue
        template = one["spec"]["template"]
        claims = [
            {"name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": "claim"}}
            for claim in one["spec"].get("volumeClaimTemplates", [])
        ]
        spec = {**template["spec"], "volumes": [*template["spec"]["volumes"], *claims]}
        metadata = {**template["metadata"], "name": f"{one['metadata']['name']}-0"}
        pods.append({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    return pods


def _acceptable(resource: dict[str, Any]) -> dict[str, Any]:
    """Without the awkward strings where Kubernetes wants a name of its own kind."""
    for part in (
        resource["spec"]["masters"],
        *resource["spec"]["workers"],
        resource["spec"]["proxy"],
        resource["spec"]["fuse"],
    ):
        del part["tolerations"]
        part.pop("volumes", None)
    del resource["spec"]["hostAliases"]
    return resource
