# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Property files as ``java.util.Properties`` reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SHORT = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"}
_LONG = {short[1]: letter for letter, short in _SHORT.items()}


def render(properties: Mapping[str, str]) -> str:
    """A property file, one line each, by key so that it is the same every time."""
    return "".join(
        f"{escape_key(key)}={escape_value(properties[key])}\n" for key in sorted(properties)
    )


def escape_key(key: str) -> str:
    """The key as ``java.util.Properties.load`` reads it back."""
    return re.sub(r"[ :=#!]", lambda special: "\\" + special[0], _escape(key))


def escape_value(value: str) -> str:
    """The value as ``java.util.Properties.load`` reads it back: it would swallow blanks at the
    beginning.
    """
    escaped = _escape(value)
    return "\\" + escaped if escaped.startswith(" ") else escaped


def _escape(text: str) -> str:
    return "".join(_SHORT.get(letter) or _ascii(letter) for letter in text)


def _ascii(letter: str) -> str:
    if " " <= letter <= "~":
        return letter
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02X}{units[i + 1]:02X}" for i in range(0, len(units), 2))


def parse(text: str) -> dict[str, str]:
    """The properties of a file that ``render`` wrote: a line each, without comments."""
    pairs = (_split(line) for line in text.splitlines() if line.strip())
    return {_unescape(key): _unescape(value) for key, value in pairs}


def _split(line: str) -> tuple[str, str]:
    match = re.match(r"((?:[^\\=]|\\.)*)=(.*)\Z", line)
    return (match[1], match[2]) if match else (line, "")


def _unescape(text: str) -> str:
    plain = re.sub(r"\\(u([0-9A-Fa-f]{4})|.)", _unescaped, text)
    # Two escapes make one character beyond the first 65536.
    return plain.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[2], 16)) if match[2] else _LONG.get(match[1], match[1])
