# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""When the client that never rests is said to work steadily."""

from __future__ import annotations

from typing import Any

from workbench.pulse import is_steady


def beats(*counts: int) -> list[dict[str, Any]]:
    """One a second; the counters of all three operations."""
    return [
        {"event": "beat", "at": second * 1000, "writes": n, "lists": n, "reads": n}
        for second, n in enumerate(counts)
    ]


def test_four_seconds_with_work_in_each_are_steady() -> None:
    assert is_steady(beats(1, 2, 3, 4), 0, 3)


def test_a_second_without_is_not() -> None:
    assert not is_steady(beats(1, 2, 2, 3), 0, 3)


def test_a_pause_long_ago_does_not_count() -> None:
    assert is_steady(beats(1, 1, 1, 2, 3, 4, 5), 0, 3)


def test_seconds_before_a_fault_say_nothing_of_those_after_it() -> None:
    assert not is_steady(beats(1, 2, 3, 4, 5, 6), 3000, 3)
    assert not is_steady(beats(1, 2, 3, 4), 4000, 3)
