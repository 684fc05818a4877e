# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio spark history`, `shell` and the pages of `ui`: the way from outside into a SparkCluster."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from kubectl_alluxio import exit_codes
from kubectl_alluxio.connection import Connection, connected
from kubectl_alluxio.output import note

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.api import KubeClient

NO_ALLUXIO = ("cluster", "masters", "user")
_Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the SparkCluster.")]
_LOOK_S = 2.0
# pyspark takes what -c brings for its own doctests, unless somebody types (pyspark/sql/connect/utils.py).
_TYPED = "import sys; sys.ps1 = '>>> ';"
# What a client of Connect imports; a Python without it cannot be a shell.
_IMPORTS = f"{_TYPED} import pyspark.sql.connect.session"
_SESSION = (
    f"{_TYPED} from pyspark.sql import SparkSession; spark = SparkSession.builder.getOrCreate();"
    " print('Spark', spark.version, 'as spark')"
)


@connected(*NO_ALLUXIO)
def history(connection: Connection, name: _Name) -> None:
    """Open a way to the history server of a SparkCluster, which shows what ran, until ^C or its end.

    Example: kubectl alluxio spark history standing -n analytics
    """
    with connection.kubernetes() as (client, namespace):
        show_pages(client, name, namespace, ["history"])


@connected(*NO_ALLUXIO)
def shell(
    connection: Connection,
    name: _Name,
    program: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE ARGS…]", help="A program to run in place of a shell."),
    ] = None,
    python: Annotated[
        str, typer.Option(help="The Python with pyspark's Connect client.")
    ] = "python3",
) -> int:
    """Open a Python shell on a SparkCluster by Spark Connect, with the session as `spark`.

    Example: kubectl alluxio spark shell standing -n analytics
    """
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.port_forward import (
        PortForwarder,
        Target,
    )
    from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_cluster_names

    check_python(python)
    with connection.kubernetes() as (client, namespace), PortForwarder(client) as forwarder:
        pod = ready_pod(client, name, namespace, "connect")
        secret = token(client, name, namespace)
        port = spark_cluster_names.PORTS["connect"]["grpc"]
        remote = f"sc://localhost:{forwarder.open(Target(namespace, pod, port))}"
        command = [python, *(program or ("-i", "-c", _SESSION))]
        # In the environment, where other users of the machine do not see it, as they would see an argument.
        own = {"SPARK_REMOTE": remote, "SPARK_CONNECT_AUTHENTICATE_TOKEN": secret}
        # ^C is the program's: it ends a query of a shell, and not the way to it.
        signal.signal(signal.SIGINT, lambda *_: None)
        return subprocess.run(command, env={**os.environ, **own}, check=False).returncode


def with_a_page(client: KubeClient, name: str, namespace: str) -> list[str]:
    """Which of master and Connect server, whose pages show what runs, a SparkCluster has; none without one."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_cluster_names

    selector = spark_cluster_names.selector(name)
    pods = client.list_objects("v1", "Pod", namespace, selector)
    there = {pod["metadata"]["labels"][spark_cluster_names.COMPONENT_LABEL] for pod in pods}
    return [component for component in ("master", "connect") if component in there]


def show_pages(client: KubeClient, name: str, namespace: str, components: Sequence[str]) -> None:
    """Forwards to the web pages of components and says where, until a pod of them ends. Raises NotFound."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.port_forward import (
        LOOPBACK,
        PortForwarder,
        Target,
    )
    from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_cluster_names

    with PortForwarder(client) as forwarder:
        pods = [ready_pod(client, name, namespace, component) for component in components]
        for component, pod in zip(components, pods, strict=True):
            port = spark_cluster_names.PORTS[component]["ui"]
            local = forwarder.open(Target(namespace, pod, port))
            print(f"{component:<8} http://{LOOPBACK}:{local}", flush=True)
        while all(client.exists("v1", "Pod", pod, namespace) for pod in pods):
            threading.Event().wait(_LOOK_S)
    note(f"{' or '.join(pods)} has gone, and its page with it")


def ready_pod(client: KubeClient, name: str, namespace: str, component: str) -> str:
    """The name of a pod of the component that is ready. Raises NotFound with the reason."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.pods import pod_row
    from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_cluster_names

    labels = spark_cluster_names.pod_selector(name, component)
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    rows = [pod_row(pod) for pod in client.list_objects("v1", "Pod", namespace, selector)]
    for row in rows:
        if row["ready"] and not row["deleting"]:
            return str(row["name"])
    if rows:
        why = rows[0]["message"] or "its pod goes"
        raise NotFound(f"the {component} of SparkCluster {name} is not ready: {why}", "wait for it")
    raise NotFound(
        f"SparkCluster {name} in namespace {namespace} has no {component}",
        f"see kubectl get sparkclusters -n {namespace}, and its spec.{component}.enabled",
    )


def token(client: KubeClient, name: str, namespace: str) -> str:
    """What the Connect server asks for, by the caller's own right to read the Secret. Raises NotFound."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound
    from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_cluster_names

    secret = spark_cluster_names.token_secret(name)
    found = client.get("v1", "Secret", secret, namespace)
    if found is None:
        raise NotFound(f"there is no Secret {secret} in namespace {namespace}", "wait for it")
    return base64.b64decode(found["data"][spark_cluster_names.TOKEN_KEY]).decode()


def check_python(python: str) -> None:
    """Raises InvalidValue for a Python that cannot be a client of Connect."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

    if shutil.which(python) is None:
        raise InvalidValue("--python", python, "name a Python that can be run")
    found = subprocess.run([python, "-c", _IMPORTS], capture_output=True, text=True, check=False)
    if found.returncode != exit_codes.OK:
        why = (found.stderr.strip().splitlines() or ["it fails"])[-1]
        remedy = f"install its client, pip install pyspark-client 'pandas<3', or name another Python ({why})"
        raise InvalidValue("--python", python, remedy)
