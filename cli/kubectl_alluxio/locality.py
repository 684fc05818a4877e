# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio locality`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from kubectl_alluxio.connection import Connection, connected
from kubectl_alluxio.output import as_yaml, note, show_data, show_table

# In a terminal and in a pipe alike: who wants all asks for JSON.
_MOST_NODES_SHOWN = 30


class LocalityFormat(StrEnum):
    """Forms of the answer: for people, for programs, for Spark."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    POD_TEMPLATE = "pod-template"
    SPARK_CONF = "spark-conf"


class Busy(StrEnum):
    """As locality.executors.OnBusy, which is not loaded to read options."""

    FALLBACK = "fallback"
    WAIT = "wait"
    REPLICATE = "replicate"


_PANEL = "The executors"


@connected()
def locality(
    connection: Connection,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files or directories.")],
    executors: Annotated[
        int, typer.Option("--executors", "-e", min=0, help="How many.", rich_help_panel=_PANEL)
    ] = 0,
    cpu: Annotated[
        str | None,
        typer.Option(help="CPU that one requests, as 2 or 500m.", rich_help_panel=_PANEL),
    ] = None,
    memory: Annotated[
        str | None, typer.Option(help="Memory that one requests, as 4Gi.", rich_help_panel=_PANEL)
    ] = None,
    selector: Annotated[
        list[str] | None,
        typer.Option(
            "--selector",
            "-l",
            metavar="KEY=VALUE",
            help="A label their node must have.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    tolerate: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY[=VALUE][:EFFECT]", help="A taint they tolerate.", rich_help_panel=_PANEL
        ),
    ] = None,
    on_busy: Annotated[
        Busy,
        typer.Option(
            help="A node with data has no room: take the next best, wait for it, or say what to copy.",
            rich_help_panel=_PANEL,
        ),
    ] = Busy.FALLBACK,
    output: Annotated[
        LocalityFormat, typer.Option("--output", "-o", help="Form of the answer.")
    ] = LocalityFormat.TABLE,
    query: Annotated[
        str | None,
        typer.Option(help="JMESPath that narrows the answer; gives JSON unless -o yaml is said."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Write the heat map as one HTML file, too.")
    ] = None,
) -> None:
    """Show which nodes hold the data, and where executors should run to read it there.

    Weights and a heat map of paths and nodes without --executors; with it the plan, and the share of
    bytes that will be read locally beside what a scheduler that knows no data would give.

    -o pod-template prints a template for Spark's executors, -o spark-conf the settings beside it.

    Example: kubectl alluxio locality /sales --executors 4 --cpu 2 --memory 4Gi

    Example: kubectl alluxio locality /sales -e 4 --query 'nodes[?executors > `0`].name'
    """
    from ansible_collections.alluxio.k8s.plugins.module_utils.node_affinity import (
        check_paths,
        executors_of,
        find_placement,
    )
    from ansible_collections.alluxio.k8s.plugins.module_utils.query import Query

    narrowed = Query(query, "--query")
    check_paths(paths)
    tolerations = [_toleration(text) for text in tolerate or ()]
    node_selector = dict(_label(text) for text in selector or ())
    given = {"cpu": cpu, "memory": memory}
    requests = {name: value for name, value in given.items() if value is not None}
    wanted = executors_of(executors, requests, tolerations, node_selector, on_busy)
    with (
        connection.kubernetes() as (client, namespace),
        connection.alluxio(client, namespace) as access,
    ):
        placement = find_placement(client, access.list_files, paths, wanted)
    answer = placement.as_dict()
    if plot:
        _write_plot(plot, answer)
    if query is not None:
        form = "yaml" if output == LocalityFormat.YAML else "json"
        show_data(narrowed.apply(answer), form)
    elif output == LocalityFormat.POD_TEMPLATE:
        print(as_yaml(pod_template(answer, tolerations, node_selector)), end="")
    elif output == LocalityFormat.SPARK_CONF:
        print(spark_conf(answer, requests, wanted.requests), end="")
    elif output == LocalityFormat.TABLE:
        _show(answer)
    else:
        show_data(answer, output)
    if output != LocalityFormat.JSON and output != LocalityFormat.YAML:
        for sentence in answer["notes"]:
            note(sentence)


def pod_template(
    answer: dict[str, Any], tolerations: list[dict[str, str]], node_selector: dict[str, str]
) -> dict[str, Any]:
    """A pod as Spark, kubeflow's and Apache's operators take it for executors."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_names import (
        EXECUTOR_CONTAINER,
    )

    spec = {
        # kubeflow's operator names it in Spark's configuration, and Spark takes it for the executor's own.
        "containers": [{"name": EXECUTOR_CONTAINER}],
        "affinity": answer["affinity"],
        "topologySpreadConstraints": answer["topology_spread_constraints"],
        "tolerations": tolerations,
        "nodeSelector": node_selector,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"labels": answer["labels"]},
        "spec": {key: value for key, value in spec.items() if value},
    }


