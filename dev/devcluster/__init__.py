# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The development cluster: a real Kubernetes on one Linux machine, without Docker."""
