# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Blocks x workers x nodes x free room -> where executors should run, and why. Pure: no I/O."""
