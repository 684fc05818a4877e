# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Spark's own spark-submit in cluster mode, without our operator: the pod that it runs in, and its command line."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from workbench.cluster import image

NAME = "spark-submit"
# Where the submitter's ConfigMap lies in it, and the program in drivers.
FOLDER = "/app"
RBAC = "rbac.authorization.k8s.io"
RULES = [
    {
        "apiGroups": ["", "networking.k8s.io"],
        "resources": ["pods", "services", "configmaps", "persistentvolumeclaims", "networkpolicies"],
        "verbs": ["*"],
    }
]  # fmt: skip
RESTRICTED_POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
RESTRICTED_CONTAINER = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
# The restricted standard, and the program; what a SparkApplication's pods have, too.
TEMPLATE = {
    "apiVersion": "v1",
    "kind": "Pod",
    "spec": {
        "securityContext": RESTRICTED_POD,
        "volumes": [{"name": "program", "configMap": {"name": NAME}}],
        "containers": [
            {
                "name": "spark",
                "securityContext": RESTRICTED_CONTAINER,
                "volumeMounts": [{"name": "program", "mountPath": FOLDER}],
            }
        ],
    },
}


def submitter(space: str, files: dict[str, str]) -> list[dict[str, Any]]:
    """The pod that spark-submit runs in, and an account that may do all that it and its drivers need.

    `files` (job.py among them) and a template for restricted pods (pod.yaml) lie in `FOLDER`.
    """
    metadata = {"name": NAME, "namespace": space}
    pod: dict[str, Any] = copy.deepcopy(TEMPLATE)
    pod["metadata"] = metadata
    pod["spec"] |= {"serviceAccountName": NAME, "terminationGracePeriodSeconds": 0}
    pod["spec"]["containers"][0] |= {
        "image": image("alluxio-spark"),
        "command": ["sleep", "86400"],
    }
    account = {"kind": "ServiceAccount", "name": NAME, "namespace": space}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata},
        {"apiVersion": f"{RBAC}/v1", "kind": "Role", "metadata": metadata, "rules": RULES},
        {
            "apiVersion": f"{RBAC}/v1",
            "kind": "RoleBinding",
            "metadata": metadata,
            "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": NAME},
            "subjects": [account],
        },
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
            "data": {**files, "pod.yaml": yaml.safe_dump(TEMPLATE)},
        },
        pod,
    ]


def command(space: str, name: str, conf: dict[str, str], *options: str) -> list[str]:
    """The command line for job.py, with a small driver, waiting for nothing after the submission."""
    settings = {
        "spark.kubernetes.namespace": space,
        "spark.kubernetes.container.image": image("alluxio-spark"),
        "spark.kubernetes.authenticate.driver.serviceAccountName": NAME,
        "spark.kubernetes.driver.pod.name": name,
        "spark.kubernetes.driver.podTemplateFile": f"{FOLDER}/pod.yaml",
        "spark.kubernetes.driver.request.cores": "100m",
        "spark.kubernetes.submission.waitAppCompletion": "false",
        "spark.driver.memory": "512m",
        **conf,
    }
    flags = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
    where = ["--master", "k8s://https://kubernetes.default.svc", "--deploy-mode", "cluster"]
    program = f"local://{FOLDER}/job.py"
    return ["/opt/spark/bin/spark-submit", *where, "--name", name, *options, *flags, program]
