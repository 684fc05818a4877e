#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module spark_uploads."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: spark_uploads
short_description: Remove the files that were uploaded into Alluxio for a Spark application
version_added: 0.1.0
description:
  - Removes C(/.spark-uploads/NAMESPACE/NAME), where C(kubectl alluxio spark submit) puts local files, from Alluxio and
    its UFS.
  - Without the AlluxioCluster nothing is done. While its masters are down it fails.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: Says whether there are any.
  diff_mode:
    support: none
    description: The files are Alluxio's.
options:
  name:
    description: Name of the SparkApplication.
    type: str
    required: true
  namespace:
    description: Its namespace.
    type: str
    required: true
  cluster:
    description: Name of its AlluxioCluster.
    type: str
    required: true
  cluster_namespace:
    description: Namespace of that; by default O(namespace).
    type: str
"""

EXAMPLES = r"""
- name: Remove what was uploaded for the report
  alluxio.k8s.spark_uploads:
    name: daily-report
    namespace: analytics
    cluster: cache
"""

RETURN = r""" # """

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Wanted
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_uploads import remove_uploads

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "cluster": {"type": "str", "required": True},
    "cluster_namespace": {"type": "str"},
    **KUBERNETES_OPTIONS,
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One removal; raises AlluxioError."""
    del diff
    name, namespace = params["name"], params["namespace"]
    wanted = Wanted(params["cluster"], params["cluster_namespace"] or namespace)
    with connect(params["kubeconfig"], params["context"]) as client:
        return {"changed": remove_uploads(client, name, namespace, wanted, check_mode)}


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
