# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Layers with one static Go binary each."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from devcluster import go_build
from devcluster.paths import DEV

from .files import copy
from .layers import LayerSpec, Workspace, content_of


def binary(tool: str) -> LayerSpec:
    """/usr/local/bin/<tool> from dev/go/<tool>, with the licences of all modules linked in."""

    def fill(workspace: Workspace) -> None:
        built = go_build.build(tool)
        copy(built, workspace.tree / "usr/local/bin" / tool)
        for module, licence in _licences(built):
            copy(licence, workspace.tree / "licenses/go" / module / licence.name)

    return LayerSpec(tool, (content_of(DEV / "go" / tool),), fill)


def _licences(built: Path) -> Iterator[tuple[str, Path]]:
    modules = Path(_go("env", "GOMODCACHE").strip())
    for line in _go("version", "-m", str(built)).splitlines():
        fields = line.split()
        # `mod` is the tool's own module; after a copy of one there is an empty line.
        if not fields or fields[0] not in ("mod", "dep", "=>"):
            continue
        # the module cache writes a capital letter as ! and the small one
        name = re.sub("[A-Z]", lambda letter: "!" + letter[0].lower(), f"{fields[1]}@{fields[2]}")
        for found in sorted((modules / name).glob("*")):
            if re.match("(?i)(licen[cs]e|notice|copying)", found.name) and found.is_file():
                yield fields[1], found


def _go(*arguments: str) -> str:
    return subprocess.run(["go", *arguments], check=True, capture_output=True, text=True).stdout
