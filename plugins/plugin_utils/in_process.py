# Copyright (c) 2026, Alluxio Kubernetes Platform contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of ours inside ansible-playbook's own worker process when nothing speaks against
it.

An ordinary module pays for packing, a Python start and its imports in every task (0.8 to 1.0 s); in
process it is a tenth of that, because what an action plugin imports at its top is loaded once in
the parent and inherited by each worker.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import date
from types import ModuleType
from typing import Any

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as OrdinaryAction
from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import invocation, outcome

_DISCOVERED = ("auto", "auto_legacy", "auto_silent", "auto_legacy_silent")


class InProcessAction(OrdinaryAction):  # type: ignore[misc]
    """Base of our action plugins: a subclass names its ``module``, nothing else."""

    module: ModuleType

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        if not self._may_run_here(task_vars or {}):
            return dict(super().run(tmp, task_vars))
        result = ActionBase.run(self, tmp, task_vars)
        del tmp
        result.update(
            run_here(self.module, self._task.args, self._task.check_mode, self._task.diff)
        )
        return dict(result)

    def _may_run_here(self, task_vars: dict[str, Any]) -> bool:
        """Whether this process is what the user would get from a module anyway."""
        return (
            self._connection.transport == "local"
            and not self._task.become
            and not self._connection.become
            and not self._task.async_val
            and not any(self._task.environment or ())
            and is_own_interpreter(self._interpreter(task_vars))
        )

    def _interpreter(self, task_vars: dict[str, Any]) -> str:
        configured = constants.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars)
        return str(self._templar.template(configured))


def is_own_interpreter(configured: str) -> bool:
    """Whether a module under this interpreter would find what this process finds.

    The ansible operator's inventory says ``.../bin/python3`` where ansible-playbook runs as ``.../bin/python``:
    the same program in the same environment. The folder counts, since an environment's python is a link to
    one outside it.
    """
    if configured in (*_DISCOVERED, sys.executable):
        return True
    same_folder = os.path.dirname(configured) == os.path.dirname(sys.executable)
    return same_folder and os.path.realpath(configured) == os.path.realpath(sys.executable)


def run_here(module: ModuleType, args: Any, check_mode: bool, diff: bool) -> dict[str, Any]:
    """Validates as AnsibleModule does, runs, and censors the result as AnsibleModule does."""
    constraints = getattr(module, "CONSTRAINTS", {})
    validation = ArgumentSpecValidator(module.ARGUMENT_SPEC, **constraints).validate(plain(args))
    params = validation.validated_parameters
    if validation.error_messages:
        result = {"failed": True, "msg": _message(module, validation)}
    else:
        result = outcome(module.run, params, check_mode, diff)
    result["invocation"] = invocation(params)
    _add_notes(result, validation)
    return _censored(result, validation._no_log_values)


def plain(value: Any) -> Any:
    """The value as a module would get it through JSON: without tags, wrappers, vault and lazy
    containers.
    """
    if value is None or isinstance(value, bool):
        return value
    # The base type's own conversion, since a subclass may answer with itself.
    for base, convert in ((str, str.__str__), (int, int.__int__), (float, float.__float__)):
        if isinstance(value, base):
            return convert(value)
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str.__str__(str(value))


def _message(module: ModuleType, validation: ValidationResult) -> str:
    message = str(validation.errors.msg)
    if isinstance(validation.errors[0], UnsupportedError):
        path = module.__name__.split(".")
        name = ".".join((path[1], path[2], path[-1]))
        return f"Unsupported parameters for ({name}) module: {message}"
    return message


def _add_notes(result: dict[str, Any], validation: ValidationResult) -> None:
    """What the validator noticed about aliases and deprecated options reaches the user too."""
    warnings = [
        f"Both option {note['option']} and its alias {note['alias']} are set."
        for note in validation._warnings
    ]
    if warnings:
        result["warnings"] = [*result.get("warnings", []), *warnings]
    if validation._deprecations:
        result["deprecations"] = [*result.get("deprecations", []), *validation._deprecations]


def _censored(result: dict[str, Any], no_log_values: set[str]) -> dict[str, Any]:
    # As AnsibleModule._return_formatted: a no_log value "True" must not swallow `changed`.
    kept = {key: value for key, value in result.items() if value is None or isinstance(value, bool)}
    return {**remove_values(result, no_log_values), **kept}
