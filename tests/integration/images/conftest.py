# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The images under test, built by dev/image and unpacked once for all tests."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "dev"), str(Path(__file__).parent)]

from images import oci  # noqa: E402
from sandbox import ImageRoot, Sandbox  # noqa: E402


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ImageRoot]]:
    """image(NAME): builds and unpacks an image, once."""
    unpacked: dict[str, ImageRoot] = {}

    def get(name: str) -> ImageRoot:
        if name not in unpacked:
            done = subprocess.run(
                [ROOT / "dev/image", "build", name], stdout=subprocess.PIPE, text=True, check=True
            )
            unpacked[name] = _unpack(Path(done.stdout.strip()), tmp_path_factory.mktemp(name))
        return unpacked[name]

    yield get
    for known in unpacked.values():
        subprocess.run(["rm", "-rf", "--one-file-system", known.root], check=True)


def _unpack(archive: Path, root: Path) -> ImageRoot:
    root.chmod(0o755)
    oci.unpack(archive, root)
    # as a container runtime does
    (root / "etc/hosts").write_text("127.0.0.1 localhost sandbox\n")
    start = read_config(archive)["config"]
    env = dict(entry.split("=", 1) for entry in start["Env"])
    return ImageRoot(root, start["Entrypoint"], env, start["WorkingDir"])


def read_config(archive: Path) -> dict[str, Any]:
    """The image configuration inside an archive."""
    with tarfile.open(archive) as content:

        def blob(digest: str) -> dict[str, Any]:
            member = content.extractfile("blobs/" + digest.replace(":", "/"))
            assert member is not None
            loaded: dict[str, Any] = json.load(member)
            return loaded

        index = content.extractfile("index.json")
        assert index is not None
        manifest = blob(json.load(index)["manifests"][0]["digest"])
        return blob(manifest["config"]["digest"])


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("sandbox")
    with Sandbox(folder) as made:
        yield made
