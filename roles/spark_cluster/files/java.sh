#!/usr/bin/env bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# The `java` by which a worker starts executors: Java itself, but the main class of executors is the one that lets them register
# under their node (docs/decisions/0200). Without its jar they are Spark's own.
set -euo pipefail

arguments=("$@")
if compgen -G "$SPARK_HOME/jars/alluxio-spark-locality*.jar" > /dev/null; then
  for index in "${!arguments[@]}"; do
    if [[ ${arguments[index]} == org.apache.spark.executor.CoarseGrainedExecutorBackend ]]; then
      arguments[index]=io.alluxio.k8s.spark.StandaloneExecutorBackend
    fi
  done
fi
exec "$ALLUXIO_JAVA" "${arguments[@]}"
