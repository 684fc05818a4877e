# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a client of Spark Connect does on a SparkCluster:  WHAT ARGUMENT…, with SPARK_REMOTE and the token set."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from pyspark.sql import SparkSession

what, *arguments = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()

if what == "count":
    # A split for each file.
    spark.conf.set("spark.sql.files.maxPartitionBytes", "380000")
    spark.conf.set("spark.sql.files.openCostInBytes", "0")
    print("lines", spark.read.text(arguments[0]).count())
elif what == "write":
    source, target = arguments
    spark.read.text(source).write.mode("overwrite").parquet(target)
    print("rows", spark.read.parquet(target).count())
elif what == "conf":
    print("conf", spark.conf.get(arguments[0]))
elif what == "many":

    def small(number: int) -> int:
        return spark.range(number).selectExpr("sum(id)").collect()[0][0] or 0

    with ThreadPoolExecutor(20) as pool:
        print("sums", sum(pool.map(small, range(20))))
elif what == "on":
    # One after the other, for as long as the test wants.
    for number in range(int(arguments[0])):
        rows = spark.range(1000).repartition(3).count()
        print("query", number, rows, flush=True)
        time.sleep(1)
