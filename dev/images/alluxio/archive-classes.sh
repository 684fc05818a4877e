#!/bin/bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# Runs inside the image while it is built: starts the servers and the shells once, on files below /tmp, and puts the
# classes that they load, parsed and verified, into /opt/alluxio/lib/alluxio.jsa. Java maps that file at start.
set -euo pipefail

archive=/opt/alluxio/lib/alluxio.jsa
work=/tmp/archive-classes
export ALLUXIO_CONF_DIR=$work/conf ALLUXIO_LOGS_DIR=$work/logs
quick="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m"

prepare() {
  mkdir -p "$ALLUXIO_CONF_DIR" "$ALLUXIO_LOGS_DIR" "$work/lists" "$work/ufs" "$work/journal"
  touch "$ALLUXIO_CONF_DIR/alluxio-env.sh"
  cat > "$ALLUXIO_CONF_DIR/alluxio-site.properties" <<SITE
alluxio.master.hostname=localhost
alluxio.master.mount.table.root.ufs=$work/ufs
alluxio.master.journal.folder=$work/journal
alluxio.master.metastore.dir=$work/metastore
alluxio.worker.ramdisk.size=256MB
alluxio.worker.tieredstore.level0.dirs.path=$work/mem
alluxio.proxy.s3.v2.version.enabled=false
alluxio.security.login.username=root
SITE
}

options_of() {
  echo "$quick -XX:DumpLoadedClassList=$work/lists/$1"
}

declare -A process

# start ROLE VARIABLE
start() {
  env "$2=$(options_of "$1")" /opt/alluxio/bin/launch-process "$1" -c > "$ALLUXIO_LOGS_DIR/$1" 2>&1 &
  process[$1]=$!
}

wait_for_port() {
  local role=$1 port=$2 deadline=$((SECONDS + 180))
  until (exec 3<> "/dev/tcp/localhost/$port") 2> /dev/null; do
    if ((SECONDS > deadline)) || ! kill -0 "${process[$role]}" 2> /dev/null; then
      echo "$role does not listen on port $port:"
      tail -30 "$ALLUXIO_LOGS_DIR/$role"
      return 1
    fi
    sleep 0.2
  done
}

start_all() {
  start master ALLUXIO_MASTER_JAVA_OPTS
  wait_for_port master 19999
  start job_master ALLUXIO_JOB_MASTER_JAVA_OPTS
  start worker ALLUXIO_WORKER_JAVA_OPTS
  start proxy ALLUXIO_PROXY_JAVA_OPTS
  wait_for_port job_master 20002
  start job_worker ALLUXIO_JOB_WORKER_JAVA_OPTS
  wait_for_port worker 30000
  wait_for_port job_worker 30003
  wait_for_port proxy 39999
}

# rest PATH DATA [CONTENT_TYPE]
rest() {
  curl --silent --show-error --fail --max-time 60 -H "Content-Type: ${3:-application/json}" --data-binary "$2" \
    "http://localhost:39999/api/v1/$1"
}

shell() {
  ALLUXIO_USER_JAVA_OPTS=$(options_of "shell-$1-$2") timeout 30 /opt/alluxio/bin/alluxio "$@" > /dev/null 2>&1
}

# What a small test does: write, read, list, report. The S3 server that the mount names does not exist; the attempt
# loads the classes that one with a server needs.
use() {
  local stream
  stream=$(rest paths//file/create-file '{}')
  rest "streams/$stream/write" @/bin/bash application/octet-stream > /dev/null
  rest "streams/$stream/close" '' > /dev/null
  stream=$(rest paths//file/open-file '{}')
  rest "streams/$stream/read" '' > /dev/null
  rest paths//file/get-status '{}' > /dev/null
  curl --silent --fail http://localhost:19999/api/v1/master/info > /dev/null
  shell fs ls / || return 1
  shell fsadmin report || return 1
  shell fs mount --option s3a.accessKeyId=none --option s3a.secretKey=none \
    --option alluxio.underfs.s3.endpoint=http://localhost:1 /s3 s3://none/ || true
}

stop_all() {
  kill "${process[@]}"
  wait || true
}

# Java's own lists name loaders and numbers of one process; what is left is the same for all.
merge() {
  cat "$work"/lists/* | grep -v -e ' source: ' -e '^#' | sed 's/ id: [0-9]*$//' | awk '!seen[$0]++'
}

# A container runtime would make this file.
echo "127.0.0.1 localhost $(hostname)" > /etc/hosts
trap 'rm -f /etc/hosts' EXIT
prepare
start_all
use
stop_all
merge > "$work/classes"
/opt/jre/bin/java -Xshare:dump "-XX:SharedClassListFile=$work/classes" "-XX:SharedArchiveFile=$archive" \
  -XX:+UseSerialGC -cp "$(< /opt/alluxio/lib/class-path)" > "$work/dump" 2>&1 || { tail -30 "$work/dump"; exit 1; }
chmod 0644 "$archive"
