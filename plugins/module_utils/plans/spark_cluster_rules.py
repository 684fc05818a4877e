# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The rules of a SparkCluster that its schema cannot say. Reports all that it finds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..quantities import format_bytes
from ..spark import secrets
from ..spark.conf import OWNED_CLIENT
from ..spark.sizes import LEAST_HEAP_BYTES, Size, size_of
from . import network_policy, spark_rules
from .findings import Findings

Spec = Mapping[str, Any]

PROCESSES = ("master", "workers", "connect", "history")

# Properties of Spark that other fields decide, and which.
_OWNED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), remedy)
    for pattern, remedy in (
        (r"spark\.hadoop\..*", "write it under spec.hadoopConf, without spark.hadoop."),
        (r"spark\.authenticate(\..*)?", "remove it: the processes always prove to each other who they are"),
        (r"spark\.connect\.authenticate\.token", "remove it: the token is made, in the Secret NAME-spark-connect"),
        (r"spark\.connect\.grpc\.binding\.(port|address)", "remove it: its Service knows the port"),
        (r"spark\.deploy\.recovery.*", "use spec.master.recovery"),
        (r"spark\.eventLog\.(enabled|dir)|spark\.history\.fs\.logDirectory", "use spec.history.eventLogs"),
        (r"spark\.master\.rest\..*", "remove it: that server would run what anybody sends it"),
        (r"spark\.((history|master|worker)\.)?ui\.port", "remove it: its Service knows the port"),
        (r"spark\.executor\.(cores|memory|instances)", "use spec.connect.executors"),
        (r"spark\.dynamicAllocation\.(enabled|(min|max)Executors)", "use spec.connect.executors"),
        (r"spark\.driver\.(memory|cores)", "use spec.connect"),
        (r"spark\.(master|submit\.deployMode|driver\.host|driver\.bindAddress)", "remove it: the plan decides it"),
        (r"spark\.(storage\.)?decommission\.(.*\.)?enabled", "remove it: workers that go hand their data over"),
        (r"spark\.kubernetes\..*", "remove it: executors are no pods, but run in those of the workers"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """The memory of each process, and of an executor of Connect."""

    master: Size
    worker: Size
    connect: Size
    history: Size
    executor_heap_mib: int


def check(spec: Spec, findings: Findings) -> Sizes | None:
    """The sizes, or None after an error."""
    before = findings.count
    _check_properties(spec, findings)
    network_policy.check(spec, findings)
    _check_ingresses(spec, findings)
    for name in PROCESSES:
        spark_rules.check_template(
            spec[name].get("podTemplate", {}), f"spec.{name}.podTemplate", findings
        )
    findings.size(spec["master"]["recovery"]["size"], "spec.master.recovery.size")
    sizes = _sizes(spec, findings)
    if sizes:
        _check_executors(spec, sizes, findings)
    return sizes if findings.count == before else None


def _check_properties(spec: Spec, findings: Findings) -> None:
    for path, field, key, value in _properties(spec):
        if secrets.is_secret(key, value):
            message = f"{path} is a credential, and everyone who reads this resource sees it"
            remedy = "mount a Secret by podTemplate, and name the file or the variable here"
            findings.error(path, None, message, remedy)
        instead = _owner(field, key)
        if instead:
            findings.error(path, None, f"{path} cannot be set here", instead)


def _properties(spec: Spec) -> Iterator[tuple[str, str, str, str]]:
    """(path in the spec, field, key, value)."""
    for field in ("sparkConf", "hadoopConf"):
        for key, value in spec.get(field, {}).items():
            yield f"spec.{field}.{key}", field, key, value


def _owner(field: str, key: str) -> str | None:
    """What to do in place of setting this property; None when it may be set."""
    if field == "sparkConf":
        if not key.startswith("spark."):
            return (
                "Spark takes only keys that begin with spark.: correct it, or use spec.hadoopConf"
            )
        return next((remedy for pattern, remedy in _OWNED if pattern.fullmatch(key)), None)
    if key.startswith("spark."):
        return "write it under spec.sparkConf, or without spark.hadoop."
    if OWNED_CLIENT.fullmatch(key):
        return "remove it: spec.alluxioCluster and the pod decide it"
    return None


def _check_ingresses(spec: Spec, findings: Findings) -> None:
    """What an Ingress leads to must be there, and must let the ingress controller in."""
    ingresses = spec.get("ingresses", ())
    for index, row in enumerate(ingresses):
        path = f"spec.ingresses[{index}].page"
        if not spec[row["page"]].get("enabled", True):
            message = f"{path}: there is no {row['page']} server"
            remedy = f"leave it out, or set spec.{row['page']}.enabled to true"
            findings.error(path, row["page"], message, remedy)
    policy = spec["networkPolicy"]
    if not ingresses or not policy["enabled"]:
        return
    if not any("ui" in peer["to"] for peer in policy.get("allowFrom", ())):
        path = "spec.ingresses"
        message = f"{path}: the NetworkPolicies of this service let no ingress controller in"
        remedy = (
            "add to spec.networkPolicy.allowFrom: namespaceSelector: {matchLabels:"
            " {kubernetes.io/metadata.name: the namespace of the ingress controller}}, to: [ui]"
        )
        findings.warn(path, None, message, remedy)


def _sizes(spec: Spec, findings: Findings) -> Sizes | None:
    heaps = {name: _heap(spec[name], f"spec.{name}", findings) for name in PROCESSES}
    executor = _heap(spec["connect"]["executors"], "spec.connect.executors", findings)
    overhead = findings.size(spec["workers"].get("memoryOverhead"), "spec.workers.memoryOverhead")
    known = {name: heap for name, heap in heaps.items() if heap is not None}
    if len(known) < len(heaps) or executor is None:
        return None
    return Sizes(
        master=size_of(1, known["master"], None, python=False),
        worker=size_of(spec["workers"]["cores"], known["workers"], overhead, python=True),
        # Python functions of Connect run in executors, but for the streams' own.
        connect=size_of(spec["connect"]["cores"], known["connect"], None, python=False),
        history=size_of(1, known["history"], None, python=False),
        executor_heap_mib=size_of(1, executor, None, python=False).heap_mib,
    )


def _heap(process: Spec, field: str, findings: Findings) -> int | None:
    heap = findings.size(process["memory"], f"{field}.memory")
    if heap is None:
        return None
    if heap < LEAST_HEAP_BYTES:
        least = format_bytes(LEAST_HEAP_BYTES)
        message = f"{field}.memory: Spark does not start with a heap of {process['memory']}"
        findings.error(f"{field}.memory", process["memory"], message, f"give at least {least}")
        return None
    return heap


def _check_executors(spec: Spec, sizes: Sizes, findings: Findings) -> None:
    """An executor that no worker has room for would never come, and queries would wait for it."""
    connect, path = spec["connect"], "spec.connect.executors"
    executors, workers = connect["executors"], spec["workers"]
    if not connect["enabled"]:
        return
    if executors["cores"] > workers["cores"]:
        message = f"{path}.cores: no worker has {executors['cores']} cores"
        remedy = f"give at most {workers['cores']}, or more to spec.workers.cores"
        findings.error(f"{path}.cores", executors["cores"], message, remedy)
    if sizes.executor_heap_mib > sizes.worker.heap_mib:
        message = f"{path}.memory: no worker has {executors['memory']}"
        remedy = f"give at most {workers['memory']}, or more to spec.workers.memory"
        findings.error(f"{path}.memory", executors["memory"], message, remedy)
    most = executors.get("max")
    if most is not None and executors["min"] > most:
        message = f"{path}.min: {executors['min']} is more than max, {most}"
        findings.error(f"{path}.min", executors["min"], message, f"give at most {most}")
