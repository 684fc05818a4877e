#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module: bring what only some workers hold into the UFS."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: drain
short_description: Bring what only some workers of an AlluxioCluster hold into the UFS
version_added: 0.1.0
description:
  - Lists the files that have no copy in the UFS and lie on the given workers, and hands them to
    Alluxio's job service, which copies them.
  - One step a call, which waits for the copies as long as O(wait_timeout) says. Call it again until
    RV(drained) is true.
  - Files that are still being written when it looks do not count, nor do those that are lost already.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: Says what has no copy, and has nothing copied.
  diff_mode:
    support: none
    description: The copies are made by Alluxio.
options:
  name:
    description: Name of the AlluxioCluster.
    type: str
    required: true
  namespace:
    description: Its namespace.
    type: str
    required: true
  pods:
    description: The pods of the workers that are about to go; all workers of the cluster by default.
    type: list
    elements: str
  discard:
    description: Whether what is cached alone may be lost; then nothing is looked at.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait for the copies; V(0) does not wait.
    type: int
    default: 0
"""

EXAMPLES = r"""
- name: Bring everything into the UFS before the cluster goes
  alluxio.k8s.drain:
    name: demo
    namespace: analytics
    wait_timeout: 300
  register: drain
  failed_when: not drain.drained
"""

RETURN = r"""
drained:
  description: Whether all that the workers hold has a copy in the UFS, or may be lost.
  returned: success
  type: bool
why:
  description: What is not copied yet, or why that cannot be told; empty when drained.
  returned: success
  type: str
files:
  description: How many files have no copy.
  returned: success
  type: int
length_bytes:
  description: Their length.
  returned: success
  type: int
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.drain import (
    Drained,
    drain,
    follow,
    retire,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "pods": {"type": "list", "elements": "str"},
    "discard": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 0},
    **KUBERNETES_OPTIONS,
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One step; raises AlluxioError."""
    del diff
    if params["discard"]:
        return {"drained": True, "why": "", "files": 0, "length_bytes": 0}
    wait_s = 0 if check_mode else params["wait_timeout"]
    with connect(params["kubeconfig"], params["context"]) as client:

        def step() -> Drained:
            return drain(client, params["name"], params["namespace"], params["pods"], check_mode)

        found, asked = follow(step, wait_s)
        if found.done and params["pods"] and not check_mode:
            retire(client, params["name"], params["namespace"], found.hosts)
    return {
        "changed": asked,
        "drained": found.done,
        "why": found.why,
        "files": found.files,
        "length_bytes": found.length_bytes,
    }


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
