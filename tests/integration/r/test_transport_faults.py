# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The transport when servers misbehave, die or change their minds: the right bytes, or an error of the right class."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from conftest import ROOT, START_TIMEOUT_S, ForR, worker_host
from fake_alluxio import CONTENT, HOST, FakeAlluxio

# What a worker does to a read -> what the caller sees.
FAULTS = {
    "too much": "alluxior_corrupt",
    "too little": "alluxior_corrupt",
    "garbage": "alluxior_corrupt",
    "half a message": "alluxior_corrupt",
    "silent": "alluxior_timeout",
    "breaks off": "alluxior_unavailable",
    "replaced": "alluxior_changed",
    "lost by the UFS": "alluxior_not_found",
    "": "read",
}
# What a master's port sends to whoever connects -> what the caller sees.
GREETINGS = {
    b"HTTP/1.1 400 Bad Request\r\n\r\n": "alluxior_unavailable",
    os.urandom(4096): "alluxior_unavailable",
    b"": "alluxior_unavailable",
}
END_TIMEOUT_S = 60


@pytest.fixture(scope="module")
def library() -> str:
    install = [str(ROOT / "dev/r"), "install"]
    return subprocess.run(install, check=True, capture_output=True, text=True).stdout.strip()


def _r(script: str, library: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["Rscript", "-e", f"library(alluxior); {script}"],
        env={**os.environ, "R_LIBS": library},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _outcomes(addresses: list[str], library: str) -> list[str]:
    """For each master: "read" for the right bytes, or the class of the error."""
    masters = ", ".join(f"'{address}'" for address in addresses)
    script = f"""
        right <- rep(as.raw(0:255), {len(CONTENT) // 256})
        for (master in c({masters})) {{
          con <- alx_connect(masters = master, timeout_s = 2)
          outcome <- tryCatch(
            if (identical(alx_get(con, "/f"), right)) "read" else "WRONG BYTES",
            alluxior_error = function(e) class(e)[[1]]
          )
          cat(outcome, "\\n")
        }}
    """
    with _r(script, library) as process:
        return process.communicate(timeout=END_TIMEOUT_S)[0].split()


def test_a_worker_that_misbehaves_gives_no_wrong_byte(library: str) -> None:
    with contextlib.ExitStack() as running:
        fakes = [running.enter_context(FakeAlluxio(fault)) for fault in FAULTS]
        found = _outcomes([fake.address for fake in fakes], library)
    assert dict(zip(FAULTS, found, strict=True)) == FAULTS


@pytest.mark.parametrize("fault", ["breaks off", "too little", "garbage"])
def test_another_worker_goes_on_where_one_broke_off(library: str, fault: str) -> None:
    with FakeAlluxio(fault) as bad, FakeAlluxio() as good:
        with FakeAlluxio(holders=[bad.port, good.port]) as master:
            assert _outcomes([master.address], library) == ["read"]
        assert "ReadBlock" in bad.asked
        assert "ReadBlock" in good.asked


def test_a_new_leader_is_followed(library: str) -> None:
    with FakeAlluxio(looks=1) as old, FakeAlluxio(looks=0) as new, FakeAlluxio(looks=0) as standby:
        masters = ", ".join(f"'{one.address}'" for one in (standby, old, new))
        script = f"""
            con <- alx_connect(masters = c({masters}), timeout_s = 10)
            cat(length(alx_get(con, "/f")), "\n")
            invisible(readLines(file("stdin"), 1))
            for (i in 1:2) cat(length(alx_get(con, "/f")), "")
        """
        with _r(script, library) as process:
            assert process.stdout is not None
            assert process.stdout.readline().strip() == str(len(CONTENT))
            new.looks = 1_000_000
            lengths = process.communicate("go on\n", timeout=END_TIMEOUT_S)[0].split()
        assert lengths == [str(len(CONTENT))] * 2
        assert old.asked.count("ReadBlock") == 1
        assert new.asked.count("ReadBlock") == 2


def test_masters_that_are_silent_do_not_keep_the_leader_waiting(library: str) -> None:
    """Asked one after the other, these two would take all the time that there is."""
    with contextlib.ExitStack() as running:
        silent = [running.enter_context(socket.create_server((HOST, 0))) for _ in range(2)]
        addresses = [f"{HOST}:{listener.getsockname()[1]}" for listener in silent]
        addresses.append(running.enter_context(FakeAlluxio()).address)
        masters = ", ".join(f"'{address}'" for address in addresses)
        script = f"""
            con <- alx_connect(masters = c({masters}), timeout_s = 6)
            cat(length(alx_get(con, "/f")))
        """
        with _r(script, library) as process:
            assert process.communicate(timeout=END_TIMEOUT_S)[0] == str(len(CONTENT))


def test_a_port_of_something_else_is_named(library: str) -> None:
    with contextlib.ExitStack() as running:
        ports = [running.enter_context(_greeting_server(words)) for words in GREETINGS]
        found = _outcomes([f"{HOST}:{port}" for port in ports], library)
    assert found == list(GREETINGS.values())


def test_an_interrupted_write_is_removed(library: str) -> None:
    with FakeAlluxio("new") as fake:
        script = f"alx_put(alx_connect(masters = '{fake.address}', timeout_s = 600), raw(10), '/f')"
        with _r(script, library) as process:
            assert fake.writing.wait(END_TIMEOUT_S)
            process.send_signal(signal.SIGINT)
            assert process.wait(END_TIMEOUT_S) != 0
        assert fake.asked[-1] == "Remove"
        assert "CompleteFile" not in fake.asked


def test_an_interrupted_read_ends_at_once(library: str) -> None:
    with FakeAlluxio("silent") as fake:
        script = f"alx_get(alx_connect(masters = '{fake.address}', timeout_s = 600), '/f')"
        with _r(script, library) as process:
            _wait_for(lambda: "ReadBlock" in fake.asked)
            process.send_signal(signal.SIGINT)
            assert process.wait(END_TIMEOUT_S) != 0


def test_a_worker_is_killed_while_its_file_is_read(for_r: ForR, library: str) -> None:
    """Its blocks are in the UFS, from where another worker reads them."""
    live = for_r.alluxio
    live.start_worker(3)
    live.wait_for("the third worker", lambda: worker_host(3) in live.live_hosts(), START_TIMEOUT_S)
    script = f"""
        con <- alx_connect(masters = "{for_r.environment["ALLUXIOR_TEST_MASTER"]}", user = "root",
          short_circuit = "never")
        bytes <- as.raw(seq_len(12 * 2^20) %% 251)
        alx_put(con, bytes, "/killed", block_bytes = 2^20)
        source <- alluxior:::open_source(con, "/killed")
        half <- alluxior:::read_source(source, "/killed", 0, 6 * 2^20)
        cat("half\\n")
        invisible(readLines(file("stdin"), 1))
        rest <- alluxior:::read_source(source, "/killed", 6 * 2^20)
        ways <- .Call(alluxior:::alx_c_ways, source)
        cat(identical(c(half, rest), bytes), ways[["through"]] > 0)
    """
    with _r(script, library) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        live.kill("worker-3")
        assert process.communicate("go on\n", timeout=END_TIMEOUT_S)[0] == "TRUE TRUE"


def _wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + END_TIMEOUT_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextlib.contextmanager
def _greeting_server(words: bytes) -> Iterator[int]:
    """A port that says ``words`` to whoever connects, and hangs up."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection:
                        connection.sendall(words)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
