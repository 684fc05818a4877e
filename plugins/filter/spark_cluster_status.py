# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that judges a SparkCluster: plain data in, and out, never a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_cluster_status import (
    cluster_status,
)
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import plain


def spark_cluster_status(
    resource: Any, plan: Any, observed: Any, applied: Any, state: str = "present"
) -> Any:
    """The report of a pass over ``resource``."""
    given = (plain(each) for each in (resource, plan, observed, applied))
    return wrap_var(cluster_status(*given, state=state))


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spark_cluster_status": spark_cluster_status}
