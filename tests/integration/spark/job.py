# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads files twice, without a shuffle: by the RDD API and by SQL."""

import sys

from pyspark.sql import SparkSession

(path,) = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()
context = spark.sparkContext

context.setJobDescription("rdd")
print("RESULT characters", context.textFile(path).map(len).sum())

context.setJobDescription("sql")
spark.read.text(path).write.format("noop").mode("overwrite").save()
spark.stop()
