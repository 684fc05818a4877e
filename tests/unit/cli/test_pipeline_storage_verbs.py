# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From a pipeline's settings to the AlluxioPipeline that the operator and the role take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_pipeline import plan
from kubectl_alluxio import pipeline as verbs

STAGES: list[dict[str, Any]] = [
    {"name": "prep", "output": {}},
    {"name": "train", "output": {"path": "models"}},
    {"name": "report"},
]


def printed(
    capsys: pytest.CaptureFixture[str], folder: Path, access: dict[str, str], **more: Any
) -> dict[str, Any]:
    """What `prepare --dry-run` prints, which the plan must take."""
    file = folder / "nightly.yaml"
    given = {"name": "nightly", "engine": "argo", "access": access, "stages": STAGES, **more}
    file.write_text(yaml.safe_dump(given))
    verbs.prepare(file, "pipelines", "cache", "alluxio", dry_run=True)
    found: dict[str, Any] = yaml.safe_load(capsys.readouterr().out)
    assert plan(found, None)["errors"] == []
    return found


def test_settings_become_a_resource(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = printed(capsys, tmp_path, {"claim": "data"}, persist="async")
    assert found["metadata"] == {"name": "nightly", "namespace": "pipelines"}
    assert found["spec"] == {
        "alluxioCluster": {"name": "cache", "namespace": "alluxio"},
        "engine": "argo",
        "root": "/pipelines/nightly",
        "persist": "async",
        "stages": [{"name": "prep", "path": "prep"}, {"name": "train", "path": "models"}],
        "claim": {"name": "data"},
    }


def test_what_is_cached_alone_is_deleted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    access = {"mode": "s3", "endpoint": "http://demo-proxy:39999/api/v1/s3", "secret": "keys"}
    spec = printed(capsys, tmp_path, access, persist="none")["spec"]
    assert spec["cleanup"] == {"action": "Delete"}
    assert spec["s3"] == {"secret": "keys"}
    assert "claim" not in spec
