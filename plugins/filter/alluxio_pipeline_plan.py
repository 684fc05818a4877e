# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that plans an AlluxioPipeline: plain data in, plain data out that Ansible never takes for a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import alluxio_pipeline
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import plain
from ansible_collections.alluxio.k8s.plugins.plugin_utils.resources_in import as_resource


def alluxio_pipeline_plan(
    resource: Any, observed: Any = None, finished: Any = (), state: Any = "present"
) -> Any:
    """Every decision about the AlluxioPipeline ``resource``, given what there is of it."""
    marks = tuple(str(run) for run in plain(finished))
    return wrap_var(
        alluxio_pipeline.plan(as_resource(resource), plain(observed), marks, str(state))
    )


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"alluxio_pipeline_plan": alluxio_pipeline_plan}
