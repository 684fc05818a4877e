#!/usr/bin/env bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# Alluxio as a file system of this node, for applications that mount SHARE's folder of the node:
#   fuse.sh run SHARE ALLUXIO_PATH OPTIONS   mounts it at SHARE/data and becomes the process that serves it
#   fuse.sh mounted SHARE                    succeeds while SHARE/data is a FUSE mount
#   fuse.sh answers SHARE                    succeeds when it also answers within 8 s
#   fuse.sh release SHARE                    takes the mount away, in use or not
#
# SHARE is a file system of its own, read-only, empty but for the folder `data` that nobody may enter. So whenever Alluxio is
# not mounted, applications get an error: they neither write to the node's disk nor take the tree for empty. It stays when
# this pod goes, since applications may stay too.
set -euo pipefail

# is_mount PATH PATTERN: whether a file system whose type matches is mounted there
is_mount() {
  local point kind
  while read -r _ point kind _; do
    # shellcheck disable=SC2053
    if [[ $point == "$1" && $kind == $2 ]]; then return 0; fi
  done < /proc/self/mounts
  return 1
}

# A process that was killed leaves its mount behind, and every call on it fails until it is taken away.
release() {
  while is_mount "$1/data" 'fuse*'; do
    umount -l "$1/data"
  done
}

# Made aside and put in place whole, so that nobody sees it while it can be written to.
lay_floor() {
  local share=$1 aside
  if is_mount "$share" tmpfs; then return; fi
  mkdir -p "$share"
  aside=$(mktemp -d)
  mount -t tmpfs -o size=4k,mode=0755 alluxio-share "$aside"
  mkdir -m 0000 "$aside/data"
  mount -o remount,ro "$aside"
  mount --bind "$aside" "$share"
  umount "$aside"
}

[[ $# -ge 2 ]] || { echo "usage: fuse.sh run SHARE ALLUXIO_PATH OPTIONS | mounted|answers|release SHARE" >&2; exit 2; }
share=$2
case $1 in
  run)
    release "$share"
    lay_floor "$share"
    exec /entrypoint.sh fuse "--fuse-opts=$4" "$share/data" "$3"
    ;;
  mounted) is_mount "$share/data" 'fuse*' ;;
  answers) is_mount "$share/data" 'fuse*' && timeout -s KILL 8 stat "$share/data/." > /dev/null ;;
  release) release "$share" ;;
esac
