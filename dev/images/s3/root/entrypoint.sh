#!/bin/bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# Serves /data by S3 on port 7070, for ROOT_ACCESS_KEY and ROOT_SECRET_KEY. BUCKETS names buckets (blanks between) that
# shall exist. Metadata lies in files of its own: not every volume has extended attributes.
set -euo pipefail

: "${ROOT_ACCESS_KEY:?ROOT_ACCESS_KEY is not set: give it from a Secret}"
: "${ROOT_SECRET_KEY:?ROOT_SECRET_KEY is not set: give it from a Secret}"

mkdir -p /data/objects /data/metadata
for bucket in ${BUCKETS:-}; do
  mkdir -p "/data/objects/$bucket"
done
exec versitygw --port :7070 --health /health posix --sidecar /data/metadata /data/objects
