# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The AlluxioPipeline that goes with a pipeline's settings: the storage that its stages need."""

from __future__ import annotations

from typing import Any

from .access import S3, Fuse
from .settings import Pipeline


def resource_of(
    pipeline: Pipeline, namespace: str, cluster: str, cluster_namespace: str | None
) -> dict[str, Any]:
    """As one would write it, with what differs from the defaults of its schema or is worth seeing."""
    where = {"namespace": cluster_namespace} if cluster_namespace else {}
    spec: dict[str, Any] = {
        "alluxioCluster": {"name": cluster, **where},
        "engine": pipeline.engine,
        "root": pipeline.root,
        "persist": str(pipeline.persist),
        "stages": [
            {"name": stage.name, "path": stage.output} for stage in pipeline.stages if stage.output
        ],
    }
    if pipeline.persist == "none":
        # What is in the cache alone cannot be freed.
        spec["cleanup"] = {"action": "Delete"}
    if isinstance(pipeline.access, Fuse):
        spec["claim"] = {"name": pipeline.access.claim}
    elif isinstance(pipeline.access, S3):
        spec["s3"] = {"secret": pipeline.access.secret}
    return {
        "apiVersion": "alluxio.io/v1alpha1",
        "kind": "AlluxioPipeline",
        "metadata": {"name": pipeline.name, "namespace": namespace},
        "spec": spec,
    }
