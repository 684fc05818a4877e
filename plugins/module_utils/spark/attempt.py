# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One attempt to run an application: all that its configuration and its pods are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .sizes import Size

DRIVER_CONTAINER = "driver"
# Spark's own name, by which a pod template names it.
EXECUTOR_CONTAINER = "spark-kubernetes-executor"
# Spark's own labels, by which its backend finds its executors.
ROLE_LABEL, APPLICATION_ID_LABEL = "spark-role", "spark-app-selector"
UI_PORT, UI_PORT_NAME = 4040, "ui"
RPC_PORT, BLOCK_PORT = 7078, 7079
CONF_FOLDER = "/opt/spark/conf"
PROPERTIES_FILE, TEMPLATE_FILE = "spark.properties", "executor.yaml"


@dataclass(frozen=True)
class Placement:
    """Where the data is: ``affinity`` and ``spread`` as in a pod, ``leads`` as (hostname of the node, executors)."""

    affinity: Mapping[str, Any] = field(default_factory=dict)
    spread: Sequence[Mapping[str, Any]] = ()
    leads: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Attempt:
    """``spec`` is the SparkApplication's, complete; ``client`` are properties of the Alluxio client.

    ``local`` tells whether executors register under their nodes, ``labels`` are those of all pods of the attempt.
    """

    name: str
    namespace: str
    application_id: str
    executor_prefix: str
    conf_map: str
    service_account: str
    labels: Mapping[str, str]
    spec: Mapping[str, Any]
    driver: Size
    executor: Size
    client: Mapping[str, str]
    local: bool
    placement: Placement = Placement()

    @property
    def image(self) -> str:
        return f"{self.spec['image']['repository']}:{self.spec['image']['tag']}"


def late_variable(kind: str, index: int) -> str:
    """The variable that carries a property from a Secret; ``kind`` is hadoop or spark."""
    return f"SECRET_{kind.upper()}_CONF_{index}"
