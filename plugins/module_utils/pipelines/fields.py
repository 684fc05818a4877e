# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading a mapping that a person wrote: each error names the field, the value and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InvalidValue


class Fields:
    """The keys of one mapping. A key with the value None is one that was not written."""

    def __init__(self, given: Any, path: str) -> None:
        if not isinstance(given, Mapping):
            raise InvalidValue(path or "settings", given, "write a mapping of fields")
        self.given: Mapping[str, Any] = {k: v for k, v in given.items() if v is not None}
        self.path = path
        self._known: set[str] = set()

    def name(self, key: str) -> str:
        """The field's full name."""
        return f"{self.path}.{key}" if self.path else key

    def skip(self, key: str) -> None:
        """The key is known, and read elsewhere."""
        self._known.add(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A string; a number is taken as one."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise InvalidValue(self.name(key), value, "write a string")
        return str(value)

    def choice(self, key: str, choices: Sequence[str], default: str | None = None) -> str:
        value = self._value(key, default)
        if value not in choices:
            raise InvalidValue(self.name(key), value, f"choose one of {', '.join(choices)}")
        return str(value)

    def texts(self, key: str) -> dict[str, str]:
        """A mapping of strings."""
        below = Fields(self._value(key, {}), self.name(key))
        return {str(name): below.text(name) for name in below.given}

    def words(self, key: str) -> list[str]:
        """A list of strings."""
        value = self._list(key)
        for index, word in enumerate(value):
            if not isinstance(word, str):
                raise InvalidValue(f"{self.name(key)}[{index}]", word, "write a string")
        return value

    def below(self, key: str) -> Fields:
        """The mapping under a key; empty when it is not written."""
        return Fields(self._value(key, {}), self.name(key))

    def optional(self, key: str) -> Fields | None:
        """The mapping under a key, None when it is not written."""
        self.skip(key)
        return self.below(key) if key in self.given else None

    def rows(self, key: str) -> list[Fields]:
        """A list of mappings."""
        return [Fields(row, f"{self.name(key)}[{i}]") for i, row in enumerate(self._list(key))]

    def done(self) -> None:
        """Refuses what nobody has asked for: a typing error that would be passed over."""
        for key in self.given:
            if key not in self._known:
                near = difflib.get_close_matches(str(key), self._known, 1)
                meant = f"did you mean {near[0]}? " if near else ""
                remedy = f"{meant}known fields: {', '.join(sorted(self._known))}"
                raise InvalidValue(self.name(str(key)), self.given[key], remedy)

    def _list(self, key: str) -> list[Any]:
        value = self._value(key, [])
        if not isinstance(value, list):
            raise InvalidValue(self.name(key), value, "write a list")
        return value

    def _value(self, key: str, default: Any) -> Any:
        self._known.add(key)
        value = self.given.get(key, default)
        if value is None:
            raise InvalidValue(self.name(key), None, "write this field, it is needed")
        return value
