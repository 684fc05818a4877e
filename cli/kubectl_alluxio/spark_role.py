# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The role that the operator would run, run here by ansible-runner (decision 0130)."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError

_PLAYBOOK = "alluxio.k8s.spark_application"
_LOOK_S = 0.5


@dataclass(frozen=True)
class Role:
    """The playbook for one SparkApplication, against one context of a kubeconfig."""

    body: Mapping[str, Any]
    kubeconfig: str | None
    context: str | None

    def check(self) -> None:
        """What it would do, without doing it. Raises AlluxioError, in the words of the failed task."""
        _play(self._variables(wait=False), ("--check",), lambda: False)

    @contextmanager
    def beside(self, begun: Callable[[], bool], wait: bool) -> Iterator[None]:
        """Runs beside the caller from when ``begun`` is true; with ``wait`` to the end of the application.

        Raises AlluxioError when it fails before. What fails later the application itself shows.
        """
        stop, failure = threading.Event(), []

        def run() -> None:
            try:
                _play(self._variables(wait), (), stop.is_set)
            except AlluxioError as error:
                failure.append(error)

        thread = threading.Thread(target=run, name="role")
        thread.start()
        try:
            while thread.is_alive() and not begun():
                thread.join(_LOOK_S)
            if failure and not begun():
                raise failure[0]
            yield
            thread.join()
        finally:
            stop.set()
            thread.join()

    def _variables(self, wait: bool) -> dict[str, Any]:
        given = {"kubeconfig": self.kubeconfig, "context": self.context, "wait": wait}
        named = {
            f"spark_application_{key}": value for key, value in given.items() if value is not None
        }
        return {**named, "spark_application": self.body}


def _play(
    variables: Mapping[str, Any], options: tuple[str, ...], stopped: Callable[[], bool]
) -> None:
    import ansible_runner

    failed: list[str] = []

    def keep_failure(event: Mapping[str, Any]) -> bool:
        if event.get("event") == "runner_on_failed":
            failed.append(str(event["event_data"].get("res", {}).get("msg", "")))
        return False

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "variables.yml")
        file.write_text(literal_yaml(variables), encoding="utf-8")
        ended = ansible_runner.run(
            private_data_dir=folder,
            playbook=_PLAYBOOK,
            cmdline=" ".join(["-e", f"@{file}", *options]),
            envvars={"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
            event_handler=keep_failure,
            cancel_callback=stopped,
            quiet=True,
        )
        if ended.rc and not stopped():
            said = failed[-1] if failed else ended.stdout.read()[-2000:].strip()
            raise AlluxioError(
                f"the role spark_application failed: {said}",
                f"run it to see all: ansible-playbook {_PLAYBOOK} -e @FILE",
            )


class _Literal(str):
    """A string that Ansible shall not take for a template."""


def literal_yaml(data: Any) -> str:
    """YAML for Ansible in which every string is taken as it is."""
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    Dumper.add_representer(
        _Literal, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text), style='"')
    )
    text: str = yaml.dump(_literal(data), Dumper=Dumper, sort_keys=False, allow_unicode=True)
    return text


def _literal(data: Any) -> Any:
    if isinstance(data, Mapping):
        return {key: _literal(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_literal(value) for value in data]
    return _Literal(data) if isinstance(data, str) else data
