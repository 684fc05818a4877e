#!/usr/bin/python
# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module: a list of Kubernetes objects as one step."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: resources
short_description: Apply or remove a list of Kubernetes objects as one step
version_added: 0.1.0
description:
  - Brings a whole list of objects to the API server by server-side apply, in an order that works,
    and removes what is left over from earlier lists.
  - Fields that others set on the same objects stay, unless the list names them too.
  - With a local connection it runs inside C(ansible-playbook)'s own process, which takes a tenth of
    a module's usual time.
author:
  - Alluxio Kubernetes Platform contributors (@alluxio-k8s)
extends_documentation_fragment:
  - alluxio.k8s.kubernetes
attributes:
  check_mode:
    support: full
    description:
      - The API server itself is asked what would happen (a dry run), so defaults and refusals are
        the real ones.
  diff_mode:
    support: full
    description: Fields that the API server sets are left out; the values of Secrets are hidden.
  idempotent:
    support: full
    description: Applying the same list again changes nothing.
options:
  objects:
    description:
      - The objects, each as a manifest with C(apiVersion), C(kind) and C(metadata).
      - With O(state=absent) exactly these objects are deleted, and of each only its kind and name
        matter.
    type: list
    elements: dict
    default: []
  state:
    description:
      - V(present) makes the objects be as given.
      - V(absent) deletes the O(objects) given and everything that O(prune) selects.
    type: str
    choices: [present, absent]
    default: present
  namespace:
    description: The namespace of objects that name none, and the only one in which O(prune) looks.
    type: str
  owner:
    description:
      - The object that owns all objects of O(namespace), so that they go when it goes.
      - Owners that an object has already are kept.
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
  prune:
    description:
      - Selects the objects that may be deleted when they are not in O(objects).
      - Objects that another controller owns are never deleted.
    type: dict
    suboptions:
      label_selector:
        description: The label selector that all objects of this owner match, and no others.
        type: str
        required: true
      kinds:
        description:
          - The kinds to look for. Kinds that the API server does not serve are passed over.
        type: list
        elements: dict
        required: true
        suboptions:
          api_version:
            description: The API version of the kind.
            type: str
            required: true
          kind:
            description: The kind, which must live in a namespace.
            type: str
            required: true
  recreate:
    description:
      - Objects, each as C(Kind/name), of which a field that Kubernetes does not change in place has
        another value. They are deleted without what belongs to them, pods for example, and made anew.
    type: list
    elements: str
    default: []
  field_manager:
    description: The name under which the API server records who set a field.
    type: str
    default: alluxio.k8s
  wait_timeout:
    description:
      - Seconds to wait until CustomResourceDefinitions are established and Deployments and
        StatefulSets are rolled out, or, with O(state=absent), until everything is gone.
      - V(0) does not wait.
    type: int
    default: 0
"""

EXAMPLES = r"""
- name: Apply two objects, and remove what an earlier list had beside them
  alluxio.k8s.resources:
    namespace: data
    objects:
      - apiVersion: v1
        kind: ConfigMap
        metadata:
          name: demo-config
          labels:
            app.kubernetes.io/instance: demo
        data:
          colour: blue
      - apiVersion: v1
        kind: Service
        metadata:
          name: demo
          labels:
            app.kubernetes.io/instance: demo
        spec:
          selector:
            app.kubernetes.io/instance: demo
          ports:
            - port: 19998
    prune:
      label_selector: app.kubernetes.io/instance=demo
      kinds:
        - api_version: v1
          kind: ConfigMap
        - api_version: v1
          kind: Service

- name: Remove everything of demo and see what is still there
  alluxio.k8s.resources:
    state: absent
    namespace: data
    prune:
      label_selector: app.kubernetes.io/instance=demo
      kinds:
        - api_version: v1
          kind: ConfigMap
        - api_version: v1
          kind: Service
  register: removal
"""

RETURN = r"""
created:
  description: The objects that did not exist, each as C(Kind/name).
  returned: always
  type: list
  elements: str
  sample: [ConfigMap/demo-config]
updated:
  description: The objects that were different.
  returned: always
  type: list
  elements: str
  sample: [Service/demo]
pruned:
  description: The objects that were deleted.
  returned: always
  type: list
  elements: str
  sample: []
unchanged:
  description: How many objects were as they should be.
  returned: always
  type: int
  sample: 12
remaining:
  description: What should go and is still there, for example since a finalizer holds it.
  returned: when O(state=absent)
  type: list
  elements: str
  sample: [PersistentVolumeClaim/journal-demo-master-0]
"""

from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import (
    KUBERNETES_OPTIONS,
    run_module,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.apply import Applier, Prune
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.diff import as_yaml

ARGUMENT_SPEC: dict[str, Any] = {
    **KUBERNETES_OPTIONS,
    "objects": {"type": "list", "elements": "dict", "default": []},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "namespace": {"type": "str"},
    "owner": {
        "type": "dict",
        "options": {
            "apiVersion": {"type": "str", "required": True},
            "kind": {"type": "str", "required": True},
            "name": {"type": "str", "required": True},
            "uid": {"type": "str", "required": True},
        },
    },
    "prune": {
        "type": "dict",
        "options": {
            "label_selector": {"type": "str", "required": True},
            "kinds": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "api_version": {"type": "str", "required": True},
                    "kind": {"type": "str", "required": True},
                },
            },
        },
    },
    "recreate": {"type": "list", "elements": "str", "default": []},
    "field_manager": {"type": "str", "default": "alluxio.k8s"},
    "wait_timeout": {"type": "int", "default": 0},
}


def run(params: dict[str, Any], check_mode: bool, diff: bool) -> dict[str, Any]:
    """One step with all objects; raises AlluxioError."""
    objects, namespace, wait_s = params["objects"], params["namespace"], params["wait_timeout"]
    prune, owner = _prune(params["prune"], namespace), params["owner"]
    result: dict[str, Any] = {}
    with connect(params["kubeconfig"], params["context"]) as kube:
        recreate = frozenset(params["recreate"])
        applier = Applier(kube, params["field_manager"], check_mode, recreate)
        if params["state"] == "present":
            outcome = applier.present(objects, namespace, owner, prune, wait_s)
        else:
            outcome = applier.absent(objects, namespace, prune, owner)
            wait_s = 0 if check_mode else wait_s
            result["remaining"] = applier.remaining(objects, namespace, prune, owner, wait_s)
    result |= outcome.as_dict()
    if diff:
        result["diff"] = as_yaml(outcome.changes)
    return result


def _prune(selection: dict[str, Any] | None, namespace: str | None) -> Prune | None:
    if selection is None:
        return None
    kinds = [(row["api_version"], row["kind"]) for row in selection["kinds"]]
    return Prune(namespace or "", selection["label_selector"], kinds)


def main() -> None:
    run_module(ARGUMENT_SPEC, run)


if __name__ == "__main__":
    main()
