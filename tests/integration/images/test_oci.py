# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Archives are the same to the byte for the same content, and unpack to what was packed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from images import oci

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: owners and device nodes")


def _tree(folder: Path, mtime: float) -> Path:
    (folder / "etc/empty").mkdir(parents=True)
    (folder / "etc/file").write_text("content\n")
    (folder / "etc/file").chmod(0o640)
    os.chown(folder / "etc/file", 1000, 7)
    os.link(folder / "etc/file", folder / "etc/hard")
    (folder / "link").symlink_to("/etc/file")
    for path in (folder / "etc/file", folder / "etc"):
        os.utime(path, (mtime, mtime))
    return folder


def test_the_time_of_files_changes_nothing(tmp_path: Path) -> None:
    first = oci.pack(_tree(tmp_path / "a", 1e9), tmp_path / "a.tar", "test")
    second = oci.pack(_tree(tmp_path / "b", 2e9), tmp_path / "b.tar", "test")

    assert first.digest == second.digest
    assert first.path.read_bytes() == second.path.read_bytes()


def test_an_archive_unpacks_to_what_was_packed(tmp_path: Path) -> None:
    lower = oci.pack(_tree(tmp_path / "lower", 1e9), tmp_path / "lower.tar", "lower")
    upper_tree = tmp_path / "upper"
    (upper_tree / "etc").mkdir(parents=True)
    os.mknod(upper_tree / "etc/hard", 0o020000, 0)  # what overlayfs leaves for a deleted file
    (upper_tree / "etc/new").write_text("new")
    upper = oci.pack(upper_tree, tmp_path / "upper.tar", "upper")
    archive = tmp_path / "image.tar"
    oci.write_archive(archive, "registry.test/a:1", [lower, upper], oci.ImageConfig(user="1000"))

    root = tmp_path / "root"
    root.mkdir()
    oci.unpack(archive, root)

    assert sorted(str(path.relative_to(root)) for path in root.rglob("*")) == [
        "etc",
        "etc/empty",
        "etc/file",
        "etc/new",
        "link",
    ]
    status = (root / "etc/file").stat()
    assert (status.st_mode & 0o7777, status.st_uid, status.st_gid) == (0o640, 1000, 7)
    assert os.readlink(root / "link") == "/etc/file"
