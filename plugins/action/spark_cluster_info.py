# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name in process when that is safe."""

from __future__ import annotations

# The plans are for the filters of the same play: see the action alluxio_cluster_info.
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import (  # noqa: F401  # pylint: disable=unused-import
    spark_cluster,
    spark_cluster_status,
)
from ansible_collections.alluxio.k8s.plugins.modules import spark_cluster_info
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    module = spark_cluster_info
