# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A pipeline's namespace, looked at before the pipeline runs."""

from __future__ import annotations

from .kube.api import KubeClient
from .kube.errors import Forbidden
from .pipelines.access import S3, Fuse
from .pipelines.findings import Finding
from .pipelines.preflight import Claim, Present, check_present
from .pipelines.settings import Pipeline


def look_at_namespace(client: KubeClient, pipeline: Pipeline, namespace: str) -> list[Finding]:
    """What is missing there. Raises the errors of kube/errors.py."""
    access = pipeline.access
    claim = _claim(client, access.claim, namespace) if isinstance(access, Fuse) else None
    secret = not isinstance(access, S3) or _has_secret(client, access.secret, namespace)
    return check_present(pipeline, namespace, Present(claim, secret))


def _claim(client: KubeClient, name: str, namespace: str) -> Claim | None:
    found = client.get("v1", "PersistentVolumeClaim", name, namespace)
    if found is None:
        return None
    modes = found["spec"].get("accessModes") or ()
    return Claim((found.get("status") or {}).get("phase", ""), tuple(modes))


def _has_secret(client: KubeClient, name: str, namespace: str) -> bool:
    """True also where we may not look: then the pod will tell."""
    try:
        return client.exists("v1", "Secret", name, namespace)
    except Forbidden:
        return True
