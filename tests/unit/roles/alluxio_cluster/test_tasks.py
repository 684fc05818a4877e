# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""An edit or a removal that waits for a drain changes nothing, neither in part (docs/decisions/0082)."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

TASKS = Path(__file__).resolve().parents[4] / "roles/alluxio_cluster/tasks"


@pytest.mark.parametrize("step", ["apply", "remove"])
def test_whatever_changes_objects_waits_for_the_drain(step: str) -> None:
    tasks = yaml.safe_load((TASKS / f"{step}.yml").read_text())
    first = next(n for n, task in enumerate(tasks) if "alluxio.k8s.drain" in task)
    changing = [task for task in tasks if "alluxio.k8s.resources" in task]
    assert all(tasks.index(task) > first for task in changing)
    free = [
        task["name"]
        for task in changing
        if "alluxio_cluster_drain.drained" not in str(task["when"])
    ]
    assert free == []
