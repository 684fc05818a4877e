# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The Alluxio that a module's options mean: ALLUXIO_OPTIONS and KUBERNETES_OPTIONS of the adapter.

Apart from master_access, because a program that starts quickly connects in another way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from .kube.client import connect
from .master_access import Access, Wanted, open_access


def wanted_of(params: Mapping[str, Any]) -> Wanted:
    """From the options."""
    return Wanted(
        cluster=params["cluster"] or "",
        namespace=params["namespace"] or "",
        masters=params["masters"] or (),
        user=params["user"],
    )


@contextmanager
def open_named(params: Mapping[str, Any]) -> Iterator[Access]:
    """Kubernetes is spoken to only for a cluster by name. Raises like open_access."""
    wanted = wanted_of(params)
    with ExitStack() as opened:
        client = None
        if not wanted.masters:
            client = opened.enter_context(connect(params["kubeconfig"], params["context"]))
        yield opened.enter_context(open_access(wanted, client))
