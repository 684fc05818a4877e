# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is lost with which workers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import cache_only


def alluxio(files: int = 3, **more: Any) -> dict[str, Any]:
    return {
        "not_persisted_bytes": 111,
        "cache_only": {
            "files": files,
            "largest": [{"path": f"/{n}", "length_bytes": 9 - n} for n in range(min(files, 20))],
            "held_by": [
                {"hosts": [], "bytes": 1},
                {"hosts": ["a"], "bytes": 10},
                {"hosts": ["a", "b"], "bytes": 100},
                {"hosts": ["c"], "bytes": 20},
            ],
        },
        "cache_only_unknown": None,
        **more,
    }


@pytest.mark.parametrize(
    ("hosts", "lost"),
    [([], 0), (["a"], 10), (["b"], 0), (["a", "b"], 110), (["a", "b", "c", "d"], 130)],
)
def test_bytes_are_lost_when_all_who_hold_them_go(hosts: list[str], lost: int) -> None:
    assert cache_only.lost_with(alluxio(), hosts) == lost


def test_unknown_is_not_nothing() -> None:
    unknown = alluxio(cache_only=None, cache_only_unknown="no proxy is there to ask")
    assert cache_only.lost_with(unknown, ["a"]) is None
    assert cache_only.figures(unknown) is None
    status, reason, message = cache_only.condition(unknown)
    assert (status, reason) == ("Unknown", "NotCounted")
    assert "no proxy" in message
    assert cache_only.condition(None)[0] == "Unknown"


def test_figures_name_workers_by_what_they_alone_hold_and_bound_the_paths() -> None:
    found = cache_only.figures(alluxio(files=12))
    assert found is not None
    assert found["workers"] == [{"host": "c", "bytes": 20}, {"host": "a", "bytes": 10}]
    assert found["paths"] == ["/0", "/1", "/2", "/3", "/4", "and 7 more"]
    assert found["files"] == 12


def test_nothing_to_lose() -> None:
    nothing = {"files": 0, "largest": [], "held_by": []}
    assert cache_only.condition(alluxio(cache_only=nothing))[:2] == ("False", "AllPersisted")
