# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that makes an AlluxioPipeline of a pipeline's settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_definition import settings_of
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.resource import resource_of
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.settings import read_settings
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import plain
from ansible_collections.alluxio.k8s.plugins.plugin_utils.resources_in import as_resource


def alluxio_pipeline_resource(
    settings: Any, namespace: Any, cluster: Any, cluster_namespace: Any = None
) -> Any:
    """Raises AnsibleFilterError for settings that cannot be."""
    names = (plain(namespace), plain(cluster), plain(cluster_namespace))
    try:
        pipeline = read_settings(settings_of(as_resource(settings)))
    except AlluxioError as error:
        raise AnsibleFilterError(str(error)) from None
    return wrap_var(resource_of(pipeline, *names))


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"alluxio_pipeline_resource": alluxio_pipeline_resource}
