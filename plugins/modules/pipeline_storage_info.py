#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module pipeline_storage_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: pipeline_storage_info
short_description: Look at the storage of an AlluxioPipeline
version_added: 0.1.0
description:
  - Looks at a pipeline's directory in Alluxio and its runs, at its claim, and at what it refers to, all in one call.
  - It changes nothing and needs no custom resource.
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
  look:
    description: What to look at, C(look) of the plan that P(alluxio.k8s.alluxio_pipeline_plan#filter) makes.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Look at the runs of a pipeline
  alluxio.k8s.pipeline_storage_info:
    look: "{{ (lookup('ansible.builtin.file', 'nightly.yml') | from_yaml | alluxio.k8s.alluxio_pipeline_plan).look }}"
  register: nightly

- name: Show them
  ansible.builtin.debug:
    msg: "{{ nightly.observed.alluxio.runs }}"
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
    agreed:
      description:
        - Whether the namespace of the AlluxioCluster takes pipelines of this one. Null when there is no such namespace.
      type: bool
    fuse:
      description: Whether the AlluxioCluster mounts its files on nodes.
      type: bool
    secret:
      description: Whether the Secret exists; true also where none is named, or we may not look.
      type: bool
    claim:
      description: The PersistentVolumeClaim of that name, with C(ours), C(volume), C(phase); null without one.
      type: dict
    volumes:
      description: The PersistentVolumes made for this pipeline, with C(name), C(claim), C(phase).
      type: list
      elements: dict
    rivals:
      description:
        - Other AlluxioPipelines whose root on the same cluster overlaps this one's, with C(pipeline) as
          C(NAMESPACE/NAME), C(root), C(created). None are known without the custom resource.
      type: list
      elements: dict
    alluxio:
      description:
        - C(read_only) of the mount, C(write_type) as configured for the root, C(directory) (null when there is none)
          and C(runs), a row for each with C(name), C(created_ms), C(ttl_ms), C(ttl_action) and C(state); of runs that
          have succeeded also C(succeeded_ms), C(waiting_files), C(lost_files) and C(examples).
        - Null when Alluxio was not asked or did not answer.
      type: dict
    alluxio_error:
      description: C(type) and C(message) of why Alluxio could not be asked.
      type: dict
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_storage import Look, observe

ARGUMENT_SPEC: dict[str, Any] = {
    "look": {"type": "dict", "required": True, "no_log": False},
    **KUBERNETES_OPTIONS,
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One look; the same in check mode."""
    del check_mode, diff
    look = Look(**{**params["look"], "keep": tuple(params["look"]["keep"])})
    with connect(params["kubeconfig"], params["context"]) as client:
        return {"observed": observe(client, look)}


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
