# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a plan has to say about a spec: all of it at once, since nobody likes to mend one error a
run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from ..errors import InvalidValue
from ..quantities import parse_bytes, parse_millicores


@dataclass(frozen=True)
class Finding:
    """One error or warning. ``value`` is None where it says nothing or could be a secret."""

    field: str
    value: Any
    message: str
    remedy: str


@dataclass
class Findings:
    """Collects errors, which stop a plan, and warnings, which do not."""

    _errors: list[Finding] = field(default_factory=list)
    _warnings: list[Finding] = field(default_factory=list)

    def error(self, path: str, value: Any, message: str, remedy: str) -> None:
        self._errors.append(Finding(path, value, message, remedy))

    def warn(self, path: str, value: Any, message: str, remedy: str) -> None:
        self._warnings.append(Finding(path, value, message, remedy))

    def size(self, value: Any, path: str) -> int | None:
        """Bytes of a quantity; None when it is absent or wrong, the latter after an error."""
        return self._quantity(parse_bytes, value, path)

    def millicores(self, value: Any, path: str) -> int | None:
        """Thousandths of a CPU; None when it is absent or wrong, the latter after an error."""
        return self._quantity(parse_millicores, value, path)

    @property
    def count(self) -> int:
        """How many errors there are so far."""
        return len(self._errors)

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [asdict(finding) for finding in self._errors]

    @property
    def warnings(self) -> list[dict[str, Any]]:
        return [asdict(finding) for finding in self._warnings]

    def _quantity(self, parse: Callable[[object, str], int], value: Any, path: str) -> int | None:
        if value is None:
            return None
        try:
            return parse(value, path)
        except InvalidValue as error:
            self.error(path, value, error.message, error.remedy)
            return None
