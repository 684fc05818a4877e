# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Layers by content: each is built once for each set of inputs and kept in <cache>/layers."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devcluster.locks import exclusive
from devcluster.paths import cache
from devcluster.progress import say

from . import oci

# Several branches are worked on by turns.
VERSIONS_KEPT = 5


@dataclass(frozen=True)
class Workspace:
    """What a layer's builder gets: where to put files, a scratch folder, the layers below."""

    tree: Path
    scratch: Path
    below: tuple[Path, ...]


@dataclass(frozen=True)
class LayerSpec:
    """A layer that can be built.

    `inputs` names what the content depends on (versions, contents of files) beside the code of the
    builder's module; `parents` are the layers that the builder must see below, lowest first.
    """

    name: str
    inputs: tuple[str, ...]
    fill: Callable[[Workspace], None]
    parents: tuple[LayerSpec, ...] = ()

    @cached_property
    def key(self) -> str:
        code = content_of(Path(inspect.getfile(self.fill)))
        digest = hashlib.sha256()
        for part in (
            oci.PACKING,
            self.name,
            code,
            *self.inputs,
            *(parent.key for parent in self.parents),
        ):
            digest.update(f"{len(part)} {part}\n".encode())
        return digest.hexdigest()[:16]


def content_of(*paths: Path) -> str:
    """The digest of files and folders (names, modes of execution and contents): a layer's input."""
    digest = hashlib.sha256()
    for path in _files(paths):
        content = path.read_bytes()
        runs = os.access(path, os.X_OK)
        digest.update(f"{path.name} {runs} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (each for each in inside if each.is_file() and "__pycache__" not in each.parts)


def build(spec: LayerSpec) -> oci.Layer:
    """The packed layer, built first when the cache does not have it."""
    packed = _folder() / f"{spec.name}-{spec.key}.tar"
    described = packed.with_suffix(".json")
    if not described.exists():
        for parent in spec.parents:
            build(parent)
        with exclusive(_folder() / ".lock", "another image build is under way"):
            if not described.exists():
                _build(spec, packed, described)
                forget_old(_folder(), spec.name)
    known = json.loads(described.read_text())
    return oci.Layer(packed, known["digest"], known["size_bytes"], spec.name)


def _build(spec: LayerSpec, packed: Path, described: Path) -> None:
    say(f"building layer {spec.name}")
    started = time.monotonic()
    with _scratch_folder() as scratch:
        below = tuple(build(parent).path for parent in spec.parents)
        workspace = Workspace(scratch / "tree", scratch / "scratch", below)
        workspace.tree.mkdir()
        workspace.scratch.mkdir()
        spec.fill(workspace)
        layer = oci.pack(workspace.tree, scratch / packed.name, spec.name)
        os.replace(layer.path, packed)
    partial = described.with_suffix(".partial")
    partial.write_text(json.dumps({"digest": layer.digest, "size_bytes": layer.size_bytes}))
    os.replace(partial, described)
    megabytes = layer.size_bytes / 1e6
    say(f"built layer {spec.name}: {megabytes:.0f} MB in {time.monotonic() - started:.0f} s")


def forget_old(folder: Path, name: str) -> None:
    """Keeps the last few of a name: each edit of the collection or of a builder makes a new one."""
    kept = re.compile(rf"{re.escape(name)}-[0-9a-f]{{16}}")
    versions: dict[str, list[Path]] = {}
    for path in folder.iterdir():
        if kept.fullmatch(path.stem):
            versions.setdefault(path.stem, []).append(path)
    newest_last = sorted(
        versions.values(), key=lambda paths: max(path.stat().st_mtime for path in paths)
    )
    for paths in newest_last[:-VERSIONS_KEPT]:
        # The description goes first: a layer without one is built again.
        for path in sorted(paths):
            path.unlink(missing_ok=True)


def _folder() -> Path:
    folder = cache() / "layers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    for left_by_a_killed_build in _folder().glob(".work-*"):
        _remove(left_by_a_killed_build)
    scratch = Path(tempfile.mkdtemp(prefix=".work-", dir=_folder()))
    try:
        yield scratch
    finally:
        _remove(scratch)


def _remove(folder: Path) -> None:
    subprocess.run(["rm", "-rf", "--one-file-system", str(folder)], check=True)
