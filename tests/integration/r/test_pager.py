# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The pager in C, without R, between threads: no wrong value, no race, no byte out of its place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "r-package"
ROUNDS = 2000


@pytest.mark.parametrize("sanitizer", ["address,undefined", "thread"])
def test_readers_and_writers_see_what_was_written(tmp_path: Path, sanitizer: str) -> None:
    program, folder = tmp_path / "test_pager", tmp_path / "frame"
    folder.mkdir()
    sources = [path for prefix in ("alx_", "alxf_", "alxp_") for path in _sources(prefix)]
    # R's own flags make gnu17 of it.
    command = ["gcc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-g", "-O1"]
    command += [f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all"]
    command += [
        *map(str, [PACKAGE / "fuzz/test_pager.c", *sources]),
        "-lpthread",
        "-o",
        str(program),
    ]
    subprocess.run(command, check=True)
    done = subprocess.run([program, folder, str(ROUNDS)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    assert int(done.stdout.split()[0]) > 4 * ROUNDS


def _sources(prefix: str) -> list[Path]:
    return sorted((PACKAGE / "src").glob(f"{prefix}*.c"))
