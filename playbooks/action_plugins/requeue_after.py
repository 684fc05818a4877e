# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks ansible-operator for another pass soon: ``requeue_after: {period: 5s}``.

ansible-operator knows this request only by the literal action name ``requeue_after`` and by
``period`` (a Go duration) in its result; a name with a collection in front is not recognised. Hence
this file beside the playbooks, called by its short name; an action plugin alone, since a module
would cost a second. The operator ends the pass at once when it sees the result: use it as the last
task, and never in a finalizer's run, where it would keep the finalizer.
"""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):  # type: ignore[misc]
    _VALID_ARGS = frozenset(("period",))
    _requires_connection = False

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        return {**result, "changed": False, "period": str(self._task.args["period"])}
