# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that judges a pass over an AlluxioPipeline: plain data in, and out, never a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_pipeline_status import (
    pipeline_status,
)
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import plain


def alluxio_pipeline_status(resource: Any, plan: Any, applied: Any, state: str = "present") -> Any:
    """The report of a pass over ``resource``."""
    return wrap_var(pipeline_status(*map(plain, (resource, plan, applied)), state=state))


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"alluxio_pipeline_status": alluxio_pipeline_status}
