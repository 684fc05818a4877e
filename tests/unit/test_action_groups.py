# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Action groups name modules that exist, and every module that takes their options."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GROUPS = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())["action_groups"]
# What a module's source has that belongs to a group.
OPTIONS = {"kubernetes": "KUBERNETES_OPTIONS", "pipeline": "PIPELINE_OPTIONS"}


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_is_the_modules_that_take_its_options(group: str) -> None:
    modules = (ROOT / "plugins/modules").glob("*.py")
    taking = [path.stem for path in modules if OPTIONS[group] in path.read_text()]
    assert sorted(GROUPS[group]) == sorted(taking)
