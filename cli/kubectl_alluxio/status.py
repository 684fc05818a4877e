# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubectl_alluxio.connection import Connection, connected, find_clusters
from kubectl_alluxio.output import Format, note, show_data, show_pairs, show_table

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient


@connected("cluster", "masters", "user")
def status(
    connection: Connection,
    cluster: Annotated[
        str | None, typer.Argument(help="The AlluxioCluster (the only one; else a list of all).")
    ] = None,
    output: Annotated[
        Format, typer.Option("--output", "-o", help="Form of the answer.")
    ] = Format.TABLE,
) -> None:
    """Show how a cluster is: its pods, its leader, its workers and how full they are.

    Example: kubectl alluxio status demo -n analytics
    """
    with connection.kubernetes() as (client, namespace):
        names = [cluster] if cluster else find_clusters(client, namespace)
        if not names:
            connection.choose(client, namespace)
        reports = [_report(client, name, namespace) for name in names]
    if output != Format.TABLE:
        show_data(reports[0] if cluster else reports, output)
    elif len(reports) == 1:
        _show(reports[0])
    else:
        columns = ("NAME", "PHASE", "MASTERS", "WORKERS", "CAPACITY", "USED", "VERSION")
        show_table(columns, [_line(report) for report in reports])


def _report(client: KubeClient, name: str, namespace: str) -> dict[str, Any]:
    from ansible_collections.alluxio.k8s.plugins.module_utils.cluster_info import observe
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import (
        KindMissing,
        NotFound,
    )

    seen = observe(client, name, namespace, (), ())
    if not seen["pods"] and not seen["workloads"]:
        raise NotFound(
            f"there is no AlluxioCluster {name} in namespace {namespace}",
            "correct the name, or give its namespace by -n",
        )
    try:
        resource = client.get("alluxio.io/v1alpha1", "AlluxioCluster", name, namespace) or {}
    except KindMissing:
        resource = {}
    phase = (resource.get("status") or {}).get("phase", "")
    return {"name": name, "namespace": namespace, "phase": phase, **seen}


def _line(report: dict[str, Any]) -> tuple[str, ...]:
    alluxio = report["alluxio"] or {}
    return (
        report["name"],
        report["phase"] or "-",
        _ready(report, "master"),
        _ready(report, "worker"),
        _size(alluxio.get("capacity_bytes")),
        _size(alluxio.get("used_bytes")),
        alluxio.get("version", "-"),
    )


def _ready(report: dict[str, Any], component: str) -> str:
    pods = [pod for pod in report["pods"] if pod["component"] == component]
    return f"{sum(pod['ready'] for pod in pods)}/{len(pods)}"


def _show(report: dict[str, Any]) -> None:
    alluxio = report["alluxio"]
    pairs = {"Cluster": f"{report['namespace']}/{report['name']}"}
    if report["phase"]:
        pairs["Phase"] = report["phase"]
    if alluxio:
        pairs["Version"] = alluxio["version"]
        pairs["Leader"] = alluxio["leader"]
        pairs["Used"] = f"{_size(alluxio['used_bytes'])} of {_size(alluxio['capacity_bytes'])}"
    show_pairs(pairs)
    print()
    columns = ("POD", "COMPONENT", "NODE", "READY", "RESTARTS", "WHY NOT READY")
    rows = [
        (
            pod["name"],
            pod["component"],
            pod["node"] or "-",
            "yes" if pod["ready"] else "no",
            str(pod["restarts"]),
            f"{pod['reason']}: {pod['message']}" if pod["reason"] else "",
        )
        for pod in report["pods"]
    ]
    show_table(columns, rows, right=("RESTARTS",))
    if alluxio is None:
        note(f"no master answers: {report['alluxio_error']}")
        return
    print()
    _show_workers(alluxio)
    for path, mount in sorted(alluxio["mounts"].items()):
        print(f"\nMount {path}: {mount['uri']}{' (read only)' if mount['read_only'] else ''}")
    if alluxio["not_persisted_bytes"]:
        note(
            f"{_size(alluxio['not_persisted_bytes'])} exist in Alluxio alone: a lost worker loses them"
        )


def _show_workers(alluxio: dict[str, Any]) -> None:
    tiers = sorted({tier for worker in alluxio["workers"] for tier in worker["tiers"]})
    rows = []
    for worker in alluxio["workers"]:
        usage = [worker["tiers"].get(tier) for tier in tiers]
        texts = [f"{_size(u['used_bytes'])}/{_size(u['total_bytes'])}" if u else "-" for u in usage]
        rows.append((worker["host"], worker["state"], *texts))
    show_table(("WORKER", "STATE", *tiers), rows, right=tiers)


def _size(size_bytes: int | None) -> str:
    from ansible_collections.alluxio.k8s.plugins.module_utils.quantities import describe_bytes

    return "-" if size_bytes is None else describe_bytes(size_bytes)
