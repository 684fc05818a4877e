#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module: the status of a custom resource."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: resource_status
short_description: Report the status of a custom resource
version_added: 0.1.0
description:
  - Writes the C(status) of a custom resource, and only when something in it differs.
  - Conditions get C(lastTransitionTime) when their status flips; conditions of other writers stay.
  - Publishes events about it; an event that was published before is counted instead of repeated.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: Says whether the status would change, and changes nothing.
  diff_mode:
    support: none
    description: The status is the report itself.
  idempotent:
    support: partial
    description: The status is; events are counted each time.
options:
  api_version:
    description: The API version of the custom resource.
    type: str
    required: true
  kind:
    description: The kind of the custom resource.
    type: str
    required: true
  name:
    description: The name of the custom resource.
    type: str
    required: true
  namespace:
    description: Its namespace, if its kind lives in one.
    type: str
  status:
    description:
      - The whole status, without C(lastTransitionTime) in its C(conditions). What it does not name
        is removed.
    type: dict
    required: true
  events:
    description:
      - Events to publish about it.
      - Each has C(reason) (one word in CamelCase, for programs), C(message) (a sentence for people,
        cut beyond 1024 bytes) and optionally C(type) (V(Normal), the default, or V(Warning)).
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Report that the cluster is ready
  alluxio.k8s.resource_status:
    api_version: alluxio.io/v1alpha1
    kind: AlluxioCluster
    name: demo
    namespace: data
    status:
      phase: Ready
      conditions:
        - type: Available
          status: "True"
          reason: AllReady
          message: 3 masters and 3 workers are ready
    events:
      - reason: Ready
        message: 3 masters and 3 workers are ready
"""

RETURN = r"""
status_changed:
  description: Whether the status was different.
  returned: success
  type: bool
  sample: true
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube import events, status
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect

ARGUMENT_SPEC: dict[str, Any] = {
    **KUBERNETES_OPTIONS,
    "api_version": {"type": "str", "required": True},
    "kind": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str"},
    "status": {"type": "dict", "required": True},
    # Without an inner specification: Ansible reserves the name `message` there.
    "events": {"type": "list", "elements": "dict", "default": []},
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """Writes the status, then the events; raises AlluxioError."""
    del diff
    events.check(params["events"])
    address = (params["api_version"], params["kind"], params["name"], params["namespace"])
    with connect(params["kubeconfig"], params["context"]) as kube:
        report = status.report(kube, *address, params["status"], dry_run=check_mode)
        if not check_mode:
            for event in params["events"]:
                events.emit(kube.direct, report.regarding, event)
    return {
        "changed": report.changed or bool(params["events"]),
        "status_changed": report.changed,
    }


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
