# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a custom resource comes out of Ansible's variables."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import plain


def as_resource(value: Any) -> dict[str, Any]:
    """The resource as plain data; raises AnsibleFilterError when it is no map at all."""
    resource = plain(value)
    if not isinstance(resource, dict):
        raise AnsibleFilterError(
            f"a resource is a map with metadata and spec, not {type(resource).__name__}: "
            "give it as it stands in its file"
        )
    return resource
