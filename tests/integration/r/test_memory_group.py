# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The limit of memory that other tests stand on is one, and nothing is left of it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest
from memory_group import MIB, memory_group, run_limited

LIMIT_BYTES = 64 * MIB
TAKE = "import sys; taken = b'x' * (int(sys.argv[1]) << 20); print(len(taken))"


def test_a_program_within_its_limit_ends_well_and_what_it_took_is_known() -> None:
    run = run_limited(
        [sys.executable, "-c", TAKE + "; __import__('time').sleep(0.5)", "32"], LIMIT_BYTES
    )
    assert (run.status, run.out_of_memory, run.output) == (0, False, f"{32 * MIB}\n")
    assert 32 * MIB < run.peak_anon_bytes < LIMIT_BYTES
    assert 32 * MIB < run.peak_bytes < LIMIT_BYTES


def test_a_program_beyond_its_limit_is_killed() -> None:
    run = run_limited([sys.executable, "-c", TAKE, "128"], LIMIT_BYTES)
    assert (run.status, run.out_of_memory, run.output) == (-signal.SIGKILL, True, "")


@pytest.mark.parametrize("command", [["sleep", "600"], ["sh", "-c", "sleep 600 & exec sleep 600"]])
def test_what_still_runs_ends_with_the_group(command: list[str]) -> None:
    with memory_group(LIMIT_BYTES) as group:
        left = subprocess.Popen(group.inside(command))
        while not group.processes():
            time.sleep(0.01)
    assert left.wait() == -signal.SIGKILL
    assert not group.folder.exists()


def test_a_program_that_takes_too_long_is_killed_without_being_out_of_memory() -> None:
    run = run_limited(["sleep", "600"], LIMIT_BYTES, timeout_s=0.2)
    assert (run.status, run.out_of_memory) == (-signal.SIGKILL, False)


def test_no_group_is_left_after_an_error() -> None:
    with pytest.raises(RuntimeError), memory_group(LIMIT_BYTES) as group:
        raise RuntimeError
    assert not group.folder.exists()
