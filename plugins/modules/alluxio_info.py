#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module alluxio_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: alluxio_info
short_description: Ask an Alluxio who leads, what its workers hold and what is wrong
version_added: 0.1.0
description:
  - Asks the leading master for masters, quorum, workers with their tiers, capacity and mounts, over gRPC and in
    a fraction of a second.
  - It needs no custom resource; any Alluxio 2.9 whose masters can be reached will do.
  - It fails when no master leads, and names each one's reason.
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
  check_ufs:
    description: Ask each mounted UFS for its capacity too, which may take seconds.
    type: bool
    default: false
  query:
    description: A JMESPath expression that narrows RV(alluxio).
    type: str
seealso:
  - module: alluxio.k8s.path_info
  - name: JMESPath
    description: The query language.
    link: https://jmespath.org/
"""

EXAMPLES = r"""
- name: Look at the Alluxio of an AlluxioCluster
  alluxio.k8s.alluxio_info:
    cluster: demo
    namespace: analytics
  register: demo

- name: Stop when something is wrong
  ansible.builtin.assert:
    that: demo.alluxio.healthy
    fail_msg: "{{ demo.alluxio.findings | join(' ') }}"

- name: Which workers are live?
  alluxio.k8s.alluxio_info:
    masters: [master-0.example.com, master-1.example.com, master-2.example.com]
    query: "workers[?state == 'LIVE'].host"
"""

RETURN = r"""
alluxio:
  description: The leader's account, or what O(query) makes of it.
  returned: success
  type: dict
  contains:
    version:
      description: Version of the leader.
      type: str
    cluster_id:
      description: The id that the masters gave themselves when they were first started.
      type: str
    leader:
      description:
        - C(host), C(rpc_port), C(web_port), C(start_time_ms), C(uptime_ms) and C(safe_mode) of the leader.
      type: dict
    masters:
      description:
        - C(host), C(port), C(version) and C(state) (V(PRIMARY), V(STANDBY) or V(LOST)) of each master that has
          reported to the leader.
      type: list
      elements: dict
    quorum:
      description:
        - C(host), C(port), C(available), C(leader) and C(priority) of each member of the embedded journal. Null
          with a journal in the UFS.
      type: list
      elements: dict
    workers:
      description:
        - A row for each host, with C(host), C(container_host), C(rpc_port), C(web_port), C(worker_id), C(state)
          (V(LIVE), V(LOST) or V(DECOMMISSIONED)), C(version), C(capacity_bytes), C(used_bytes), C(tiers),
          C(last_contact_s) and C(start_time_ms).
      type: list
      elements: dict
    capacity_bytes:
      description: Capacity of all live workers.
      type: int
    used_bytes:
      description: Part of the capacity that is in use.
      type: int
    free_bytes:
      description: The rest of it.
      type: int
    tiers:
      description: C(total_bytes) and C(used_bytes) by the alias of the tier.
      type: dict
    mounts:
      description:
        - C(uri), C(type), C(read_only), C(shared), C(mount_id), C(capacity_bytes) and C(used_bytes) of each UFS by
          its path. The last two are null where the UFS does not tell or was not asked. Options are left out, as
          they may hold credentials.
      type: dict
    healthy:
      description: Whether RV(alluxio.findings) is empty.
      type: bool
    findings:
      description: What a person should look at, a sentence each.
      type: list
      elements: str
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio_info import get_info
from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    ALLUXIO_CONSTRAINTS,
    ALLUXIO_OPTIONS,
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.module_access import open_named
from ansible_collections.alluxio.k8s.plugins.module_utils.query import Query

ARGUMENT_SPEC: dict[str, Any] = {
    "check_ufs": {"type": "bool", "default": False},
    "query": {"type": "str"},
    **ALLUXIO_OPTIONS,
    **KUBERNETES_OPTIONS,
}
CONSTRAINTS = ALLUXIO_CONSTRAINTS


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One look; the same in check mode."""
    del check_mode, diff
    query = Query(params["query"])
    with open_named(params) as access:
        info = get_info(access.master, params["check_ufs"])
    return {"alluxio": query.apply(info)}


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
