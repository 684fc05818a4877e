#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module node_affinity."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: node_affinity
short_description: Plan executors on the nodes that already hold their data
version_added: 0.1.0
description:
  - Asks Alluxio where the blocks below paths are cached and Kubernetes what room its nodes have, and tells on
    which nodes executors should run, with the affinity and the topology spread that bring them there.
  - Executors are given out by highest averages of bytes under the free room of each node. One executor more never
    takes one away from a node, and more bytes never mean fewer.
  - It changes nothing.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.alluxio
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: It changes nothing.
  diff_mode:
    support: none
    description: It changes nothing.
options:
  paths:
    description:
      - Absolute paths of Alluxio, files or directories, each with all that is below.
      - The UFS is not asked; what Alluxio does not know yet is not counted.
    type: list
    elements: str
    required: true
  executors:
    description: How many executors are wanted. V(0) gives weights and affinity without a plan.
    type: int
    default: 0
  requests:
    description: What one executor requests, as Kubernetes quantities by resource.
    type: dict
    default: {}
  tolerations:
    description: Tolerations of the executors, as in a pod.
    type: list
    elements: dict
    default: []
  node_selector:
    description: Labels that a node must have.
    type: dict
    default: {}
  on_busy:
    description:
      - What to do about a node that holds data and has no room.
      - V(fallback) gives its executors to the next best nodes, and says so.
      - V(wait) requires nodes that hold data; executors stay pending until there is room.
      - V(replicate) falls back and names the paths whose blocks should be copied to nodes with room, with the
        bytes that costs.
    type: str
    choices: [fallback, wait, replicate]
    default: fallback
  query:
    description: A JMESPath expression that narrows RV(placement).
    type: str
seealso:
  - name: JMESPath
    description: The query language.
    link: https://jmespath.org/
"""

EXAMPLES = r"""
- name: Where should four executors run that read the sales?
  alluxio.k8s.node_affinity:
    cluster: demo
    namespace: analytics
    paths: [/sales/2026]
    executors: 4
    requests: {cpu: "2", memory: 4Gi}
  register: sales

- name: Show what a person should know about it
  ansible.builtin.debug:
    msg: "{{ sales.placement.notes }}"

- name: Run them there
  kubernetes.core.k8s:
    definition:
      apiVersion: batch/v1
      kind: Job
      metadata: {name: readers, namespace: analytics}
      spec:
        completions: 4
        parallelism: 4
        template:
          metadata:
            labels: "{{ sales.placement.labels }}"
          spec:
            restartPolicy: Never
            affinity: "{{ sales.placement.affinity }}"
            topologySpreadConstraints: "{{ sales.placement.topology_spread_constraints }}"
            containers:
              - name: reader
                image: registry.example.com/reader:1
                resources: {requests: {cpu: "2", memory: 4Gi}}

- name: Only the planned number by node
  alluxio.k8s.node_affinity:
    masters: [alluxio-master-0.alluxio-master:19998]
    paths: [/sales/2026]
    executors: 4
    query: "nodes[?executors > `0`].{node: name, executors: executors}"
