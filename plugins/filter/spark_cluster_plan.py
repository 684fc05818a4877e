# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that plans a SparkCluster: plain data in, plain data out that Ansible never takes
for a template.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_cluster
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import plain
from ansible_collections.alluxio.k8s.plugins.plugin_utils.resources_in import as_resource


def spark_cluster_plan(resource: Any, observed: Any = None, scripts: Any = None) -> Any:
    """Every decision about the SparkCluster ``resource``, given what there is of it."""
    return wrap_var(spark_cluster.plan(as_resource(resource), plain(observed), plain(scripts)))


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spark_cluster_plan": spark_cluster_plan}
