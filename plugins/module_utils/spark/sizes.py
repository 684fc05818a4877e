# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The memory of driver and executors: Java heap and what the pod needs beyond it."""

from __future__ import annotations

from dataclasses import dataclass

_MIB = 1 << 20
# Spark's own rule (ResourceProfile.MEMORY_OVERHEAD_MIN_MIB, spark.{driver,executor}.memoryOverheadFactor). In client
# mode Spark gives Python a tenth as well, in cluster mode 40 %, because its workers live beside the heap.
LEAST_OVERHEAD_MIB = 384
JVM_FACTOR, PYTHON_FACTOR = 0.1, 0.4
# Spark refuses to start below 450 MiB, of which a JVM hides a part of its heap (UnifiedMemoryManager).
LEAST_HEAP_BYTES = 512 * _MIB


@dataclass(frozen=True)
class Size:
    """What one process asks for. Spark counts memory in whole MiB."""

    cores: int
    heap_mib: int
    overhead_mib: int

    @property
    def pod_bytes(self) -> int:
        """The memory of the pod."""
        return (self.heap_mib + self.overhead_mib) * _MIB


def size_of(cores: int, heap_bytes: int, overhead_bytes: int | None, python: bool) -> Size:
    """``overhead_bytes`` None: as Spark's rule says."""
    heap_mib = heap_bytes // _MIB
    if overhead_bytes is not None:
        return Size(cores, heap_mib, -(-overhead_bytes // _MIB))
    factor = PYTHON_FACTOR if python else JVM_FACTOR
    return Size(cores, heap_mib, max(LEAST_OVERHEAD_MIB, int(heap_mib * factor)))
