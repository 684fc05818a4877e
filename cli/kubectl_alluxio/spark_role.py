# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The role that the operator would run, run here by ansible-runner (decision 0130)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError

from kubectl_alluxio.role import play

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
        return play(
            "spark_application", {**named, "spark_application": self.body}, options, stopped
        )
