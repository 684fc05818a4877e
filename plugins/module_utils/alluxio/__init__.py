# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Speaking to Alluxio's servers. Nothing in here knows Kubernetes."""
