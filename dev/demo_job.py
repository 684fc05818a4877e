# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A Spark job that reads one file in splits and counts its bytes; `make demo` submits it."""

import sys

from pyspark.sql import SparkSession

path = sys.argv[1]
spark = SparkSession.builder.getOrCreate()
records = spark.sparkContext.binaryRecords(path, 1 << 16)
print(
    f"{path}: {records.map(len).sum()} bytes, read in {records.getNumPartitions()} splits",
    flush=True,
)
