#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module pipeline_run."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: pipeline_run
short_description: Begin a run of a rendered pipeline at its engine
version_added: 0.1.0
description:
  - With Argo it creates the Workflow. With Kubeflow it uploads the package as a version of the pipeline, unless the
    pipeline has that version already, and begins a run.
  - It does not wait; M(alluxio.k8s.pipeline_run_info) tells what became of the run.
  - The part that speaks to Kubeflow was never run against a live Kubeflow.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.pipeline_engine
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: partial
    description: Begins no run, and says that it would.
    details: Argo's API server is asked what it would say; Kubeflow is not asked.
  diff_mode:
    support: none
    description: Each run is a new one.
  idempotent:
    support: none
    description: Each call begins a run.
options:
  name:
    description: Name of the pipeline at Kubeflow, where it is made when there is none of that name.
    type: str
    required: true
  definition:
    description:
      - The document, as M(alluxio.k8s.pipeline_render) returns it under
        RV(alluxio.k8s.pipeline_render#module:definition).
      - For V(engine=argo) one Workflow. Its C(metadata.generateName) gets a suffix.
    type: raw
    required: true
  parameters:
    description: Parameters of the run, by name. A Workflow has to have them in C(spec.arguments), and takes text alone.
    type: dict
    default: {}
  experiment_id:
    description: Kubeflow's experiment for the run. Without it, the default one; in its multi-user mode it is needed.
    type: str
seealso:
  - module: alluxio.k8s.pipeline_render
  - module: alluxio.k8s.pipeline_run_info
"""

EXAMPLES = r"""
- name: Run what was rendered
  alluxio.k8s.pipeline_run:
    engine: argo
    name: nightly
    namespace: pipelines
    definition: "{{ rendered.definition }}"
    parameters: {day: "2026-11-28"}
  register: started

- name: Wait for its end
  alluxio.k8s.pipeline_run_info:
    engine: argo
    namespace: pipelines
    id: "{{ started.run.id }}"
    wait_timeout: 3600
  register: current
"""

RETURN = r"""
run:
  description: The run; null in check mode with Kubeflow.
  returned: success
  type: dict
  contains:
    id:
      description: What finds it again, the name of a Workflow or Kubeflow's id.
      type: str
    directory:
      description:
        - The name of its directory below the pipeline's root, with O(alluxio.k8s.pipeline_render#module:run=auto).
      type: str
    state:
      description: The engine's own word. Empty before it has one.
      type: str
    message:
      description: What the engine says about it.
      type: str
    ended:
      description: Whether it has ended, well or not.
      type: bool
    succeeded:
      description: Whether it has ended well.
      type: bool
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    ENGINE_CONSTRAINTS,
    ENGINE_OPTIONS,
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.kubeflow_api import KubeflowApi
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_runs import (
    submit_package,
    submit_workflow,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.runs import Run

ARGUMENT_SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "definition": {"type": "raw", "required": True},
    "parameters": {"type": "dict", "default": {}},
    "experiment_id": {"type": "str"},
    **ENGINE_OPTIONS,
    **KUBERNETES_OPTIONS,
}
CONSTRAINTS = ENGINE_CONSTRAINTS


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One run; raises AlluxioError."""
    del diff
    begun = (
        _argo(params, check_mode) if params["engine"] == "argo" else _kubeflow(params, check_mode)
    )
    return {"changed": True, "run": begun.as_row() if begun else None}


def _argo(params: dict[str, Any], check_mode: bool) -> Run:
    with connect(params["kubeconfig"], params["context"]) as client:
        return submit_workflow(
            client, params["definition"], params["namespace"], params["parameters"], check_mode
        )


def _kubeflow(params: dict[str, Any], check_mode: bool) -> Run | None:
    if check_mode:
        return None
    api = KubeflowApi(params["endpoint"], params["token"])
    what = (params["definition"], params["name"], params["namespace"])
    return submit_package(api, *what, params["parameters"], params["experiment_id"])


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
