# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""kfp in an environment of its own, since what it pins collides with what the project needs, and the packages that it
compiles.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent / "kubeflow"
Accept = Callable[[Iterable[Path]], dict[Path, str]]


@pytest.fixture(scope="session")
def kfp_python() -> str:
    """A Python that has kfp and its pinned requirements, made when it is missing."""
    command = [ROOT / "dev/venv", "kfp"]
    venv = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    return f"{venv}/bin/python"


@pytest.fixture(scope="session")
def compiled(kfp_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages, compiled by kfp."""
    folder = tmp_path_factory.mktemp("packages")
    subprocess.run([kfp_python, "-W", "ignore", HERE / "packages.py", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def accept(kfp_python: str) -> Accept:
    """accept(FILES): what kfp's classes find wrong about each."""

    def ask(files: Iterable[Path]) -> dict[Path, str]:
        command = [kfp_python, "-W", "ignore", HERE / "accept.py", *files]
        found = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return {Path(name): wrong for name, wrong in json.loads(found).items()}

    return ask
