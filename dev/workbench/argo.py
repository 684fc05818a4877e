# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Argo Workflows as it was published, for one namespace: definitions, controller, and rights of its executor; and a
workflow of three stages, with Alluxio rendered into it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render
from devcluster import go_module

from workbench.cluster import Cluster, image, wait_for

MODULE = ("github.com/argoproj/argo-workflows/v3", "v3.7.9")
CHECKSUM = "h1:h3KPCzhFX04EuzFaLe7w7INB0JMA95S42N55hDZ49lE="
CONTROLLER = "workflow-controller"
# The account of the stages' pods.
STAGES = "stages"
WORKFLOW = Path(__file__).parent / "argo-nightly.yaml"
PIPELINE, CLAIM = "nightly", "alluxio-nightly"
_NODE = "workflows.argoproj.io/node-name"
_BASE = (
    "base/workflow-controller/workflow-controller-configmap.yaml",
    "base/workflow-controller/workflow-controller-sa.yaml",
    "namespace-install/workflow-controller-rbac/workflow-controller-role.yaml",
    "namespace-install/workflow-controller-rbac/workflow-controller-rolebinding.yaml",
    "quick-start/base/executor/emissary/executor-role.yaml",
)
_DEPLOYMENT = "base/workflow-controller/workflow-controller-deployment.yaml"
_RESTRICTED = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def definitions() -> list[dict[str, Any]]:
    """The full CRDs, whose schemas refuse unknown fields; the minimal ones check nothing.

    Raises DevClusterError when the module cannot be had.
    """
    # Seven megabytes: PyYAML's own parser takes half a minute.
    return [yaml.load(path.read_text(), Loader=yaml.CSafeLoader) for path in _crd_files()]


def define(cluster: Cluster) -> None:
    """Makes Argo's kinds known to the cluster."""
    for one in definitions():
        # Each is nearly as large as a request may be.
        cluster.apply(one)

    # The definitions themselves are megabytes in each answer.
    wanted = [f'"{name.partition(".")[0]}"' for name in _crd_names()]

    def served() -> bool:
        kinds = cluster.kubectl("get", "--raw", "/apis/argoproj.io/v1alpha1", check=False)
        return all(name in kinds for name in wanted)

    wait_for("Argo's kinds are served", served, 120)


def undefine(cluster: Cluster) -> None:
    cluster.kubectl("delete", "crd", *_crd_names(), "--ignore-not-found", "--timeout=120s")


def _crd_files() -> list[Path]:
    return sorted((_manifests() / "base/crds/full").glob("argoproj.io_*.yaml"))


def _crd_names() -> list[str]:
    groups_and_kinds = (path.stem.split("_") for path in _crd_files())
    return [f"{plural}.{group}" for group, plural in groups_and_kinds]


def controller(space: str) -> list[dict[str, Any]]:
    """Argo's own manifests for one namespace that enforces the restricted pod security standard."""
    objects = [yaml.safe_load((_manifests() / name).read_text()) for name in _BASE]
    objects += [_deployment(image("argo")), *_rights_of_stages()]
    for one in objects:
        one["metadata"]["namespace"] = space
        if one["kind"] == "ConfigMap":
            one["data"] = {
                "executor": _text({"securityContext": _RESTRICTED}),
                "mainContainer": _text({"securityContext": _RESTRICTED}),
                # Nobody reads them.
                "metricsConfig": _text({"enabled": False}),
                "telemetryConfig": _text({"enabled": False}),
            }
    return objects


def workflow(space: str, name: str, exit_code: int) -> dict[str, Any]:
    """The rendered workflow, whose last stage ends with ``exit_code``."""
    tools = image("tools")
    settings = {
        "name": PIPELINE,
        "engine": "argo",
        "access": {"claim": CLAIM},
        "mark_success": {"image": tools},
        "stages": [
            {"name": "prep", "output": {}},
            {"name": "train", "inputs": [{"stage": "prep"}], "output": {}, "locality": "required"},
            {
                "name": "report",
                "inputs": [{"stage": "train"}],
                "output": {},
                "locality": "preferred",
            },
        ],
    }
    document: dict[str, Any]
    (document,) = render(settings, WORKFLOW.read_text().replace("IMAGE", tools)).documents
    document["metadata"] |= {"name": name, "namespace": space}
    document["spec"]["arguments"]["parameters"] = [{"name": "exit-code", "value": str(exit_code)}]
    return document


def of_workflow(name: str) -> str:
    """The label selector of a workflow's pods."""
    return f"workflows.argoproj.io/workflow={name}"


def by_node(name: str, pods: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The pods of the workflow ``name`` by what Argo calls their nodes, such as ``train(1)`` for a second try."""
    return {pod["metadata"]["annotations"][_NODE].removeprefix(f"{name}."): pod for pod in pods}


def _deployment(image: str) -> dict[str, Any]:
    deployment: dict[str, Any] = yaml.safe_load((_manifests() / _DEPLOYMENT).read_text())
    pod = deployment["spec"]["template"]["spec"]
    # Of the whole cluster, and of no use here.
    del pod["priorityClassName"]
    pod["securityContext"]["seccompProfile"] = {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    container |= {
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["argo-controller"],
        "args": [
            *("--namespaced", "--executor-image", image),
            *("--executor-image-pull-policy", "IfNotPresent"),
        ],
        "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}},
    }
    return deployment


def _rights_of_stages() -> list[dict[str, Any]]:
    account = {"kind": "ServiceAccount", "name": STAGES}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "executor"}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": STAGES}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": STAGES},
            "roleRef": role,
            "subjects": [account],
        },
    ]


def _manifests() -> Path:
    return go_module.folder(*MODULE, CHECKSUM) / "manifests"


def _text(value: dict[str, Any]) -> str:
    return str(yaml.safe_dump(value))
