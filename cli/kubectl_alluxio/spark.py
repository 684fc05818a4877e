# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio spark`: its verbs, and those that look at an application or end it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubectl_alluxio import exit_codes
from kubectl_alluxio.connection import Connection, connected
from kubectl_alluxio.output import Format, note, show_data, show_pairs, show_table
from kubectl_alluxio.spark_cluster import history, shell, show_pages, with_a_page
from kubectl_alluxio.spark_submit import submit

if TYPE_CHECKING:
    from kubectl_alluxio.spark_view import Application, Pod

spark = typer.Typer(
    name="spark",
    help="Run Spark applications where Alluxio holds their data, and look at them.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
# As with spark-submit, what follows the file belongs to the program.
spark.command(context_settings={"allow_interspersed_args": False})(submit)
spark.command(context_settings={"allow_interspersed_args": False})(shell)
spark.command()(history)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the application.")]
_Output = Annotated[Format, typer.Option("--output", "-o", help="Form of the answer.")]
# What no command but submit needs: they find an application by its labels, in Kubernetes alone.
_NO_ALLUXIO = ("cluster", "masters", "user")


@spark.command("list")
@connected(*_NO_ALLUXIO)
def list_all(connection: Connection, output: _Output = Format.TABLE) -> None:
    """List the Spark applications of a namespace, the newest first.

    Example: kubectl alluxio spark list -n analytics
    """
    from kubectl_alluxio.spark_read import read_all

    with connection.kubernetes() as (client, namespace):
        found = read_all(client, namespace)
    if output != Format.TABLE:
        show_data([as_data(one) for one in found], output)
        return
    columns = ("NAME", "PHASE", "EXECUTORS", "LOCAL%", "DURATION", "AGE")
    rows = [
        (one.name, one.phase, _executors(one), _local(one), _duration(one), _since(one.created))
        for one in found
    ]
    show_table(columns, rows, right=columns[2:])


@spark.command()
@connected(*_NO_ALLUXIO)
def status(connection: Connection, name: _Name, output: _Output = Format.TABLE) -> None:
    """Show how an application is: its phase, driver, executors, stages, and how much it reads locally.

    Example: kubectl alluxio spark status sales-report -n analytics
    """
    from kubectl_alluxio.spark_read import read

    with connection.kubernetes() as (client, namespace):
        found = read(client, name, namespace)
    if output != Format.TABLE:
        show_data(as_data(found), output)
    else:
        show(found)


@spark.command()
@connected(*_NO_ALLUXIO)
def logs(
    connection: Connection,
    name: _Name,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="To the end of the application, with progress.")
    ] = False,
    executor: Annotated[
        int | None, typer.Option(min=1, help="The log of this executor, not of the driver.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="The log alone, without progress.")
    ] = False,
) -> int:
    """Show what the driver writes, or an executor. With -f the exit status is that of the driver.

    Example: kubectl alluxio spark logs sales-report -f -n analytics
    """
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.logs import Container, Log

    from kubectl_alluxio import spark_follow
    from kubectl_alluxio.spark_read import read

    with connection.kubernetes() as (client, namespace):
        found = read(client, name, namespace)
        if follow and executor is None:
            return spark_follow.follow(client, name, namespace, quiet)
        pod = _pod_with_log(found, executor)
        for line in Log(client, Container(namespace, pod.name, pod.container)).lines(follow=follow):
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
    return exit_codes.OK


@spark.command()
@connected("cluster", "masters")
def kill(connection: Connection, name: _Name) -> None:
    """Stop an application and remove it, with its pods and the files that submit has uploaded for it.

    Example: kubectl alluxio spark kill sales-report -n analytics
    """
    from kubectl_alluxio.spark_kill import remove, remove_uploads
    from kubectl_alluxio.spark_read import read

    with connection.kubernetes() as (client, namespace):
        found = read(client, name, namespace)
        by_operator = remove(client, name, namespace)
        print(f"sparkapplication {name} is removed")
        if found.uploads and not by_operator:
            remove_uploads(connection, client, found)


