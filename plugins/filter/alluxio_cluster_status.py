# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that judges an AlluxioCluster: plain data in, and out, never a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_cluster_status import (
    cluster_status,
)
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import plain


def alluxio_cluster_status(
    cluster: Any,
    plan: Any,
    observed: Any,
    applied: Any,
    state: str = "present",
    acted: Any = None,
    drain: Any = None,
) -> Any:
    """The report of a pass over ``cluster``."""
    given = (plain(each) for each in (cluster, plan, observed, applied))
    return wrap_var(cluster_status(*given, state=state, acted=plain(acted), drain=plain(drain)))


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"alluxio_cluster_status": alluxio_cluster_status}
