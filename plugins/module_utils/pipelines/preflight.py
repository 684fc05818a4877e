# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the pods of stages need in their namespace: what is wrong about what is there.

Kubernetes asks nobody before it takes a pod: one that names a claim that is missing stays Pending, without an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .access import S3, Fuse
from .findings import Finding, Level
from .settings import Pipeline

_SHARED = "ReadWriteMany"


@dataclass(frozen=True)
class Claim:
    """A PersistentVolumeClaim: its phase, empty before it has one, and its access modes."""

    phase: str
    access_modes: tuple[str, ...]


@dataclass(frozen=True)
class Present:
    """What there is of what the settings name: the claim, None for none, and whether the Secret exists."""

    claim: Claim | None
    secret: bool


def check_present(pipeline: Pipeline, namespace: str, present: Present) -> list[Finding]:
    """Findings about ``namespace``, in which the stages will run."""
    access = pipeline.access
    if isinstance(access, Fuse):
        return list(_claim(access, namespace, present.claim))
    if isinstance(access, S3) and not present.secret:
        return [_no_secret(access, namespace)]
    return []


def _claim(access: Fuse, namespace: str, claim: Claim | None) -> Iterator[Finding]:
    what = f"PersistentVolumeClaim {access.claim} in namespace {namespace}"
    if claim is None:
        yield Finding(
            Level.ERROR,
            "claim-missing",
            "access.claim",
            f"there is no {what}: the pods of the stages would stay Pending",
            "let `kubectl alluxio pipeline prepare` or an AlluxioPipeline make it, or name the namespace in "
            "spec.fuse.claims of the AlluxioCluster",
        )
        return
    if claim.phase != "Bound":
        phase = claim.phase or "without a phase"
        yield Finding(
            Level.ERROR,
            "claim-unbound",
            "access.claim",
            f"the {what} is {phase}: the pods of the stages would stay Pending",
            f"see why: kubectl describe pvc {access.claim} -n {namespace}",
        )
    if _SHARED not in claim.access_modes:
        yield Finding(
            Level.WARNING,
            "claim-not-shared",
            "access.claim",
            f"the {what} is {', '.join(claim.access_modes)}: stages on several nodes cannot write to it",
            f"use a claim with {_SHARED}, as those of Alluxio's FUSE are",
        )


def _no_secret(access: S3, namespace: str) -> Finding:
    return Finding(
        Level.ERROR,
        "secret-missing",
        "access.secret",
        f"there is no Secret {access.secret} in namespace {namespace}: the pods of the stages would not start",
        f"kubectl create secret generic {access.secret} -n {namespace} --from-literal={access.access_key}=USER "
        f"--from-literal={access.secret_key}=ANY",
    )
