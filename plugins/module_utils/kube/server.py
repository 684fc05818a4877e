# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How to reach an API server as a user, in the terms of the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Server:
    """``ssl`` is a context, or None for plain HTTP; ``headers`` say who the user is and stay out of
    every message; ``proxy`` is an HTTP proxy.
    """

    url: str
    ssl: Any = None
    server_name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = None
