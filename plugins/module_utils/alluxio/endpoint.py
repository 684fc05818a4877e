# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a server listens, and the road to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host name or IP address, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


Road = Callable[[Endpoint], Endpoint]
"""From the endpoint that Alluxio names to one that can be reached from here: a port-forward's end,
for example. It may take time and raise AlluxioError; it is called once for each new connection.
"""


def direct(endpoint: Endpoint) -> Endpoint:
    """The road where pods and nodes are reachable as they are."""
    return endpoint


def parse(text: str, field: str, default_port: int) -> Endpoint:
    """``host``, ``host:port``, ``[v6]:port``. Raises InvalidValue, which names ``field``."""
    host, port = text, str(default_port)
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise _refused(field, text)
        port = rest[1:] if rest else port
    elif text.count(":") == 1:
        host, port = text.split(":")
    if not host or set(host) & set("/@ \t\n") or not port.isdecimal() or not 0 < int(port) < 65536:
        raise _refused(field, text)
    return Endpoint(host, int(port))


def _refused(field: str, text: str) -> InvalidValue:
    return InvalidValue(
        field, text, "write host:port, such as demo-masters-0.demo-masters:19998 or [::1]:19998"
    )
