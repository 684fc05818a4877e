# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The memory of one process: heap + direct memory + overhead + MEM tier = limit of its container,
whichever are given.

All sizes are bytes. The MEM tier is a memory-backed volume: its pages count against the container
that writes them. Netty shares the JVM's own limit of direct memory only with
``io.netty.maxDirectMemory=0``; otherwise it may take as much again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..quantities import format_bytes
from .findings import Findings

KI, MI, GI = 1024, 1024**2, 1024**3

# Beyond this the JVM gives up compressed pointers, and a heap somewhat larger holds less.
LARGEST_DERIVED_HEAP = 31 * GI
LEAST_DIRECT = 16 * MI
# Class metadata, code and threads of an Alluxio process that does little; seen: 120 to 180Mi.
LEAST_OVERHEAD = 128 * MI
# G1 keeps about a tenth of the heap beside it, the rest is margin.
HEAP_SHARE_OF_OVERHEAD = 8


@dataclass(frozen=True)
class Process:
    """Defaults of one kind of process. ``least_heap``: the smallest that Alluxio 2.9.6 was seen to
    run with.
    """

    heap: int
    direct: int
    base_overhead: int
    least_heap: int


PROCESSES = {
    # RocksDB's caches and write buffers are native memory of the master.
    "master": Process(2 * GI, 256 * MI, 512 * MI, 96 * MI),
    "job-master": Process(1 * GI, 128 * MI, 256 * MI, 96 * MI),
    "worker": Process(2 * GI, 1 * GI, 256 * MI, 128 * MI),
    "job-worker": Process(1 * GI, 256 * MI, 256 * MI, 96 * MI),
    "proxy": Process(1 * GI, 512 * MI, 256 * MI, 128 * MI),
    "fuse": Process(1 * GI, 1 * GI, 256 * MI, 128 * MI),
}


@dataclass(frozen=True)
class Memory:
    """A division that fits: ``heap + direct + overhead + mem_tier <= limit``, and ``request <=
    limit``.
    """

    heap: int
    direct: int
    overhead: int
    mem_tier: int
    limit: int
    request: int


@dataclass(frozen=True)
class Given:
    """What the user fixed, None where it is left to the plan."""

    heap: int | None
    direct: int | None
    overhead: int | None
    limit: int | None
    request: int | None


@dataclass(frozen=True)
class Place:
    """How messages name the process (``workers[fast]``) and where its fields are
    (``spec.workers[0]``).
    """

    label: str
    field: str


def plan_memory(
    kind: str, spec: Mapping[str, Any], mem_tier: int, place: Place, findings: Findings
) -> Memory | None:
    """Divides the memory of a process of ``kind``; None after an error."""
    given = _given(spec, place, findings)
    if given is None or not _large_enough(PROCESSES[kind], given, place, findings):
        return None
    memory = divide(PROCESSES[kind], given, mem_tier)
    if memory is None:
        _refuse(PROCESSES[kind], given, mem_tier, place, findings)
        return None
    if memory.request > memory.limit:
        _refuse_request(memory, place, findings)
        return None
    return memory


def divide(process: Process, given: Given, mem_tier: int) -> Memory | None:
    """The division, or None when the parts do not fit into the limit."""
    if given.limit is None:
        heap, direct, overhead = _wanted(process, given)
        limit = mem_tier + heap + direct + overhead
    else:
        limit = given.limit
        heap, direct, overhead = _within(process, given, limit - mem_tier)
        if (
            heap < process.least_heap
            or direct < LEAST_DIRECT
            or heap + direct + overhead + mem_tier > limit
        ):
            return None
    request = limit if given.request is None else given.request
    return Memory(heap, direct, overhead, mem_tier, limit, request)


def sum_in_words(mem_tier: int, heap: int, direct: int, overhead: int) -> str:
    """``MEM 4Gi + heap 2Gi + direct 1Gi + overhead 0.5Gi = 7.5Gi``, all in the unit that suits the
    sum.
    """
    total = mem_tier + heap + direct + overhead
    parts = [("MEM", mem_tier), ("heap", heap), ("direct", direct), ("overhead", overhead)]
    terms = " + ".join(f"{name} {_in_unit(size, total)}" for name, size in parts if size)
    return f"{terms} = {_in_unit(total, total)}"


