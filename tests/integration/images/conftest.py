# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The images under test, built by dev/image and unpacked once for all tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "dev"), str(Path(__file__).parent)]

from sandbox import ImageRoot, Sandbox, unpack  # noqa: E402


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ImageRoot]]:
    """image(NAME): builds and unpacks an image, once."""
    unpacked: dict[str, ImageRoot] = {}

    def get(name: str) -> ImageRoot:
        if name not in unpacked:
            done = subprocess.run(
                [ROOT / "dev/image", "build", name], stdout=subprocess.PIPE, text=True, check=True
            )
            archive = Path(done.stdout.strip())
            unpacked[name] = unpack(archive, tmp_path_factory.mktemp(name))
        return unpacked[name]

    yield get
    for known in unpacked.values():
        subprocess.run(["rm", "-rf", "--one-file-system", known.root], check=True)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    with Sandbox(folder) as made:
        yield made
