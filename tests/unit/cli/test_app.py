# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How the program behaves: help, usage errors, completion, exit statuses, ^C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import (
    PathNotFound,
    ServerUnreachable,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError, InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import Forbidden, NotFound
from kubectl_alluxio import app, exit_codes

CLI = Path(__file__).resolve().parents[3] / "cli"
VERBS = ["status", "ls", "stat", "cat", "cp", "locality", "doctor", "spark", "pipeline"]
SPARK_VERBS = [
    f"spark {verb}"
    for verb in ("submit", "list", "status", "logs", "kill", "ui", "history", "shell")
]
PIPELINE_VERBS = ["pipeline render", "pipeline check"]


def program(*arguments: str) -> subprocess.Popen[str]:
    """The program as a user starts it, in a pipe."""
    path = os.pathsep.join([str(CLI), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", "kubectl_alluxio", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path, "HOME": "/nonexistent", "COLUMNS": "100"},
    )


def run(*arguments: str) -> tuple[int, str, str]:
    process = program(*arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def test_help_names_every_verb_and_every_exit_status() -> None:
    status, out, _rest = run("--help")
    assert status == 0
    for verb in VERBS:
        assert f" {verb} " in out
    for number in (0, 1, 2, 3, 4, 5, 130):
        assert f"{number} " in out
    assert "\x1b[" not in out, "no colour in a pipe"


@pytest.mark.parametrize("verb", [*VERBS[:-2], *SPARK_VERBS, *PIPELINE_VERBS])
def test_every_verb_has_an_example(verb: str) -> None:
    status, out, _rest = run(*verb.split(), "--help")
    assert status == 0
    assert f"kubectl alluxio {verb}" in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fly"], "fly"),
        (["locality"], "PATH"),
        (["locality", "/a", "--executors", "-3"], "--executors"),
        (["ls", "/a", "--masters", "host:port"], "masters[0]"),
        (["locality", "relative", "--masters", "h"], "paths[0]"),
        (["locality", "/a", "--query", "a["], "--query"),
        (["locality", "/a", "--cpu", "lots"], "requests.cpu"),
        (["locality", "/a", "--selector", "x"], "--selector"),
        (["cp", "a", "b"], "alluxio:"),
        (["spark", "submit"], "FILE"),
        (["spark", "submit", "--locality", "near", "a.py"], "--locality"),
        (["spark", "submit", "--conf", "x=1", "a.py"], "--conf"),
        (["spark", "logs", "a", "--executor", "0"], "--executor"),
        (["cp", "/nonexistent/file", "alluxio:/a"], "/nonexistent/file"),
        (["pipeline", "render", "/nonexistent/settings"], "/nonexistent/settings"),
        (["pipeline", "check"], "SETTINGS"),
    ],
)
def test_wrong_usage_ends_with_2_and_names_what_is_wrong(arguments: list[str], words: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_no_kubeconfig_is_said_and_ends_with_5() -> None:
    status, _rest, err = run("ls", "--kubeconfig", "/nonexistent")
    assert status == exit_codes.UNREACHABLE
    assert "error: kubeconfig /nonexistent does not exist" in err
    assert "remedy: " in err


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A background job of a shell ignores SIGINT, and so would the programs that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_interrupted_it_ends_without_a_word() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        process = program("ls", "--masters", f"127.0.0.1:{silent.getsockname()[1]}")
        silent.settimeout(60)
        connection, _rest = silent.accept()
        with connection:
            process.send_signal(signal.SIGINT)
            _rest, err = process.communicate(timeout=60)
    assert process.returncode == exit_codes.INTERRUPTED
    assert err == ""


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    process = program("--help")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) in (1, exit_codes.READER_GONE)
    assert err == ""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidValue("f", 1, "x"), 2),
        (NotFound("x"), 3),
        (PathNotFound("x"), 3),
        (Forbidden("x"), 4),
        (ServerUnreachable("a", "b"), 5),
        (AlluxioError("x"), 1),
    ],
)
def test_exit_statuses(error: AlluxioError, status: int) -> None:
    assert exit_codes.of_error(error) == status


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([""], [*VERBS, ":4"]),
        (["sta"], ["status", "stat", ":4"]),
        (["locality", "--on-b"], ["--on-busy", ":4"]),
        (["spark", "su"], ["submit", ":4"]),
    ],
)
def test_completion_for_kubectl(
    words: list[str],
    expected: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("_KUBECTL_ALLUXIO_COMPLETE", "COMP_WORDS", "COMP_CWORD"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(sys, "argv", ["kubectl_complete-alluxio", *words])
    app.complete()
    assert capsys.readouterr().out.splitlines() == expected


def test_a_plain_answer_loads_no_slow_library() -> None:
    """What the verbs import inside their functions; see docs/decisions/0073."""
    core = "ansible_collections.alluxio.k8s.plugins.module_utils"
    lines = [
        "import sys",
        "from kubectl_alluxio import app",
        f"from {core}.kube.own_transport import connect_lightly",
        f"from {core}.node_affinity import find_placement",
        f"from {core}.master_access import open_access",
        f"from {core}.cluster_info import observe",
        f"from {core}.alluxio.worker_rpc import FileData",
        "from kubectl_alluxio import spark_check, spark_run, spark_role, spark_follow, spark_display, spark_kill",
        "spark_check.check({'metadata': {'name': 'a', 'namespace': 'n'}, 'spec': {'type': 'Python', 'mainFile': 'local:///a.py'}})",
        "slow = {'kubernetes', 'pydantic', 'requests', 'urllib3', 'rich', 'ansible', 'ansible_runner', 'asyncio'}",
        "print(sorted(slow & set(sys.modules)))",
    ]
    path = os.pathsep.join([str(CLI), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
