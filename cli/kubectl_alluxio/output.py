# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a command prints: colour and boxes in a terminal, plain columns in a pipe, data on request."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any


class Format(StrEnum):
    """How the answer is written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def in_terminal() -> bool:
    """Whether standard output is one."""
    return sys.stdout.isatty()


def show_data(data: Any, form: str) -> None:
    """As JSON or YAML, in the order of the data."""
    if form == Format.JSON:
        print(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        print(as_yaml(data), end="")


def as_yaml(data: Any) -> str:
    """Plain YAML without anchors, which kubectl's users do not expect."""
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    text: str = yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


def show_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()
) -> None:
    """Columns in ``right`` are figures. Text of others is printed as it is, never as markup."""
    if in_terminal():
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in columns:
            table.add_column(name, justify="right" if name in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(shown(cell)) for cell in row))
        Console().print(table)
        return
    cells = [[shown(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    for row in cells:
        padded = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for cell, width, name in zip(row, widths, columns, strict=True)
        ]
        print("  ".join(padded).rstrip())


def show_pairs(pairs: Mapping[str, str]) -> None:
    """Names and values, one a line."""
    width = max(map(len, pairs), default=0)
    for name, value in pairs.items():
        print(f"{name.ljust(width)}  {shown(value)}")


def note(text: str) -> None:
    """A sentence to the person, beside the answer."""
    message(text, "yellow", "note: ")


def message(text: str, colour: str, prefix: str = "") -> None:
    """To standard error."""
    text = shown(text)
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.text import Text

        Console(stderr=True).print(Text.assemble((prefix, f"bold {colour}"), text))
    else:
        print(f"{prefix}{text}", file=sys.stderr)


def shown(text: str) -> str:
    """Control characters of names spelled out: a file name must not steer the terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
