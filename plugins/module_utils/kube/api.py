# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The one place that talks to the Kubernetes API: plain dicts in and out, typed errors, a deadline
on each request. How requests travel is the matter of a Transport.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlsplit

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


class Answered(Exception):
    """The API server's answer is no success."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Unanswered(Exception):
    """There was no answer; ``cause`` is the name of what happened."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Transport(Protocol):
    """One API server, as one user."""

    url: str

    def authority(self) -> str:
        """The certificates that the server is checked against, as text; empty for the system's."""

    def request(
        self,
        method: str,
        path: str,
        query: list[tuple[str, str]],
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float],
    ) -> Object:
        """The JSON of a successful answer. ``timeout_s``: to connect, and for each read.

        Raises Answered, Unanswered.
        """

    def stream(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
        timeout_s: tuple[float, float],
    ) -> Any:
        """The successful answer as it arrives: an object with ``stream(size)``, ``read()`` and
        ``close()``. Raises like ``request``.
        """

    def past_proxy(self) -> Transport:
        """As the pod's own service account, to the API server itself."""

    def websocket_server(self) -> Server:
        """How a WebSocket reaches this API server as this user."""

    def close(self) -> None:
        """Ends connections, and removes what was kept in files."""


class KubeClient:
    """One API server, as one user. Every method raises the errors of ``kube/errors.py``."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        file = cache_file(transport.url, transport.authority(), os.environ)
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

    def create(self, body: Object, *, dry_run: bool = False) -> Object:
        """The object as it is (or would be) afterwards, with its defaults.

        An unknown field is refused. Raises Conflict when there is one of that name already.
        """
        where, namespace, name = self._address(body)
        query = [("fieldValidation", "Strict"), *([("dryRun", "All")] if dry_run else [])]
        subject = f"CREATE {_label(where, namespace, name)}"
        path = where.path(namespace)
        return self._request("POST", path, subject, kind=where, query=query, body=body)

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
        """The answer as it arrives (see Transport.stream), for pods behind the API server's proxy.

        ``timeout_s`` bounds each read, not the whole.
        """
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        timeout = (CONNECT_TIMEOUT_S, timeout_s)
        with self._typed_errors(f"{method} {path}", None):
            return self._transport.stream(method, path, body, headers, timeout)

    @cached_property
    def direct(self) -> KubeClient:
        """The API server itself, as the pod's own service account, where this client goes through
        ansible-operator's proxy (it would keep a copy of every kind that is read); else this
        client.
        """
        behind_proxy = urlsplit(self._transport.url).username is not None
        if not (behind_proxy and "KUBERNETES_SERVICE_HOST" in os.environ):
            return self
        return KubeClient(self._transport.past_proxy())

    def websocket_server(self) -> Server:
        """How a WebSocket reaches this API server as this user."""
        return self._transport.websocket_server()

    def close(self) -> None:
        """Ends connections, and removes files that the transport has put keys into.

        Ansible's workers end without Python's own clean-up, which would leave those keys in the
        temporary folder.
        """
        if "direct" in self.__dict__ and self.direct is not self:
            self.direct.close()
        self._transport.close()

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
        headers = {"Accept": accept, "Content-Type": content_type}
        timeout = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
        with self._typed_errors(subject, kind):
            return self._transport.request(method, path, query or [], body, headers, timeout)

    @contextmanager
    def _typed_errors(self, subject: str, kind: Kind | None) -> Iterator[None]:
        """Whatever a transport raises becomes an error of ours."""
        try:
            yield
        except Answered as error:
            raise self._error(error, subject, kind) from error
        except Unanswered as error:
            raise self._unreachable(error, subject) from error

    def _error(self, error: Answered, subject: str, kind: Kind | None) -> KubernetesError:
        if error.status == 404 and kind is not None and not is_about_an_object(error.body):
            self.kinds.forget(kind.api_version)
            return kind_missing(kind.api_version, kind.kind)
        hide_values = kind is not None and kind.kind == "Secret"
        return from_answer(error.status, error.body, subject, hide_values=hide_values)

    def _unreachable(self, error: Unanswered, subject: str) -> NotReachable:
        address = urlsplit(self._transport.url)
        return NotReachable(
            f"{subject}: no answer from {address.scheme}://{address.hostname}:{address.port}"
            f" ({error.cause})",
            "check that the API server runs, and the kubeconfig's server, certificate and proxy",
        )


def _label(kind: Kind, namespace: str | None, name: str = "") -> str:
    return f"{kind.kind} {'/'.join(part for part in (namespace, name) if part)}".rstrip()
