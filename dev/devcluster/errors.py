# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The one error of the development tools."""

from __future__ import annotations


class DevClusterError(Exception):
    """Says in one sentence what is wrong and what to do; shown to the user without a traceback."""
