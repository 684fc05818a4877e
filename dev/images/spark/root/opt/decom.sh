#!/bin/bash
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
#
# The preStop hook that Spark gives to executors when spark.decommission.enabled is set: tells the executor to hand over its
# blocks, and waits for it as long as Spark's own script does.
set -euo pipefail

executor=$(pgrep --oldest java)
kill -PWR "$executor"
timeout 60 tail --pid="$executor" -f /dev/null || true
