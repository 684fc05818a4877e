# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Documents as text and as data, by PyYAML alone.

Scalars mean what Kubernetes' own reader takes them for: PyYAML alone would read ``12:30`` as 750,
``2026-01-01`` as a date, and fail at ``=``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import InvalidValue, MissingLibrary

_CAUSE = ""
try:
    import yaml
except ImportError as error:  # said when a document is read
    yaml = None  # type: ignore[assignment]
    _CAUSE = str(error)

_HEAD = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*|0o?[0-7]+|0x[0-9a-fA-F]+)\Z")
_FRACTION = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


def read_documents(given: Any, field: str) -> tuple[list[dict[str, Any]], str]:
    """The documents of a text, a mapping or a list of mappings, and the comment at a text's head.

    Raises InvalidValue, MissingLibrary.
    """
    if yaml is None:
        raise MissingLibrary("PyYAML", sys.executable, _CAUSE)
    head = ""
    if isinstance(given, str):
        head, given = _head(given), _parsed(given, field)
    documents = given if isinstance(given, list) else [given]
    if not documents or not all(isinstance(one, dict) for one in documents):
        raise InvalidValue(field, _short(given), "give YAML or JSON: one mapping, or several")
    return documents, head


def write_documents(documents: Sequence[dict[str, Any]], head: str = "") -> str:
    """YAML in the order of the data."""
    text = "---\n".join(
        yaml.dump(one, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=1 << 20)
        for one in documents
    )
    return head + text


def _head(text: str) -> str:
    match = _HEAD.match(text)
    return match[0] if match and "#" in match[0] else ""


def _parsed(text: str, field: str) -> Any:
    try:
        found = [one for one in yaml.load_all(text, Loader=_loader()) if one is not None]
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        place = f"line {where.line + 1}: " if where else ""
        problem = getattr(error, "problem", None) or str(error)
        raise InvalidValue(field, _short(text), f"{place}{problem}") from None
    # A JSON file of Pachyderm may be one list.
    return found[0] if len(found) == 1 and isinstance(found[0], list) else found


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _loader() -> Any:
    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012
            first: [
                (tag, form)
                for tag, form in rows
                if tag.rpartition(":")[2] not in ("timestamp", "value", "int", "float")
            ]
            for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

    digits = list("-+0123456789")
    Loader.add_implicit_resolver("tag:yaml.org,2002:int", _NUMBER, digits)
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FRACTION, [*digits, "."])
    return Loader


def _dumper() -> Any:
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    def text(dumper: Any, data: str) -> Any:
        style = "|" if "\n" in data else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    Dumper.add_representer(str, text)
    # What Kubernetes would read as a number or a boolean is quoted, though PyYAML reads a string: "1e5", "y".
    Dumper.add_implicit_resolver("tag:yaml.org,2002:float", _FRACTION, list("-+.0123456789"))
    Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[yYnN]\Z"), list("yYnN"))
    return Dumper
