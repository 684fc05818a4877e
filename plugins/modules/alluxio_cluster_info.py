#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module alluxio_cluster_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: alluxio_cluster_info
short_description: Look at an AlluxioCluster, its objects, its pods and the live Alluxio
version_added: 0.1.0
description:
  - Lists what belongs to an AlluxioCluster in Kubernetes and asks the leading Alluxio master for
    its own account, all in one call of a fraction of a second.
  - It changes nothing and needs no custom resource; the objects are found by their labels.
  - A silent Alluxio is no failure, it is the result.
  - Inside Kubernetes the pods are asked directly, from outside through the API server, which takes
    the permission C(get) on C(pods/proxy).
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
    description: Name of the AlluxioCluster.
    type: str
    required: true
  namespace:
    description: Its namespace.
    type: str
    required: true
  secrets:
    description:
      - Names of Secrets in the namespace whose existence matters. Their content is never read.
    type: list
    elements: str
    default: []
  storage_classes:
    description: Names of StorageClasses whose existence matters.
    type: list
    elements: str
    default: []
  namespaces:
    description: Names of namespaces whose labels and annotations matter.
    type: list
    elements: str
    default: []
  gone_timeout:
    description:
      - Seconds to wait beforehand until no pod of the cluster is left; V(0) does not wait.
    type: int
    default: 0
"""

EXAMPLES = r"""
- name: Look at the cluster
  alluxio.k8s.alluxio_cluster_info:
    name: demo
    namespace: analytics
  register: demo

- name: Show its live workers
  ansible.builtin.debug:
    msg: "{{ alluxio.workers | selectattr('state', 'equalto', 'LIVE') | map(attribute='host') }}"
  vars:
    alluxio: "{{ demo.observed.alluxio }}"
  when: demo.observed.alluxio is not none
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
    openshift:
      description: Whether the API server serves SecurityContextConstraints.
      type: bool
    pods:
      description:
        - A row for each pod, with C(name), C(uid), C(component), C(pool), C(node), C(host_ip),
          C(pod_ip), C(phase), C(ready), C(restarts), C(created), C(deleting), C(annotations) (those
          of alluxio.io), C(out_of_memory) (containers that were killed for want of memory), and
          for a pod that is not ready C(reason) and C(message).
      type: list
      elements: dict
    claims:
      description:
        - A row for each PersistentVolumeClaim, with C(name), C(component), C(pool), C(phase),
          C(storage_class), C(size), C(volume_name), C(node), C(created), C(deleting), C(message).
      type: list
      elements: dict
    workloads:
      description:
        - A row for each StatefulSet, Deployment and DaemonSet, with C(kind), C(name), C(component), C(pool),
          C(replicas), C(ready_replicas), C(updated_replicas), C(generation),
          C(observed_generation) and C(claim_templates).
      type: list
      elements: dict
    secrets:
      description: For each of O(secrets) whether it exists; true also where we may not look.
      type: dict
    storage_classes:
      description:
        - For each of O(storage_classes) whether it exists; true also where we may not look.
      type: dict
    namespaces:
      description:
        - For each of O(namespaces) its C(labels) and C(annotations); null when it does not exist or
          may not be seen.
      type: dict
    shares:
      description:
        - A row for each PersistentVolume by which applications mount the file system, with
          C(volume), C(phase), C(claim_namespace), C(claim), C(created) and
          C(claim_is_ours).
      type: list
      elements: dict
    operator_namespace:
      description: Namespace of the operator that looks; null when it is none.
      type: str
    alluxio:
      description: The leading master's own account; null when none answers.
      type: dict
      contains:
        leader:
          description: Pod of the leading master.
          type: str
        version:
          description: Version of Alluxio.
          type: str
        uptime_ms:
          description: Milliseconds since that master started.
          type: int
        capacity_bytes:
          description: Capacity of all live workers.
          type: int
        used_bytes:
          description: Part of the capacity that is in use.
          type: int
        tiers:
          description: C(total_bytes) and C(used_bytes) by the alias of the tier.
          type: dict
        workers:
          description:
            - A row for each host, with C(host), C(state) (V(LIVE), V(LOST) or V(DECOMMISSIONED)),
              C(capacity_bytes), C(used_bytes), C(tiers) and C(last_contact_s).
          type: list
          elements: dict
        mounts:
          description:
            - C(uri), C(type) and C(read_only) of each UFS by its path; options and credentials are
              left out.
          type: dict
        lost_masters:
          description: Hosts of masters that stopped to report to the leader.
          type: list
          elements: str
        files_to_persist:
          description: Files that wait for their copy in the UFS.
          type: int
        not_persisted_bytes:
          description:
            - Bytes of files that exist in Alluxio alone. Null when that is not known, which is so
              without a proxy with REST, beyond 1000 files and directories, and when asked from
              outside Kubernetes.
          type: int
        cache_only:
          description:
            - More about those files, null as RV(observed.alluxio.not_persisted_bytes). C(files) is
              their number, C(largest) has C(path) and C(length_bytes) of at most 20 of them, and
              C(held_by) has C(bytes) by the C(hosts) that hold a copy, so that these bytes are lost
              when all of those workers go.
          type: dict
        cache_only_unknown:
          description: Why that is not known; null when it is.
          type: str
        lost_files:
          description:
            - Files with blocks that no worker holds and that were never persisted. Null when that
              is not known, as RV(observed.alluxio.not_persisted_bytes).
          type: int
    alluxio_error:
      description: Why no master answered; null when one did.
      type: str
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.cluster_info import (
    observe,
    wait_until_gone,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "required": True},
    "secrets": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "storage_classes": {"type": "list", "elements": "str", "default": []},
    "namespaces": {"type": "list", "elements": "str", "default": []},
    "gone_timeout": {"type": "int", "default": 0},
    **KUBERNETES_OPTIONS,
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One look; the same in check mode, where nothing goes that could be waited for."""
    del diff
    with connect(params["kubeconfig"], params["context"]) as client:
        if params["gone_timeout"] and not check_mode:
            wait_until_gone(client, params["name"], params["namespace"], params["gone_timeout"])
        observed = observe(
            client,
            params["name"],
            params["namespace"],
            params["secrets"],
            params["storage_classes"],
            params["namespaces"],
        )
    return {"observed": observed}


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
