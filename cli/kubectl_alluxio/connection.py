# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From the options of a command to an open Alluxio."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
    from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Access

_MASTERS = "app.kubernetes.io/name=alluxio,app.kubernetes.io/component=master"
_INSTANCE = "app.kubernetes.io/instance"

_PANEL = "Which Alluxio"
_OPTIONS: dict[str, tuple[Any, Any]] = {
    "cluster": (
        Annotated[
            str | None,
            typer.Option(
                "--cluster",
                "-c",
                help="Name of the AlluxioCluster. Not needed when the namespace has only one.",
                rich_help_panel=_PANEL,
            ),
        ],
        None,
    ),
    "namespace": (
        Annotated[
            str | None,
            typer.Option(
                "--namespace", "-n", help="Its namespace (the context's).", rich_help_panel=_PANEL
            ),
        ],
        None,
    ),
    "context": (
        Annotated[
            str | None,
            typer.Option(
                help="Context of the kubeconfig (the current one).", rich_help_panel=_PANEL
            ),
        ],
        None,
    ),
    "kubeconfig": (
        Annotated[
            str | None,
            typer.Option(help="The file ($KUBECONFIG, ~/.kube/config).", rich_help_panel=_PANEL),
        ],
        None,
    ),
    "masters": (
        Annotated[
            str | None,
            typer.Option(
                help="Masters as HOST[:PORT],…, for an Alluxio that is reached directly.",
                envvar="ALLUXIO_MASTERS",
                rich_help_panel=_PANEL,
            ),
        ],
        None,
    ),
    "user": (
        Annotated[
            str,
            typer.Option(
                help="The user of Alluxio to act as.", envvar="ALLUXIO_USER", rich_help_panel=_PANEL
            ),
        ],
        "alluxio",
    ),
}


@dataclass(frozen=True)
class Connection:
    """The options that say which Alluxio is meant; nothing is opened before it is needed."""

    cluster: str | None
    namespace: str | None
    context: str | None
    kubeconfig: str | None
    masters: str | None
    user: str

    @contextmanager
    def kubernetes(self) -> Iterator[tuple[KubeClient, str]]:
        """A client and the namespace that is meant."""
        from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
        from ansible_collections.alluxio.k8s.plugins.module_utils.kube.kubeconfig import (
            find_files,
            read_context,
        )

        files = find_files(self.kubeconfig, os.environ)
        namespace = self.namespace
        if not namespace:
            namespace = read_context(files, self.context).namespace if files else "default"
        with connect(self.kubeconfig, self.context) as client:
            yield client, namespace

    @contextmanager
    def alluxio(self, client: KubeClient | None = None, namespace: str = "") -> Iterator[Access]:
        """The masters, by way of ``client`` when there is one already."""
        from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import (
            Wanted,
            open_access,
        )

        if self.masters:
            addresses = [part.strip() for part in self.masters.split(",")]
            with open_access(Wanted(masters=addresses, user=self.user), None) as access:
                yield access
        elif client is not None:
            wanted = Wanted(self.choose(client, namespace), namespace, user=self.user)
            with open_access(wanted, client) as access:
                yield access
        else:
            with self.kubernetes() as (opened, there), self.alluxio(opened, there) as access:
                yield access

    def choose(self, client: KubeClient, namespace: str) -> str:
        """The name of the cluster: the one given, or the only one. Raises NotFound, InvalidValue."""
        if self.cluster:
            return self.cluster
        names = find_clusters(client, namespace)
        if len(names) == 1:
            return names[0]
        from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
        from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotFound

        if not names:
            raise NotFound(
                f"no Alluxio runs in namespace {namespace}",
                "name its namespace by -n, or its masters by --masters",
            )
        raise InvalidValue("--cluster", None, f"name one of {', '.join(names)}")


def find_clusters(client: KubeClient, namespace: str) -> list[str]:
    """Names of the clusters that have masters in the namespace, made by whichever door."""
    pods = client.list_objects("v1", "Pod", namespace, label_selector=_MASTERS)
    return sorted({pod["metadata"]["labels"].get(_INSTANCE, "") for pod in pods} - {""})


def connected(*without: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a command the options of a Connection, which becomes its first argument."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        hints = get_type_hints(command, include_extras=True)
        first, *own = inspect.signature(command).parameters.values()
        options = {name: row for name, row in _OPTIONS.items() if name not in without}

        @wraps(command)
        def call(**values: Any) -> Any:
            chosen = {name: values.pop(name) for name in options}
            chosen |= {name: default for name, (_, default) in _OPTIONS.items() if name in without}
            return command(Connection(**chosen), **values)

        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [
            inspect.Parameter(p.name, keyword, default=p.default, annotation=hints[p.name])
            for p in own
        ] + [
            inspect.Parameter(name, keyword, default=default, annotation=annotation)
            for name, (annotation, default) in options.items()
        ]
        del hints[first.name]
        call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        call.__annotations__ = {p.name: p.annotation for p in parameters}
        del call.__wrapped__
        return call

    return decorate
