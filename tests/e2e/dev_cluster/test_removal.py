# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Nothing that a mount shows is ever deleted. Each test mounts in a mount namespace of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from devcluster.removal import remove_tree

REMOVE = """
import sys
from pathlib import Path
from devcluster.removal import remove_tree
remove_tree(Path(sys.argv[1]))
"""


def remove_beside_mount(mount: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run remove_tree(folder) where the shell command `mount` has been carried out before."""
    script = f'{mount} && exec "$@"'
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", sys.executable, "-c", REMOVE, str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT / "dev",
    )


@pytest.mark.parametrize("deep", ["", "a", "a/b c"])
@pytest.mark.parametrize("kind", ["--bind {outside}", "-t tmpfs none", "-t proc none"])
def test_a_folder_with_a_mount_is_left_alone(tmp_path: Path, kind: str, deep: str) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    point = folder / deep
    outside.mkdir()
    (outside / "precious").write_text("x")
    point.mkdir(parents=True)
    (folder / "file").write_text("x")
    done = remove_beside_mount(f"mount {kind.format(outside=outside)} '{point}'", folder)
    assert "is mounted: nothing below" in done.stderr
    assert (outside / "precious").exists()
    assert (folder / "file").exists()


def test_the_target_of_a_link_is_left_alone(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    (outside / "precious").write_text("x")
    (folder / "link").symlink_to(outside)
    remove_tree(folder)
    assert not folder.exists()
    assert (outside / "precious").exists()


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_tree(tmp_path / "missing")
