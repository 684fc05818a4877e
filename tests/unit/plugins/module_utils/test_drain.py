# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How long a drain is followed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils import drain
from ansible_collections.alluxio.k8s.plugins.module_utils.drain import Drained


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drain, "_PAUSE_S", 0)


def steps(*answers: Drained) -> Callable[[], Drained]:
    left = iter(answers)
    return lambda: next(left)


WAITS, ASKS, DONE = Drained(False, "3 files"), Drained(False, "3 files", asked=3), Drained(True)


def test_it_ends_with_the_copies_and_remembers_that_it_asked_for_them() -> None:
    assert drain.follow(steps(ASKS, WAITS, DONE), 60) == (DONE, True)


def test_without_time_it_is_one_step() -> None:
    assert drain.follow(steps(WAITS), 0) == (WAITS, False)


def test_what_is_copied_already_needs_no_second_step() -> None:
    assert drain.follow(steps(DONE), 60) == (DONE, False)
