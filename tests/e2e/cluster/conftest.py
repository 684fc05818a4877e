# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One cluster for all tests of this folder: CLUSTER=current, or a development cluster named `test`.

CLUSTER_NAME names it otherwise. KEEP_CLUSTER=1 leaves it up, for a developer who runs single tests again and again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from spark_service_space import make_service
from spark_space import SparkSpace, make_spark_space
from workbench import cluster as clusters
from workbench import parts
from workbench.cluster import Cluster
from workbench.spark_service import SparkService

NAME = os.environ.get("CLUSTER_NAME", "test")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if os.environ.get("CLUSTER") == "current":
        yield clusters.current()
        return
    try:
        yield clusters.bring_up(NAME)
    finally:
        if os.environ.get("KEEP_CLUSTER") != "1":
            clusters.take_down(NAME)


@pytest.fixture(scope="session")
def operator(cluster: Cluster) -> Cluster:
    """The cluster with the operator on it."""
    parts.install_operator(cluster)
    return cluster


@pytest.fixture(scope="session")
def spark(operator: Cluster) -> Iterator[SparkSpace]:
    """A namespace for Spark applications, with an AlluxioCluster that lets them in and files on each of its nodes."""
    yield from make_spark_space(operator)


@pytest.fixture(scope="module")
def service(spark: SparkSpace) -> Iterator[SparkService]:
    """A standing Spark service beside it."""
    yield from make_service(spark)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the operator has used by then is what all other tests made it do."""
    items.sort(key=lambda item: item.path.name == "test_permissions.py")
