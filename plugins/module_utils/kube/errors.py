# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the Kubernetes API can answer, as errors that name the remedy."""

from __future__ import annotations

import json
import re
from typing import Any

from ..errors import AlluxioError

# The API server's own words for a missing permission, e.g. secrets "s3" is forbidden: User
# "system:serviceaccount:a:b" cannot get resource "secrets" in API group "" in the namespace "a"
_RBAC = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) resource "(?P<resource>[^"]*)"'
    r' in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]*)"| at the cluster scope)?'
)


class KubernetesError(AlluxioError):
    """The API server said no, or said nothing."""


class NotReachable(KubernetesError):
    """No API server answered, or how to reach one is not known."""


class Unauthorized(KubernetesError):
    """The API server does not accept who we say we are."""


class Forbidden(KubernetesError):
    """A permission is missing; ``details`` has user, verb, resource, group and namespace."""


class Refused(KubernetesError):
    """Admission, a quota or a policy refuses the request; the permission itself is there."""


class KindMissing(KubernetesError):
    """The API server does not serve this kind."""


class NotFound(KubernetesError):
    """The named object, or its namespace, is not there."""


class Conflict(KubernetesError):
    """Somebody else changed or owns the object."""


class TooManyRequests(KubernetesError):
    """Not now: the API server limits its clients, or a disruption budget forbids an eviction."""


class InvalidObject(KubernetesError):
    """The API server refuses a field; ``details["causes"]`` lists field and message."""


class WaitTimeout(KubernetesError):
    """What was waited for did not come in time."""


def kind_missing(api_version: str, kind: str) -> KindMissing:
    """For a kind that discovery does not know."""
    return KindMissing(
        f"the API server serves no kind {kind} of {api_version}",
        "install the CustomResourceDefinition that brings it, or correct apiVersion and kind",
        api_version=api_version,
        kind=kind,
    )


def from_answer(
    http_status: int, body: object, subject: str, *, hide_values: bool = False
) -> KubernetesError:
    """The error for an HTTP answer about ``subject`` (``PATCH ConfigMap ns/name``).

    ``hide_values`` keeps the API server's words out where they could quote a Secret's content.
    """
    status = _status(body)
    message = str(status.get("message") or body or f"HTTP {http_status}")[:2000]
    if http_status == 422 or status.get("reason") == "Invalid":
        return _invalid(subject, message, status, hide_values)
    # Before anything is hidden: the sentence about a missing permission quotes no content.
    if http_status == 403 and (permission := _RBAC.search(message)):
        return _forbidden(subject, permission)
    if hide_values:
        message = f"HTTP {http_status} {status.get('reason', '')}".rstrip()
    if http_status == 403:
        return _refused(subject, message, status)
    simple: dict[int, tuple[type[KubernetesError], str]] = {
        0: (
            NotReachable,
            "check the server's address and its certificate authority in the kubeconfig",
        ),
        401: (Unauthorized, "renew the credentials of the kubeconfig or the service account"),
        404: (NotFound, "create it first, or correct its name and namespace"),
        409: (
            Conflict,
            "run again; if it repeats, another controller or user changes the same object",
        ),
        429: (
            TooManyRequests,
            "try again later; a disruption budget may need its pods ready first",
        ),
    }
    error, remedy = simple.get(http_status, (KubernetesError, "see the log of the API server"))
    return error(f"{subject}: {message}", remedy, status=http_status)


def is_about_an_object(body: object) -> bool:
    """Whether a 404 tells of a missing object; else it is the path, that is the kind, that is
    unknown.
    """
    return bool((_status(body).get("details") or {}).get("name"))


def _status(body: object) -> dict[str, Any]:
    """The API's own Status object in a body, or nothing when something else answered."""
    if isinstance(body, bytes):
        body = body.decode(errors="replace")
    try:
        status = json.loads(str(body))
    except ValueError:
        return {}
    return status if isinstance(status, dict) else {}


def _invalid(
    subject: str, message: str, status: dict[str, Any], hide_values: bool
) -> InvalidObject:
    raw = (status.get("details") or {}).get("causes") or []
    causes = [
        {
            "field": cause.get("field", ""),
            "message": "" if hide_values else cause.get("message", ""),
        }
        for cause in raw
    ]
    said = "; ".join(f"{cause['field']}: {cause['message']}".rstrip(": ") for cause in causes)
    if not said:
        said = "a field is not valid" if hide_values else message
    immutable = any(
        "immutable" in cause["message"] or "forbidden" in cause["message"].lower()
        for cause in causes
    )
    remedy = (
        "Kubernetes cannot change this in place: undo the change, or delete the object first"
        if immutable
        else "correct the value of the named field"
    )
    return InvalidObject(f"{subject} is refused: {said}", remedy, causes=causes)


def _forbidden(subject: str, permission: re.Match[str]) -> Forbidden:
    found = {key: value or "" for key, value in permission.groupdict().items()}
    resource = ".".join(part for part in (found["resource"], found["group"]) if part)
    where = f"in namespace {found['namespace']}" if found["namespace"] else "at cluster scope"
    return Forbidden(
        f"{subject}: {found['user']} may not {found['verb']} {resource} {where}",
        f"grant it the verb {found['verb']} on {resource} by a Role or ClusterRole and a binding",
        **found,
    )


def _refused(subject: str, message: str, status: dict[str, Any]) -> Refused:
    ending = "because it is being terminated" in message
    remedy = (
        "wait until the namespace is gone and create it again, or use another one"
        if ending
        else "satisfy the policy or quota that the API server names, or have it changed"
    )
    return Refused(f"{subject}: {message}", remedy, reason=status.get("reason", ""))
