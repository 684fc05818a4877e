#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module pipeline_render."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: pipeline_render
short_description: Wire Alluxio into an engine's own pipeline definition
version_added: 0.1.0
description:
  - Takes the document of Argo Workflows, Kubeflow Pipelines or Pachyderm and returns it with Alluxio in it. Each
    stage that is named gets a mount or credentials, and variables that tell where it reads and writes.
  - It speaks to nobody and writes nothing; what becomes of the result is up to the next task.
  - What an earlier rendering put in is taken out first, so that settings can change and a second rendering changes
    nothing. It is known by the label C(alluxio.io/pipeline); the variables named here are this module's alone in
    stages that are wired.
  - Write documents with placeholders such as C({{workflow.uid}}) into a file (O(src)), where Ansible does not take
    them for its own.
  - Of comments only those at the head of the document stay. The order of keys stays.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.pipeline
attributes:
  check_mode:
    support: full
    description: It writes nothing anyway; the result is the same.
  diff_mode:
    support: full
    description: The document before and after, written alike.
  idempotent:
    support: full
    description: Rendering a result again changes nothing.
seealso:
  - module: alluxio.k8s.pipeline_info
"""

EXAMPLES = r"""
- name: Two stages of an Argo workflow hand data over through Alluxio
  alluxio.k8s.pipeline_render:
    name: nightly
    engine: argo
    src: workflow.yaml
    access: {claim: alluxio}
    locality: preferred
    stages:
      - name: prep
        inputs: [{path: /data/raw}]
        output: {}
      - name: train
        inputs: [{stage: prep}]
        output: {}
  register: nightly

- name: Bring it to the cluster
  alluxio.k8s.resources:
    namespace: pipelines
    objects: "{{ nightly.definition }}"

- name: Or keep it as a file
  ansible.builtin.copy:
    content: "{{ nightly.text }}"
    dest: nightly.yaml
    mode: "0644"
"""

RETURN = r"""
definition:
  description: The documents with Alluxio in them, always a list.
  returned: success
  type: list
  elements: dict
text:
  description: The same as YAML.
  returned: success
  type: str
findings:
  description: Warnings and notes about the pipeline. An error fails the module.
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
      sample: retry-finds-files
    field:
      description: The place in the options.
      type: str
      sample: stages[0].output
    message:
      description: What is found.
      type: str
    remedy:
      description: What to do about it.
      type: str
stages:
  description: What the storage has to be for each stage.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The stage.
      type: str
    inputs:
      description: Stages and paths that it reads.
      type: list
      elements: str
    output:
      description: The path of Alluxio that it writes, with the engine's placeholder for the run. Null for none.
      type: str
      sample: /pipelines/nightly/{{workflow.uid}}/train
    persist:
      description: How its output is kept. Null for none.
      type: str
    write_type:
      description: The value of C(alluxio.user.file.writetype.default) that does this. Null for none.
      type: str
      sample: CACHE_THROUGH
    locality:
      description: Whether it follows the stage that wrote its input.
      type: str
"""

from pathlib import Path
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    PIPELINE_CONSTRAINTS,
    PIPELINE_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_definition import (
    definition_of,
    settings_of,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.findings import Level
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render

ARGUMENT_SPEC: dict[str, Any] = {**PIPELINE_OPTIONS}
CONSTRAINTS = PIPELINE_CONSTRAINTS


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One document; the same in check mode. Raises AlluxioError."""
    del check_mode
    rendered = render(settings_of(params), definition_of(params, Path.cwd()))
    result: dict[str, Any] = {
        "changed": rendered.changed,
        "definition": rendered.documents,
        "text": rendered.text,
        "findings": [finding.as_row() for finding in rendered.findings],
        "stages": rendered.stages,
        "warnings": [str(one) for one in rendered.findings if one.level == Level.WARNING],
    }
    if diff:
        result["diff"] = {"before": rendered.before, "after": rendered.text}
    return result


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
