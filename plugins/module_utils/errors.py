# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The root of the one tree of errors: every message says what is wrong, where, and what to do."""

from __future__ import annotations

from typing import Any


class AlluxioError(Exception):
    """Anything the collection refuses or fails at, in words that its user can act on.

    ``message`` says what and where, ``remedy`` what to do. ``details`` is plain data that a program
    may want to branch on; it becomes part of a failed module's result. Neither may hold a secret.
    """

    def __init__(self, message: str, remedy: str = "", **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.details = details

    def __str__(self) -> str:
        return f"{self.message}: {self.remedy}" if self.remedy else self.message

    def as_result(self) -> dict[str, Any]:
        """The failed result of a module: ``msg`` for people, ``error`` for programs."""
        return {
            "failed": True,
            "msg": str(self),
            "error": {"type": type(self).__name__, "remedy": self.remedy, **self.details},
        }


class InvalidValue(AlluxioError):
    """A value of the user's that cannot be right, named by its path
    (``workers[0].tiers[1].quota``).
    """

    def __init__(self, field: str, value: object, remedy: str) -> None:
        super().__init__(f"{field}: {value!r} is not valid", remedy, field=field, value=value)
        self.field = field
        self.value = value


class MissingLibrary(AlluxioError):
    """A Python package that this call needs is not installed where it runs."""

    def __init__(self, package: str, python: str, cause: str) -> None:
        super().__init__(
            f"the Python package {package!r} cannot be imported by {python} ({cause})",
            f"install it there: {python} -m pip install {package}",
            package=package,
        )
