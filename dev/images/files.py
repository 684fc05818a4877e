# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Layers of plain files, with owners and modes that any user of group 0 can live with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devcluster.paths import DEV

from . import oci
from .layers import LayerSpec, Workspace, content_of

LICENCE = DEV.parent / "LICENSE"

_LICENCES_README = """\
LICENSE                          Apache License 2.0: of the files that this project wrote
/usr/share/doc/*/copyright       of the Debian packages
"""


@dataclass(frozen=True)
class User:
    """The image's own user: an entry in /etc/passwd, for programs that ask for a name."""

    name: str
    uid: int
    gid: int
    home: str


@dataclass(frozen=True)
class Content:
    """What a layer of files holds.

    `copies` maps a path in the image to a file or folder of ours; `folders` maps a folder in the
    image to its mode; `links` maps a link to what it points to; `licences` names where more
    licences lie, for /licenses/README.
    """

    user: User
    copies: Mapping[str, Path]
    folders: Mapping[str, int]
    links: Mapping[str, str]
    licences: str = ""


def files(name: str, content: Content, base: LayerSpec) -> LayerSpec:
    """A layer of files on top of `base`, with /licenses and the user."""

    def fill(workspace: Workspace) -> None:
        for target, source in content.copies.items():
            copy(source, workspace.tree / target)
        for target, mode in content.folders.items():
            folder = workspace.tree / target
            folder.mkdir(parents=True, exist_ok=True)
            os.chown(folder, content.user.uid, 0)
            folder.chmod(mode)
        for target, points_to in content.links.items():
            (workspace.tree / target).parent.mkdir(parents=True, exist_ok=True)
            (workspace.tree / target).symlink_to(points_to)
        _write_licences(workspace.tree, content.licences)
        _add_user(workspace, content.user)

    sources = [LICENCE, *content.copies.values()]
    return LayerSpec(name, (repr(content), content_of(*sources)), fill, (base,))


def copy(source: Path, target: Path) -> None:
    """Copies a file or a folder with the modes 0755 and 0644, whatever a checkout's umask made."""
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        for inside in sorted(source.iterdir()):
            copy(inside, target / inside.name)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o755 if os.access(source, os.X_OK) else 0o644)


def _write_licences(tree: Path, more: str) -> None:
    copy(LICENCE, tree / "licenses/LICENSE")
    (tree / "licenses/README").write_text(_LICENCES_README + more)


def _add_user(workspace: Workspace, user: User) -> None:
    entry = f"{user.name}:x:{user.uid}:{user.gid}::{user.home}:/bin/bash\n"
    passwd = oci.read_file(workspace.below[0], "etc/passwd").decode()
    (workspace.tree / "etc").mkdir(exist_ok=True)
    (workspace.tree / "etc/passwd").write_text(passwd + entry)
