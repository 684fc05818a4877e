# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Narrowing a result by a JMESPath expression."""

from __future__ import annotations

import sys
from typing import Any

from .errors import InvalidValue, MissingLibrary


class Query:
    """An expression that is checked before anything is asked for; None leaves results as they are.

    Raises InvalidValue for what is no JMESPath, MissingLibrary without the package `jmespath`.
    """

    def __init__(self, expression: str | None, field: str = "query") -> None:
        self._expression = expression
        self._field = field
        self._compiled: Any = None
        if expression is not None:
            try:
                import jmespath
            except ImportError as error:
                raise MissingLibrary("jmespath", sys.executable, str(error)) from error
            try:
                self._compiled = jmespath.compile(expression)
            except jmespath.exceptions.JMESPathError as error:
                raise self._refused(error) from None

    def apply(self, result: Any) -> Any:
        """What the expression makes of the result; None where it finds nothing."""
        if self._compiled is None:
            return result
        try:
            return self._compiled.search(result)
        # A function may be given a value of another type, which the package says in both ways.
        except (ValueError, TypeError) as error:
            raise self._refused(error) from None

    def _refused(self, error: Exception) -> InvalidValue:
        reason = " ".join(str(error).split())
        return InvalidValue(
            self._field,
            self._expression,
            f"write JMESPath, as nodes[?executors > `0`].name ({reason})",
        )
