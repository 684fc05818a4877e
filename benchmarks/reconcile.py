#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a reconcile costs, beside helm-operator with a chart of the same objects, both as pods of one cluster.

The objects are those of an AlluxioCluster of one master, one worker and a proxy. The edit changes an annotation of a
Service, so that nothing restarts and only the operators are measured.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from helm_peer import CHART_IMAGE, chart_files, install_helm_operator
from table import show
from workbench import cluster as clusters
from workbench import parts
from workbench.cluster import Cluster, say, wait_for

NAME = "benchmark"
SPACE = "benchmark"
EDITS = 5
QUIET_S = 12
READY_S = 300
MANY = 20
WATCH_S = 30
# No node has this label: pods stay pending, so that twenty clusters fit on one machine.
NOWHERE = {"benchmark.test/nowhere": "true"}


@dataclass(frozen=True)
class Operator:
    """One side: where its pod is, its kind of resource, how to make and edit one, and how to make one without pods."""

    name: str
    namespace: str
    kind: str
    make: Callable[[str], dict[str, Any]]
    edit: Callable[[str], dict[str, Any]]
    make_idle: Callable[[str], dict[str, Any]]


def ours(name: str) -> dict[str, Any]:
    cr = parts.sample(name, SPACE)
    cr["spec"]["masters"]["replicas"] = 1
    cr["spec"]["workers"][0]["replicas"] = 1
    cr["spec"]["deletionPolicy"] = "Delete"
    return cr


def ours_idle(name: str) -> dict[str, Any]:
    cr = ours(name)
    for component in (cr["spec"]["masters"], *cr["spec"]["workers"], cr["spec"]["proxy"]):
        component["nodeSelector"] = NOWHERE
    return cr


def theirs(name: str) -> dict[str, Any]:
    meta = {"name": name, "namespace": SPACE}
    return {
        "apiVersion": "peer.test/v1",
        "kind": "HelmAlluxio",
        "metadata": meta,
        "spec": {"text": "0"},
    }


OURS = Operator(
    "ours",
    "alluxio-operator",
    "alluxiocluster",
    ours,
    lambda text: {"spec": {"proxy": {"service": {"annotations": {"benchmark.test/text": text}}}}},
    ours_idle,
)
THEIRS = Operator(
    "helm-operator",
    "helm-operator",
    "helmalluxio",
    theirs,
    lambda text: {"spec": {"text": text}},
    lambda name: {**theirs(name), "spec": {"nowhere": True}},
)


def pod(cluster: Cluster, operator: Operator) -> str:
    selector = f"app.kubernetes.io/name={operator.namespace}"
    name: str = cluster.get("-n", operator.namespace, "pods", "-l", selector)["items"][0][
        "metadata"
    ]["name"]
    return name


def in_pod(cluster: Cluster, operator: Operator, script: str) -> str:
    return cluster.kubectl(
        "-n", operator.namespace, "exec", pod(cluster, operator), "--", "sh", "-c", script
    )


def cpu_s(cluster: Cluster, operator: Operator) -> float:
    """CPU seconds that the operator's container has used, children too."""
    script = "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null || grep usage_usec /sys/fs/cgroup/cpu.stat"
    text = in_pod(cluster, operator, script)
    number = int(re.findall(r"\d+", text)[0])
    return number / (1e6 if "usec" in text else 1e9)


def memory_mib(cluster: Cluster, operator: Operator) -> float:
    """Resident memory of the operator's container, without page cache."""
    script = "cat /sys/fs/cgroup/memory/memory.stat 2>/dev/null || cat /sys/fs/cgroup/memory.stat"
    stat = dict(line.split() for line in in_pod(cluster, operator, script).splitlines())
    return int(stat.get("total_rss") or stat["anon"]) / 2**20


def peak_memory_mib(cluster: Cluster, operator: Operator) -> float:
    """The most of WATCH_S seconds, so that passes that run meanwhile count."""
    peak, end = 0.0, time.monotonic() + WATCH_S
    while time.monotonic() < end:
        peak = max(peak, memory_mib(cluster, operator))
    return peak


def with_many(cluster: Cluster, operator: Operator, first: str) -> dict[str, float]:
    """Memory with MANY resources, `first` and more beside it whose pods never run."""
    say(f"{operator.name}: {MANY} resources")
    names = [f"{first}-{number}" for number in range(2, MANY + 1)]
    cluster.apply(*(operator.make_idle(name) for name in names))

    def all_there() -> bool:
        found = cluster.get("-n", SPACE, "deployments")["items"]
        return {f"{name}-proxy" for name in names} <= {item["metadata"]["name"] for item in found}

    wait_for(f"the objects of {MANY} resources", all_there, 600, 1)
    return {f"memory at most, {MANY} resources [MiB]": peak_memory_mib(cluster, operator)}


