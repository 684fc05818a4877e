# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501 (tables of cases)
"""One sum: heap + direct memory + overhead + MEM tier fit into the limit, whichever of them are
given.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.findings import Findings
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.memory import (
    GI,
    MI,
    PROCESSES,
    Given,
    Memory,
    Place,
    divide,
    plan_memory,
    sum_in_words,
)

WORKERS = Place("workers[fast]", "spec.workers[0]")
NOTHING = Given(None, None, None, None, None)


def spec(
    heap: str | None = None,
    direct: str | None = None,
    overhead: str | None = None,
    limit: str | None = None,
    request: str | None = None,
) -> dict[str, Any]:
    memory = {"heap": heap, "directMemory": direct, "overhead": overhead}
    resources = {"limits": {"memory": limit}, "requests": {"memory": request}}
    return {
        "memory": {key: value for key, value in memory.items() if value is not None},
        "resources": {
            key: {name: size for name, size in part.items() if size is not None}
            for key, part in resources.items()
        },
    }


# kind, what is given, MEM tier -> heap, direct, overhead, limit; all in Mi.
FITS: list[tuple[str, dict[str, str], int, tuple[int, int, int, int]]] = [
    # Nothing given: defaults, and the limit is their sum.
    ("master", {}, 0, (2048, 256, 768, 3072)),
    ("job-master", {}, 0, (1024, 128, 384, 1536)),
    ("worker", {}, 0, (2048, 1024, 512, 3584)),
    ("worker", {}, 4096, (2048, 1024, 512, 7680)),
    ("job-worker", {}, 0, (1024, 256, 384, 1664)),
    ("proxy", {}, 0, (1024, 512, 384, 1920)),
    # Parts given, the limit is derived.
    ("worker", {"heap": "4Gi"}, 4096, (4096, 1024, 768, 9984)),
    ("worker", {"direct": "2Gi"}, 4096, (2048, 2048, 512, 8704)),
    ("worker", {"overhead": "1Gi"}, 4096, (2048, 1024, 1024, 8192)),
    ("worker", {"heap": "4Gi", "direct": "2Gi", "overhead": "1Gi"}, 4096, (4096, 2048, 1024, 11264)),
    ("master", {"heap": "8Gi"}, 0, (8192, 256, 1536, 9984)),
    # The smallest that run.
    ("master", {"heap": "192Mi", "direct": "64Mi", "overhead": "384Mi"}, 0, (192, 64, 384, 640)),
    ("job-master", {"heap": "96Mi", "direct": "64Mi", "overhead": "256Mi"}, 0, (96, 64, 256, 416)),
    ("worker", {"heap": "128Mi", "direct": "128Mi", "overhead": "256Mi"}, 64, (128, 128, 256, 576)),
    ("job-worker", {"heap": "96Mi", "direct": "16Mi", "overhead": "128Mi"}, 0, (96, 16, 128, 240)),
    ("proxy", {"heap": "128Mi", "direct": "128Mi"}, 0, (128, 128, 272, 528)),
    # Only the limit given: the heap gets what is left.
    ("worker", {"limit": "3584Mi"}, 0, (2161, 896, 526, 3584)),
    ("worker", {"limit": "8Gi"}, 4096, (2503, 1024, 568, 8192)),
    ("worker", {"limit": "16Gi"}, 4096, (9784, 1024, 1479, 16384)),
    ("worker", {"limit": "1050Mi"}, 512, (131, 134, 272, 1050)),
    ("worker", {"limit": "1100Mi"}, 512, (164, 147, 276, 1100)),
    ("master", {"limit": "1Gi"}, 0, (227, 256, 540, 1024)),
    ("master", {"limit": "8Gi"}, 0, (6599, 256, 1336, 8192)),
    ("job-master", {"limit": "512Mi"}, 0, (113, 128, 270, 512)),
    ("job-worker", {"limit": "4Gi"}, 0, (3185, 256, 654, 4096)),
    ("proxy", {"limit": "4Gi"}, 0, (2958, 512, 625, 4096)),
    # A heap so large that pointers would grow: the rest is left to the page cache.
    ("worker", {"limit": "64Gi"}, 0, (31744, 1024, 4224, 65536)),
    ("master", {"limit": "100Gi"}, 0, (31744, 256, 4480, 102400)),
    # Limit and parts given: what is not given gives way.
    ("worker", {"limit": "8Gi", "heap": "2Gi"}, 4096, (2048, 1024, 512, 8192)),
    ("worker", {"limit": "7Gi", "heap": "2Gi"}, 4096, (2048, 512, 512, 7168)),
    ("worker", {"limit": "6672Mi", "heap": "2Gi"}, 4096, (2048, 16, 512, 6672)),
    ("worker", {"limit": "8Gi", "direct": "512Mi"}, 4096, (2958, 512, 625, 8192)),
    ("worker", {"limit": "8Gi", "overhead": "512Mi"}, 4096, (2560, 1024, 512, 8192)),
    ("worker", {"limit": "8Gi", "direct": "1Gi", "overhead": "1Gi"}, 4096, (2048, 1024, 1024, 8192)),
    ("worker", {"limit": "8Gi", "heap": "2Gi", "overhead": "1Gi"}, 4096, (2048, 1024, 1024, 8192)),
    ("worker", {"limit": "8Gi", "heap": "2Gi", "direct": "1Gi"}, 4096, (2048, 1024, 512, 8192)),
    # Everything given: exactly full, and with room to spare.
    ("worker", {"limit": "7680Mi", "heap": "2Gi", "direct": "1Gi", "overhead": "512Mi"}, 4096, (2048, 1024, 512, 7680)),
    ("worker", {"limit": "10Gi", "heap": "2Gi", "direct": "1Gi", "overhead": "512Mi"}, 4096, (2048, 1024, 512, 10240)),
    # Other ways to write sizes.
    ("worker", {"heap": "2147483648", "direct": "1.5Gi"}, 0, (2048, 1536, 512, 4096)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "mem_tier", "expected"), FITS)
def test_division(
    kind: str, given: dict[str, str], mem_tier: int, expected: tuple[int, int, int, int]
) -> None:
    findings = Findings()
    memory = plan_memory(kind, spec(**given), mem_tier * MI, WORKERS, findings)
    assert findings.errors == []
    assert memory is not None
    in_mi = (memory.heap // MI, memory.direct // MI, memory.overhead // MI, memory.limit // MI)
    assert in_mi == expected
    assert memory.request == memory.limit
    assert memory.heap + memory.direct + memory.overhead + memory.mem_tier <= memory.limit


# kind, what is given, MEM tier in Mi -> message, remedy
TOO_LARGE: list[tuple[str, dict[str, str], int, str, str]] = [
    ("worker", {"heap": "2Gi", "direct": "1Gi", "overhead": "512Mi", "limit": "6Gi"}, 4096,
     "workers[fast]: MEM 4Gi + heap 2Gi + direct 1Gi + overhead 0.5Gi = 7.5Gi > limit 6Gi",
     "raise spec.workers[0].resources.limits.memory to 7680Mi, lower the quota of the MEM tier or lower spec.workers[0].memory"),
    ("worker", {"heap": "2Gi", "limit": "6Gi"}, 4096,
     "workers[fast]: MEM 4Gi + heap 2Gi + direct 1Gi + overhead 0.5Gi = 7.5Gi > limit 6Gi", "to 7680Mi"),
    ("worker", {"limit": "4Gi"}, 4096,
     "workers[fast]: MEM 4Gi + heap 2Gi + direct 1Gi + overhead 0.5Gi = 7.5Gi > limit 4Gi", "to 7680Mi"),
    ("worker", {"limit": "2Gi"}, 4096,
     "workers[fast]: MEM 4Gi + heap 2Gi + direct 1Gi + overhead 0.5Gi = 7.5Gi > limit 2Gi", "to 7680Mi"),
    ("worker", {"limit": "6Gi", "direct": "2Gi"}, 4096,
     "workers[fast]: MEM 4Gi + heap 2Gi + direct 2Gi + overhead 0.5Gi = 8.5Gi > limit 6Gi", "to 8704Mi"),
    ("worker", {"limit": "6Gi", "overhead": "2Gi"}, 4096,
     "workers[fast]: MEM 4Gi + heap 2Gi + direct 1Gi + overhead 2Gi = 9Gi > limit 6Gi", "to 9Gi"),
    ("master", {"heap": "4Gi", "limit": "4Gi"}, 0,
     "workers[fast]: heap 4Gi + direct 0.25Gi + overhead 1Gi = 5.25Gi > limit 4Gi", "to 5376Mi or lower"),
    ("job-master", {"limit": "100Mi"}, 0,
     "workers[fast]: heap 1Gi + direct 0.125Gi + overhead 0.375Gi = 1.5Gi > limit 0.098Gi", "to 1536Mi"),
    ("job-worker", {"heap": "96Mi", "direct": "64Mi", "overhead": "128Mi", "limit": "256Mi"}, 0,
     "workers[fast]: heap 96Mi + direct 64Mi + overhead 128Mi = 288Mi > limit 256Mi", "to 288Mi"),
    ("worker", {"heap": "2Gi", "direct": "1Gi", "overhead": "512Mi", "limit": "7679Mi"}, 4096,
     "= 7.5Gi > limit 7.499Gi", "to 7680Mi"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "mem_tier", "message", "remedy"), TOO_LARGE)
def test_a_sum_that_does_not_fit_is_said_in_words(
    kind: str, given: dict[str, str], mem_tier: int, message: str, remedy: str
) -> None:
    findings = Findings()
    assert plan_memory(kind, spec(**given), mem_tier * MI, WORKERS, findings) is None
    [error] = findings.errors
    assert error["field"] == "spec.workers[0].resources.limits.memory"
    assert message in error["message"]
    assert remedy in error["remedy"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"heap": "95Mi"}, "memory.heap"),
        ({"direct": "1Mi"}, "memory.directMemory"),
        ({"overhead": "64Mi"}, "memory.overhead"),
        ({"heap": "lots"}, "memory.heap"),
        ({"limit": "-1Gi"}, "resources.limits.memory"),
        ({"request": "4Gi", "limit": "3584Mi"}, "resources.requests.memory"),
        ({"request": "9Gi"}, "resources.requests.memory"),
    ],
)
def test_parts_that_cannot_be_are_refused_at_their_field(given: dict[str, str], field: str) -> None:
    findings = Findings()
    assert plan_memory("worker", spec(**given), 0, WORKERS, findings) is None
    assert [error["field"] for error in findings.errors] == [f"spec.workers[0].{field}"]
    assert all(error["remedy"] for error in findings.errors)


def test_a_smaller_request_is_kept() -> None:
    memory = plan_memory("worker", spec(request="256Mi"), 0, WORKERS, Findings())
    assert memory is not None
    assert memory.request == 256 * MI


def test_the_remedy_is_enough() -> None:
    """Whatever is refused fits when the user does what the message says."""
    for kind, limit, mem in itertools.product(PROCESSES, range(64, 6000, 64), (0, 512, 4096)):
        given = Given(None, None, None, limit * MI, None)
        if divide(PROCESSES[kind], given, mem * MI) is None:
            wanted = divide(PROCESSES[kind], NOTHING, mem * MI)
            assert wanted is not None
            assert wanted.limit > limit * MI
            raised = Given(None, None, None, wanted.limit, None)
            assert divide(PROCESSES[kind], raised, mem * MI) is not None


def test_more_limit_never_means_less_heap() -> None:
    for kind in PROCESSES:
        heaps = [
            memory.heap
            for limit in range(512, 12000, 32)
            if isinstance(memory := _with_limit(kind, limit), Memory)
        ]
        assert heaps == sorted(heaps)
        assert heaps


def _with_limit(kind: str, limit: int) -> Memory | None:
    return divide(PROCESSES[kind], Given(None, None, None, limit * MI, None), 0)


def test_the_words_leave_out_what_is_not_there() -> None:
    assert sum_in_words(0, GI, 0, GI) == "heap 1Gi + overhead 1Gi = 2Gi"