def spark_conf(
    answer: dict[str, Any], requests: dict[str, str], amounts: dict[str, int] | Any
) -> str:
    """Lines for spark-defaults.conf or --properties-file; the template is printed separately."""
    lines = [
        "# The same command with -o pod-template writes the file that the next line names.",
        "spark.kubernetes.executor.podTemplateFile executor-template.yaml",
    ]
    if answer["executors"]["wanted"]:
        lines.append(f"spark.executor.instances {answer['executors']['wanted']}")
    if "cpu" in requests:
        lines.append(f"spark.kubernetes.executor.request.cores {requests['cpu']}")
        lines.append(f"spark.executor.cores {max(1, amounts['cpu'] // 1000)}")
    if "memory" in requests:
        lines += _spark_memory(amounts["memory"])
    return "\n".join([*lines, ""])


def _spark_memory(total_bytes: int) -> list[str]:
    """Heap and overhead that add up to the request: Spark's own rule is a tenth, at least 384 MiB."""
    total = total_bytes >> 20
    overhead = max(384, total - total * 10 // 11)
    if overhead >= total:
        return [f"# {total} MiB are too little for an executor: Spark's overhead alone is 384 MiB."]
    return [
        f"spark.executor.memory {total - overhead}m",
        f"spark.executor.memoryOverhead {overhead}m",
    ]


def _show(answer: dict[str, Any]) -> None:
    from ansible_collections.alluxio.k8s.plugins.module_utils.quantities import describe_bytes

    from kubectl_alluxio.heatmap import show_heat_map

    cached, total = answer["cached_bytes"], answer["total_bytes"]
    print(
        f"{describe_bytes(total)} in {', '.join(answer['paths'])}, {percent(cached, total)} cached"
    )
    with_plan = bool(answer["executors"]["wanted"])
    nodes = [n for n in answer["nodes"] if n["bytes"] or n["executors"] or not n["eligible"]]
    print()
    _show_nodes(nodes or answer["nodes"], total, with_plan)
    if len(nodes) > _MOST_NODES_SHOWN:
        print(f"… and {len(nodes) - _MOST_NODES_SHOWN} more nodes (-o json has all)")
    if len(answer["groups"]) > 1 and any(n["bytes"] for n in nodes):
        print()
        show_heat_map(answer)
    if with_plan:
        print()
        _show_plan(answer)


def _show_nodes(nodes: list[dict[str, Any]], total: int, with_plan: bool) -> None:
    from ansible_collections.alluxio.k8s.plugins.module_utils.quantities import describe_bytes

    columns = ["NODE", "BYTES", "SHARE", "TIERS", "WEIGHT", "ROOM"]
    figures = ["BYTES", "SHARE", "WEIGHT", "ROOM", "EXECUTORS"]
    rows = []
    for node in nodes[:_MOST_NODES_SHOWN]:
        tiers = " ".join(f"{tier} {describe_bytes(size)}" for tier, size in node["tiers"].items())
        row = [
            node["name"],
            describe_bytes(node["bytes"]),
            percent(node["bytes"], total),
            tiers,
            str(node["weight"] or "-"),
            str(node["room"]),
        ]
        rows.append([*row, *([str(node["executors"])] if with_plan else []), node["reason"]])
    show_table([*columns, *(["EXECUTORS"] if with_plan else []), "WHY NOT"], rows, right=figures)


def _show_plan(answer: dict[str, Any]) -> None:
    numbers, shares = answer["executors"], answer["local_share"]
    print(f"{numbers['planned']} of {numbers['wanted']} executors planned.")
    if shares:
        rows = [
            (name, f"{shares[key]:.0%}", f"{shares[key + '_with_task_locality']:.0%}")
            for name, key in (("this plan", "planned"), ("no placement", "default_scheduler"))
        ]
        columns = ("READ ON THE SAME NODE", "TASKS ANYWHERE", "TASKS GO TO THEIR DATA")
        show_table(columns, rows, right=columns[1:])


def percent(part: int, whole: int) -> str:
    """For people; less than half a percent of something is not nothing."""
    if not whole:
        return "-"
    share = 100 * part / whole
    return "<1%" if 0 < share < 0.5 else f"{share:.0f}%"


def _write_plot(file: Path, answer: dict[str, Any]) -> None:
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

    from kubectl_alluxio.heatmap import as_html

    try:
        file.write_text(as_html(answer), encoding="utf-8")
    except OSError as error:
        raise InvalidValue("--plot", str(file), error.strerror or "it cannot be written") from None


def _label(text: str) -> tuple[str, str]:
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

    key, equals, value = text.partition("=")
    if not (key and equals):
        raise InvalidValue("--selector", text, "write KEY=VALUE")
    return key, value


def _toleration(text: str) -> dict[str, str]:
    """As kubectl taint writes a taint; without a value any value is tolerated."""
    rest, colon, effect = text.partition(":")
    key, equals, value = rest.partition("=")
    toleration = {"key": key, "operator": "Equal" if equals else "Exists"}
    if equals:
        toleration["value"] = value
    if colon:
        toleration["effect"] = effect
    return toleration
