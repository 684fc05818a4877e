# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The operator hands each first-level field of a spec to Ansible as a variable, which wins over every other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
CRDS = sorted((ROOT / "roles/operator/files/crds").glob("*.yaml"))
TASKS = sorted((ROOT / "roles").glob("*/tasks/*.yml"))


def first_level_fields(crd: Path) -> set[str]:
    [version] = yaml.safe_load(crd.read_text())["spec"]["versions"]
    return set(version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"])


def variables(tasks: list[dict[str, Any]]) -> Iterator[str]:
    """The names that tasks give, those in blocks too."""
    for task in tasks:
        yield from task.get("vars", {})
        yield from task.get("ansible.builtin.set_fact", {})
        if "register" in task:
            yield task["register"]
        for part in ("block", "rescue", "always"):
            yield from variables(task.get(part, []))


@pytest.mark.parametrize("path", TASKS, ids=lambda path: str(path.relative_to(ROOT / "roles")))
def test_no_variable_of_a_role_is_named_as_a_field(path: Path) -> None:
    fields = set().union(*(first_level_fields(crd) for crd in CRDS))
    assert fields
    assert not fields & set(variables(yaml.safe_load(path.read_text()) or []))
