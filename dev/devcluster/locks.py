# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Locks between runs of the tool; the kernel frees them also after a kill -9."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .progress import say


@contextmanager
def exclusive(path: Path, why_busy: str) -> Iterator[None]:
    """While the context lasts no other process holds `path`; says why it waits when one does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting: {why_busy}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
