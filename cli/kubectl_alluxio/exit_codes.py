# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the exit status says; `kubectl alluxio --help` shows the same list."""

from __future__ import annotations

OK = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
NOT_ALLOWED = 4
UNREACHABLE = 5
INTERRUPTED = 130

# By the name of the error or of one of its bases, so that no library is loaded to know them.
_BY_ERROR = {
    "InvalidValue": USAGE,
    "NotFound": NOT_FOUND,
    "KindMissing": NOT_FOUND,
    "PathNotFound": NOT_FOUND,
    "Forbidden": NOT_ALLOWED,
    "Unauthorized": NOT_ALLOWED,
    "NotAuthenticated": NOT_ALLOWED,
    "PermissionRefused": NOT_ALLOWED,
    "NotReachable": UNREACHABLE,
    "ServerUnreachable": UNREACHABLE,
    "TookTooLong": UNREACHABLE,
}


def of_error(error: Exception) -> int:
    """The exit status for an error of the core."""
    names = (base.__name__ for base in type(error).__mro__)
    return next((_BY_ERROR[name] for name in names if name in _BY_ERROR), FAILED)
