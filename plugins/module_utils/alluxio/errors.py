# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between us and an Alluxio server, whichever protocol was spoken."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import AlluxioError

_LONGEST_QUOTE = 500


class ServerUnreachable(AlluxioError):
    """No usable answer from ``address``: refused, silent, too slow, not leading, or not serving."""

    def __init__(self, address: str, cause: str) -> None:
        super().__init__(
            f"{address} did not answer: {cause}",
            "look at the log of the process there",
            address=address,
            cause=cause,
        )
        self.address = address
        self.cause = cause


class NeverReached(ServerUnreachable):
    """No connection came about, so nothing of what was asked has happened."""


class TookTooLong(ServerUnreachable):
    """The deadline passed. Whether the server still did what was asked is not known.

    A read of a block that no worker and no UFS has ends like this: Alluxio itself waits for ever.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address, "it took too long")


class NoLeader(ServerUnreachable):
    """None of the masters leads; ``details["masters"]`` has each one's reason."""

    def __init__(self, causes: Mapping[str, str]) -> None:
        said = "; ".join(f"{address}: {cause}" for address, cause in causes.items())
        super().__init__("no master", said or "there is none to ask")
        self.details["masters"] = dict(causes)


class UnexpectedAnswer(AlluxioError):
    """An answer lacks a field that Alluxio 2.9 sends, or has it in another form."""

    def __init__(self, url: str, field: str, found: str) -> None:
        super().__init__(
            f"{url}: field {field!r} {found}",
            "check that the server is Alluxio 2.9 and that nothing stands in between",
            url=url,
            field=field,
        )
        self.field = field


class AnswerTooLarge(AlluxioError):
    """An answer was longer than the caller wants to hold; reading stopped at ``limit_bytes``."""

    def __init__(self, url: str, limit_bytes: int) -> None:
        super().__init__(
            f"{url}: the answer is longer than {limit_bytes} bytes",
            "ask for less at once",
            url=url,
            limit_bytes=limit_bytes,
        )


class RequestRefused(AlluxioError):
    """The server understood and said no. ``details`` has ``address``, ``asked`` and ``status``, which
    is the name of the gRPC status; the proxy's REST API uses the same names.
    """


class PathNotFound(RequestRefused):
    """There is no such path, or it was never loaded from the UFS."""


class PathExists(RequestRefused):
    """Something is at that path already."""


class PermissionRefused(RequestRefused):
    """The user that we said we are may not do this."""


class NotAuthenticated(RequestRefused):
    """The server does not accept the handshake, or has forgotten it."""


class InvalidRequest(RequestRefused):
    """The server finds a value in the request wrong: a path, an option, a UFS address."""


class NotPossibleNow(RequestRefused):
    """The state of the system speaks against it: a directory is not empty, a block is not there."""


class NoRoom(RequestRefused):
    """A resource is exhausted: mostly the room on a worker."""


class NotServed(RequestRefused):
    """The server does not know this call: it is another version, or another kind of server."""


class ServerFailed(RequestRefused):
    """The server met an error of its own or of the UFS."""


class NotReadable(AlluxioError):
    """A file's bytes cannot be had; ``details["causes"]`` has what each worker said."""

    def __init__(self, path: str, why: str, remedy: str, causes: Mapping[str, str]) -> None:
        said = "".join(f"; {worker}: {cause}" for worker, cause in causes.items())
        super().__init__(f"{path}: {why}{said}", remedy, path=path, causes=dict(causes))


class NotWritten(AlluxioError):
    """A write did not come to its end, and nothing of it is left, or what is left is named."""

    def __init__(self, path: str, why: str, remedy: str) -> None:
        super().__init__(f"{path}: {why}", remedy, path=path)


_BY_STATUS: dict[str, tuple[type[RequestRefused], str]] = {
    "NOT_FOUND": (
        PathNotFound,
        "check the name; a path that exists only in the UFS must be loaded",
    ),
    "ALREADY_EXISTS": (PathExists, "remove it first, or choose another path"),
    "PERMISSION_DENIED": (PermissionRefused, "use another user, or change owner or mode"),
    "UNAUTHENTICATED": (NotAuthenticated, "check alluxio.security.authentication.type"),
    "INVALID_ARGUMENT": (InvalidRequest, "correct what the server names"),
    "OUT_OF_RANGE": (InvalidRequest, "correct what the server names"),
    "FAILED_PRECONDITION": (NotPossibleNow, "change what the server names, then try again"),
    "ABORTED": (NotPossibleNow, "try again"),
    "RESOURCE_EXHAUSTED": (NoRoom, "free or add room, or write to the UFS"),
    "UNIMPLEMENTED": (NotServed, "check that the server is Alluxio 2.9, and which port this is"),
}


def refusal(address: str, asked: str, status: str, said: str) -> RequestRefused:
    """The error for a status that a server answered ``asked`` with, in its own words ``said``."""
    error, remedy = _BY_STATUS.get(status, (ServerFailed, "look at the log of the server"))
    words = " ".join(said.split())[:_LONGEST_QUOTE] or status
    return error(
        f"{address}: {asked}: {words}", remedy, address=address, asked=asked, status=status
    )


def reason_of(error: AlluxioError) -> str:
    """Why one server gave no answer, without repeating its address."""
    return error.cause if isinstance(error, ServerUnreachable) else error.message
