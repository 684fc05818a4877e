# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Plain text in a pipe."""

from __future__ import annotations

import pytest
from kubectl_alluxio.output import as_yaml, show_table, shown


def test_columns_are_aligned_and_lines_end_with_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_table(("NAME", "SIZE", "WHY"), [("a", "10", ""), ("long", "5", "[red]x")], right=("SIZE",))
    assert capsys.readouterr().out == "NAME  SIZE  WHY\na       10\nlong     5  [red]x\n"


def test_names_cannot_steer_the_terminal() -> None:
    assert shown("a\x1b[31mb\nc") == "a\\x1b[31mb\\nc"
    assert shown("naïve file ü") == "naïve file ü"


def test_yaml_repeats_what_is_shared() -> None:
    shared = {"a": 1}
    assert as_yaml({"x": shared, "y": shared}) == "x:\n  a: 1\ny:\n  a: 1\n"
