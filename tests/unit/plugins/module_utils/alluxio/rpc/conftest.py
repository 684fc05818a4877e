# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Servers that end with their test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from fake_alluxio import VERSION, FakeAlluxio, standby


@pytest.fixture
def server() -> Iterator[FakeAlluxio]:
    fake = FakeAlluxio().start()
    yield fake
    fake.stop()


@pytest.fixture
def servers() -> Iterator[list[FakeAlluxio]]:
    """Three masters, none of which leads."""
    three = [FakeAlluxio().start() for _number in range(3)]
    for fake in three:
        fake.unary[VERSION] = standby
    yield three
    for fake in three:
        fake.stop()
