# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the R package writes is what docs/reference/chunk-format.md says: the page's reader, which knows nothing else,
gets the same values.
"""

from __future__ import annotations

import math
import os
import runpy
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
# Seven rows that are repeated over three chunks, the last of which is short.
ROWS = 3 * 1024 - 5
WRITE = """
path <- commandArgs(TRUE)[[1]]
rows <- as.integer(commandArgs(TRUE)[[2]])
frame <- data.frame(
  double = c(1.5, NA, NaN, Inf, -Inf, -0, 5e-324),
  integer = c(1L, NA, -.Machine$integer.max, .Machine$integer.max, 0L, 2L, 3L),
  logical = c(TRUE, FALSE, NA, TRUE, FALSE, NA, TRUE),
  character = c("", NA, "NA", "\\u4e2d\\u6587", "a", "a\\n\\"", "b"),
  factor = factor(c("b", "a", NA, "b", "a", "b", "a"), levels = c("c", "b", "a")),
  Date = as.Date("2026-11-28") + c(0:5, NA),
  POSIXct = as.POSIXct(c(0, 1.5, NA, 3:6), origin = "1970-01-01", tz = "Europe/Berlin")
)
frame$integer64 <- bit64::as.integer64(c("9223372036854775807", NA, "-9223372036854775807", 0:3))
frame <- frame[rep_len(1:7, rows), ]
row.names(frame) <- NULL
alluxior::alx_write_frame(frame, path, chunk_rows = 1024)
"""
LARGEST = 2**63 - 1
DAY = (date(2026, 11, 28) - date(1970, 1, 1)).days
EXPECTED: dict[str, list[Any]] = {
    "double": [1.5, None, math.nan, math.inf, -math.inf, -0.0, 5e-324],
    "integer": [1, None, -(2**31) + 1, 2**31 - 1, 0, 2, 3],
    "logical": [True, False, None, True, False, None, True],
    "character": ["", None, "NA", "\u4e2d\u6587", "a", 'a\n"', "b"],
    "factor": ["b", "a", None, "b", "a", "b", "a"],
    "Date": [*(float(DAY + day) for day in range(6)), None],
    "POSIXct": [0.0, 1.5, None, 3.0, 4.0, 5.0, 6.0],
    "integer64": [LARGEST, None, -LARGEST, 0, 1, 2, 3],
}


@pytest.fixture(scope="module")
def library() -> str:
    """Where the package is installed."""
    install = [str(ROOT / "dev" / "r"), "install"]
    return subprocess.run(install, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def write(library: str, folder: Path, rows: int) -> dict[str, Any]:
    """A frame of so many rows, written by R and read by the page's reader."""
    environment = {**os.environ, "R_LIBS": library, "LC_ALL": "C.UTF-8"}
    subprocess.run(["Rscript", "-e", WRITE, str(folder), str(rows)], check=True, env=environment)
    reader = runpy.run_path(str(ROOT / "docs" / "reference" / "read_chunks.py"))
    frame: dict[str, Any] = reader["read_frame"](folder)
    return frame


def test_the_reader_of_the_page_gets_what_r_wrote(library: str, tmp_path: Path) -> None:
    frame = write(library, tmp_path / "frame", ROWS)
    assert list(frame) == list(EXPECTED)
    for name, values in EXPECTED.items():
        found = frame[name].tolist()
        expected = (values * ROWS)[:ROWS]
        # repr tells -0.0 from 0.0, and is the same for every NaN.
        assert list(map(repr, found)) == list(map(repr, expected)), name


def test_a_frame_without_rows_has_its_columns(library: str, tmp_path: Path) -> None:
    frame = write(library, tmp_path / "frame", 0)
    assert {name: values.tolist() for name, values in frame.items()} == {
        name: [] for name in EXPECTED
    }
