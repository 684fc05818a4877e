# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter through which every value enters a template of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import plain

# JSON lets these stand in a string as they are, YAML takes them for line breaks or refuses them
# (YAML 1.1, 5.1 and 5.4).
_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def to_json(value: Any) -> Any:
    """``value`` as one line of JSON that is also YAML for the same value.

    Unlike ansible.builtin.to_json, whose pairs of escapes for characters such as emoji are no YAML.
    """
    text = json.dumps(plain(value), ensure_ascii=False)
    return wrap_var(_NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


class FilterModule:
    """Ansible's entry point."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return {"to_json": to_json}
