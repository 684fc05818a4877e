# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that names what a SparkApplication refers to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_application
from ansible_collections.alluxio.k8s.plugins.plugin_utils.resources_in import as_resource


def spark_application_refers(resource: Any) -> Any:
    """The Secrets, the ConfigMaps and the AlluxioCluster that ``resource`` names."""
    return wrap_var(spark_application.referred(as_resource(resource)))


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"spark_application_refers": spark_application_refers}
