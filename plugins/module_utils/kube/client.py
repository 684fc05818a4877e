# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Connecting to an API server with the `kubernetes` package (24.2 and later), which knows every kind of
credentials and cluster; nothing of its models is used, which differ between versions.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

try:
    import urllib3
    import yaml
    from kubernetes import client as kubernetes_client
    from kubernetes import config as kubernetes_config
    from kubernetes.config import kube_config
    from kubernetes.dynamic import DynamicClient
    from kubernetes.dynamic.exceptions import DynamicApiError

    IMPORT_ERROR = ""
except (
    ImportError
) as error:  # said when it is needed: documentation and linters work without the package
    IMPORT_ERROR = str(error)

from ..errors import MissingLibrary
from .api import Answered, KubeClient, Object, Unanswered
from .errors import NotReachable
from .server import Server

__all__ = ["KubeClient", "PackageTransport", "connect"]


class PackageTransport:
    """Requests by the package: one API server, as one user."""

    def __init__(self, configuration: Any) -> None:
        configuration.retries = 1
        self._configuration = configuration
        self.url = str(configuration.host)
        api = kubernetes_client.ApiClient(configuration)
        self._dynamic = DynamicClient(api, discoverer=_NoDiscovery)  # type: ignore[no-untyped-call,unused-ignore]

    def authority(self) -> str:
        file = self._configuration.ssl_ca_cert
        return _text(file) if file else ""

    def request(
        self,
        method: str,
        path: str,
        query: list[tuple[str, str]],
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float],
    ) -> Object:
        answer: Object = self._send(
            method, path, body, headers, timeout_s, query_params=query, serializer=_as_it_is
        )
        return answer

    def stream(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float],
    ) -> Any:
        return _Stream(self._send(method, path, body, headers, timeout_s, serialize=False))

    def past_proxy(self) -> PackageTransport:
        return PackageTransport(_in_cluster())

    def websocket_server(self) -> Server:
        configuration = self._configuration
        # As the package does before each request: a token may be renewed, or come from a program.
        settings = configuration.auth_settings().values()
        headers = {row["key"]: str(row["value"]) for row in settings if row["in"] == "header"}
        context = None
        if urlsplit(self.url).scheme == "https":
            context = ssl.create_default_context(cafile=configuration.ssl_ca_cert or None)
            if configuration.assert_hostname is False or not configuration.verify_ssl:
                context.check_hostname = False
            if not configuration.verify_ssl:
                context.verify_mode = ssl.CERT_NONE
            if configuration.cert_file:
                context.load_cert_chain(configuration.cert_file, configuration.key_file)
        return Server(
            url=self.url,
            ssl=context,
            server_name=getattr(configuration, "tls_server_name", None),
            headers=headers,
            proxy=configuration.proxy or None,
        )

    def close(self) -> None:
        self._dynamic.client.rest_client.pool_manager.clear()
        # The files into which the package has put a kubeconfig's keys.
        kube_config._cleanup_temp_files()  # type: ignore[no-untyped-call,unused-ignore]

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float],
        **options: Any,
    ) -> Any:
        """The one request to the package."""
        try:
            return self._dynamic.request(
                method,
                path,
                body=body,
                header_params={"Accept": headers["Accept"]},
                content_type=headers["Content-Type"],
                _request_timeout=timeout_s,
                **options,
            )
        except DynamicApiError as error:
            raise Answered(error.status or 0, error.body or error.reason) from error
        except urllib3.exceptions.HTTPError as error:
            raise _unanswered(error) from error


class _Stream:
    """An answer under way, whose connection may break; see api.Transport."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def stream(self, size_bytes: int) -> Iterator[bytes]:
        try:
            yield from self._answer.stream(size_bytes)
        except urllib3.exceptions.HTTPError as error:
            raise _unanswered(error) from error

    def read(self) -> bytes:
        content: bytes = self._answer.read()
        return content

    def close(self) -> None:
        self._answer.close()


def _unanswered(error: urllib3.exceptions.HTTPError) -> Unanswered:
    return Unanswered(type(getattr(error, "reason", None) or error).__name__)


@contextmanager
def connect(kubeconfig: str | None = None, context: str | None = None) -> Iterator[KubeClient]:
    """A client for the kubeconfig (default: $KUBECONFIG, ~/.kube/config, then the pod's own service
    account).

    Raises NotReachable when there is none of them, MissingLibrary without the `kubernetes` package.
    """
    if IMPORT_ERROR:
        raise MissingLibrary("kubernetes", sys.executable, IMPORT_ERROR)
    client = KubeClient(PackageTransport(_configuration(kubeconfig, context, os.environ)))
    try:
        yield client
    finally:
        client.close()


def _configuration(
    kubeconfig: str | None, context: str | None, environment: Mapping[str, str]
) -> Any:
    default = Path(environment.get("HOME", "/")) / ".kube" / "config"
    chosen = (
        kubeconfig or environment.get("KUBECONFIG") or (str(default) if default.exists() else None)
    )
    if chosen is None and "KUBERNETES_SERVICE_HOST" in environment:
        return _in_cluster()
    if chosen is None:
        raise NotReachable(
            "no kubeconfig is named and this is no pod", "give `kubeconfig`, or set KUBECONFIG"
        )
    configuration = kubernetes_client.Configuration()
    try:
        kubernetes_config.load_kube_config(  # type: ignore[no-untyped-call,unused-ignore]
            config_file=chosen,
            context=context,
            client_configuration=configuration,
            persist_config=False,
        )
    except yaml.YAMLError as error:  # without its text, which may quote a key
        raise NotReachable(f"kubeconfig {chosen} is not YAML", "correct the file") from error
    except (kubernetes_config.ConfigException, OSError, ValueError) as error:
        raise NotReachable(f"kubeconfig {chosen}: {error}", "correct or name another") from error
    return configuration


def _in_cluster() -> Any:
    configuration = kubernetes_client.Configuration()
    try:
        kubernetes_config.load_incluster_config(  # type: ignore[no-untyped-call,unused-ignore]
            client_configuration=configuration
        )
    except kubernetes_config.ConfigException as error:
        raise NotReachable(
            f"the pod's service account cannot be used: {error}",
            "set automountServiceAccountToken: true",
        ) from error
    return configuration


class _NoDiscovery:
    """In place of the package's discovery, which asks for everything; ours is
    ``kube/discovery.py``.
    """

    def __init__(self, client: Any, cache_file: str | None) -> None:
        pass


def _as_it_is(_client: Any, answer: Any) -> Any:
    return answer


def _text(file: str) -> str:
    return Path(file).read_text(encoding="utf-8", errors="replace")
