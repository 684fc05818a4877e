# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Nothing of a sandbox stays, also when the test process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPT = """
import subprocess, sys, time
from pathlib import Path
from sandbox import Sandbox

with Sandbox(Path(sys.argv[1])) as sandbox:
    target = str(sandbox.first_process)
    subprocess.Popen(["nsenter", "--target", target, "--mount", "--pid", "sleep", sys.argv[2]])
    print("ready", flush=True)
    time.sleep(600)
"""
# no other process sleeps for so long
SLEEP_S = "987654.25"


def test_a_killed_test_leaves_no_process(tmp_path: Path) -> None:
    test = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, tmp_path, SLEEP_S],
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[2] / "dev")},
        stdout=subprocess.PIPE,
    )
    assert test.stdout is not None
    assert test.stdout.readline() == b"ready\n"
    deadline = time.monotonic() + 10
    while not _sleepers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _sleepers()

    test.send_signal(signal.SIGKILL)
    test.wait()

    while _sleepers() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _sleepers() == []


def _sleepers() -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = process.read_bytes().split(b"\0")
        except OSError:  # ended meanwhile
            continue
        if arguments[:2] == [b"sleep", SLEEP_S.encode()]:
            found.append(process.parent.name)
    return found
