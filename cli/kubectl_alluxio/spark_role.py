# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The role that the operator would run, run here by ansible-runner (decision 0130)."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError

_PLAYBOOK = "alluxio.k8s.spark_application"
# Between passes, while something is missing.
_AGAIN_S = 5.0


@dataclass(frozen=True)
class Role:
    """The playbook for one SparkApplication, against one context of a kubeconfig; a pass a play."""

    body: Mapping[str, Any]
    kubeconfig: str | None
    context: str | None

    def check(self) -> None:
        """What it would do, without doing it. Raises AlluxioError, in the words of the failed task."""
        self._pass(("--check",), lambda: False)

    def begin(self, there: Callable[[], bool], say: Callable[[str], None]) -> None:
        """Passes until the application is ``there``; ``say`` is told what keeps it waiting.

        Raises AlluxioError when it cannot begin. An interrupt ends the play before it goes on.
        """
        stop = threading.Event()
        failed: list[AlluxioError] = []

        def passes() -> None:
            last = ""
            try:
                while not stop.is_set():
                    summary = self._pass((), stop.is_set)
                    if there():
                        return
                    if summary != last:
                        say(summary)
                    last = summary
                    stop.wait(_AGAIN_S)
            except AlluxioError as error:
                failed.append(error)

        thread = threading.Thread(target=passes, name="role")
        thread.start()
        try:
            thread.join()
        finally:
            stop.set()
            thread.join()
        if failed:
            raise failed[0]

    def finish(self) -> None:
        """One more pass, which clears away what an application needs only while it runs.

        That it fails after a failure of the application says nothing new.
        """
        with suppress(AlluxioError):
            self._pass((), lambda: False)

    def _pass(self, options: tuple[str, ...], stopped: Callable[[], bool]) -> str:
        given = {"kubeconfig": self.kubeconfig, "context": self.context, "wait": False}
        named = {
            f"spark_application_{key}": value for key, value in given.items() if value is not None
        }
        return _play({**named, "spark_application": self.body}, options, stopped)


def _play(
    variables: Mapping[str, Any], options: tuple[str, ...], stopped: Callable[[], bool]
) -> str:
    """What the play says at its end."""
    import ansible_runner

    said: list[str] = []

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
            playbook=_PLAYBOOK,
            cmdline=" ".join(["-e", f"@{file}", *options]),
            envvars={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
            event_handler=listen,
            cancel_callback=stopped,
            quiet=True,
        )
        if ended.rc and not stopped():
            why = said[-1] if said else ended.stdout.read()[-2000:].strip()
            raise AlluxioError(
                f"the role spark_application failed: {why}",
                f"run it to see all: ansible-playbook {_PLAYBOOK} -e @FILE",
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
