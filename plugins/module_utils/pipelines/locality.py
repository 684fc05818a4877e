# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is to be said where an engine cannot take a stage to the node of its producer."""

from __future__ import annotations

from .findings import Finding, Level
from .settings import Locality, Pipeline


def cannot_follow(pipeline: Pipeline, why: str) -> list[Finding]:
    """A finding for each stage that asks for it."""
    return [
        Finding(
            Level.ERROR if stage.locality == Locality.REQUIRED else Level.WARNING,
            "locality",
            f"{stage.field}.locality",
            f"{stage.name} cannot follow its producer: {why}",
            "say off",
        )
        for stage in pipeline.stages
        if stage.locality != Locality.OFF
    ]
