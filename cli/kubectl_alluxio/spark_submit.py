# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio spark submit`."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubectl_alluxio import exit_codes
from kubectl_alluxio.connection import Connection, connected
from kubectl_alluxio.locality import Busy
from kubectl_alluxio.output import note, show_data

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.api import KubeClient

    from kubectl_alluxio.spark_resource import Submission

_SPARK, _DATA, _HOW = "As with spark-submit", "Data and credentials", "How it is submitted"
# What is left of the longest name for a number that tells submissions of one file apart.
_LONGEST_STEM = 36


class Locality(StrEnum):
    """As spec.locality.mode."""

    OFF = "off"
    PREFERRED = "preferred"
    REQUIRED = "required"


class DryRun(StrEnum):
    """As kubectl's."""

    CLIENT = "client"
    SERVER = "server"


class ResourceFormat(StrEnum):
    """Forms of a resource that is shown."""

    YAML = "yaml"
    JSON = "json"


def _spark(help_: str, *names: str, metavar: str = "TEXT") -> Any:
    return typer.Option(*names, help=help_, metavar=metavar, rich_help_panel=_SPARK)


@connected("masters")
def submit(
    connection: Connection,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="The program, a .py or .jar: a local file, or local://, alluxio://, https://.",
        ),
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARGS...", help="Its arguments.")
    ] = None,
    name: Annotated[
        str | None, _spark("Name of the application (from FILE, with a number).", "--name")
    ] = None,
    main_class: Annotated[str | None, _spark("Main class of a jar.", "--class")] = None,
    conf: Annotated[
        list[str] | None,
        _spark("A property of Spark; again for more.", "--conf", metavar="KEY=VALUE"),
    ] = None,
    properties_file: Annotated[
        Path | None,
        _spark("Properties of Spark, a line each.", "--properties-file", metavar="FILE"),
    ] = None,
    jars: Annotated[
        str | None, _spark("Jars for driver and executors.", "--jars", metavar="FILE,…")
    ] = None,
    py_files: Annotated[
        str | None, _spark("Python files, zips and eggs.", "--py-files", metavar="FILE,…")
    ] = None,
    files: Annotated[
        str | None, _spark("Files for the executors' folders.", "--files", metavar="FILE,…")
    ] = None,
    archives: Annotated[
        str | None, _spark("Archives that are unpacked there.", "--archives", metavar="FILE,…")
    ] = None,
    driver_memory: Annotated[
        str | None, _spark("Heap of the driver, as 2g.", "--driver-memory", metavar="SIZE")
    ] = None,
    driver_cores: Annotated[
        str | None, _spark("CPUs of the driver.", "--driver-cores", metavar="NUMBER")
    ] = None,
    driver_java_options: Annotated[
        str | None, _spark("Options of the driver's JVM.", "--driver-java-options")
    ] = None,
    executor_memory: Annotated[
        str | None, _spark("Heap of an executor, as 4g.", "--executor-memory", metavar="SIZE")
    ] = None,
    executor_cores: Annotated[
        str | None, _spark("CPUs of an executor.", "--executor-cores", metavar="NUMBER")
    ] = None,
    num_executors: Annotated[
        str | None, _spark("How many executors.", "--num-executors", metavar="NUMBER")
    ] = None,
    locality_path: Annotated[
        list[str] | None,
        typer.Option(
            help="Path of Alluxio that is read (those of alluxio:// arguments); again for more.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    locality: Annotated[
        Locality | None,
        typer.Option(help="Executors and tasks near their data.", rich_help_panel=_DATA),
    ] = None,
    on_busy: Annotated[
        Busy | None,
        typer.Option(help="When a node with data has no room.", rich_help_panel=_DATA),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SECRET:KEY=VARIABLE",
            help="A key of a Secret as environment variable; SECRET=/FOLDER for files.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    secret_conf: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PROPERTY=SECRET:KEY",
            help="A property of Spark whose value is in a Secret.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    config_map: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=/FOLDER",
            help="A ConfigMap as files; NAME alone for environment variables.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Do not wait for its end.", rich_help_panel=_HOW)
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="The driver's log alone.", rich_help_panel=_HOW),
    ] = False,
    dry_run: Annotated[
        DryRun | None,
        typer.Option(
            help="Only show the SparkApplication: checked here, or by the API server too.",
            rich_help_panel=_HOW,
        ),
    ] = None,
    output: Annotated[
        ResourceFormat,
        typer.Option("--output", "-o", help="Form of what --dry-run shows.", rich_help_panel=_HOW),
    ] = ResourceFormat.YAML,
) -> int:
    """Run a Spark application near its data, follow its log, and end with its exit status.

    A local FILE, and local files of --py-files, --jars, --files and --archives, go into Alluxio first.
    ^C leaves the application running. Options come before FILE; what follows it belongs to the program.

    Example: kubectl alluxio spark submit --num-executors 4 --executor-memory 4g report.py alluxio:///sales
    """
    from kubectl_alluxio import spark_check, spark_properties
    from kubectl_alluxio.spark_resource import FLAGS, Submission, resource
    from kubectl_alluxio.spark_run import Run, dry
    from kubectl_alluxio.spark_uploads import new_uploads

    flags = {
        "spark.jars": jars,
        "spark.submit.pyFiles": py_files,
        "spark.files": files,
        "spark.archives": archives,
        "spark.driver.memory": driver_memory,
        "spark.driver.cores": driver_cores,
        "spark.driver.extraJavaOptions": driver_java_options,
        "spark.executor.memory": executor_memory,
        "spark.executor.cores": executor_cores,
        "spark.executor.instances": num_executors,
    }
    properties = spark_properties.merged(properties_file, conf or [], flags)
    with connection.kubernetes() as (client, namespace):
        chosen = name or name_for(file)
        uploads = new_uploads(chosen, namespace)
        said = Submission(
            name=chosen,
            namespace=namespace,
            file=uploads.uri("FILE", file),
            arguments=arguments or (),
            main_class=main_class,
            conf=uploads.conf(properties, FLAGS),
            secrets=secret or (),
            secret_conf=secret_conf or (),
            config_maps=config_map or (),
            locality_paths=locality_path or (),
            locality=locality,
            on_busy=on_busy,
        )
        said = with_cluster(said, connection, client)
        body = resource(said)
        for sentence in spark_check.check(body):
            note(sentence)
        run = Run(connection, client, body, uploads.files)
        if dry_run:
            show_data(dry(run, dry_run), output)
            return exit_codes.OK
        return run.submit(detach, quiet)


def name_for(file: str) -> str:
    """A name after the file, with a number, so that one file can be submitted again and again."""
    stem = re.sub(r"[^a-z0-9]+", "-", PurePosixPath(file).stem.lower()).strip("-0123456789")
    return f"{(stem or 'spark')[:_LONGEST_STEM].rstrip('-')}-{secrets.token_hex(4)}"


def with_cluster(said: Submission, connection: Connection, client: KubeClient) -> Submission:
    """With the AlluxioCluster: the one given, as NAME or NAMESPACE/NAME, or the only one if one is needed."""
    space, _slash, name = (connection.cluster or "").rpartition("/")
    if not name and said.needs_alluxio:
        name = connection.choose(client, said.namespace)
    return replace(said, cluster=name or None, cluster_namespace=space or None)
