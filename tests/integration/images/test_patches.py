# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The classes that take the place of faulty ones of Alluxio 2.9.6: up to date, first on the image's
class path, and right where the others are wrong.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import generate_patches
import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.properties import (
    JAVA_SECURITY,
    NAMES_TTL_S,
)
from sandbox import ImageRoot

TWO_FIRST = Path(__file__).parent / "patches/TwoFirst.java"
MOVED_MASTER = TWO_FIRST.with_name("MovedMaster.java")
OURS = "/opt/alluxio/lib/alluxio-k8s-patches.jar"


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


def found(root: Path, jars: list[str], case: str, seconds: int, folder: Path) -> str:
    """Whether a master finds another one whose name leads to another address than before."""
    (folder / "java.security").write_text(JAVA_SECURITY)
    properties = {
        "jdk.net.hosts.file": folder / "hosts",
        "java.security.properties": folder / "java.security",
        "networkaddress.cache.ttl": NAMES_TTL_S,
    }
    flags = [f"-D{name}={value}" for name, value in properties.items()]
    class_path = ":".join(f"{root}{jar}" for jar in jars)
    command = ["java", *flags, "-cp", class_path, MOVED_MASTER, case, str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return done.stdout.strip()


@pytest.mark.parametrize("case", ["absent", "moved"])
def test_a_master_whose_pod_is_another_is_found(root: Path, tmp_path: Path, case: str) -> None:
    jars = (root / "opt/alluxio/lib/class-path").read_text().strip().split(":")
    assert found(root, jars, case, 120, tmp_path) == "found"


@pytest.mark.wide
def test_the_class_of_ratis_waits_half_a_minute_for_a_pod_that_has_gone(
    root: Path, tmp_path: Path
) -> None:
    jars = (root / "opt/alluxio/lib/class-path").read_text().strip().split(":")
    said = found(root, jars[1:], "moved", 20, tmp_path)
    assert said == "not found", "the class of Ratis needs the cure no more"


def test_the_classes_are_those_of_their_source(root: Path) -> None:
    made = generate_patches.compiled(root / "opt/alluxio/lib")
    assert made == generate_patches.checked_in()
