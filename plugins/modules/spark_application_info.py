#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module spark_application_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: spark_application_info
short_description: Look at a SparkApplication, its attempts, its pods, and what it refers to
version_added: 0.1.0
description:
  - Lists the Jobs and pods of a SparkApplication, and looks whether what it refers to is there, all in one call.
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
    description: Name of the SparkApplication.
    type: str
    required: true
  namespace:
    description: Its namespace.
    type: str
    required: true
  secrets:
    description: Names of Secrets in the namespace whose existence matters. Their content is never read.
    type: list
    elements: str
    default: []
  config_maps:
    description: Names of ConfigMaps in the namespace whose existence matters.
    type: list
    elements: str
    default: []
  cluster:
    description: Name of its AlluxioCluster.
    type: str
  cluster_namespace:
    description: Namespace of that; by default O(namespace).
    type: str
  scheduled:
    description: Whether it is a schedule, whose runs matter.
    type: bool
    default: false
  replicates:
    description: Whether it has blocks copied, so that the copies of other applications matter.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Look at an application
  alluxio.k8s.spark_application_info:
    name: daily-report
    namespace: analytics
  register: report

- name: Show the state of its attempts
  ansible.builtin.debug:
    msg: "{{ report.observed.jobs | map(attribute='state') }}"
"""

RETURN = r"""
observed:
  description: What there is.
  returned: success
  type: dict
  contains:
    observed_at:
      description: When the look was taken, in UTC.
      type: str
      sample: "2026-11-24T21:58:43+00:00"
    jobs:
      description:
        - A row for each attempt, with C(name), C(attempt), C(application_id), C(planned) (executors by node),
          C(requested), C(state) (V(Active), V(Suspended), V(Succeeded) or V(Failed)), C(reason), C(message),
          C(started), C(ended), C(deleting).
      type: list
      elements: dict
    pods:
      description:
        - A row for each pod, with C(name), C(uid), C(role) (V(driver) or V(executor)), C(attempt), C(phase), C(node),
          C(deleting), C(reason), C(message), and of the driver C(started), C(exit_code), C(out_of_memory),
          C(termination_message), C(progress).
      type: list
      elements: dict
    secrets:
      description: For each of O(secrets) whether it exists; true also where we may not look.
      type: dict
    config_maps:
      description: For each of O(config_maps) whether it exists; true also where we may not look.
      type: dict
    cluster:
      description:
        - C(properties) of a client of the AlluxioCluster, and C(network_policy) of its spec. Null when there is none
          that clients can use.
      type: dict
    runs:
      description:
        - With O(scheduled), a row for each application that the schedule has made, with C(name), C(phase),
          C(created), C(deleting). Null without the custom resource.
      type: list
      elements: dict
    replicas:
      description:
        - C(own) is what it has had copied, with C(attempt), C(since), C(under_way), C(copied_bytes), C(problem), null
          if nothing. C(others) says whether other applications have, known with O(replicates) alone.
      type: dict
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_info import observe

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "config_maps": {"type": "list", "elements": "str", "default": []},
    "cluster": {"type": "str"},
    "cluster_namespace": {"type": "str"},
    "scheduled": {"type": "bool", "default": False},
    "replicates": {"type": "bool", "default": False},
    **KUBERNETES_OPTIONS,
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One look; the same in check mode."""
    del check_mode, diff
    namespace = params["namespace"]
    cluster = None
    if params["cluster"]:
        cluster = (params["cluster"], params["cluster_namespace"] or namespace)
    with connect(params["kubeconfig"], params["context"]) as client:
        names = (params["secrets"], params["config_maps"])
        asked = (params["scheduled"], params["replicates"])
        observed = observe(client, params["name"], namespace, *names, cluster, *asked)
    return {"observed": observed}


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
