# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is said about the namespace in which a pipeline's pods will run."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.preflight import (
    Claim,
    Present,
    check_present,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.settings import read_settings
from pipeline_samples import FUSE, S3, settings

NATIVE = {"mode": "alluxio", "authority": "demo-master-0:19998"}
GOOD = Claim("Bound", ("ReadWriteMany",))


@pytest.mark.parametrize(
    ("access", "present", "found"),
    [
        (FUSE, Present(GOOD, True), []),
        (FUSE, Present(GOOD, False), []),
        (FUSE, Present(None, True), [("error", "claim-missing")]),
        (FUSE, Present(Claim("Pending", ("ReadWriteMany",)), True), [("error", "claim-unbound")]),
        (FUSE, Present(Claim("", ("ReadWriteMany",)), True), [("error", "claim-unbound")]),
        (
            FUSE,
            Present(Claim("Lost", ("ReadWriteOnce",)), True),
            [("error", "claim-unbound"), ("warning", "claim-not-shared")],
        ),
        (S3, Present(None, True), []),
        (S3, Present(None, False), [("error", "secret-missing")]),
        (NATIVE, Present(None, False), []),
    ],
)
def test_what_is_missing_is_found(
    access: dict[str, Any], present: Present, found: list[tuple[str, str]]
) -> None:
    findings = check_present(read_settings(settings("argo", access=access)), "pipelines", present)
    assert [(one.level, one.check) for one in findings] == found
    assert all("pipelines" in one.message and one.remedy for one in findings)
