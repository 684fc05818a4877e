#!/usr/bin/env bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# Starts a standalone worker with the given arguments. Executors are started by the java beside this script (java.sh), which
# knows the image's own by ALLUXIO_JAVA.
set -euo pipefail

if [[ -n ${JAVA_HOME:-} ]]; then ALLUXIO_JAVA=$JAVA_HOME/bin/java; else ALLUXIO_JAVA=$(command -v java); fi
export ALLUXIO_JAVA
JAVA_HOME=$(dirname "$0")/executor-jvm
export JAVA_HOME
exec "$SPARK_HOME/bin/spark-class" org.apache.spark.deploy.worker.Worker "$@"
