# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""HTTP to a port of a pod by way of the API server, for callers outside the pod network."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from .api import KubeClient

_CHUNK_BYTES = 65536


class TooLong(Exception):
    """The body is longer than the caller allows."""


def request(
    client: KubeClient,
    path: str,
    method: str,
    body: Mapping[str, Any] | None,
    *,
    deadline_s: float,
    limit_bytes: int,
) -> bytes:
    """The body of the pod's successful answer; ``path`` is that of `path_of`.

    Needs the verb get, for POST create, on pods/proxy. Raises the errors of kube/errors.py, also
    for an answer of the pod's that is no success, TooLong and TimeoutError.
    """
    end = time.monotonic() + deadline_s
    answer = client.stream(method, path, body, timeout_s=deadline_s)
    try:
        content = bytearray()
        for chunk in answer.stream(_CHUNK_BYTES):
            content += chunk
            if len(content) > limit_bytes:
                raise TooLong
            if time.monotonic() > end:
                raise TimeoutError
        return bytes(content)
    finally:
        answer.close()


def path_of(namespace: str, pod: str, port: int, path: str) -> str:
    """The API server's path for ``path`` of that pod."""
    return f"/api/v1/namespaces/{namespace}/pods/{pod}:{port}/proxy{path}"
