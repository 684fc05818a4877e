#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module spark_cluster_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: spark_cluster_info
short_description: Look at a SparkCluster, its workloads, its pods, and what it refers to
version_added: 0.1.0
description:
  - Lists the workloads and pods of a SparkCluster, and looks whether what it refers to is there, all in one call.
  - It changes nothing and needs no custom resource; the objects are found by their labels.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: It changes nothing.
  diff_mode:
    support: none
    description: It changes nothing.
options:
  name:
    description: Name of the SparkCluster.
    type: str
    required: true
  namespace:
    description: Its namespace.
    type: str
    required: true
  secrets:
    description: Names of Secrets in the namespace whose versions matter. Their content is never read.
    type: list
    elements: str
    default: []
  cluster:
    description: Name of its AlluxioCluster.
    type: str
    required: true
  cluster_namespace:
    description: Namespace of that.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Look at a standing Spark service
  alluxio.k8s.spark_cluster_info:
    name: standing
    namespace: analytics
    cluster: cache
    cluster_namespace: alluxio
  register: standing

- name: Show how many pods of each are ready
  ansible.builtin.debug:
    msg: "{{ standing.observed.workloads | map(attribute='ready_replicas') }}"
"""

RETURN = r"""
observed:
  description: What there is.
  returned: success
  type: dict
  contains:
    workloads:
      description:
        - A row for each StatefulSet and Deployment, with C(kind), C(name), C(component), C(replicas),
          C(ready_replicas), C(updated_replicas), C(generation), C(observed_generation), C(claim_templates).
      type: list
      elements: dict
    pods:
      description:
        - A row for each pod, with C(name), C(component), C(node), C(host_ip), C(pod_ip), C(phase), C(ready),
          C(restarts), C(deleting), C(reason), C(message).
      type: list
      elements: dict
    secrets:
      description: For each of O(secrets) its version, null without it.
      type: dict
    cluster:
      description:
        - C(properties) of a client of the AlluxioCluster, and C(network_policy) of its spec. Null when there is none
          that clients can use.
      type: dict
    openshift:
      description: Whether it is OpenShift, which chooses users and groups itself.
      type: bool
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_cluster_info import observe

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "cluster": {"type": "str", "required": True},
    "cluster_namespace": {"type": "str", "required": True},
    **KUBERNETES_OPTIONS,
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One look; the same in check mode."""
    del check_mode, diff
    cluster = (params["cluster"], params["cluster_namespace"])
    with connect(params["kubeconfig"], params["context"]) as client:
        observed = observe(client, params["name"], params["namespace"], params["secrets"], cluster)
    return {"observed": observed}


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
