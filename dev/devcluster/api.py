# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The few requests that the tool itself makes to the API server, as its administrator."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any

from .certificates import AUTHORITY
from .errors import DevClusterError
from .layout import Layout

TIMEOUT_S = 10.0


class Api:
    """The API server of a cluster through its port on 127.0.0.1."""

    def __init__(self, layout: Layout, port: int) -> None:
        folder = layout.certificates
        self._context = ssl.create_default_context(cafile=str(folder / f"{AUTHORITY}.crt"))
        self._context.load_cert_chain(folder / "admin.crt", folder / "admin.key")
        self._port = port

    def get(self, path: str) -> dict[str, Any] | None:
        """The object, or None when it is missing or the API server does not answer (yet)."""
        try:
            status, body = self._request("GET", path)
            return json.loads(body) if status == 200 else None
        except (OSError, http.client.HTTPException):
            return None

    def is_ready(self) -> bool:
        try:
            return self._request("GET", "/readyz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def apply(self, path: str, content: dict[str, Any]) -> None:
        """Server-side apply of one object. Raises DevClusterError when it is refused."""
        status, body = self._request(
            "PATCH", f"{path}?fieldManager=dev-cluster&force=true", content
        )
        if status not in (200, 201):
            raise DevClusterError(f"{path} was refused with status {status}: {body[:500]!r}")

    def _request(self, method: str, path: str, content: object = None) -> tuple[int, bytes]:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self._port, timeout=TIMEOUT_S, context=self._context
        )
        try:
            body = None if content is None else json.dumps(content)
            connection.request(method, path, body, {"Content-Type": "application/apply-patch+yaml"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()
