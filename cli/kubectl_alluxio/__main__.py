# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`python -m kubectl_alluxio`."""

from kubectl_alluxio.app import main

main()
