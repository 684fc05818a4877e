# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Groups the lines of files, so that each executor fetches from the others."""

import sys

from pyspark.sql import SparkSession

(path,) = sys.argv[1:]
spark = SparkSession.builder.config("spark.sql.shuffle.partitions", "6").getOrCreate()
spark.sparkContext.setJobDescription("shuffle")
lines = spark.sparkContext.textFile(path, 12)
groups = lines.zipWithIndex().map(lambda row: (row[1] % 7, len(row[0]))).groupByKey(6)
print("RESULT groups", groups.count())
spark.stop()
