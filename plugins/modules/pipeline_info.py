#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module pipeline_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: pipeline_info
short_description: Tell what is wrong about a pipeline's use of Alluxio before it runs
version_added: 0.1.0
description:
  - Looks at an engine's document and at what is said about its stages, and returns findings. Two stages write one
    path, a stage reads what nobody writes or before it is written, an output is removed too early, a result comes
    from the engine's memory and its data is not there, and what each engine can go wrong with.
  - It looks at the document alone, and with O(namespace) at what the stages' pods need there as well. It never reads
    what is in a Secret.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.pipeline
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: It changes nothing.
  diff_mode:
    support: none
    description: It changes nothing.
options:
  fail_on:
    description: From which level of findings on the module fails. V(never) only returns them.
    type: str
    choices: [error, warning, never]
    default: error
  namespace:
    description:
      - Where the stages' pods will run. The claim or the Secret that O(access) names is looked for there. A pod that
        names a missing one would stay C(Pending) or not start.
      - Without it Kubernetes is not asked.
    type: str
seealso:
  - module: alluxio.k8s.pipeline_render
"""

EXAMPLES = r"""
- name: Stop when the pipeline could lose data or read nothing
  alluxio.k8s.pipeline_info:
    name: nightly
    engine: kubeflow
    src: nightly.yaml
    access: {claim: alluxio}
    stages:
      - name: prep
        output: {}
      - name: train
        inputs: [{stage: prep}]
        output: {persist: async}
    fail_on: warning

- name: Stop when the pods of the stages would wait for a claim that is not there
  alluxio.k8s.pipeline_info:
    name: nightly
    engine: argo
    src: workflow.yaml
    access: {claim: alluxio-nightly}
    stages:
      - name: prep
        output: {}
    namespace: pipelines
"""

RETURN = r"""
findings:
  description: All findings, the worst first. When the module fails, those that made it fail are in C(error.findings).
  returned: success
  type: list
  elements: dict
  contains:
    level:
      description: C(error), C(warning) or C(note).
      type: str
    check:
      description: Name of the rule.
      type: str
      sample: reads-too-early
    field:
      description: The place in the options.
      type: str
      sample: stages[1].inputs[0].stage
    message:
      description: What is found.
      type: str
    remedy:
      description: What to do about it.
      type: str
stages:
  description: As M(alluxio.k8s.pipeline_render) returns them.
  returned: success
  type: list
  elements: dict
"""

from pathlib import Path
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    PIPELINE_CONSTRAINTS,
    PIPELINE_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_definition import (
    definition_of,
    settings_of,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_preflight import (
    look_at_namespace,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.findings import (
    FailOn,
    refuse,
    worst_first,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import examine
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.settings import read_settings

ARGUMENT_SPEC: dict[str, Any] = {
    **PIPELINE_OPTIONS,
    "fail_on": {"type": "str", "choices": [str(one) for one in FailOn], "default": "error"},
    "namespace": {"type": "str"},
    **KUBERNETES_OPTIONS,
}
CONSTRAINTS = PIPELINE_CONSTRAINTS


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """Findings; the same in check mode. Raises AlluxioError."""
    del check_mode, diff
    settings = settings_of(params)
    findings, stages = examine(settings, definition_of(params, Path.cwd()))
    if params["namespace"]:
        with connect(params["kubeconfig"], params["context"]) as client:
            there = look_at_namespace(client, read_settings(settings), params["namespace"])
        findings = worst_first([*there, *findings])
    refuse(findings, FailOn(params["fail_on"]))
    return {"findings": [finding.as_row() for finding in findings], "stages": stages}


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
