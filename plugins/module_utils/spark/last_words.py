# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The one line of a failed driver's last words that says what went wrong."""

from __future__ import annotations

import re

_LONGEST = 1000
# ``ValueError: ...``, ``org.apache.spark.SparkException: ...``, with what Java puts in front.
_ERROR = re.compile(
    r"(Caused by: |Exception in thread \S+ |: )?"
    r"([\w$]+\.)*[\w$]*(Error|Exception|Interrupt|Failure|Throwable)\b(:.*)?\Z"
)
# Kubernetes keeps the last 2 KiB of a log, so that the first line may be the end of a frame.
_FRAME = re.compile(
    r"\s+at |\s+File \"|\s*\.\.\. \d+ more|\s*[\^~]+\s*\Z|Traceback "
    r"|.*\((\w+\.(java|scala):\d+|Native Method|Unknown Source)\)\s*\Z"
)
_LOGGED = re.compile(r"[0-9/.-]+ [0-9:,.]+ (?P<level>[A-Z]+) ")
# What a program dies of begins so, whatever was logged before.
_DEATH = re.compile(r"Traceback |Exception in thread ")


def error_line(text: str) -> str | None:
    """The last line that names an error of the program's own, else one of the log's; None of nothing.

    What the log says comes last without being the cause: executors still call a driver that is about to end.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    own, logged = _told_apart(lines)
    for candidates in (own, logged):
        found = next((line for line in reversed(candidates) if _ERROR.match(line)), None)
        if found is not None:
            return _short(found)
    plain = [line for line in logged or own or lines if not _FRAME.match(line)]
    return _short(plain[-1]) if plain else None


def _told_apart(lines: list[str]) -> tuple[list[str], list[str]]:
    """(lines that the program itself has printed, errors that were logged with what was thrown)."""
    own: list[str] = []
    logged: list[str] = []
    target = own
    for line in lines:
        entry = _LOGGED.match(line)
        if entry:
            target = logged if entry["level"] in ("ERROR", "FATAL") else []
        elif _DEATH.match(line) or not (_ERROR.match(line) or _FRAME.match(line)):
            # A line that no throwable of the log looks like.
            target = own
        target.append(line)
    return own, logged


def _short(line: str) -> str:
    line = line.strip().removeprefix(": ")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
