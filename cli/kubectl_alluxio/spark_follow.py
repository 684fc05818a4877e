# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Following an application to its end, through all its attempts."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.logs import Container, Log

from kubectl_alluxio import exit_codes
from kubectl_alluxio.output import message
from kubectl_alluxio.spark_read import find

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.api import KubeClient

    from kubectl_alluxio.spark_display import Display
    from kubectl_alluxio.spark_view import Application, Pod

_LOOK_S = 1.0
_PROGRESS_S = 2.0


def follow(client: KubeClient, name: str, namespace: str, quiet: bool) -> int:
    """Shows logs and progress until the application is over; the exit status of its driver.

    Raises NotFound when the application is removed meanwhile, and the errors of kube/errors.py.
    """
    from kubectl_alluxio.spark_display import display

    with display(quiet) as shown:
        seen = Follower(client, name, namespace, shown).run()
    return result(seen)


class Follower:
    """One application that is followed."""

    def __init__(
        self,
        client: KubeClient,
        name: str,
        namespace: str,
        shown: Display,
        *,
        look_s: float = _LOOK_S,
    ) -> None:
        self._client = client
        self._look_s = look_s
        self._name, self._namespace = name, namespace
        self._shown = shown
        self._logs: dict[str, Log] = {}
        self._finished: set[str] = set()
        self._stop = threading.Event()

    def run(self) -> Application:
        """The application at its end; raises as ``follow`` does."""
        while True:
            seen = self._look()
            self._shown.state(seen)
            driver = seen.driver
            if driver and driver.started and driver.name not in self._finished:
                self._show_log(driver)
                if driver.exit_code is not None:
                    self._finished.add(driver.name)
                seen = self._look()
            if seen.over:
                return seen
            self._stop.wait(self._look_s)

    def _look(self) -> Application:
        found = find(self._client, self._name, self._namespace)
        if found is None:
            raise NotFound(f"application {self._name} is gone", "somebody has removed it")
        return found

    def _show_log(self, driver: Pod) -> None:
        """All that is new of it, to the end of the container."""
        if driver.name not in self._logs:
            of = Container(self._namespace, driver.name, driver.container)
            self._logs[driver.name] = Log(self._client, of)
        try:
            with self._progress_beside():
                for line in self._logs[driver.name].lines(follow=True):
                    self._shown.line(line)
        except NotFound:
            # The pod went between two looks; the next one tells what that means.
            return

    @contextmanager
    def _progress_beside(self) -> Iterator[None]:
        """Looks at the application now and then while the log is read."""
        ended = threading.Event()

        def look_on() -> None:
            while not ended.wait(_PROGRESS_S):
                try:
                    self._shown.state(self._look())
                except AlluxioError:
                    # Beside the log only; the look after it says what is wrong.
                    return

        thread = threading.Thread(target=look_on, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def result(seen: Application) -> int:
    """The exit status for an application that is over, after a word about why it failed."""
    if seen.phase == "Succeeded" or seen.exit_code == 0:
        return exit_codes.OK
    why = seen.error or "its driver is gone"
    message(f"{seen.name} failed: {why}", "red", "error: ")
    return seen.exit_code or exit_codes.FAILED


def wait_for_end(client: KubeClient, name: str, namespace: str, driver: Pod) -> None:
    """Until the container of this driver has ended, or its pod is gone."""
    never = threading.Event()
    while True:
        found = find(client, name, namespace)
        now = found.driver if found else None
        if now is None or now.name != driver.name or now.exit_code is not None:
            return
        never.wait(_PROGRESS_S)
