# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The transport's parsers in C: the examples of their standards, and what no standard has, under the sanitizers.

Ten million inputs take minutes: r-package/fuzz/README.md has the command.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "r-package"
SANITIZERS = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
INPUTS = {"headers": 100_000, "messages": 20_000, "frames": 20_000}


def _compiled(name: str, folder: Path, without: str = "") -> Path:
    sources = [path for path in (PACKAGE / "src").glob("alx_*.c") if path.name != without]
    program = folder / name
    command = ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", *SANITIZERS]
    command += [str(PACKAGE / "fuzz" / f"{name}.c"), *map(str, sources), "-lpthread"]
    subprocess.run([*command, "-o", str(program)], check=True)
    return program


def test_examples_of_the_standards(tmp_path: Path) -> None:
    program = _compiled("test_transport", tmp_path)
    done = subprocess.run([program], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) > 100


@pytest.fixture(scope="module")
def fuzzer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # The fuzzer includes alx_master.c, to reach its reader of answers.
    return _compiled("fuzz_transport", tmp_path_factory.mktemp("fuzz"), without="alx_master.c")


@pytest.mark.parametrize("target", INPUTS)
def test_whatever_a_server_sends(fuzzer: Path, target: str) -> None:
    command = [str(fuzzer), target, str(INPUTS[target])]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{INPUTS[target]} inputs read, no finding\n"
