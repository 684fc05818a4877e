#!/usr/bin/env bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# The preStop hook of a worker: tells it that it goes, and waits until its executors have handed over what they hold, but no
# longer than the given seconds.
set -euo pipefail

pkill -PWR --full 'org\.apache\.spark\.deploy\.worker\.Worker ' || exit 0
end=$((SECONDS + $1))
while ((SECONDS < end)) && pgrep --full 'ExecutorBackend --driver-url' > /dev/null; do sleep 1; done
