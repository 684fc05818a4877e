# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The flags of a Java virtual machine: sizes from the plan, the rest from the user."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .findings import Findings
from .memory import KI, MI, Memory
from .properties import CONF, CREDENTIAL, NAMES_TTL_S

# Below this the collector of the client machines costs less memory than it loses in pauses.
SMALL_HEAP = 512 * MI
# The JVM reserves 240Mi for compiled code otherwise, about the whole overhead of a small process.
SMALL_OVERHEAD = 512 * MI

_SIZES = re.compile(
    r"-Xmx.*|-XX:(MaxHeapSize|MaxDirectMemorySize|MaxRAM(Percentage|Fraction)?)=.*"
    r"|-Dio\.netty\.maxDirectMemory=.*"
)
_COLLECTOR = re.compile(r"-XX:\+Use\w+GC")


def flags(memory: Memory, options: Sequence[str]) -> list[str]:
    """All flags of a process, the user's last."""
    ours = [
        f"-Xmx{_size(memory.heap)}",
        f"-XX:MaxDirectMemorySize={_size(memory.direct)}",
        # Netty then keeps to the limit above in place of counting its own buffers against a second
        # one.
        "-Dio.netty.maxDirectMemory=0",
        "-XX:+ExitOnOutOfMemoryError",
        # What the JVM keeps of DNS, and what gRPC keeps on its own (DnsNameResolver in grpc-java).
        f"-Djava.security.properties={CONF}/java.security",
        f"-Dnetworkaddress.cache.ttl={NAMES_TTL_S}",
    ]
    if memory.overhead < SMALL_OVERHEAD:
        ours.append("-XX:ReservedCodeCacheSize=64m")
    if not any(_COLLECTOR.fullmatch(option) for option in options):
        ours.append("-XX:+UseSerialGC" if memory.heap < SMALL_HEAP else "-XX:+UseG1GC")
    return [*ours, *options]


def check_options(options: Sequence[str], field: str, findings: Findings) -> None:
    """Refuses flags that would make the planned sizes untrue, and properties in the wrong place."""
    for index, option in enumerate(options):
        path = f"{field}.jvmOptions[{index}]"
        if _SIZES.fullmatch(option):
            message = f"{path}: {option} would break the sum of the memory"
            findings.error(path, option, message, f"use {field}.memory")
        elif option.startswith("-Dalluxio."):
            # Not shown: the value of a property may be a credential.
            message = f"{path} sets an Alluxio property on the command line"
            findings.error(
                path,
                None,
                message,
                f"use {field}.properties, or spec.propertiesFrom for credentials",
            )
        elif option.startswith("-D") and CREDENTIAL.search(option.partition("=")[0]):
            message = f"{path} is a credential, and command lines are readable"
            findings.error(path, None, message, "mount a Secret (volumes) and point to its file")


def _size(size_bytes: int) -> str:
    return f"{size_bytes // MI}m" if size_bytes % MI == 0 else f"{size_bytes // KI}k"
