# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The leak finder sees what a command left running, and nothing of what others do meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]


def runner(body: str) -> subprocess.Popen[str]:
    """A process that adopts orphans, as tests/run.py does, and runs `body`."""
    script = "import leaks, os, signal, subprocess\nleaks.adopt_orphans()\n" + textwrap.dedent(body)
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-uc", script], cwd=TESTS, stdin=pipe, stdout=pipe, text=True
    )


def orphan() -> int:
    """The process id of a sleep whose parent is gone."""
    command = ["sh", "-c", "sleep 60 >/dev/null & echo $!"]
    return int(subprocess.check_output(command))


def test_an_orphan_of_a_command_is_found() -> None:
    found, _rest = runner("""
        before = leaks.snapshot()
        pid = int(subprocess.check_output(["sh", "-c", "sleep 60 >/dev/null & echo $!"]))
        print(pid, leaks.difference(before, leaks.snapshot()))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    """).communicate(timeout=30)
    pid, lines = found.split(maxsplit=1)
    assert f"process {pid}: sleep 60" in lines


def test_an_orphan_of_somebody_else_is_not() -> None:
    process = runner("""
        before = leaks.snapshot()
        print("ready")
        input()
        print(leaks.difference(before, leaks.snapshot()))
    """)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    pid = orphan()
    try:
        found, _rest = process.communicate("\n", timeout=30)
    finally:
        os.kill(pid, signal.SIGKILL)
    assert f"process {pid}" not in found
