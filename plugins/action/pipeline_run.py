# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module of the same name in process when that is safe."""

from __future__ import annotations

from ansible_collections.alluxio.k8s.plugins.modules import pipeline_run
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import InProcessAction


class ActionModule(InProcessAction):
    module = pipeline_run