def _given(spec: Mapping[str, Any], place: Place, findings: Findings) -> Given | None:
    before = findings.count
    memory, resources = spec.get("memory", {}), spec.get("resources", {})
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    given = Given(
        heap=findings.size(memory.get("heap"), f"{place.field}.memory.heap"),
        direct=findings.size(memory.get("directMemory"), f"{place.field}.memory.directMemory"),
        overhead=findings.size(memory.get("overhead"), f"{place.field}.memory.overhead"),
        limit=findings.size(limits.get("memory"), f"{place.field}.resources.limits.memory"),
        request=findings.size(requests.get("memory"), f"{place.field}.resources.requests.memory"),
    )
    return given if findings.count == before else None


def _large_enough(process: Process, given: Given, place: Place, findings: Findings) -> bool:
    least = (
        ("heap", given.heap, process.least_heap),
        ("directMemory", given.direct, LEAST_DIRECT),
        ("overhead", given.overhead, LEAST_OVERHEAD),
    )
    too_small = [
        (name, size, bound) for name, size, bound in least if size is not None and size < bound
    ]
    for name, size, bound in too_small:
        path = f"{place.field}.memory.{name}"
        message = f"{place.label}: {name} {format_bytes(size or 0)} is too small for Alluxio to run"
        findings.error(
            path, format_bytes(size or 0), message, f"give at least {format_bytes(bound)}"
        )
    return not too_small


def _wanted(process: Process, given: Given) -> tuple[int, int, int]:
    """What the process gets when nothing holds it back: heap, direct memory, overhead."""
    heap = process.heap if given.heap is None else given.heap
    direct = process.direct if given.direct is None else given.direct
    overhead = _overhead(process, heap) if given.overhead is None else given.overhead
    return heap, direct, overhead


def _within(process: Process, given: Given, room: int) -> tuple[int, int, int]:
    """What the process gets of ``room``, the limit without the MEM tier. May be too small or
    negative.
    """
    if given.heap is not None:
        overhead = _overhead(process, given.heap) if given.overhead is None else given.overhead
        rest = _whole_mebibytes(room - given.heap - overhead)
        return (
            given.heap,
            min(process.direct, rest) if given.direct is None else given.direct,
            overhead,
        )
    direct = given.direct
    if direct is None:
        direct = max(LEAST_DIRECT, min(process.direct, _whole_mebibytes(room // 4)))
    rest = room - direct
    if given.overhead is not None:
        heap = rest - given.overhead
    else:
        heap = (
            (rest - process.base_overhead) * HEAP_SHARE_OF_OVERHEAD // (HEAP_SHARE_OF_OVERHEAD + 1)
        )
    heap = min(_whole_mebibytes(heap), LARGEST_DERIVED_HEAP)
    return heap, direct, _overhead(process, heap) if given.overhead is None else given.overhead


def _overhead(process: Process, heap: int) -> int:
    return process.base_overhead + heap // HEAP_SHARE_OF_OVERHEAD


def _refuse(
    process: Process, given: Given, mem_tier: int, place: Place, findings: Findings
) -> None:
    heap, direct, overhead = _wanted(process, given)
    total = mem_tier + heap + direct + overhead
    limit = given.limit or 0
    path = f"{place.field}.resources.limits.memory"
    words = sum_in_words(mem_tier, heap, direct, overhead)
    message = f"{place.label}: {words} > limit {_in_unit(limit, total)}"
    quota = ", lower the quota of the MEM tier" if mem_tier else ""
    enough = format_bytes(_up_to_mebibytes(total))
    remedy = f"raise {path} to {enough}{quota} or lower {place.field}.memory"
    findings.error(path, format_bytes(limit), message, remedy)


def _refuse_request(memory: Memory, place: Place, findings: Findings) -> None:
    path = f"{place.field}.resources.requests.memory"
    request, limit = format_bytes(memory.request), format_bytes(memory.limit)
    message = f"{place.label}: memory request {request} > limit {limit}"
    findings.error(
        path, request, message, f"lower it to {limit}, or leave it out to request the limit"
    )


def _whole_mebibytes(size: int) -> int:
    return size // MI * MI


def _up_to_mebibytes(size: int) -> int:
    return -(-size // MI) * MI


def _in_unit(size: int, of_total: int) -> str:
    factor, suffix = (GI, "Gi") if of_total >= GI else (MI, "Mi")
    return f"{size / factor:.3f}".rstrip("0").rstrip(".") + suffix
