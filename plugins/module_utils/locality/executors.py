# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The executors that somebody wants to run near their data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..errors import InvalidValue
from ..kube.nodes import Toleration

MOST_EXECUTORS = 100_000
PLACEMENT_LABEL = "alluxio.io/placement"


class OnBusy(StrEnum):
    """What to do about a node that holds data and has no room.

    FALLBACK: the next best node takes its executors. WAIT: executors run where data is or stay
    pending. REPLICATE: as FALLBACK, and the copies that would make up for it are named.
    """

    FALLBACK = "fallback"
    WAIT = "wait"
    REPLICATE = "replicate"


@dataclass(frozen=True, slots=True)
class Executors:
    """``requests`` of one executor, in the units of kube/nodes.py; ``count`` 0 asks for weights alone.

    Raises InvalidValue for what no pod could have.
    """

    count: int = 0
    requests: Mapping[str, int] = field(default_factory=dict)
    tolerations: Sequence[Toleration] = ()
    node_selector: Mapping[str, str] = field(default_factory=dict)
    on_busy: OnBusy = OnBusy.FALLBACK

    def __post_init__(self) -> None:
        if not 0 <= self.count <= MOST_EXECUTORS:
            raise InvalidValue("executors", self.count, f"give 0 to {MOST_EXECUTORS}")
        for name, amount in self.requests.items():
            if amount < 0:
                raise InvalidValue(f"requests.{name}", amount, "it must not be negative")


def placement_labels(paths: Sequence[str]) -> dict[str, str]:
    """What the executors of one placement have in common, for the topology spread to count them."""
    digest = hashlib.sha256(json.dumps(sorted(paths)).encode()).hexdigest()
    return {PLACEMENT_LABEL: digest[:12]}
