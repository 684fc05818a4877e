# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A role of the collection, run here by ansible-runner as the operator would run it (decision 0130)."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError


def play(
    role: str,
    variables: Mapping[str, Any],
    options: tuple[str, ...] = (),
    stopped: Callable[[], bool] = lambda: False,
) -> str:
    """What the playbook of the role says at its end.

    Raises AlluxioError, in the words of the failed task.
    """
    import ansible_runner

    playbook, said = f"alluxio.k8s.{role}", list[str]()

    def listen(event: Mapping[str, Any]) -> bool:
        data = event.get("event_data", {})
        if event["event"] == "runner_on_failed" or data.get("task_action", "").endswith("debug"):
            said.append(str((data.get("res") or {}).get("msg", "")))
        return False

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "variables.json")
        file.write_text(literal_json(variables), encoding="utf-8")
        ended = ansible_runner.run(
            private_data_dir=folder,
            playbook=playbook,
            cmdline=" ".join(["-e", f"@{file}", *options]),
            envvars={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
            event_handler=listen,
            cancel_callback=stopped,
            quiet=True,
        )
        if ended.rc and not stopped():
            why = said[-1] if said else ended.stdout.read()[-2000:].strip()
            raise AlluxioError(
                f"the role {role} failed: {why}",
                f"run it to see all: ansible-playbook {playbook} -e @FILE",
            )
    return said[-1] if said else ""


def literal_json(data: Any) -> str:
    """JSON for Ansible in which every string is taken as it is, by the mark that Ansible itself puts on such ones.

    Not YAML's `!unsafe`: ansible-core 2.19 makes a number of `!unsafe "0"`.
    """
    return json.dumps(_literal(data))


def _literal(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _literal(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_literal(value) for value in data]
    return {"__ansible_unsafe": data} if isinstance(data, str) else data