@spark.command()
@connected(*_NO_ALLUXIO)
def ui(connection: Connection, name: _Name) -> None:
    """Open a way to the Spark UI of a running application, or to the pages of a SparkCluster, until ^C or its end.

    Example: kubectl alluxio spark ui sales-report -n analytics
    """
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.port_forward import (
        LOOPBACK,
        PortForwarder,
        Target,
    )
    from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_names import UI_PORT

    from kubectl_alluxio.spark_follow import wait_for_end
    from kubectl_alluxio.spark_read import read

    with connection.kubernetes() as (client, namespace), PortForwarder(client) as forwarder:
        pages = with_a_page(client, name, namespace)
        if pages:
            show_pages(client, name, namespace, pages)
            return
        driver = _running_driver(read(client, name, namespace))
        port = forwarder.open(Target(namespace, driver.name, UI_PORT))
        print(f"http://{LOOPBACK}:{port}", flush=True)
        wait_for_end(client, name, namespace, driver)
    note(f"{name} has ended, and its UI with it")


def _pod_with_log(found: Application, executor: int | None) -> Pod:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound

    if executor is None:
        if found.driver is None or not found.driver.started:
            why = found.driver.trouble if found.driver else found.error or found.phase
            raise NotFound(f"the driver of {found.name} has no log yet: {why}", "look again later")
        return found.driver
    for one in found.executors:
        if one.executor_id == str(executor):
            return one
    ids = ", ".join(one.executor_id for one in found.executors)
    raise NotFound(
        f"{found.name} has no executor {executor} now",
        (
            f"it has {ids}"
            if ids
            else "Spark removes executors, and their logs, when it needs them no more"
        ),
    )


def _running_driver(found: Application) -> Pod:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound

    driver = found.driver
    if driver is None or not driver.started or driver.exit_code is not None:
        raise NotFound(
            f"the driver of {found.name} does not run ({found.phase})",
            "the UI is there while it runs; see kubectl alluxio spark status",
        )
    return driver


def as_data(found: Application) -> dict[str, Any]:
    """For programs: the view itself."""
    from dataclasses import asdict

    return asdict(found)


def show(found: Application) -> None:
    pairs = {
        "Application": f"{found.namespace}/{found.name}",
        "Phase": found.phase,
        "Waits for": found.waits_for,
        "Spark id": found.application_id,
        "Attempt": str(found.attempt) if found.attempt else "",
        "Duration": _duration(found),
        "Executors": _executors(found),
        "Read locally": _local(found),
        "Exit code": "" if found.exit_code is None else str(found.exit_code),
        "Error": found.error,
    }
    show_pairs({name: value for name, value in pairs.items() if value})
    pods = [*([found.driver] if found.driver else []), *found.executors]
    if pods:
        print()
        rows = [
            (one.name, one.executor_id or "driver", one.node or "-", one.phase, _trouble(one))
            for one in pods
        ]
        show_table(("POD", "EXECUTOR", "NODE", "PHASE", "WHY NOT READY"), rows)
    _show_stages(found)
    for sentence in found.notes:
        note(sentence)


def _trouble(pod: Pod) -> str:
    return "" if pod.exit_code == 0 else pod.trouble


def _show_stages(found: Application) -> None:
    from kubectl_alluxio.spark_display import count, stage_name, stages

    running = stages(found)
    if not found.progress:
        return
    print(f"\n{count(found.progress.get('stagesDone', 0), 'stage')} done")
    if running:
        rows = [
            (
                stage_name(one),
                f"{one.get('done', 0)}/{one.get('total', 0)}",
                str(one.get("failed", 0)),
            )
            for one in running
        ]
        show_table(("RUNNING STAGE", "TASKS", "FAILED"), rows, right=("TASKS", "FAILED"))


def _executors(found: Application) -> str:
    running = str(found.running_executors)
    return running if found.requested is None else f"{running}/{found.requested}"


def _local(found: Application) -> str:
    return "-" if found.local_share is None else f"{found.local_share:.0%}"


def _duration(found: Application) -> str:
    from kubectl_alluxio.spark_view import now, seconds_between

    if not found.started:
        return "-"
    return as_time(seconds_between(found.started, found.ended or now()))


def _since(created: str) -> str:
    from kubectl_alluxio.spark_view import now, seconds_between

    return as_time(seconds_between(created, now())) if created else "-"


def as_time(span_s: float) -> str:
    """As kubectl writes an age: the two largest units at most."""
    rest = int(span_s)
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        number, rest = divmod(rest, size)
        if number:
            parts.append(f"{number}{unit}")
    return "".join(parts[:2]) or "0s"
