# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Both doors again, on what the production image has: the operator's pinned packages under Python 3.12."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PYTHON = "3.12"


def uv(*args: str) -> subprocess.CompletedProcess[str]:
    offline = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    return subprocess.run(["uv", *args], env=offline, capture_output=True, text=True, check=False)


@pytest.mark.wide
def test_both_doors_on_the_operators_packages(tmp_path: Path) -> None:
    if uv("python", "find", PYTHON).returncode:
        pytest.skip(f"no Python {PYTHON} on this machine")
    venv = tmp_path / "venv"
    python = str(venv / "bin/python")
    into = ("pip", "install", "--python", python)
    for command in (
        ("venv", "--python", PYTHON, str(venv)),
        (*into, "--require-hashes", "-r", str(ROOT / "requirements/operator.txt")),
        (*into, "pytest"),
    ):
        done = uv(*command)
        assert done.returncode == 0, done.stderr
    tests = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / "test_both_doors.py")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout
    assert re.search(r"\d+ passed", tests.stdout)
