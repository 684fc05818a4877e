# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Names of what belongs to an AlluxioPipeline, in Kubernetes and in Alluxio."""

from __future__ import annotations

import hashlib
import posixpath

from .naming import MANAGED_BY

# On the namespace of an AlluxioCluster: whose pipelines may use it.
PIPELINES_FROM = "alluxio.io/pipelines-from"
# Volumes live in no namespace, so both labels say whose one is. An AlluxioCluster prunes those with its own labels.
PIPELINE_LABEL, NAMESPACE_LABEL = "alluxio.io/pipeline-claim-of", "alluxio.io/namespace"

# In the directory of a run. The first is written by whoever knows that the run has succeeded, the second by us.
SUCCEEDED, CLEANED = "_SUCCESS", "_CLEANED"


def root(name: str) -> str:
    """Where runs have their directories unless spec.root says otherwise."""
    return f"/pipelines/{name}"


def claim_labels(name: str, namespace: str) -> dict[str, str]:
    return {
        "app.kubernetes.io/managed-by": MANAGED_BY,
        PIPELINE_LABEL: name,
        NAMESPACE_LABEL: namespace,
    }


def claim_selector(name: str, namespace: str) -> str:
    return f"{PIPELINE_LABEL}={name},{NAMESPACE_LABEL}={namespace}"


def volume_name(name: str, namespace: str, claim: str, cluster: str) -> str:
    """The hash tells apart what the dashes do not; a claim on another cluster wants another volume."""
    whole = "/".join((namespace, name, claim, cluster))
    digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
    return f"alluxio-pipeline-{namespace}-{name}-{digest}"[:253]


def is_below(path: str, directories: list[str]) -> bool:
    """Whether a path is one of the directories or lies in one."""
    return any(posixpath.commonpath((path, each)) == each for each in directories)


def overlap(one: str, other: str) -> bool:
    """Whether what happens to one directory happens to the other, or to a part of it."""
    return is_below(one, [other]) or is_below(other, [one])
