#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module pipeline_storage."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: pipeline_storage
short_description: Prepare and clean the directories of a pipeline in Alluxio
version_added: 0.1.0
description:
  - Takes the steps that a plan asks for. It makes the root directory, gives it a write type, runs a time to live,
    asks for copies in the UFS, and frees or deletes runs that have succeeded.
  - It waits for nothing. Look again, plan again and call it again until nothing is left to do.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: Says which steps it would take.
  diff_mode:
    support: none
    description: RV(done) says in words what was changed.
options:
  cluster:
    description: Name of the AlluxioCluster.
    type: str
    required: true
  cluster_namespace:
    description: Its namespace.
    type: str
    required: true
  state:
    description: V(absent) takes the write type of the root away, with O(delete) the root itself.
    type: str
    choices: [present, absent]
    default: present
  steps:
    description:
      - C(steps) of the plan that P(alluxio.k8s.alluxio_pipeline_plan#filter) makes. Needed with O(state=present).
    type: dict
  root:
    description: The root directory. Needed with O(state=absent).
    type: str
  delete:
    description: With O(state=absent), whether to delete the root directory with all runs, in the UFS too.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Do what is due
  alluxio.k8s.pipeline_storage:
    cluster: cache
    cluster_namespace: alluxio
    steps: "{{ plan.steps }}"
"""

RETURN = r"""
done:
  description: The steps that were taken, in words.
  returned: success
  type: list
  elements: str
  sample: ["made /pipelines/nightly", "files below /pipelines/nightly are written CACHE_THROUGH"]
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_storage import (
    CALL_S,
    act,
    remove,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pod_rpc import masters_rpc

ARGUMENT_SPEC: dict[str, Any] = {
    "cluster": {"type": "str", "required": True},
    "cluster_namespace": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "steps": {"type": "dict", "no_log": False},
    "root": {"type": "str"},
    "delete": {"type": "bool", "default": False},
    **KUBERNETES_OPTIONS,
}
CONSTRAINTS: dict[str, Any] = {
    "required_if": [("state", "present", ["steps"]), ("state", "absent", ["root"])],
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """Takes the steps; raises AlluxioError."""
    del diff
    cluster = (params["cluster"], params["cluster_namespace"])
    with connect(params["kubeconfig"], params["context"]) as client:
        try:
            with masters_rpc(client, *cluster, CALL_S) as masters:
                if params["state"] == "present":
                    done = act(masters, params["steps"], check_mode)
                else:
                    done = remove(masters, params["root"], params["delete"], check_mode)
        except NotFound:
            # With the cluster its directories are out of reach, and must not keep the pipeline from going.
            if params["state"] == "present":
                raise
            done = []
    return {"changed": bool(done), "done": done}


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
