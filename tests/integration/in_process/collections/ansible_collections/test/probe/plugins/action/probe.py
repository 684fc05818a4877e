# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import InProcessAction
from ansible_collections.test.probe.plugins.modules import probe


class ActionModule(InProcessAction):
    module = probe
