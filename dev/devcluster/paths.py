# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the development tools keep things."""

from __future__ import annotations

import os
from pathlib import Path

DEV = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """The one folder outside the source tree: $ALLUXIO_K8S_CACHE, else ~/.cache/alluxio-k8s."""
    return Path(os.environ.get("ALLUXIO_K8S_CACHE") or Path.home() / ".cache" / "alluxio-k8s")
