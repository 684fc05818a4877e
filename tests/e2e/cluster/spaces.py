# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Namespaces that tests work in."""

from __future__ import annotations

from collections.abc import Iterator

from workbench import parts
from workbench.cluster import Cluster, KubectlError


def make_space(cluster: Cluster, name: str) -> Iterator[str]:
    """A restricted namespace with an S3 server; what is in it goes away afterwards, claims and all."""
    cluster.apply(parts.namespace(name))
    try:
        cluster.apply(*parts.s3_server(name))
        parts.rollout(cluster, name, "deployment/s3")
        yield name
    finally:
        try:
            for kind in (
                "sparkapplications",
                "sparkclusters",
                "alluxiopipelines",
                "alluxioclusters",
            ):
                removal = ("delete", kind, "--all", "--ignore-not-found", "--timeout=120s")
                cluster.kubectl("-n", name, *removal)
        except KubectlError as error:
            # Without the CRD (playbook door) there is no such kind.
            if "resource type" not in str(error):
                raise
        cluster.kubectl("delete", "namespace", name, "--timeout=120s")
