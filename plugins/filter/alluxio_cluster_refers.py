# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that names what an AlluxioCluster refers to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import alluxio_cluster
from ansible_collections.alluxio.k8s.plugins.plugin_utils.resources_in import as_resource


def alluxio_cluster_refers(resource: Any) -> Any:
    """The Secrets, StorageClasses and namespaces that ``resource`` names."""
    return wrap_var(alluxio_cluster.referred(as_resource(resource)))


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"alluxio_cluster_refers": alluxio_cluster_refers}
