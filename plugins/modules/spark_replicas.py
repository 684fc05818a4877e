#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module spark_replicas."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: spark_replicas
short_description: Copy cached blocks to nodes with room for a Spark application, or take the copies away
version_added: 0.1.0
description:
  - Has workers of Alluxio copy the blocks below some paths that no node with room for executors holds. It returns
    at once; call it again to have copied what has not arrived.
  - Copies take free room alone, at most 4096 blocks an application, and keep to the limits of replicas of their
    files, which are not changed.
  - What was copied for an application is remembered in the ConfigMap C(NAME-replicas). V(absent) takes away what is
    in it and in no other application's, but never the last copy of a block.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: Says how much would be copied or taken away.
  diff_mode:
    support: none
    description: The copies are made by Alluxio.
options:
  state:
    description: Whether the copies shall be there.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the SparkApplication.
    type: str
    required: true
  namespace:
    description: Its namespace.
    type: str
    required: true
  attempt:
    description: Number of the attempt that the copies are made for.
    type: int
    default: 1
  cluster:
    description: Name of its AlluxioCluster. Required for V(present).
    type: str
  cluster_namespace:
    description: Namespace of that; by default O(namespace).
    type: str
  paths:
    description: Paths of Alluxio whose blocks matter.
    type: list
    elements: str
    default: []
  nodes:
    description: The nodes with room, and how many executors each gets. Those with none get no copies, but what they
      hold needs none.
    type: dict
    default: {}
  owner:
    description: The SparkApplication that the ConfigMap belongs to, with C(apiVersion), C(kind), C(name), C(uid).
    type: dict
"""

EXAMPLES = r"""
- name: Copy what the nodes with room lack
  alluxio.k8s.spark_replicas:
    name: daily-report
    namespace: analytics
    cluster: cache
    paths: [/sales]
    nodes: {node-2: 2, node-3: 1}

- name: Take the copies away
  alluxio.k8s.spark_replicas:
    name: daily-report
    namespace: analytics
    state: absent
"""

RETURN = r"""
asked:
  description: How many blocks are being copied.
  returned: with O(state=present)
  type: int
asked_bytes:
  description: Their bytes.
  returned: with O(state=present)
  type: int
left_bytes:
  description: Bytes that no node with room holds and that have no place there.
  returned: with O(state=present)
  type: int
removed:
  description: How many copies were taken away.
  returned: with O(state=absent)
  type: int
"""

from dataclasses import asdict
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.spark_replicas import (
    Wish,
    copy,
    release,
)

ARGUMENT_SPEC: dict[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "attempt": {"type": "int", "default": 1},
    "cluster": {"type": "str"},
    "cluster_namespace": {"type": "str"},
    "paths": {"type": "list", "elements": "str", "default": []},
    "nodes": {"type": "dict", "default": {}},
    "owner": {"type": "dict"},
    **KUBERNETES_OPTIONS,
}
CONSTRAINTS: dict[str, Any] = {"required_if": [("state", "present", ("cluster",))]}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One step; raises AlluxioError."""
    del diff
    name, namespace = params["name"], params["namespace"]
    with connect(params["kubeconfig"], params["context"]) as client:
        if params["state"] == "absent":
            removed = release(client, name, namespace, check_mode)
            return {"changed": removed > 0, "removed": removed}
        wish = Wish(
            application=name,
            namespace=namespace,
            attempt=params["attempt"],
            cluster=params["cluster"],
            cluster_namespace=params["cluster_namespace"] or namespace,
            paths=params["paths"],
            nodes={node: int(count) for node, count in params["nodes"].items()},
            owner=params["owner"],
        )
        copying = copy(client, wish, check_mode)
    return {"changed": copying.asked > 0, **asdict(copying)}


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
