# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The class that takes the place of a faulty one of Alluxio 2.9.6: up to date, first on the image's
class path, and right where the other is wrong.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import generate_ufs_client
import pytest
from sandbox import ImageRoot

TWO_FIRST = Path(__file__).parent / "ufs_client/TwoFirst.java"
OURS = "/opt/alluxio/lib/alluxio-k8s-ufs-client.jar"


@pytest.fixture(scope="module")
def root(image: Callable[[str], ImageRoot]) -> Path:
    return image("alluxio").root


def closed(root: Path, jars: list[str]) -> str:
    """What two threads do to the file system that both are the first to use."""
    class_path = ":".join(f"{root}{jar}" for jar in jars)
    done = subprocess.run(
        ["java", "-cp", class_path, TWO_FIRST],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.strip()


def test_two_first_users_of_a_file_system_leave_it_open(root: Path) -> None:
    jars = (root / "opt/alluxio/lib/class-path").read_text().strip().split(":")
    assert jars[0] == OURS
    assert closed(root, jars) == "closed 0 times"
    assert closed(root, jars[1:]) == "closed 1 times", "Alluxio's own class needs the cure no more"


def test_the_classes_are_those_of_their_source(root: Path) -> None:
    made = generate_ufs_client.compiled(root / "opt/alluxio/lib")
    assert made == generate_ufs_client.checked_in()
