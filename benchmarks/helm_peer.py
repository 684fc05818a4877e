# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The peer: helm-operator with a chart of the objects that our operator made, so that both do the same work."""

from __future__ import annotations

import json
import re
from typing import Any

from workbench import parts
from workbench.cluster import Cluster

CHART_IMAGE = "helm-operator"
NAME = "helm-operator"
KINDS = "configmaps,services,serviceaccounts,statefulsets,deployments,poddisruptionbudgets,networkpolicies"
# What the API server adds, and what only ours has.
SERVER_SET = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "ownerReferences",
    "annotations",
)


def chart_files(cluster: Cluster, space: str, name: str) -> dict[str, str]:
    """The files of a chart that makes the objects of AlluxioCluster `name` under the release's name."""
    selector = f"app.kubernetes.io/instance={name},app.kubernetes.io/managed-by=alluxio.k8s"
    objects = cluster.get("-n", space, KINDS, "-l", selector)["items"]
    return {
        "Chart.yaml": json.dumps({"apiVersion": "v2", "name": "alluxio", "version": "0.1.0"}),
        "values.yaml": json.dumps({"text": "0", "nowhere": False}),
        "all.yaml": "\n---\n".join(template(found, name) for found in objects),
        "watches.yaml": json.dumps(
            [
                {
                    "group": "peer.test",
                    "version": "v1",
                    "kind": "HelmAlluxio",
                    "chart": "/chart",
                    "reconcilePeriod": "60s",
                }
            ]
        ),
    }


def template(found: dict[str, Any], name: str) -> str:
    """One object as a template: escaped, named after the release, `text` on Services, `nowhere` for pods."""
    metadata = {key: value for key, value in found["metadata"].items() if key not in SERVER_SET}
    if found["kind"] == "Service":
        metadata["annotations"] = {"benchmark.test/text": "TEXT"}
        for field in ("clusterIP", "clusterIPs"):
            if found["spec"].get("clusterIP") != "None":
                found["spec"].pop(field, None)
    for claim in found.get("spec", {}).get("volumeClaimTemplates", []):
        claim.pop("status", None)
    pod = found.get("spec", {}).get("template", {}).get("spec")
    if pod is not None:
        pod["nodeSelector"] = {"SELECTOR": ""}
    body = {key: value for key, value in found.items() if key not in ("status", "metadata")}
    text = json.dumps({**body, "metadata": metadata}).replace("{{", '{{ "{{" }}')
    # The name itself, and every name that begins with it: of objects, hosts and claims.
    text = re.sub(rf'(?<![\w.-]){re.escape(name)}(?=-[a-z]|")', "RELEASE", text)
    # With a space before it, or the brace of the object would be read as one of the template's.
    nowhere = ' {{ if .Values.nowhere }}"benchmark.test/nowhere": "true"{{ end }} '
    text = text.replace('"SELECTOR": ""', nowhere)
    return text.replace("RELEASE", "{{ .Release.Name }}").replace("TEXT", "{{ .Values.text }}")


def install_helm_operator(cluster: Cluster, files: dict[str, str]) -> None:
    """Definition, permissions and Deployment of helm-operator with the chart mounted from a ConfigMap."""
    cluster.apply(*definition(), parts.namespace(NAME))
    cluster.kubectl(
        "wait", "--for=condition=Established", "crd/helmalluxios.peer.test", "--timeout=30s"
    )
    cluster.apply(*operator(files))
    parts.rollout(cluster, NAME, f"deployment/{NAME}")


def definition() -> list[dict[str, Any]]:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema},
    }
    names = {"kind": "HelmAlluxio", "plural": "helmalluxios", "singular": "helmalluxio"}
    return [
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "helmalluxios.peer.test"},
            "spec": {
                "group": "peer.test",
                "scope": "Namespaced",
                "names": names,
                "versions": [version],
            },
        }
    ]


def operator(files: dict[str, str]) -> list[dict[str, Any]]:
    meta = {"name": NAME, "namespace": NAME}
    labels = {"app.kubernetes.io/name": NAME}
    items = [{"key": key, "path": key} for key in ("Chart.yaml", "values.yaml")]
    chart = {"name": NAME, "items": [*items, {"key": "all.yaml", "path": "templates/all.yaml"}]}
    watches = {"name": NAME, "items": [{"key": "watches.yaml", "path": "watches.yaml"}]}
    container = {
        "name": "operator",
        "image": "registry.test/helm-operator:1",
        "imagePullPolicy": "IfNotPresent",
        "args": ["run", "--watches-file=/watches/watches.yaml", "--metrics-bind-address=:8443"],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "env": [{"name": "WATCH_NAMESPACE", "value": ""}, {"name": "HOME", "value": "/tmp"}],
        "volumeMounts": [
            {"name": "chart", "mountPath": "/chart"},
            {"name": "watches", "mountPath": "/watches"},
            {"name": "tmp", "mountPath": "/tmp"},
        ],
    }
    pod = {
        "serviceAccountName": NAME,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "volumes": [
            {"name": "chart", "configMap": chart},
            {"name": "watches", "configMap": watches},
            {"name": "tmp", "emptyDir": {}},
        ],
    }
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": NAME},
            "roleRef": role,
            "subjects": [{"kind": "ServiceAccount", **meta}],
        },
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": files},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": meta,
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": pod},
            },
        },
    ]
