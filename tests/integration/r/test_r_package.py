# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The R package alluxior: checked as CRAN would, from the files of a fresh clone, and tested on a live Alluxio.

Everything that R needs comes from the distribution; no step asks the network.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, ForR

DEV_R = str(ROOT / "dev/r")
LIVE_FILES = {path.stem for path in (ROOT / "r-package/tests/testthat").glob("test-live-*.R")}
# So that a change of how live tests are found cannot end in none of them.
FEWEST_LIVE_TESTS = 20
END_TIMEOUT_S = 60


def test_check_as_cran() -> None:
    without_alluxio = {k: v for k, v in os.environ.items() if not k.startswith("ALLUXIOR_TEST_")}
    subprocess.run([DEV_R, "check"], check=True, env=without_alluxio)


def test_lint() -> None:
    subprocess.run([DEV_R, "lint"], check=True)


def test_pages_and_namespace_are_as_the_comments_say() -> None:
    subprocess.run([DEV_R, "doc", "--check"], check=True)


def test_site_builds_offline() -> None:
    site = subprocess.run([DEV_R, "site"], check=True, capture_output=True, text=True)
    folder = Path(site.stdout.split()[-1])
    assert (folder / "index.html").exists()
    assert (folder / "articles/quick-start.html").exists()
    assert "alx_ls" in (folder / "reference/index.html").read_text()


def test_on_a_live_alluxio(for_r: ForR, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    # The others have run in the check.
    command = [DEV_R, "test", "--filter", "^live", "--junit", report]
    try:
        subprocess.run(command, check=True, env=for_r.environment)
    finally:
        for_r.forget_victims()
    root = ElementTree.parse(report).getroot()
    skipped = [
        case.get("name") for case in root.iter("testcase") if case.find("skipped") is not None
    ]
    assert skipped == []
    live = [suite for suite in root.iter("testsuite") if f"test-{suite.get('name')}" in LIVE_FILES]
    assert len(live) == len(LIVE_FILES)
    names = {case.get("name") for suite in live for case in suite.iter("testcase")}
    assert len(names) >= FEWEST_LIVE_TESTS


def test_the_quick_start_runs(for_r: ForR, library: str, tmp_path: Path) -> None:
    source = ROOT / "r-package/vignettes/quick-start.Rmd"
    call = f"rmarkdown::render('{source}', output_dir = '{tmp_path}', intermediates_dir = '{tmp_path}')"
    environment = {**for_r.environment, "R_LIBS": library, "LC_ALL": "C.UTF-8"}
    subprocess.run(["Rscript", "-e", call], check=True, env=environment, cwd=tmp_path)
    page = (tmp_path / "quick-start.html").read_text()
    for shown in ("works", "16.46", "NOT_PERSISTED", "2e+07", "does not exist"):
        assert shown in page


def test_tests_of_a_live_alluxio_are_found_by_their_names() -> None:
    for path in (ROOT / "r-package/tests/testthat").glob("test-*.R"):
        wants_alluxio = re.search(r"\blive_\w+\(|ALLUXIOR_TEST_", path.read_text()) is not None
        assert wants_alluxio == (path.stem in LIVE_FILES), path.name


@pytest.fixture(scope="module")
def library() -> str:
    """The folder with the installed package."""
    done = subprocess.run([DEV_R, "install"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def silent_server() -> Iterator[tuple[str, threading.Event]]:
    """A server that takes connections and never answers; the event tells that it was asked."""
    asked = threading.Event()
    taken = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                taken.append(connection)
                connection.recv(65536)
                asked.set()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
        listener.shutdown(socket.SHUT_RDWR)
    for connection in taken:
        connection.close()


@pytest.mark.parametrize(
    "call",
    [
        "alx_ls(con)",
        "alluxior:::download_whole(con, '/f', identity)",
        "alluxior:::run_parallel(con, 1:4, 2, function(n) alluxior:::http_request('GET', '/',"
        " timeout_s = 600, is_data = TRUE), identity)",
        "con$masters <- sub('http://', '', con$proxies);"
        " frame <- unclass(alx_write_frame(data.frame(x = 1), tempfile())); frame$store$con <- con;"
        " alluxior:::paged_columns(frame, 'x')[[1]][1]",
    ],
)
def test_every_wait_can_be_interrupted(
    silent_server: tuple[str, threading.Event], library: str, call: str
) -> None:
    url, asked = silent_server
    with _r(f"con <- alx_connect('{url}', timeout_s = 600); {call}", library) as process:
        assert asked.wait(END_TIMEOUT_S)
        process.send_signal(signal.SIGINT)
        assert process.wait(END_TIMEOUT_S) != 0


def test_an_interrupted_write_leaves_nothing(for_r: ForR, library: str) -> None:
    exists = f"con <- alx_connect('{for_r.proxy}'); cat(alx_exists(con, '/interrupted'))"
    write = """
        pieces <- function() { if (begun) { cat("begun\n"); Sys.sleep(600) }; begun <<- TRUE; raw(2^20) }
        begun <- FALSE
        alluxior:::write_file(con, "/interrupted", pieces, 2^30, "CACHE_THROUGH", FALSE, FALSE)
    """
    with _r(exists + write, library) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "FALSEbegun\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(END_TIMEOUT_S) != 0
    with _r(exists, library) as process:
        assert process.communicate(timeout=END_TIMEOUT_S)[0] == "FALSE"


def _r(script: str, library: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["Rscript", "-e", f"library(alluxior); {script}"],
        env={**os.environ, "R_LIBS": library},
        stdout=subprocess.PIPE,
        text=True,
    )
