# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A data.frame larger than its budget and than what R may use: R's own functions work on it, and plain R dies."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, ForR
from memory_group import MIB, Run, run_limited

ROWS = 27_000_000
COLUMN_BYTES = ROWS * 8
CACHE_BYTES = 32 * MIB
# R with the package's own dependencies takes about half of it.
LIMIT_BYTES = 200 * MIB
assert COLUMN_BYTES > LIMIT_BYTES > CACHE_BYTES

WRITE = f"""
given <- 0
batches <- function() {{
  if (given == {ROWS}) return(NULL)
  i <- given + 1:1000000
  given <<- given + 1000000
  data.frame(x = i / 2)
}}
frame <- alx_write_frame(batches, path, con, chunk_rows = 2^18)
"""
OPEN = f"""
options(alluxior.cache = {CACHE_BYTES})
d <- as.data.frame(alx_open_frame(path, con))
"""
USE = f"""
n <- {ROWS}
stopifnot(
  dim(d) == c(n, 1), sum(d$x) == n * (n + 1) / 4, mean(d$x) == (n + 1) / 4, max(d$x) == n / 2,
  abs(var(d$x) / (n * (n + 1) / 48) - 1) < 1e-9,
  identical(d$x[c(1, 15e6, n)], c(1, 15e6, n) / 2)
)
set.seed(1)
i <- sample.int(n, 1e5)
rows <- d[i, , drop = FALSE]
stopifnot(identical(rows$x * 2, as.double(i)))
fit <- coef(lm(x ~ i, rows))
stopifnot(abs(fit[[2]] - 0.5) < 1e-9)
d$x[2] <- 0
stopifnot(identical(d$x[1:3], c(0.5, 0, 1.5)), sum(d$x) == n * (n + 1) / 4 - 1)
cat("alive")
"""
PLAIN = "x <- alx_collect(alx_open_frame(path, con), 'x')$x; cat(var(x))"


@pytest.fixture(scope="module")
def library() -> str:
    install = [str(ROOT / "dev/r"), "install"]
    return subprocess.run(install, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@pytest.fixture(scope="module")
def folder(library: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("paged") / "frame"
    subprocess.run(_r(f"path <- '{path}'; con <- NULL; {WRITE}"), check=True, env=_with(library))
    yield path
    for file in path.iterdir():
        file.unlink()


@pytest.mark.wide
@pytest.mark.parametrize("map_files", ["TRUE", "FALSE"])
def test_a_folder_larger_than_memory(library: str, folder: Path, map_files: str) -> None:
    where = f"path <- '{folder}'; con <- NULL; options(alluxior.map_files = {map_files})"
    _assert_alive(run_limited(_r(where + OPEN + USE), LIMIT_BYTES, _with(library)))


@pytest.mark.wide
def test_plain_r_dies_of_it(library: str, folder: Path) -> None:
    where = f"path <- '{folder}'; con <- NULL;"
    done = run_limited(_r(where + PLAIN), LIMIT_BYTES, _with(library))
    assert done.status != 0
    assert done.out_of_memory


def test_a_frame_in_alluxio_larger_than_memory(for_r: ForR, library: str) -> None:
    where = f"""
    path <- '/larger-than-memory'
    con <- alx_connect('{for_r.proxy}', user = 'root', short_circuit = 'never',
      masters = '{for_r.environment["ALLUXIOR_TEST_MASTER"]}')
    """
    subprocess.run(_r(where + WRITE), check=True, env=_with(library))
    try:
        _assert_alive(run_limited(_r(where + OPEN + USE), LIMIT_BYTES, _with(library)))
    finally:
        subprocess.run(
            _r(where + "alx_rm(con, path, recursive = TRUE)"), check=True, env=_with(library)
        )


def _assert_alive(done: Run) -> None:
    assert (done.status, done.output) == (0, "alive"), done.errors
    assert not done.out_of_memory
    assert done.peak_bytes <= LIMIT_BYTES
    assert done.peak_anon_bytes < LIMIT_BYTES


def _r(program: str) -> list[str]:
    return ["Rscript", "-e", f"library(alluxior); {program}"]


def _with(library: str) -> dict[str, str]:
    return {**os.environ, "R_LIBS": library, "LC_ALL": "C.UTF-8"}
