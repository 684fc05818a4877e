# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Resources through the filter and the templates by a real ansible-playbook, handed over as the
operator does.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible_collections.alluxio import k8s

ROOT = Path(__file__).resolve().parents[4]
ROLE = ROOT / "roles/alluxio_cluster"

_PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.include_tasks: one.yml
      loop: "{{ cases }}"
      loop_control: {loop_var: case}
"""
_ONE = """
- ansible.builtin.set_fact:
    cluster_plan: >-
      {{ _alluxio_io_alluxiocluster[case] | alluxio.k8s.alluxio_cluster_plan(observed[case]) }}
- ansible.builtin.copy:
    dest: "{{ out }}/{{ case }}"
    content: >-
      {{ lookup('ansible.builtin.template', 'objects.yaml.j2')
         | from_yaml_all | to_json | b64encode }}
  vars:
    plan: "{{ cluster_plan }}"
  when: not cluster_plan.errors
"""


def render(
    resources: dict[str, dict[str, Any]], folder: Path, observed: dict[str, Any] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """The objects of each resource, by the names given. ``observed``: by the same names, where it
    matters.
    """
    # Beside the playbook, where the lookups of a role's tasks find them too.
    (folder / "templates").symlink_to(ROLE / "templates")
    (folder / "files").symlink_to(ROLE / "files")
    (folder / "out").mkdir()
    (folder / "playbook.yml").write_text(_PLAYBOOK)
    (folder / "one.yml").write_text(_ONE)
    variables = {
        "_alluxio_io_alluxiocluster": _unsafe(resources),
        "observed": {name: (observed or {}).get(name, {}) for name in resources},
        "cases": list(resources),
        "out": str(folder / "out"),
    }
    (folder / "variables.json").write_text(json.dumps(variables))
    _play(folder)
    return {name: _objects(folder / "out" / name) for name in resources}


def _play(folder: Path) -> None:
    command = [
        Path(sys.executable).with_name("ansible-playbook"),
        "-e",
        "@variables.json",
        "playbook.yml",
    ]
    settings = {"ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0"}
    collections = os.environ.get("ANSIBLE_COLLECTIONS_PATH") or _collections()
    env = {**os.environ, **settings, "ANSIBLE_COLLECTIONS_PATH": collections}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _collections() -> str:
    """Where the tests themselves import the collection from."""
    return str(Path(next(iter(k8s.__path__))).parents[2])


def _objects(file: Path) -> list[dict[str, Any]]:
    objects: list[dict[str, Any]] = json.loads(base64.b64decode(file.read_text()))
    return objects


def _unsafe(value: Any) -> Any:
    """Strings as ansible-operator writes them with markUnsafe."""
    if isinstance(value, str):
        return {"__ansible_unsafe": value}
    if isinstance(value, dict):
        return {key: _unsafe(item) for key, item in value.items()}
    return [_unsafe(item) for item in value] if isinstance(value, list) else value
