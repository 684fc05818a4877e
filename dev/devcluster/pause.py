# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The image of the process that holds a pod's namespaces: the only one that a cluster needs."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from images import oci

from .go_build import build
from .layout import PAUSE_IMAGE
from .paths import cache

NOBODY = "65535:65535"


def archive() -> Path:
    """The OCI archive of PAUSE_IMAGE, made first when the cache does not have it."""
    binary = build("pause")
    path = cache() / "images" / f"{binary.parent.name}.tar"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
            root = Path(scratch, "root")
            root.mkdir()
            shutil.copy(binary, root / "pause")
            layer = oci.pack(root, Path(scratch, "layer.tar"), "dev/go/pause")
            oci.write_archive(path, PAUSE_IMAGE, [layer], oci.ImageConfig(NOBODY, ("/pause",)))
    return path