def passes(cluster: Cluster, operator: Operator) -> tuple[float, float]:
    """How many reconciles the operator has made, and their seconds in all (its own metrics)."""
    path = (
        f"/api/v1/namespaces/{operator.namespace}/pods/{pod(cluster, operator)}:8443/proxy/metrics"
    )
    text = cluster.kubectl("get", "--raw", path)
    found = {
        part: sum(
            float(value)
            for value in re.findall(
                rf"^controller_runtime_reconcile_time_seconds_{part}\{{[^}}]*\}} (\S+)$",
                text,
                re.MULTILINE,
            )
        )
        for part in ("count", "sum")
    }
    return found["count"], found["sum"]


def until(probe: Callable[[], bool], timeout_s: float = 120) -> float:
    """Seconds until the probe holds, looked at every 20 ms beside kubectl's own time."""
    start = time.monotonic()
    wait_for("the benchmark's probe", probe, timeout_s, 0.02)
    return time.monotonic() - start


def quiet(cluster: Cluster, operator: Operator) -> None:
    """Waits until the operator made no pass for QUIET_S."""

    def still() -> bool:
        before = passes(cluster, operator)[0]
        time.sleep(QUIET_S)
        return passes(cluster, operator)[0] == before

    wait_for(f"{operator.name} is quiet", still, 300)


def create(cluster: Cluster, operator: Operator, name: str) -> float:
    cluster.apply(operator.make(name))
    return until(lambda: cluster.find("-n", SPACE, "deployment", f"{name}-proxy") is not None)


def edits(
    cluster: Cluster, operator: Operator, name: str
) -> tuple[list[float], list[float], list[float]]:
    """For each edit: seconds until applied, CPU seconds until quiet, passes."""
    applied, cpus, counts = [], [], []
    for number in range(EDITS):
        say(f"{operator.name}: edit {number + 1} of {EDITS}")
        quiet(cluster, operator)
        before, count = cpu_s(cluster, operator), passes(cluster, operator)[0]
        text = f"edit-{number}"
        cluster.kubectl(
            "-n",
            SPACE,
            "patch",
            operator.kind,
            name,
            "--type",
            "merge",
            "-p",
            json.dumps(operator.edit(text)),
        )

        def is_applied(text: str = text) -> bool:
            service = cluster.get("-n", SPACE, "service", f"{name}-proxy")
            return bool(
                service["metadata"].get("annotations", {}).get("benchmark.test/text") == text
            )

        applied.append(until(is_applied))
        quiet(cluster, operator)
        cpus.append(cpu_s(cluster, operator) - before)
        counts.append(passes(cluster, operator)[0] - count)
    return applied, cpus, counts


def no_op_s(cluster: Cluster, operator: Operator) -> float:
    """Seconds of a pass that changes nothing, by the operator's own metrics (the periodic passes of two minutes)."""
    count, total = passes(cluster, operator)
    wait_for("a periodic pass", lambda: passes(cluster, operator)[0] >= count + 2, 200, 2)
    after_count, after_total = passes(cluster, operator)
    return (after_total - total) / (after_count - count)


def measure(
    cluster: Cluster, operator: Operator, name: str, ready: Callable[[], object]
) -> dict[str, float]:
    say(f"{operator.name}: creation")
    figures = {"resource -> objects [s]": create(cluster, operator, name)}
    ready()
    applied, cpus, counts = edits(cluster, operator, name)
    figures["edit -> applied [s]"] = statistics.median(applied)
    figures["CPU of an edit until quiet [s]"] = statistics.median(cpus)
    figures["passes an edit causes"] = statistics.median(counts)
    say(f"{operator.name}: a pass that changes nothing")
    figures["pass that changes nothing [s]"] = no_op_s(cluster, operator)
    figures["memory at rest, 1 resource [MiB]"] = memory_mib(cluster, operator)
    return figures


def main() -> None:
    subprocess.run(
        [clusters.ROOT / "dev/image", "build", CHART_IMAGE], check=True, stdout=subprocess.DEVNULL
    )
    cluster = clusters.bring_up(NAME, images=(*clusters.IMAGES, CHART_IMAGE))
    try:
        parts.install_operator(cluster)
        cluster.apply(parts.namespace(SPACE))
        cluster.apply(*parts.s3_server(SPACE))
        parts.rollout(cluster, SPACE, "deployment/s3")
        left = measure(
            cluster,
            OURS,
            "left",
            lambda: parts.wait_for_phase(cluster, SPACE, "left", "Ready", READY_S),
        )
        install_helm_operator(cluster, chart_files(cluster, SPACE, "left"))
        right = measure(
            cluster,
            THEIRS,
            "right",
            lambda: parts.rollout(cluster, SPACE, "deployment/right-proxy", READY_S),
        )
        left |= with_many(cluster, OURS, "left")
        stop = ("-n", OURS.namespace, "scale", "deployment/alluxio-operator", "--replicas=0")
        cluster.kubectl(*stop)
        right |= with_many(cluster, THEIRS, "right")
    finally:
        clusters.take_down(NAME)
    rows = [
        (
            what,
            f"{left[what]:.2f}",
            f"{right[what]:.2f}",
            f"{left[what] / right[what]:.2f}" if right[what] else "-",
        )
        for what in left
    ]
    show("a reconcile, medians", ("what", OURS.name, THEIRS.name, "ratio"), rows)


if __name__ == "__main__":
    main()
