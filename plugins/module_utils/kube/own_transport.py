# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Requests by the standard library alone, for programs that must start quickly.

To import the `kubernetes` package takes longer than most questions take to be answered. Where a
kubeconfig has nothing but certificates or a token, which is most of them, that is not needed
(docs/decisions/0073).
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from .api import Answered, KubeClient, Object, Transport, Unanswered
from .errors import NotReachable
from .kubeconfig import Context, find_files, read_context
from .server import Server

# What the two parts of a context may have for us to understand all of it.
_CLUSTER_KEYS = {
    "server",
    "certificate-authority",
    "certificate-authority-data",
    "insecure-skip-tls-verify",
    "tls-server-name",
    "extensions",
}
_USER_KEYS = {
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "token",
    "tokenFile",
}
_PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY")


@contextmanager
def connect_lightly(
    kubeconfig: str | None, context: str | None, environment: Mapping[str, str]
) -> Iterator[tuple[KubeClient, str]]:
    """A client and the context's namespace; by the package where this file does not suffice.

    Raises like client.connect.
    """
    files = find_files(kubeconfig, environment)
    chosen = read_context(files, context) if files else None
    if chosen and understands(chosen, environment):
        client = KubeClient(OwnTransport(chosen))
        try:
            yield client, chosen.namespace
        finally:
            client.close()
        return
    from .client import connect

    with connect(kubeconfig, context) as client:
        yield client, chosen.namespace if chosen else "default"


def understands(context: Context, environment: Mapping[str, str]) -> bool:
    """Whether the context says nothing that only the package can do."""
    return (
        set(context.cluster) <= _CLUSTER_KEYS
        and set(context.user) <= _USER_KEYS
        and urlsplit(context.cluster.get("server") or "").scheme == "https"
        and not any(environment.get(name) for name in _PROXIES)
    )


class OwnTransport:
    """One API server, as one user; several threads may use it. Connections are kept."""

    def __init__(self, context: Context) -> None:
        self.url = str(context.cluster["server"]).rstrip("/")
        target = urlsplit(self.url)
        self._host, self._port = target.hostname or "", target.port or 443
        self._path = target.path
        self._server_name = context.cluster.get("tls-server-name")
        self._authority = _authority(context)
        self._ssl = _ssl_context(context, self._authority)
        token = _token(context)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPSConnection] = []

    def authority(self) -> str:
        return self._authority

    def request(
        self,
        method: str,
        path: str,
        query: list[tuple[str, str]],
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float],
    ) -> Object:
        target = f"{path}?{urlencode(query)}" if query else path
        connection, answer = self._exchange(method, target, body, headers, timeout_s)
        with _network_errors():
            content = answer.read()
        with self._lock:
            self._idle.append(connection)
        if not 200 <= answer.status < 300:
            raise Answered(answer.status, content)
        found: Object = json.loads(content) if content else {}
        return found

    def stream(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float],
    ) -> Any:
        connection, answer = self._exchange(method, path, body, headers, timeout_s)
        if not 200 <= answer.status < 300:
            with _network_errors():
                content = answer.read()
            connection.close()
            raise Answered(answer.status, content)
        return _Stream(connection, answer)

    def past_proxy(self) -> Transport:
        raise AssertionError("an operator's kubeconfig is read by the package")

    def websocket_server(self) -> Server:
        return Server(self.url, self._ssl, self._server_name, self._headers)

    def close(self) -> None:
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def _exchange(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float],
    ) -> tuple[http.client.HTTPSConnection, http.client.HTTPResponse]:
        content = None if body is None else json.dumps(body).encode()
        all_headers = {**headers, **self._headers}
        with self._lock:
            kept = self._idle.pop() if self._idle else None
        if kept:
            try:
                # The server may have ended it meanwhile; a request that it never read is safe to repeat.
                kept.request(method, self._path + target, content, all_headers)
                return kept, kept.getresponse()
            except (http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError):
                kept.close()
        connection = self._connect(timeout_s)
        try:
            with _network_errors():
                connection.request(method, self._path + target, content, all_headers)
                return connection, connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def _connect(self, timeout_s: tuple[float, float]) -> http.client.HTTPSConnection:
        connection = _Connection(self._host, self._port, context=self._ssl, timeout=timeout_s[0])
        connection.server_name = self._server_name or self._host
        with _network_errors():
            connection.connect()
            connection.sock.settimeout(timeout_s[1])
        return connection


class _Connection(http.client.HTTPSConnection):
    """May check the certificate for another name than the one it connects to."""

    server_name = ""

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        context: ssl.SSLContext = self._context  # type: ignore[attr-defined]
        self.sock = context.wrap_socket(self.sock, server_hostname=self.server_name)


class _Stream:
    """An answer under way; see api.Transport."""

    def __init__(
        self, connection: http.client.HTTPSConnection, answer: http.client.HTTPResponse
    ) -> None:
        self._connection = connection
        self._answer = answer

    def stream(self, size_bytes: int) -> Iterator[bytes]:
        with _network_errors():
            while chunk := self._answer.read1(size_bytes):
                yield chunk

    def read(self) -> bytes:
        with _network_errors():
            return self._answer.read()

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _network_errors() -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        raise Unanswered(type(error).__name__) from error


def _authority(context: Context) -> str:
    cluster = context.cluster
    if data := cluster.get("certificate-authority-data"):
        return _decoded(data, context, "certificate-authority-data").decode(errors="replace")
    if file := cluster.get("certificate-authority"):
        return _read(file).decode(errors="replace")
    return ""


def _ssl_context(context: Context, authority: str) -> ssl.SSLContext:
    try:
        made = ssl.create_default_context(cadata=authority or None)
        if context.cluster.get("insecure-skip-tls-verify"):
            made.check_hostname = False
            made.verify_mode = ssl.CERT_NONE
        certificate = _certificate(context)
        if certificate:
            _load(made, certificate)
    except ssl.SSLError as error:
        raise NotReachable(
            f"a certificate or key of context {context.name} cannot be used ({error.reason})",
            "correct the kubeconfig",
        ) from None
    return made


def _certificate(context: Context) -> bytes:
    """Certificate and key in one text, as OpenSSL reads them; empty where there is none."""
    parts = []
    for name in ("client-certificate", "client-key"):
        if data := context.user.get(f"{name}-data"):
            parts.append(_decoded(data, context, f"{name}-data"))
        elif file := context.user.get(name):
            parts.append(_read(file))
    return b"\n".join(parts)


def _load(made: ssl.SSLContext, certificate: bytes) -> None:
    """OpenSSL reads keys from files only: from one that nobody else may read and that is gone at once."""
    handle, name = tempfile.mkstemp()
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate)
        made.load_cert_chain(name)
    finally:
        os.unlink(name)


def _token(context: Context) -> str:
    if file := context.user.get("tokenFile"):
        return _read(file).decode(errors="replace").strip()
    return str(context.user.get("token") or "")


def _decoded(text: str, context: Context, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise NotReachable(
            f"{field} of context {context.name} is not base64", "correct the kubeconfig"
        ) from None


def _read(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise NotReachable(f"{file}: {error.strerror}", "correct the kubeconfig") from None
