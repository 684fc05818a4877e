# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The region that an S3 server beside AWS is signed for."""

from __future__ import annotations

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.cluster_values import (
    S3_ENDPOINT,
    S3_REGION,
    s3_region,
)

US_EAST_1 = {S3_REGION: "us-east-1"}


@pytest.mark.parametrize(
    ("uri", "options", "expected"),
    [
        # Seen: the SDK made the region "analytics" of this one, and the server answered 400.
        ("s3://b/d", {S3_ENDPOINT: "http://s3.analytics.svc:7070"}, US_EAST_1),
        ("s3a://b", {S3_ENDPOINT: "minio:9000"}, US_EAST_1),
        ("s3://b", {S3_ENDPOINT: "http://minio", S3_REGION: "eu"}, {}),
        ("s3://b", {S3_ENDPOINT: "https://s3.eu-west-1.amazonaws.com"}, {}),
        ("s3://b", {S3_ENDPOINT: "s3.cn-north-1.amazonaws.com.cn"}, {}),
        ("s3://b", {}, {}),
        ("hdfs://n/d", {S3_ENDPOINT: "http://s3.x.svc"}, {}),
    ],
)
def test_region(uri: str, options: dict[str, str], expected: dict[str, str]) -> None:
    assert s3_region(uri, options) == expected
