# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of all engines share: settings, and rendering as a user gets it."""

from __future__ import annotations

from typing import Any

import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.findings import PipelineRefused
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import (
    Rendered,
    examine,
    render,
)

FUSE = {"mode": "fuse", "claim": "alluxio"}
S3 = {"mode": "s3", "endpoint": "http://demo-proxy:39999/api/v1/s3", "secret": "alluxio-s3"}
PREP = {"name": "prep", "inputs": [{"path": "/data/raw"}], "output": {}}
TRAIN = {"name": "train", "inputs": [{"stage": "prep"}], "output": {}}


def settings(engine: str, *stages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Of a pipeline `nightly` with prep -> train, unless told otherwise."""
    given = {
        "name": "nightly",
        "engine": engine,
        "access": FUSE,
        "stages": list(stages or (PREP, TRAIN)),
    }
    return {**given, **more}


def rendered(given: dict[str, Any], definition: Any) -> Rendered:
    """Rendered once; that a second time changes nothing is part of every use."""
    once = render(given, definition)
    twice = render(given, once.text)
    assert twice.text == once.text
    assert not twice.changed
    return once


def document(given: dict[str, Any], definition: Any, number: int = 0) -> dict[str, Any]:
    text = rendered(given, definition).text
    found: dict[str, Any] = list(yaml.safe_load_all(text))[number]
    return found


def checks(given: dict[str, Any], definition: Any) -> list[tuple[str, str]]:
    """(level, check) of every finding."""
    findings, _stages = examine(given, definition)
    return [(str(one.level), one.check) for one in findings]


def refused(given: dict[str, Any], definition: Any) -> list[str]:
    """The checks for which rendering is refused."""
    try:
        render(given, definition)
    except PipelineRefused as error:
        return [row["check"] for row in error.details["findings"]]
    return []
