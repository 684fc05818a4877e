# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Secrets with a value that nobody chooses: made once, never read, never written again.

They are made by a POST, which an existing Secret refuses: no pass can take the value from under processes that use it.
And they are asked for past the operator's proxy, which would keep a copy of every Secret to watch them.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from .kube.api import KubeClient
from .kube.decisions import owner_reference
from .kube.errors import Conflict

# Spark derives keys of 128 bits from it; a token of as many cannot be guessed either.
_BYTES = 32


def make(
    client: KubeClient,
    wanted: Sequence[Mapping[str, Any]],
    namespace: str,
    labels: Mapping[str, str],
    owner: Mapping[str, Any] | None,
    dry_run: bool,
) -> list[str]:
    """Makes each of ``wanted`` ({name, key}) that is not there; the names of those made.

    Raises the errors of kube/errors.py.
    """
    made = []
    for row in wanted:
        if client.direct.exists("v1", "Secret", row["name"], namespace):
            continue
        try:
            client.direct.create(_secret(row, namespace, labels, owner), dry_run=dry_run)
        except Conflict:
            # Another pass was quicker.
            continue
        made.append(str(row["name"]))
    return made


def _secret(
    row: Mapping[str, Any],
    namespace: str,
    labels: Mapping[str, str],
    owner: Mapping[str, Any] | None,
) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": row["name"],
        "namespace": namespace,
        "labels": dict(labels),
    }
    if owner:
        metadata["ownerReferences"] = [owner_reference(owner)]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "stringData": {row["key"]: secrets.token_urlsafe(_BYTES)},
    }
