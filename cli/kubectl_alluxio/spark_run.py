# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From a SparkApplication that has been checked to one that runs: files into Alluxio, then the object.

Where the API server has no SparkApplication, the role runs here, as the operator would run it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import Conflict
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import spark_names

from kubectl_alluxio import exit_codes
from kubectl_alluxio.output import message
from kubectl_alluxio.spark_follow import follow
from kubectl_alluxio.spark_read import find
from kubectl_alluxio.spark_resource import API_VERSION, KIND

if TYPE_CHECKING:
    from ansible_collections.alluxio.k8s.plugins.module_utils.kube.api import KubeClient

    from kubectl_alluxio.connection import Connection
    from kubectl_alluxio.spark_role import Role


@dataclass(frozen=True)
class Run:
    """One submission. ``files``: local ones by the path of Alluxio that they shall have."""

    connection: Connection
    client: KubeClient
    body: dict[str, Any]
    files: Mapping[str, Path]

    @property
    def name(self) -> str:
        return str(self.body["metadata"]["name"])

    @property
    def namespace(self) -> str:
        return str(self.body["metadata"]["namespace"])

    def submit(self, detach: bool, quiet: bool) -> int:
        """The exit status of the driver; of a detached one 0. Raises Conflict when the name is taken."""
        self._refuse_taken_name()
        if self.files:
            self._upload(quiet)
        by_operator = self.client.has_kind(API_VERSION, KIND)
        if by_operator:
            self.client.create(self.body)
        else:
            self._role.begin(self._has_job, self._waiting)
        message(f"sparkapplication {self.name} is submitted", "green")
        if detach:
            self._say_how_to_come_back()
            return exit_codes.OK
        try:
            status = follow(self.client, self.name, self.namespace, quiet)
        except KeyboardInterrupt:
            message(f"{self.name} goes on running", "yellow")
            self._say_how_to_come_back()
            raise
        if not by_operator:
            self._role.finish()
        return status

    def _refuse_taken_name(self) -> None:
        if find(self.client, self.name, self.namespace):
            raise Conflict(
                f"there is an application {self.name} in namespace {self.namespace} already",
                f"choose another --name, or remove it: kubectl alluxio spark kill {self.name}",
            )

    def _upload(self, quiet: bool) -> None:
        from kubectl_alluxio.files import progress
        from kubectl_alluxio.spark_uploads import upload

        cluster = self.body["spec"]["alluxioCluster"]
        size = sum(file.stat().st_size for file in self.files.values())
        there = replace(self.connection, cluster=cluster["name"])
        with (
            there.alluxio(self.client, cluster.get("namespace") or self.namespace) as access,
            progress("uploading", size, quiet) as advance,
        ):
            upload(access, self.files, advance)

    @property
    def _role(self) -> Role:
        from kubectl_alluxio.spark_role import Role

        return Role(self.body, self.connection.kubeconfig, self.connection.context)

    def check_by_role(self) -> None:
        """As a dry run of the API server, where that knows no SparkApplication."""
        self._role.check()

    def _has_job(self) -> bool:
        """What the role begins with, and `spark kill` removes."""
        selector = spark_names.selector(self.name)
        return bool(self.client.list_objects("batch/v1", "Job", self.namespace, selector))

    def _waiting(self, summary: str) -> None:
        message(f"{self.name}: {summary}", "yellow")

    def _say_how_to_come_back(self) -> None:
        of = f"{self.name} -n {self.namespace}"
        message(f"follow it:  kubectl alluxio spark logs -f {of}", "cyan")
        message(f"stop it:    kubectl alluxio spark kill {of}", "cyan")


def dry(run: Run, where: str) -> dict[str, Any]:
    """The SparkApplication as it would be made; ``server`` asks the API server, or the role where it has none."""
    if where == "client":
        return run.body
    if run.client.has_kind(API_VERSION, KIND):
        return run.client.create(run.body, dry_run=True)
    run.check_by_role()
    return run.body
