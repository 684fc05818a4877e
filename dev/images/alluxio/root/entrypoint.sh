#!/bin/bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# The entry point of the Alluxio image, with the contract of the official image's /entrypoint.sh (2.9): the same
# commands, the same environment. What it starts is described in /opt/alluxio/libexec/alluxio-config.sh.
set -euo pipefail

export ALLUXIO_HOME=${ALLUXIO_HOME:-/opt/alluxio}
export ALLUXIO_CONF_DIR=${ALLUXIO_CONF_DIR:-$ALLUXIO_HOME/conf}

# These go into alluxio-env.sh, which is sourced: only so is ${OTHER_VARIABLE} inside them replaced.
exported_by_env_file=(
  ALLUXIO_CLASSPATH ALLUXIO_HOSTNAME ALLUXIO_JARS ALLUXIO_JAVA_OPTS ALLUXIO_MASTER_JAVA_OPTS
  ALLUXIO_PROXY_JAVA_OPTS ALLUXIO_RAM_FOLDER ALLUXIO_USER_JAVA_OPTS ALLUXIO_WORKER_JAVA_OPTS
  ALLUXIO_JOB_MASTER_JAVA_OPTS ALLUXIO_JOB_WORKER_JAVA_OPTS ALLUXIO_FUSE_JAVA_OPTS
)

usage() {
  cat >&2 <<'TEXT'
Usage: COMMAND [COMMAND_OPTIONS]
  master [--no-format]        master and job master; formats the journal first unless --no-format is given
  master-only [--no-format]   master alone
  worker [--no-format]        worker and job worker; formats the worker's storage unless --no-format is given
  worker-only [--no-format]   worker alone
  job-master                  job master
  job-worker                  job worker
  proxy                       proxy: REST and S3
  logserver                   log server
  fuse [--fuse-opts=opt1,...] [MOUNT_POINT] [ALLUXIO_PATH]
                              mounts ALLUXIO_PATH (default /) at MOUNT_POINT (default /mnt/alluxio-fuse)
TEXT
  exit 1
}

# A file that is there is never touched, and a read-only folder is left alone: then it was prepared from outside.
write_configuration() {
  [[ -w $ALLUXIO_CONF_DIR ]] || return 0
  if [[ ! -e $ALLUXIO_CONF_DIR/alluxio-env.sh ]]; then
    write_env_file > "$ALLUXIO_CONF_DIR/alluxio-env.sh"
  fi
  write_file ALLUXIO_SITE_PROPERTIES alluxio-site.properties
  write_file ALLUXIO_LOG4J_PROPERTIES log4j.properties
}

write_env_file() {
  local name
  for name in "${exported_by_env_file[@]}"; do
    if [[ -n ${!name:-} ]]; then
      printf 'export %s="%s"\n' "$name" "${!name//$'\n'/ }"
    fi
  done
}

write_file() {
  local variable=$1 file=$2
  if [[ -n ${!variable:-} ]]; then
    printf '%s\n' "${!variable}" > "$ALLUXIO_CONF_DIR/$file"
  fi
}

format_unless_told_not_to() {
  local what=$1 option=${2:-}
  case $option in
    --no-format) ;;
    '') "$ALLUXIO_HOME/bin/alluxio" "$what" ;;
    *) usage ;;
  esac
}

launch() {
  exec "$ALLUXIO_HOME/bin/launch-process" "$1" -c
}

# Both end when one of them does, so that the container is restarted as a whole.
launch_both() {
  local process pids=()
  for process in "$@"; do
    "$ALLUXIO_HOME/bin/launch-process" "$process" -c &
    pids+=("$!")
  done
  trap 'kill -TERM "${pids[@]}" 2> /dev/null || true' TERM INT HUP
  local status=0
  wait -n "${pids[@]}" || status=$?
  kill -TERM "${pids[@]}" 2> /dev/null || true
  wait || true
  exit "$status"
}

mount_fuse() {
  local options=()
  if [[ ${1:-} == --fuse-opts=?* ]]; then
    options=(-o "${1#--fuse-opts=}")
    shift
  fi
  [[ ${1:-} != -* && $# -le 2 ]] || usage
  if [[ -n ${MOUNT_POINT:-}${FUSE_ALLUXIO_PATH:-} ]]; then
    echo "MOUNT_POINT and FUSE_ALLUXIO_PATH are no longer read: give the mount point and the path as arguments" >&2
    usage
  fi
  exec "$ALLUXIO_HOME/integration/fuse/bin/alluxio-fuse" mount "${options[@]}" \
    "${1:-/mnt/alluxio-fuse}" "${2:-/}"
}

main() {
  [[ $# -ge 1 ]] || usage
  local command=$1
  shift
  cd "$ALLUXIO_HOME"
  write_configuration
  case $command in
    master) format_unless_told_not_to formatJournal "$@"; launch_both job_master master ;;
    master-only) format_unless_told_not_to formatJournal "$@"; launch master ;;
    worker) format_unless_told_not_to formatWorker "$@"; launch_both job_worker worker ;;
    worker-only) format_unless_told_not_to formatWorker "$@"; launch worker ;;
    job-master) launch job_master ;;
    job-worker) launch job_worker ;;
    proxy) launch proxy ;;
    logserver) launch logserver ;;
    fuse) mount_fuse "$@" ;;
    *) usage ;;
  esac
}

main "$@"
