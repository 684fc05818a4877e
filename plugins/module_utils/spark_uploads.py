# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Files that were uploaded into Alluxio for an application, and go with it (docs/decisions/0131)."""

from __future__ import annotations

from .alluxio.errors import PathNotFound
from .alluxio.rpc.files import FileSystem
from .kube.api import KubeClient
from .master_access import Wanted, open_access
from .plans.spark_names import uploads_folder


def remove_uploads(
    client: KubeClient, application: str, namespace: str, wanted: Wanted, dry_run: bool
) -> bool:
    """Whether there were any; without the AlluxioCluster there are none that could be removed.

    Raises NotFound while its masters are down, and what they raise.
    """
    if not client.exists("v1", "ConfigMap", f"{wanted.cluster}-client", wanted.namespace):
        return False
    with open_access(wanted, client) as access:
        return remove_folder(access.master.files, application, namespace, dry_run)


def remove_folder(files: FileSystem, application: str, namespace: str, dry_run: bool) -> bool:
    """Whether it was there."""
    folder = uploads_folder(application, namespace)
    if dry_run:
        return files.exists(folder)
    try:
        files.delete(folder, recursive=True)
    except PathNotFound:
        return False
    return True
