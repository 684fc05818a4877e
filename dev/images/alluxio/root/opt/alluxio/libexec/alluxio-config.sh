# shellcheck shell=bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by every script: turns the environment and alluxio-env.sh into the options of a Java process.

ALLUXIO_HOME=${ALLUXIO_HOME:-/opt/alluxio}
ALLUXIO_CONF_DIR=${ALLUXIO_CONF_DIR:-$ALLUXIO_HOME/conf}
ALLUXIO_LOGS_DIR=${ALLUXIO_LOGS_DIR:-$ALLUXIO_HOME/logs}
ALLUXIO_USER_LOGS_DIR=${ALLUXIO_USER_LOGS_DIR:-$ALLUXIO_LOGS_DIR/user}
ALLUXIO_LOGSERVER_LOGS_DIR=${ALLUXIO_LOGSERVER_LOGS_DIR:-$ALLUXIO_LOGS_DIR}
JAVA=${JAVA:-${JAVA_HOME:-/opt/jre}/bin/java}

if [[ -e $ALLUXIO_CONF_DIR/alluxio-env.sh ]]; then
  # shellcheck source=/dev/null
  . "$ALLUXIO_CONF_DIR/alluxio-env.sh"
fi

# An archive that does not fit (other jars in front, a heap above 32 GB) is passed over in silence.
if [[ -e $ALLUXIO_HOME/lib/alluxio.jsa ]]; then
  archive_options=("-XX:SharedArchiveFile=$ALLUXIO_HOME/lib/alluxio.jsa" -Xlog:cds=off -Xlog:cds+dynamic=off)
else
  archive_options=()
fi

# Splits text at blanks and newlines into the array `words`, without any other expansion.
split() {
  local IFS=$' \t\n'
  read -r -d '' -a words <<< "$1" || true
}

# Alluxio's libraries reach into these packages; Java 17 closes them.
java_options=(
  --add-opens=java.base/java.lang=ALL-UNNAMED
  --add-opens=java.base/java.util=ALL-UNNAMED
  --add-opens=java.base/java.nio=ALL-UNNAMED
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED
  -Dio.netty.tryReflectionSetAccessible=true
)

alluxio_options=(
  "-Dalluxio.home=$ALLUXIO_HOME"
  "-Dalluxio.conf.dir=$ALLUXIO_CONF_DIR"
  "-Dalluxio.logs.dir=$ALLUXIO_LOGS_DIR"
  "-Dalluxio.user.logs.dir=$ALLUXIO_USER_LOGS_DIR"
  # The web pages are not among the artifacts that the image is made of; the REST service is.
  -Dalluxio.web.ui.enabled=false
  -Dorg.apache.jasper.compiler.disablejsr199=true
  -Djava.net.preferIPv4Stack=true
)

# set_property NAME VALUE: nothing for an empty value
set_property() {
  [[ -z $2 ]] || alluxio_options+=("-D$1=$2")
}

set_property alluxio.master.hostname "${ALLUXIO_MASTER_HOSTNAME:-}"
set_property alluxio.master.mount.table.root.ufs "${ALLUXIO_MASTER_MOUNT_TABLE_ROOT_UFS:-}"
set_property alluxio.worker.ramdisk.size "${ALLUXIO_WORKER_RAMDISK_SIZE:-}"
set_property alluxio.logserver.hostname "${ALLUXIO_LOGSERVER_HOSTNAME:-}"
set_property alluxio.logserver.port "${ALLUXIO_LOGSERVER_PORT:-}"
if [[ -n ${ALLUXIO_RAM_FOLDER:-} ]]; then
  set_property alluxio.worker.tieredstore.level0.alias MEM
  set_property alluxio.worker.tieredstore.level0.dirs.path "$ALLUXIO_RAM_FOLDER"
fi
split "${ALLUXIO_JAVA_OPTS:-}"
alluxio_options+=("${words[@]}")

# The jars in a fixed order, folders last: only such a class path may have an archive of loaded classes.
class_path="${ALLUXIO_CLASSPATH:+$ALLUXIO_CLASSPATH:}$(< "$ALLUXIO_HOME/lib/class-path"):$ALLUXIO_CONF_DIR"

# run_java MAIN_CLASS OPTIONS_TEXT ARGUMENTS...: becomes the Java process
run_java() {
  local main_class=$1 words
  split "$2"
  shift 2
  exec "$JAVA" -cp "$class_path" "${java_options[@]}" "${archive_options[@]}" "${alluxio_options[@]}" "${words[@]}" "$main_class" "$@"
}
