# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is built for many contents does not fill the disk."""

from __future__ import annotations

import os
from pathlib import Path

from images.layers import VERSIONS_KEPT, forget_old


def test_the_newest_versions_stay_with_all_their_files(tmp_path: Path) -> None:
    stems = [f"python-{number:016x}" for number in range(VERSIONS_KEPT + 2)]
    for age, stem in enumerate(stems):
        for suffix in (".json", ".tar"):
            path = tmp_path / (stem + suffix)
            path.touch()
            os.utime(path, (1000 + age, 1000 + age))
    other = tmp_path / f"python-extra-{0:016x}.json"
    other.touch()
    forget_old(tmp_path, "python")
    left = {path.name for path in tmp_path.iterdir()}
    expected = {stem + suffix for stem in stems[2:] for suffix in (".json", ".tar")}
    assert left == expected | {other.name}
