# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A standing Spark service for the tests of one file, restricted, as a user that no image knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.cluster import wait_for
from workbench.spark import SparkSpace
from workbench.spark_service import SparkService, client_python, spark_cluster

NAME = "standing"
QUERIES = Path(__file__).with_name("spark_service_queries.py")
# The port of the Connect server's own page.
UI = 4040
HOST = "history.example.com"


def make_service(spark: SparkSpace) -> Iterator[SparkService]:
    """Brings it up, and takes it down afterwards, with all that belongs to it."""
    conf = {"spark.locality.wait": "30s", "spark.history.fs.update.interval": "2s"}
    ingresses = [{"page": "history", "host": HOST}]
    cr = spark_cluster(NAME, spark.name, spark.alluxio, sparkConf=conf, ingresses=ingresses)
    cr["spec"]["deletionPolicy"] = "Delete"
    found = SparkService(spark.cluster, spark.name, NAME, client_python())
    spark.cluster.apply(cr)
    try:
        found.wait_until_ready()
        yield found
    finally:
        removal = ("delete", "sparkcluster", NAME, "--ignore-not-found", "--timeout=180s")
        spark.cluster.kubectl("-n", spark.name, *removal)
    belongings = ("pods,pvc,secrets", "-l", f"alluxio.io/spark-cluster={NAME}")

    def gone() -> bool:
        return not spark.cluster.get("-n", spark.name, *belongings)["items"]

    # Kubernetes takes the Secrets along, a moment later.
    wait_for("nothing of it left", gone, 30)
    with spark.data() as (access, _):
        assert not list(access.list_files(f"/spark-events/{spark.name}"))
