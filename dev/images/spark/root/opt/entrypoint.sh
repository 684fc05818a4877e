#!/bin/bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# Spark on Kubernetes starts containers with `driver ARGUMENTS` (spark-submit in client mode) or `executor`; anything else is
# run as it is. As in Spark's own image, except that SPARK_EXECUTOR_MAIN_CLASS may name another main class for executors.
set -euo pipefail

name_the_user() {
  local id passwd=/tmp/.passwd group=/tmp/.group
  id=$(id -u)
  if getent passwd "$id" > /dev/null; then return; fi
  # The root file system may be read-only: the name is added in front of the C library.
  { cat /etc/passwd; echo "spark:x:$id:$(id -g):Spark:$SPARK_HOME/work-dir:/bin/bash"; } > "$passwd"
  cp /etc/group "$group"
  export NSS_WRAPPER_PASSWD=$passwd NSS_WRAPPER_GROUP=$group LD_PRELOAD=libnss_wrapper.so
}

# Files that are mounted come first, so that they win over what jars bring.
class_path() {
  local path="${SPARK_CLASSPATH:-}:$SPARK_HOME/jars/*"
  if [[ -n ${SPARK_EXTRA_CLASSPATH:-} ]]; then path=$path:$SPARK_EXTRA_CLASSPATH; fi
  if [[ -n ${HADOOP_CONF_DIR:-} ]]; then path=$HADOOP_CONF_DIR:$path; fi
  echo "${SPARK_CONF_DIR:-$SPARK_HOME/conf}:$path:$PWD${SPARK_DIST_CLASSPATH:+:$SPARK_DIST_CLASSPATH}"
}

driver() {
  command=("$SPARK_HOME/bin/spark-submit"
    --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS"
    --conf "spark.executorEnv.SPARK_DRIVER_POD_IP=$SPARK_DRIVER_BIND_ADDRESS"
    --deploy-mode client "$@")
}

executor() {
  local name names options=() main=${SPARK_EXECUTOR_MAIN_CLASS:-org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend}
  # Spark numbers the options: SPARK_JAVA_OPT_0, SPARK_JAVA_OPT_1, …
  mapfile -t names < <(compgen -v SPARK_JAVA_OPT_ | sort -t _ -k 4 -n)
  for name in "${names[@]}"; do options+=("${!name}"); done
  command=("$JAVA_HOME/bin/java" "${options[@]}" "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY"
    -cp "$(class_path)" "$main"
    --driver-url "$SPARK_DRIVER_URL"
    --executor-id "$SPARK_EXECUTOR_ID"
    --cores "$SPARK_EXECUTOR_CORES"
    --app-id "$SPARK_APPLICATION_ID"
    --hostname "$SPARK_EXECUTOR_POD_IP"
    --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID"
    --podName "$SPARK_EXECUTOR_POD_NAME")
}

name_the_user
case ${1:-} in
  driver)
    shift
    driver "$@"
    ;;
  executor) executor ;;
  *) command=("$@") ;;
esac
exec /usr/bin/tini -s -- "${command[@]}"
