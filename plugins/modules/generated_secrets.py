#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible module generated_secrets."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: generated_secrets
short_description: Make Secrets with a value that nobody chooses
version_added: 0.1.0
description:
  - Makes each Secret that is not there, with a random value of 256 bits. One that is there stays as it is.
  - Values are made where the module runs and go to the API server alone; they are never read, shown or returned.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description: The API server is asked what would happen (a dry run).
  diff_mode:
    support: none
    description: There is nothing about a Secret to show but its name.
  idempotent:
    support: full
    description: A Secret that is there is left alone.
options:
  wanted:
    description: The Secrets.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the Secret.
        type: str
        required: true
      key:
        description: The key of its value.
        type: str
        required: true
  namespace:
    description: Their namespace.
    type: str
    required: true
  labels:
    description: Their labels.
    type: dict
    default: {}
  owner:
    description: The object that owns them, so that they go when it goes.
    type: dict
    suboptions:
      apiVersion:
        description: The owner's API version.
        type: str
        required: true
      kind:
        description: The owner's kind.
        type: str
        required: true
      name:
        description: The owner's name.
        type: str
        required: true
      uid:
        description: The owner's UID.
        type: str
        required: true
"""

EXAMPLES = r"""
- name: Have a secret that all processes share
  alluxio.k8s.generated_secrets:
    namespace: analytics
    wanted:
      - name: standing-spark-auth
        key: secret
"""

RETURN = r"""
made:
  description: The names of the Secrets that were made.
  returned: success
  type: list
  elements: str
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.generated_secrets import make
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect

_TEXT = {"type": "str", "required": True}

ARGUMENT_SPEC: dict[str, Any] = {
    "wanted": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {"name": _TEXT, "key": {**_TEXT, "no_log": False}},
    },
    "namespace": _TEXT,
    "labels": {"type": "dict", "default": {}},
    "owner": {
        "type": "dict",
        "options": {"apiVersion": _TEXT, "kind": _TEXT, "name": _TEXT, "uid": _TEXT},
    },
    **KUBERNETES_OPTIONS,
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """Makes what is missing; raises AlluxioError."""
    del diff
    with connect(params["kubeconfig"], params["context"]) as client:
        made = make(
            client,
            params["wanted"],
            params["namespace"],
            params["labels"],
            params["owner"],
            dry_run=check_mode,
        )
    return {"changed": bool(made), "made": made}


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
