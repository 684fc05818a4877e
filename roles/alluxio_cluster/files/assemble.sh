#!/usr/bin/env bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# Puts together the configuration of the processes of this pod, in memory, before they start:
#   assemble.sh PROCESS [KEY=VALUE]... [PROCESS [KEY=VALUE]...]...
# writes OUT/PROCESS/alluxio-site.properties from, in this order (a later line wins):
#   CONFIG/PROCESS.properties           defaults and the user's properties
#   SECRETS/properties/*/KEY            each file of a mounted Secret is a property
#   CONFIG/PROCESS.required.properties  what the plan alone decides
#   SECRETS/root-mount/*/KEY            options of the root mount, for the process "master" only
#   KEY=VALUE                           what depends on the pod
# and OUT/PROCESS/alluxio-env.sh, which puts CONFIG/patches.jar on the class path if there is one.
# Files under CONFIG are escaped for java.util.Properties already, the other values are escaped here.
set -euo pipefail
export LC_ALL=C
umask 0027

CONFIG=${CONFIG:-/config}
SECRETS=${SECRETS:-/secrets}
OUT=${OUT:-/conf}

# Sets `escaped` to the bytes on standard input, read as UTF-8, as java.util.Properties.load wants a value.
# Bytes by od, since bash can hold no NUL and the image may have no UTF-8 locale.
escape_value() {
  local bytes byte code=0 rest=0
  mapfile -t bytes < <(od -An -v -w1 -tu1)
  # One line break at the end of a file means nothing: editors add it.
  if drop_last 10; then drop_last 13 || true; fi
  escaped=
  for byte in ${bytes[@]+"${bytes[@]}"}; do
    if ((rest > 0 && (byte & 0xC0) == 0x80)); then
      code=$((code << 6 | byte & 0x3F)) rest=$((rest - 1))
    elif ((byte >= 0xF0)); then
      code=$((byte & 0x07)) rest=3
    elif ((byte >= 0xE0)); then
      code=$((byte & 0x0F)) rest=2
    elif ((byte >= 0xC0)); then
      code=$((byte & 0x1F)) rest=1
    else
      code=$((byte)) rest=0
    fi
    ((rest > 0)) || escape_character "$code"
  done
  # Blanks at the beginning would be swallowed.
  [[ $escaped != ' '* ]] || escaped="\\$escaped"
}

# Removes the last of the caller's `bytes` when it is this one.
drop_last() {
  local last=$((${#bytes[@]} - 1))
  ((last >= 0 && bytes[last] == $1)) || return 1
  unset "bytes[last]"
}

# Appends one Unicode character, given as a number, to `escaped`.
escape_character() {
  local code=$1 text
  case $code in
    9) text='\t' ;;
    10) text='\n' ;;
    12) text='\f' ;;
    13) text='\r' ;;
    92) text="\\\\" ;;
    *)
      if ((code >= 32 && code < 127)); then
        printf -v text '%03o' "$code"
        # shellcheck disable=SC2059
        printf -v text "\\$text"
      elif ((code < 0x10000)); then
        printf -v text '\\u%04X' "$code"
      else
        printf -v text '\\u%04X\\u%04X' \
          $((0xD800 + ((code - 0x10000) >> 10))) $((0xDC00 + ((code - 0x10000) & 0x3FF)))
      fi
      ;;
  esac
  escaped+=$text
}

# Prints the properties in the folders of the Secrets of one purpose, each key with a prefix.
secret_properties() {
  local purpose=$1 prefix=$2 file
  for file in "$SECRETS/$purpose"/*/*; do
    [[ -f $file ]] || continue
    escape_value <"$file"
    # Keys of Secrets are letters, digits, dots, dashes and underscores: nothing to escape.
    printf '%s%s=%s\n' "$prefix" "${file##*/}" "$escaped"
  done
}

# Prints the whole property file of one process.
site_properties() {
  local process=$1 property
  shift
  cat "$CONFIG/$process.properties"
  secret_properties properties ''
  cat "$CONFIG/$process.required.properties"
  if [[ $process == master ]]; then
    secret_properties root-mount alluxio.master.mount.table.root.option.
  fi
  for property in "$@"; do
    escape_value < <(printf '%s' "${property#*=}")
    printf '%s=%s\n' "${property%%=*}" "$escaped"
  done
}

# Puts the class that replaces a faulty one of this Alluxio before all others, unless the image has it already.
patched_class_path() {
  if [[ -e $CONFIG/patches.jar && ! -e ${ALLUXIO_HOME:-/opt/alluxio}/lib/alluxio-k8s-patches.jar ]]; then
    cp "$CONFIG/patches.jar" "$1/patches.jar"
    echo "ALLUXIO_CLASSPATH=$1/patches.jar\${ALLUXIO_CLASSPATH:+:\$ALLUXIO_CLASSPATH}"
  fi
}

assemble() {
  local folder=$OUT/$1
  mkdir -p "$folder"
  site_properties "$@" >"$folder/alluxio-site.properties"
  cp "$CONFIG/log4j.properties" "$CONFIG/java.security" "$folder"
  # With this file in place the image's entrypoint writes no other, which would expand what must stay literal.
  {
    echo '# Written by alluxio.k8s: flags come from the environment, properties from alluxio-site.properties.'
    patched_class_path "$folder"
  } >"$folder/alluxio-env.sh"
  chmod 0640 "$folder"/*
}

while (($# > 0)); do
  process=$1
  shift
  properties=()
  while (($# > 0)) && [[ $1 == *=* ]]; do
    properties+=("$1")
    shift
  done
  assemble "$process" ${properties[@]+"${properties[@]}"}
done