"""

RETURN = r"""
placement:
  description: The plan and its reasons, or what O(query) makes of them.
  returned: success
  type: dict
  contains:
    paths:
      description: The paths, without those that lie below another one.
      type: list
      elements: str
    total_bytes:
      description: Size of all files.
      type: int
    cached_bytes:
      description: Bytes of which at least one worker has a copy.
      type: int
    uncached_bytes:
      description: Bytes that will be read from the UFS.
      type: int
    executors:
      description: Numbers of executors, C(wanted), C(planned), and C(unplaced) for want of room.
      type: dict
      sample: {wanted: 4, planned: 4, unplaced: 0}
    local_share:
      description:
        - The expected share of all bytes that is read on a node that holds them, for this plan (C(planned)) and
          for a scheduler that spreads executors evenly and knows no data (C(default_scheduler)), when tasks do not
          look where their data is.
        - With the suffix C(_with_task_locality) the same when tasks go to their data first and executors share the
          work equally. Where blocks have several copies that is an upper bound.
        - Null when there is nothing to read or no executor.
      type: dict
      sample:
        planned: 0.61
        default_scheduler: 0.33
        planned_with_task_locality: 0.92
        default_scheduler_with_task_locality: 0.67
    nodes:
      description: A row for each node of the cluster, those with the most bytes first.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the node.
          type: str
        hostname:
          description: Its label kubernetes.io/hostname; empty without it.
          type: str
        bytes:
          description: Bytes of these paths that it holds; a block on two workers of a node counts once.
          type: int
        tiers:
          description: The same by the alias of the tier.
          type: dict
        workers:
          description: Hosts of the workers on it that hold any.
          type: list
          elements: str
        eligible:
          description: Whether it takes an executor now.
          type: bool
        reason:
          description: Why not; empty if it is eligible.
          type: str
          sample: "no room: free CPU 0.5 < 1"
        room:
          description: How many executors fit now.
          type: int
        free:
          description: What its pods leave of each resource, in millicores of cpu, bytes, or pieces.
          type: dict
        weight:
          description: Its weight in the preferred affinity, 1 to 100 in proportion to bytes; 0 if it is not in it.
          type: int
        executors:
          description: Planned executors.
          type: int
    groups:
      description:
        - C(total_bytes), C(uncached_bytes) and bytes by node (C(nodes)) of each C(path). These are the children of
          a single path, or the paths themselves if they are several; beyond 10000 the rest is one group named
          C((others)).
      type: list
      elements: dict
    stray_workers:
      description: C(host), C(bytes) and C(reason) of workers that hold data and belong to no known node.
      type: list
      elements: dict
    replicate:
      description:
        - For O(on_busy=replicate), C(bytes) that are cached on no node with room, the C(paths) that they belong
          to, and the nodes that would read them (C(to_nodes)). Null when there are none.
      type: dict
    labels:
      description: What executors must bear for the topology spread to count them.
      type: dict
    affinity:
      description: C(spec.affinity) of an executor's pod; empty when no node is better than another.
      type: dict
    topology_spread_constraints:
      description: C(spec.topologySpreadConstraints) of an executor's pod.
      type: list
      elements: dict
    notes:
      description: What a person should know about this plan, a sentence each.
      type: list
      elements: str
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    ALLUXIO_CONSTRAINTS,
    ALLUXIO_OPTIONS,
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.executors import OnBusy
from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Wanted, open_access
from ansible_collections.alluxio.k8s.plugins.module_utils.node_affinity import (
    check_paths,
    executors_of,
    find_placement,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.query import Query

ARGUMENT_SPEC: dict[str, Any] = {
    "paths": {"type": "list", "elements": "str", "required": True},
    "executors": {"type": "int", "default": 0},
    "requests": {"type": "dict", "default": {}},
    "tolerations": {"type": "list", "elements": "dict", "default": []},
    "node_selector": {"type": "dict", "default": {}},
    "on_busy": {"type": "str", "choices": [str(one) for one in OnBusy], "default": "fallback"},
    "query": {"type": "str"},
    **ALLUXIO_OPTIONS,
    **KUBERNETES_OPTIONS,
}
CONSTRAINTS = ALLUXIO_CONSTRAINTS


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One plan; the same in check mode."""
    del check_mode, diff
    query = Query(params["query"])
    paths = check_paths(params["paths"])
    executors = executors_of(
        params["executors"],
        params["requests"],
        params["tolerations"],
        params["node_selector"],
        params["on_busy"],
    )
    wanted = Wanted(
        cluster=params["cluster"] or "",
        namespace=params["namespace"] or "",
        masters=params["masters"] or (),
        user=params["user"],
    )
    with (
        connect(params["kubeconfig"], params["context"]) as client,
        open_access(wanted, client) as access,
    ):
        placement = find_placement(client, access.list_files, paths, executors)
    return {"placement": query.apply(placement.as_dict())}


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
