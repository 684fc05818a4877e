# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Files of a Go module as it was published, of a known checksum: schemas and manifests that programs carry."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from .errors import DevClusterError


def folder(module: str, version: str, checksum: str) -> Path:
    """Where the module lies in Go's own cache, read-only; downloaded when it is missing.

    ``checksum`` is the module's as go.sum has it, ``h1:…``. Raises DevClusterError for any other.
    """
    # Outside of every module, so that none of ours has a say.
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"{module}@{version}"],
        cwd="/",
        env={**os.environ, "GOFLAGS": ""},
        capture_output=True,
        text=True,
    )
    answer = json.loads(done.stdout) if done.stdout else {"Error": done.stderr.strip()}
    if "Error" in answer:
        raise DevClusterError(f"downloading {module}@{version} failed: {answer['Error']}")
    if answer["Sum"] != checksum:
        raise DevClusterError(
            f"{module}@{version} has the checksum {answer['Sum']}, not {checksum}"
        )
    return Path(answer["Dir"])
