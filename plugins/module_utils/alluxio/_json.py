# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Reading Alluxio's JSON: unknown fields are welcome, a missing one is named with its URL."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .errors import UnexpectedAnswer


class Node:
    """One value of an answer that knows its place, so that a surprise is reported exactly."""

    def __init__(self, value: Any, url: str, path: str = "") -> None:
        self._value = value
        self._url = url
        self._path = path

    @classmethod
    def parse(cls, body: bytes, url: str) -> Node:
        """Raises UnexpectedAnswer for other than JSON, as the empty body of a disabled API."""
        try:
            return cls(json.loads(body), url)
        except ValueError:
            found = "is not JSON" if body else "is missing: the answer is empty"
            raise UnexpectedAnswer(url, "(document)", found) from None

    def get(self, name: str) -> Node:
        """The member of that name, which must be there."""
        members = self._expect(dict, "an object")
        path = f"{self._path}.{name}" if self._path else name
        if members.get(name) is None:
            raise UnexpectedAnswer(self._url, path, "is missing")
        return Node(members[name], self._url, path)

    def has(self, name: str) -> bool:
        """Whether there is such a member, and not null."""
        return self._expect(dict, "an object").get(name) is not None

    def read_int(self, name: str) -> int:
        return self.get(name).as_int()

    def read_str(self, name: str) -> str:
        return self.get(name).as_str()

    def read_bool(self, name: str) -> bool:
        return self.get(name).as_bool()

    def read_list(self, name: str) -> Iterator[Node]:
        """The elements of the list of that name."""
        return self.get(name).elements()

    def elements(self) -> Iterator[Node]:
        """The elements of this value, a list."""
        for index, value in enumerate(self._expect(list, "a list")):
            yield Node(value, self._url, f"{self._path}[{index}]")

    def read_map(self, name: str) -> Mapping[str, Node]:
        """The members of an object whose keys are data, such as tier names."""
        child = self.get(name)
        entries = child._expect(dict, "an object")
        return {
            key: Node(value, self._url, f"{child._path}.{key}") for key, value in entries.items()
        }

    def as_str(self) -> str:
        """This value itself, a string."""
        return str(self._expect(str, "a string"))

    def as_bool(self) -> bool:
        """This value itself, true or false."""
        return bool(self._expect(bool, "true or false"))

    def as_int(self) -> int:
        """This value itself, an integer."""
        if isinstance(self._value, bool):
            raise self._surprise("an integer")
        return int(self._expect(int, "an integer"))

    def _expect(self, kind: type, name: str) -> Any:
        if not isinstance(self._value, kind):
            raise self._surprise(name)
        return self._value

    def _surprise(self, expected: str) -> UnexpectedAnswer:
        found = type(self._value).__name__
        return UnexpectedAnswer(
            self._url, self._path or "(document)", f"is {found}, not {expected}"
        )
