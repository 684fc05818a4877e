#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module pipeline_run_info."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: pipeline_run_info
short_description: Tell what became of a run of a pipeline
version_added: 0.1.0
description:
  - Asks the engine once, or until the run has ended.
  - The part that speaks to Kubeflow was never run against a live Kubeflow.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.pipeline_engine
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: It changes nothing.
  diff_mode:
    support: none
    description: It changes nothing.
options:
  id:
    description: As M(alluxio.k8s.pipeline_run) returned it.
    type: str
    required: true
  wait_timeout:
    description:
      - How many seconds to wait for the end of the run. An engine that cannot be reached for a while is waited for.
      - The module fails when the time is over, not when the run has failed.
      - V(0) does not wait.
    type: int
    default: 0
seealso:
  - module: alluxio.k8s.pipeline_run
"""

EXAMPLES = r"""
- name: Wait for the end of a run of Kubeflow's
  alluxio.k8s.pipeline_run_info:
    engine: kubeflow
    endpoint: http://ml-pipeline.kubeflow:8888
    id: "{{ started.run.id }}"
    wait_timeout: 3600
  register: current
"""

RETURN = r"""
run:
  description: As M(alluxio.k8s.pipeline_run) returns it.
  returned: success
  type: dict
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
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
    look_at_workflow,
    wait_for_end,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.runs import Run

ARGUMENT_SPEC: dict[str, Any] = {
    "id": {"type": "str", "required": True},
    "wait_timeout": {"type": "int", "default": 0},
    **ENGINE_OPTIONS,
    **KUBERNETES_OPTIONS,
}
CONSTRAINTS = ENGINE_CONSTRAINTS


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """The run as it is; the same in check mode. Raises AlluxioError."""
    del check_mode, diff
    with _engine(params) as look:
        found = wait_for_end(look, params["wait_timeout"]) if params["wait_timeout"] else look()
    return {"run": found.as_row()}


@contextmanager
def _engine(params: dict[str, Any]) -> Iterator[Callable[[], Run]]:
    """What asks it once."""
    if params["engine"] == "kubeflow":
        yield partial(KubeflowApi(params["endpoint"], params["token"]).run, params["id"])
        return
    with connect(params["kubeconfig"], params["context"]) as client:
        yield partial(look_at_workflow, client, params["id"], params["namespace"])


def main() -> None:
    run_module(ARGUMENT_SPEC, run, **CONSTRAINTS)


if __name__ == "__main__":
    main()
