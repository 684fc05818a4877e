# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the development tools keep things."""

from __future__ import annotations

import os
from pathlib import Path

DEV = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """The one folder outside the tree: $ALLUXIO_K8S_CACHE, else alluxio-k8s in the user's cache."""
    if given := os.environ.get("ALLUXIO_K8S_CACHE"):
        return Path(given).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "alluxio-k8s")


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there with all of its text or not at all, also after a kill -9."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text)
    os.replace(partial, path)
