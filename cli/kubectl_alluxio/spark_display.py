# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What one sees while an application runs: the driver's log on standard output, its progress beside it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from kubectl_alluxio.output import in_terminal, message, shown
from kubectl_alluxio.spark_view import Application

if TYPE_CHECKING:
    from rich.live import Live
    from rich.progress import Progress, TaskID


class Display(Protocol):
    """Lines of a log, and what is known about the application; several threads may call it."""

    def line(self, text: bytes) -> None:
        """One line of the log, with its newline."""

    def state(self, application: Application) -> None:
        """How the application is now."""


@contextmanager
def display(quiet: bool) -> Iterator[Display]:
    """Bars in a terminal, sentences elsewhere; with ``quiet`` the log alone."""
    if quiet:
        yield Plain(lambda _text: None)
    elif in_terminal():
        with _bars() as bars:
            yield bars
    else:
        yield Plain(lambda text: message(text, "cyan", "spark: "))


class Plain:
    """The log as it is, and a sentence on standard error whenever something has changed."""

    def __init__(self, say: Any) -> None:
        self._say = say
        self._last = ""

    def line(self, text: bytes) -> None:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()

    def state(self, application: Application) -> None:
        if (text := sentence(application)) != self._last:
            self._last = text
            self._say(text)


def sentence(application: Application) -> str:
    """The state in one line, without figures that change all the time."""
    parts = [application.phase]
    if waits := waits_for(application):
        parts.append(waits)
    if application.attempt > 1:
        parts.append(f"attempt {application.attempt}")
    parts.append(count(application.running_executors, "executor"))
    done = application.progress.get("stagesDone", 0)
    if done:
        parts.append(f"{count(done, 'stage')} done")
    parts += [f"running stage {stage_name(one)}" for one in stages(application)]
    return ", ".join(parts)


def waits_for(application: Application) -> str:
    """What keeps the driver from running; empty when nothing does."""
    driver = application.driver
    if driver is None:
        return application.waits_for
    return "" if driver.started else driver.trouble


def count(number: int, noun: str) -> str:
    """As "1 stage" and "2 stages"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def stages(application: Application) -> list[Mapping[str, Any]]:
    """The stages that run now."""
    return list(application.progress.get("stages") or [])


def stage_name(stage: Mapping[str, Any]) -> str:
    """Its number and the line of the program that it comes from."""
    return shown(f"{stage['id']} {stage.get('name', '')}".strip())


class Bars:
    """The log above, below it the state and a bar for each stage that runs."""

    def __init__(self, live: Live, progress: Progress) -> None:
        self._live = live
        self._progress = progress
        self._lock = threading.Lock()
        self._bars: dict[int, TaskID] = {}

    def line(self, text: bytes) -> None:
        from rich.text import Text

        decoded = Text.from_ansi(text.decode(errors="replace").rstrip("\n"))
        self._live.console.print(decoded, soft_wrap=True)

    def state(self, application: Application) -> None:
        from rich.console import Group
        from rich.spinner import Spinner
        from rich.text import Text

        with self._lock:
            self._update({stage["id"]: stage for stage in stages(application)})
            self._live.update(Group(Spinner("dots", Text(_head(application))), self._progress))

    def _update(self, running: Mapping[int, Mapping[str, Any]]) -> None:
        for gone in self._bars.keys() - running.keys():
            self._progress.remove_task(self._bars.pop(gone))
        for number, stage in running.items():
            if number not in self._bars:
                self._bars[number] = self._progress.add_task(f"stage {stage_name(stage)}")
            total, done = stage.get("total", 0), stage.get("done", 0)
            self._progress.update(self._bars[number], total=total, completed=done)


def _head(application: Application) -> str:
    share = application.local_share
    parts = [application.phase, count(application.running_executors, "executor")]
    if waits := waits_for(application):
        parts.append(waits)
    if share is not None:
        parts.append(f"{share:.0%} read on the same node")
    return shown(", ".join(parts))


@contextmanager
def _bars() -> Iterator[Bars]:
    from rich.live import Live
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Live(transient=True, redirect_stderr=False) as live:
        yield Bars(live, Progress(*columns, console=live.console))
