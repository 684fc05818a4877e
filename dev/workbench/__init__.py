# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the demo, the end-to-end tests and the benchmarks share: a cluster, an S3 server, the operator, REST."""
