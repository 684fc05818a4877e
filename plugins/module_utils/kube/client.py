# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The one place that talks to the Kubernetes API: plain dicts in and out, typed errors, a deadline
on each request.

It rides on the `kubernetes` package (24.2 and later) for kubeconfig, credentials, TLS and
transport, and on nothing of its models, which differ between versions.
"""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
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
from .discovery import Kind, Kinds, cache_file
from .errors import (
    KindMissing,
    KubernetesError,
    NotFound,
    NotReachable,
    from_answer,
    is_about_an_object,
    kind_missing,
)
from .server import Server

Object = dict[str, Any]

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
_PAGE = 500
# "form=json" is for the kubernetes package alone: before 33 it sends a dict only where it reads
# "json".
_APPLY = "application/apply-patch+yaml; form=json"
_MERGE = "application/merge-patch+json"
# Names without content: what a Secret holds never reaches us.
_METADATA_ONLY = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


class KubeClient:
    """One API server, as one user. Every method raises the errors of ``kube/errors.py``."""

    def __init__(self, configuration: Any) -> None:
        configuration.retries = 1
        self._configuration = configuration
        api = kubernetes_client.ApiClient(configuration)
        self._dynamic = DynamicClient(api, discoverer=_NoDiscovery)  # type: ignore[no-untyped-call,unused-ignore]
        authority = configuration.ssl_ca_cert
        file = cache_file(configuration.host, _text(authority) if authority else "", os.environ)
        self.kinds = Kinds(self._fetch, file)

    def get(
        self, api_version: str, kind: str, name: str, namespace: str | None = None
    ) -> Object | None:
        """The object, or None when there is none of that name.

        Through ansible-operator's proxy a GET by name is also what makes it watch the kind for its
        owner.
        """
        where = self.kinds.find(api_version, kind)
        subject = f"GET {_label(where, namespace, name)}"
        try:
            return self._request("GET", where.path(namespace, name), subject, kind=where)
        except NotFound:
            return None

    def exists(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> bool:
        """Whether the object is there, without its content ever being sent."""
        return self.version(api_version, kind, name, namespace) is not None

    def version(
        self, api_version: str, kind: str, name: str, namespace: str | None = None
    ) -> str | None:
        """What tells one state of the object from any other, or None when it does not exist.

        Its content is never sent.
        """
        where = self.kinds.find(api_version, kind)
        subject = f"GET {_label(where, namespace, name)}"
        path = where.path(namespace, name)
        try:
            found = self._request("GET", path, subject, kind=where, accept=_METADATA_ONLY)
        except NotFound:
            return None
        return f"{found['metadata']['uid']}/{found['metadata']['resourceVersion']}"

    def list_objects(
        self,
        api_version: str,
        kind: str,
        namespace: str | None = None,
        label_selector: str = "",
        field_selector: str = "",
    ) -> list[Object]:
        """All objects that match, each with its apiVersion and kind.

        In one answer: the operator's cache knows no pages and answers a limit with a token that leads nowhere
        (controller-runtime's "continue-not-supported"). The objects of one cluster are few.
        """
        where = self.kinds.find(api_version, kind)
        selectors = (("labelSelector", label_selector), ("fieldSelector", field_selector))
        query = [(key, value) for key, value in selectors if value]
        answer = self._request(
            "GET",
            where.path(namespace),
            f"LIST {_label(where, namespace)}",
            kind=where,
            query=query,
        )
        return [
            {"apiVersion": api_version, "kind": kind, **item} for item in answer.get("items") or []
        ]

    def iterate(
        self, api_version: str, kind: str, namespace: str | None = None, field_selector: str = ""
    ) -> Iterator[Object]:
        """All objects, page by page, for kinds that a cluster may have thousands of.

        Straight from the API server: the operator's cache knows no pages (see list_objects).
        """
        if self.direct is not self:
            yield from self.direct.iterate(api_version, kind, namespace, field_selector)
            return
        where = self.kinds.find(api_version, kind)
        subject = f"LIST {_label(where, namespace)}"
        query = [("limit", str(_PAGE))]
        if field_selector:
            query.append(("fieldSelector", field_selector))
        after = ""
        while True:
            page = [*query, ("continue", after)] if after else query
            answer = self._request("GET", where.path(namespace), subject, kind=where, query=page)
            yield from answer.get("items") or []
            after = (answer.get("metadata") or {}).get("continue") or ""
            if not after:
                return

    def has_kind(self, api_version: str, kind: str) -> bool:
        """Whether the API server serves the kind (for example OpenShift's Route)."""
        try:
            self.kinds.find(api_version, kind)
        except KindMissing:
            return False
        return True

    def apply(self, body: Object, field_manager: str, *, dry_run: bool = False) -> Object:
        """Server-side apply, taking over fields of other managers; the object as it is (or would
        be) afterwards.
        """
        where, namespace, name = self._address(body)
        query = [
            ("fieldManager", field_manager),
            ("force", "true"),
            *([("dryRun", "All")] if dry_run else []),
        ]
        subject = f"APPLY {_label(where, namespace, name)}"
        path = where.path(namespace, name)
        return self._request(
            "PATCH", path, subject, kind=where, query=query, body=body, content_type=_APPLY
        )

    def create(self, body: Object) -> Object:
        """Raises Conflict when there is one of that name already."""
        where, namespace, name = self._address(body)
        subject = f"CREATE {_label(where, namespace, name)}"
        return self._request("POST", where.path(namespace), subject, kind=where, body=body)

    def merge_patch(
        self,
        api_version: str,
        kind: str,
        name: str,
        namespace: str | None,
        patch: Object,
        *,
        subresource: str | None = None,
    ) -> Object:
        """A JSON merge patch of the object, or of a subresource such as ``status``."""
        where = self.kinds.find(api_version, kind)
        subject = (
            f"PATCH {_label(where, namespace, name)}{'/' + subresource if subresource else ''}"
        )
        path = where.path(namespace, name, subresource)
        return self._request("PATCH", path, subject, kind=where, body=patch, content_type=_MERGE)

    def delete(self, body: Object, *, dry_run: bool = False, orphan: bool = False) -> bool:
        """Deletes exactly this object (by its uid, if it has one), dependents in the background, or
        with ``orphan`` without them.

        False when it was gone already. Raises Conflict when another object bears its name by now.
        """
        where, namespace, name = self._address(body)
        options: Object = {"propagationPolicy": "Orphan" if orphan else "Background"}
        if dry_run:
            # Not in the query: the API server ignores that when there is a body, and would delete.
            options["dryRun"] = ["All"]
        if uid := body["metadata"].get("uid"):
            options["preconditions"] = {"uid": uid}
        subject = f"DELETE {_label(where, namespace, name)}"
        try:
            path = where.path(namespace, name)
            self._request("DELETE", path, subject, kind=where, body=options)
        except NotFound:
            return False
        return True

    def evict(self, pod: str, namespace: str, uid: str) -> None:
        """Deletes exactly this pod if its disruption budget allows that.

        Raises TooManyRequests when it does not, and Conflict when another pod bears the name by now.
        Done when the pod was gone already.
        """
        where = self.kinds.find("v1", "Pod")
        body = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": pod, "namespace": namespace},
            "deleteOptions": {"preconditions": {"uid": uid}},
        }
        path = where.path(namespace, pod, "eviction")
        try:
            self._request("POST", path, f"EVICT {_label(where, namespace, pod)}", body=body)
        except NotFound:
            return

    def stream(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, timeout_s: float
    ) -> Any:
        """The answer as it arrives (urllib3's response), for pods behind the API server's proxy.

        ``timeout_s`` bounds each read, not the whole.
        """
        options: Object = {"header_params": {"Accept": "application/json"}, "serialize": False}
        options["content_type"] = "application/json"
        return self._send(method, path, f"{method} {path}", None, body, timeout_s, options)

    @cached_property
    def direct(self) -> KubeClient:
        """The API server itself, as the pod's own service account, where this client goes through
        ansible-operator's proxy (it would keep a copy of every kind that is read); else this
        client.
        """
        behind_proxy = urlsplit(self._configuration.host).username is not None
        if not (behind_proxy and "KUBERNETES_SERVICE_HOST" in os.environ):
            return self
        return KubeClient(_in_cluster())

    def websocket_server(self) -> Server:
        """How a WebSocket reaches this API server as this user."""
        configuration = self._configuration
        # As the package does before each request: a token may be renewed, or come from a program.
        settings = configuration.auth_settings().values()
        headers = {row["key"]: str(row["value"]) for row in settings if row["in"] == "header"}
        context = None
        if urlsplit(configuration.host).scheme == "https":
            context = ssl.create_default_context(cafile=configuration.ssl_ca_cert or None)
            if configuration.assert_hostname is False or not configuration.verify_ssl:
                context.check_hostname = False
            if not configuration.verify_ssl:
                context.verify_mode = ssl.CERT_NONE
            if configuration.cert_file:
                context.load_cert_chain(configuration.cert_file, configuration.key_file)
        return Server(
            url=configuration.host,
            ssl=context,
            server_name=getattr(configuration, "tls_server_name", None),
            headers=headers,
            proxy=configuration.proxy or None,
        )

    def close(self) -> None:
        """Ends connections, and removes the files into which the package has put a kubeconfig's
        keys.

        Ansible's workers end without Python's own clean-up, which would leave those keys in the
        temporary folder.
        """
        self._dynamic.client.rest_client.pool_manager.clear()
        if "direct" in self.__dict__ and self.direct is not self:
            self.direct.close()
        kube_config._cleanup_temp_files()  # type: ignore[no-untyped-call,unused-ignore]

    def _address(self, body: Object) -> tuple[Kind, str | None, str]:
        metadata = body["metadata"]
        where = self.kinds.find(body["apiVersion"], body["kind"])
        return where, metadata.get("namespace") if where.namespaced else None, metadata["name"]

    def _fetch(self, path: str) -> Object | None:
        try:
            return self._request("GET", path, f"GET {path}")
        except NotFound:
            return None

    def _request(
        self,
        method: str,
        path: str,
        subject: str,
        *,
        kind: Kind | None = None,
        query: list[tuple[str, str]] | None = None,
        body: Object | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
    ) -> Object:
        options: Object = {"query_params": query or [], "content_type": content_type}
        options |= {"header_params": {"Accept": accept}, "serializer": _as_it_is}
        answer: Object = self._send(method, path, subject, kind, body, READ_TIMEOUT_S, options)
        return answer

    def _send(
        self,
        method: str,
        path: str,
        subject: str,
        kind: Kind | None,
        body: Mapping[str, Any] | None,
        read_timeout_s: float,
        options: Object,
    ) -> Any:
        """The one request to the package; everything that it raises becomes an error of ours."""
        timeout = (CONNECT_TIMEOUT_S, read_timeout_s)
        try:
            return self._dynamic.request(
                method, path, body=body, _request_timeout=timeout, **options
            )
        except DynamicApiError as error:
            raise self._error(error, subject, kind) from error
        except urllib3.exceptions.HTTPError as error:
            raise self._unreachable(error, subject) from error

    def _error(self, error: Any, subject: str, kind: Kind | None) -> KubernetesError:
        if error.status == 404 and kind is not None and not is_about_an_object(error.body):
            self.kinds.forget(kind.api_version)
            return kind_missing(kind.api_version, kind.kind)
        hide_values = kind is not None and kind.kind == "Secret"
        return from_answer(
            error.status or 0, error.body or error.reason, subject, hide_values=hide_values
        )

    def _unreachable(self, error: Exception, subject: str) -> NotReachable:
        address = urlsplit(self._configuration.host)
        cause = getattr(error, "reason", None) or error
        return NotReachable(
            f"{subject}: no answer from {address.scheme}://{address.hostname}:{address.port}"
            f" ({type(cause).__name__})",
            "check that the API server runs, and the kubeconfig's server, certificate and proxy",
        )


@contextmanager
def connect(kubeconfig: str | None = None, context: str | None = None) -> Iterator[KubeClient]:
    """A client for the kubeconfig (default: $KUBECONFIG, ~/.kube/config, then the pod's own service
    account).

    Raises NotReachable when there is none of them, MissingLibrary without the `kubernetes` package.
    """
    if IMPORT_ERROR:
        raise MissingLibrary("kubernetes", sys.executable, IMPORT_ERROR)
    client = KubeClient(_configuration(kubeconfig, context, os.environ))
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


def _label(kind: Kind, namespace: str | None, name: str = "") -> str:
    return f"{kind.kind} {'/'.join(part for part in (namespace, name) if part)}".rstrip()


def _text(file: str) -> str:
    return Path(file).read_text(encoding="utf-8", errors="replace")
