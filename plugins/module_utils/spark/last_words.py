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
_LOGGED = re.compile(r".*\b(ERROR|FATAL)\b.*")
_FRAME = re.compile(r"\s+at |\s+File \"|\s*\.\.\. \d+ more|\s*[\^~]+\s*\Z|Traceback ")


def error_line(text: str) -> str | None:
    """The last line that names an error, else one that the log calls one, else the last line; None of nothing."""
    lines = [line for line in text.splitlines() if line.strip() and not _FRAME.match(line)]
    if not lines:
        return None
    for pattern in (_ERROR, _LOGGED):
        found = next((line for line in reversed(lines) if pattern.match(line)), None)
        if found is not None:
            return _short(found)
    return _short(lines[-1])


def _short(line: str) -> str:
    line = line.strip().removeprefix(": ")
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
