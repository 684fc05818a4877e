# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio pipeline`: Alluxio in the documents of pipeline engines, and the storage that goes with them."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubectl_alluxio import exit_codes
from kubectl_alluxio.output import Format, note, show_data, show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.findings import Finding

pipeline = typer.Typer(
    name="pipeline",
    help="Let the stages of a pipeline (Argo, Kubeflow, Pachyderm) hand data over through Alluxio.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_Settings = Annotated[
    Path,
    typer.Argument(metavar="SETTINGS", help="YAML: the pipeline's name, engine, access, stages."),
]
_File = Annotated[
    Path | None,
    typer.Option("--filename", "-f", help="The engine's document, instead of the settings' src."),
]


class FailFrom(StrEnum):
    """As pipelines.findings.FailOn, which is not loaded to read options."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


@pipeline.command()
def render(settings: _Settings, filename: _File = None) -> None:
    """Print the engine's document with Alluxio wired into the stages that SETTINGS names.

    Rendering a result again changes nothing. Findings that are errors forbid it; others are told beside it.

    Example: kubectl alluxio pipeline render nightly.yaml | kubectl create -f -
    """
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.findings import Level
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render as wire

    rendered = wire(*_read(settings, filename))
    print(rendered.text, end="")
    for finding in rendered.findings:
        if finding.level == Level.WARNING:
            note(str(finding))


_Namespace = Annotated[
    str, typer.Option("--namespace", "-n", help="Namespace of the stages' pods.")
]
_Cluster = Annotated[str, typer.Option("--cluster", "-c", help="Name of the AlluxioCluster.")]
_ClusterNamespace = Annotated[
    str | None, typer.Option(help="Namespace of the AlluxioCluster (that of the pods).")
]
_Context = Annotated[str | None, typer.Option(help="Context of the kubeconfig (the current one).")]
_Kubeconfig = Annotated[str | None, typer.Option(help="The file ($KUBECONFIG, ~/.kube/config).")]


@pipeline.command()
def check(
    settings: _Settings,
    filename: _File = None,
    fail_on: Annotated[
        FailFrom, typer.Option(help="From which level of findings on the exit status is 1.")
    ] = FailFrom.ERROR,
    output: Annotated[
        Format, typer.Option("--output", "-o", help="Form of the answer.")
    ] = Format.TABLE,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", "-n", help="Look there, too, for what the stages' pods need."),
    ] = None,
    context: _Context = None,
    kubeconfig: _Kubeconfig = None,
) -> int:
    """Tell what would go wrong: order, paths, write types, engines' own traps; with -n also what pods would wait for.

    Without -n it looks at the document alone.

    Example: kubectl alluxio pipeline check nightly.yaml -n pipelines --fail-on warning
    """
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.findings import (
        FailOn,
        failing,
        worst_first,
    )
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import examine

    given, definition = _read(settings, filename)
    findings, stages = examine(given, definition)
    if namespace:
        findings = worst_first([*_look(given, namespace, context, kubeconfig), *findings])
    if output == Format.TABLE:
        _show(findings, stages)
    else:
        rows = [finding.as_row() for finding in findings]
        show_data({"findings": rows, "stages": stages}, output)
    return exit_codes.FAILED if failing(findings, FailOn(fail_on)) else exit_codes.OK


@pipeline.command()
def prepare(
    settings: _Settings,
    namespace: _Namespace,
    cluster: _Cluster,
    cluster_namespace: _ClusterNamespace = None,
    context: _Context = None,
    kubeconfig: _Kubeconfig = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the AlluxioPipeline, and do nothing.")
    ] = False,
) -> None:
    """Make the directory and the claim that the stages of SETTINGS need, and clean runs that have succeeded.

    It needs no operator. With one, give it the resource: --dry-run prints it.

    Example: kubectl alluxio pipeline prepare nightly.yaml -n pipelines -c cache --dry-run | kubectl apply -f -
    """
    resource = _resource(settings, namespace, cluster, cluster_namespace)
    if dry_run:
        show_data(resource, Format.YAML)
    else:
        _take_passes(resource, context, kubeconfig, [])


@pipeline.command()
def clean(
    settings: _Settings,
    namespace: _Namespace,
    cluster: _Cluster,
    run: Annotated[list[str], typer.Option(help="A run that has succeeded; again for more.")],
    cluster_namespace: _ClusterNamespace = None,
    context: _Context = None,
    kubeconfig: _Kubeconfig = None,
) -> None:
    """Mark runs as succeeded, and free their files as soon as each has its copy in the UFS.

    For engines without an exit handler that marks them. It needs no operator.

    Example: kubectl alluxio pipeline clean nightly.yaml -n pipelines -c cache --run 2026-11-28
    """
    _take_passes(
        _resource(settings, namespace, cluster, cluster_namespace), context, kubeconfig, run
    )


def _look(
    given: dict[str, Any], namespace: str, context: str | None, kubeconfig: str | None
) -> list[Finding]:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.own_transport import (
        connect_lightly,
    )
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_preflight import (
        look_at_namespace,
    )
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.settings import (
        read_settings,
    )

    with connect_lightly(kubeconfig, context, os.environ) as (client, _there):
        return look_at_namespace(client, read_settings(given), namespace)


def _resource(
    settings: Path, namespace: str, cluster: str, cluster_namespace: str | None
) -> dict[str, Any]:
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_definition import settings_of
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.resource import resource_of
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.settings import (
        read_settings,
    )

    given = read_settings(settings_of(_read_settings(settings)))
    return resource_of(given, namespace, cluster, cluster_namespace)


def _take_passes(
    resource: dict[str, Any], context: str | None, kubeconfig: str | None, finished: list[str]
) -> None:
    from kubectl_alluxio.role import play

    given = {"kubeconfig": kubeconfig, "context": context, "finished": finished}
    named = {f"alluxio_pipeline_{key}": value for key, value in given.items() if value is not None}
    print(play("alluxio_pipeline", {**named, "alluxio_pipeline": resource}))


def _read(settings: Path, filename: Path | None) -> tuple[dict[str, Any], Any]:
    """The settings, and the document."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_definition import (
        definition_of,
        read_text,
        settings_of,
    )

    given = _read_settings(settings)
    if filename is not None:
        return settings_of(given), read_text(filename, "--filename")
    return settings_of(given), definition_of(given, settings.parent)


def _read_settings(settings: Path) -> dict[str, Any]:
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_definition import read_text
    from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.documents import (
        read_documents,
    )

    [given, *more], _head = read_documents(read_text(settings, "SETTINGS"), "SETTINGS")
    if more:
        remedy = "write one document; give the engine's with -f"
        raise InvalidValue("SETTINGS", str(settings), remedy)
    return given


def _show(findings: Sequence[Finding], stages: Sequence[dict[str, Any]]) -> None:
    rows = [
        (
            stage["name"],
            ", ".join(stage["inputs"]) or "-",
            stage["output"] or "-",
            stage["write_type"] or "-",
            stage["locality"],
        )
        for stage in stages
    ]
    show_table(("STAGE", "READS", "WRITES", "WRITE TYPE", "LOCALITY"), rows)
    if findings:
        print()
    for finding in findings:
        print(f"{finding.level}: {finding.message} ({finding.check}, {finding.field})")
        print(f"  {finding.remedy}")
