#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module: the next step of a roll."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: rollout
short_description: Take the next step of a roll of an AlluxioCluster
version_added: 0.1.0
description:
  - Looks at the StatefulSets of an AlluxioCluster and at the live Alluxio, and replaces the pods
    whose turn it is. One step a call, which never waits for a pod to come back.
  - Masters come first, one by one, standbys before the leader, whose lead is handed over before; the
    next one goes only when all are ready and in the quorum. Then come the workers, as many at once
    as O(workers_at_once).
  - A pod that is not ready and of an older revision goes at once, so that the correction of a wrong
    edit gets through. One of the newest revision that does not start stops the roll.
  - Pods are evicted, so disruption budgets hold.
  - The arguments are those of RV(ignore:rollout) in the result of the filter
    P(alluxio.k8s.alluxio_cluster_plan#filter).
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: Says which step is next, and does not take it.
  diff_mode:
    support: full
    description: Shows the pods that are replaced.
options:
  name:
    description: Name of the AlluxioCluster.
    type: str
    required: true
  namespace:
    description: Its namespace.
    type: str
    required: true
  order:
    description: The StatefulSets in the order in which their pods are replaced.
    type: list
    elements: dict
    required: true
    suboptions:
      workload:
        description: Name of the StatefulSet.
        type: str
        required: true
      component:
        description: What its pods are.
        type: str
        choices: [master, worker]
        required: true
      pool:
        description: The pool of workers.
        type: str
        default: ""
  workers_at_once:
    description: How many workers may be away at the same time.
    type: int
    default: 1
  missing:
    description: Objects that the new pods need and that do not exist. Nothing is replaced until then.
    type: list
    elements: str
    default: []
  discard:
    description:
      - Whether what is cached on a worker alone may be lost. By default it is persisted before the
        worker is replaced.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Take the next step
  alluxio.k8s.rollout:
    name: demo
    namespace: analytics
    order:
      - workload: demo-master
        component: master
      - workload: demo-worker-fast
        component: worker
        pool: fast
  register: roll

- name: Show what is left
  ansible.builtin.debug:
    msg: "{{ roll.step.outdated }} pods are outdated; {{ roll.step.why }}"
"""

RETURN = r"""
step:
  description: What was done or is waited for.
  returned: success
  type: dict
  contains:
    action:
      description:
        - V(evict) (the pods), V(hand_over) (the lead to another master, then the pod was evicted),
          V(persist) (what only these workers hold, before they are replaced) or V(none).
      type: str
    pods:
      description: The pods that it is about.
      type: list
      elements: str
    to:
      description: The master that takes the lead.
      type: str
    why:
      description: Why, in one sentence; empty when no pod is outdated.
      type: str
    stuck:
      description: Whether it goes on only when somebody acts.
      type: bool
    outdated:
      description: How many pods were outdated before the step.
      type: int
    again_s:
      description: After how many seconds the next step may be due; null when nothing is expected.
      type: int
"""

from dataclasses import asdict
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.rollout import Roll, take_step

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "order": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "workload": {"type": "str", "required": True},
            "component": {"type": "str", "choices": ["master", "worker"], "required": True},
            "pool": {"type": "str", "default": ""},
        },
    },
    "workers_at_once": {"type": "int", "default": 1},
    "missing": {"type": "list", "elements": "str", "default": []},
    "discard": {"type": "bool", "default": False},
    **KUBERNETES_OPTIONS,
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One step; raises AlluxioError."""
    roll = Roll(
        name=params["name"],
        namespace=params["namespace"],
        order=params["order"],
        workers_at_once=params["workers_at_once"],
        missing=params["missing"],
        discard=params["discard"],
    )
    with connect(params["kubeconfig"], params["context"]) as client:
        step = take_step(client, roll, dry_run=check_mode)
    result: dict[str, Any] = {"changed": step.action != "none", "step": asdict(step)}
    if diff:
        lines = "".join(f"{pod}: {step.why}\n" for pod in step.pods)
        result["diff"] = {"before": "", "after": lines, "after_header": step.action}
    return result


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
