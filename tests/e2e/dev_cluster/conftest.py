# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The cluster `selftest`, made for the tests that only use one, and ways to call dev/cluster."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from workbench import cluster as clusters
from workbench.cluster import Cluster

ROOT = Path(__file__).resolve().parents[3]
TOOL = str(ROOT / "dev" / "cluster")


def dev_cluster(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run dev/cluster; the exit status is the caller's to judge."""
    return subprocess.run([TOOL, *arguments], capture_output=True, text=True)


def succeed(*arguments: str) -> str:
    """Run dev/cluster, which must succeed; returns its standard output."""
    done = dev_cluster(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Three nodes with the image `tools`."""
    cluster = clusters.bring_up("selftest", images=("tools",))
    yield cluster
    clusters.take_down("selftest")


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A namespace that goes with the test."""
    name = f"t-{uuid.uuid4().hex[:8]}"
    cluster.kubectl("create", "namespace", name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")
