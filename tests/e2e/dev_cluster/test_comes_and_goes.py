# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A cluster comes, stays apart from another one, and goes without a trace, also after a kill -9."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import leaks
import pytest
from conftest import ROOT, TOOL, dev_cluster, succeed
from devcluster.node import BOUND

NAMES = ("selftest-a", "selftest-b")


@pytest.fixture(autouse=True)
def _no_cluster_stays() -> Iterator[None]:
    yield
    for name in NAMES:
        dev_cluster("down", "--name", name)


@pytest.fixture
def before() -> leaks.Snapshot:
    return leaks.snapshot()


@pytest.fixture
def folders_before() -> set[str]:
    return {folder for folder in BOUND if Path(folder).exists()}


def test_down_leaves_nothing(before: leaks.Snapshot, folders_before: set[str]) -> None:
    succeed("up", "--name", NAMES[0], "--nodes", "2")
    while_up = leaks.difference(before, leaks.snapshot())
    assert any(line.startswith("process") for line in while_up)
    assert any(line.startswith("cgroup") for line in while_up)
    succeed("down", "--name", NAMES[0])
    assert leaks.lasting_difference(before) == []
    assert {folder for folder in BOUND if Path(folder).exists()} == folders_before


def test_up_twice_is_a_quick_no_op() -> None:
    succeed("up", "--name", NAMES[0], "--nodes", "1")
    machines = succeed("status", "--name", NAMES[0])
    begin = time.monotonic()
    succeed("up", "--name", NAMES[0])
    assert time.monotonic() - begin < 5
    assert succeed("status", "--name", NAMES[0]) == machines


def test_down_without_a_cluster_is_no_error(before: leaks.Snapshot) -> None:
    succeed("down", "--name", NAMES[0])
    assert leaks.lasting_difference(before) == []


@pytest.mark.parametrize("moment", ["making the cluster", "started", "the API server is ready"])
def test_down_cleans_up_after_a_kill(before: leaks.Snapshot, moment: str) -> None:
    kill_up_when_it_says(moment, NAMES[0])
    succeed("down", "--name", NAMES[0])
    assert leaks.lasting_difference(before) == []
    succeed("up", "--name", NAMES[0], "--nodes", "1")


@pytest.mark.parametrize("moment", ["making the cluster", "started"])
def test_up_completes_what_a_killed_one_began(moment: str) -> None:
    kill_up_when_it_says(moment, NAMES[0])
    succeed("up", "--name", NAMES[0])
    succeed("status", "--name", NAMES[0])
    succeed("kubectl", "--name", NAMES[0], "get", "storageclass/standard")
    succeed("kubectl", "--name", NAMES[0], "-n", "kube-system", "get", "endpointslice/kube-dns")


def kill_up_when_it_says(text: str, name: str) -> None:
    """Start `up` and end it with SIGKILL at once when a line of its progress has `text`."""
    process = subprocess.Popen(
        [TOOL, "up", "--name", name, "--nodes", "2"], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    for line in process.stderr:
        if text in line:
            process.kill()
            break
    assert process.wait() == -signal.SIGKILL


def test_two_clusters_stay_apart(before: leaks.Snapshot) -> None:
    for name in NAMES:
        succeed("up", "--name", name, "--nodes", "1")
    succeed("kubectl", "--name", NAMES[0], "create", "namespace", "only-here")
    assert dev_cluster("kubectl", "--name", NAMES[1], "get", "namespace", "only-here").returncode
    succeed("down", "--name", NAMES[0])
    succeed("status", "--name", NAMES[1])
    succeed("down", "--name", NAMES[1])
    assert leaks.lasting_difference(before) == []


def test_two_ups_of_one_name_wait_for_each_other() -> None:
    command = [TOOL, "up", "--name", NAMES[0], "--nodes", "1"]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("making the cluster" in text for text in said) == 1
    assert sum("another dev/cluster works on" in text for text in said) == 1


def test_a_different_number_of_nodes_is_refused() -> None:
    succeed("up", "--name", NAMES[0], "--nodes", "1")
    done = dev_cluster("up", "--name", NAMES[0], "--nodes", "2")
    assert done.returncode == 1
    assert "has 1 nodes, not 2" in done.stderr


AS_NOBODY = (
    "import os, sys; sys.argv = ['dev/cluster', 'up']; from devcluster import command_line;"
    "os.setuid(65534); command_line.main()"
)
IN_DEV = ["env", f"PYTHONPATH={ROOT / 'dev'}"]
PYTHON = sys.executable


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ([*IN_DEV, PYTHON, "-c", AS_NOBODY], "you are not root"),
        (
            ["unshare", "-m", "sh", "-c", f"mount -t tmpfs none /sys/fs/cgroup; exec {TOOL} up"],
            "the cgroup controllers",
        ),
        (
            ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", TOOL, "up"],
            "namespaces cannot be made",
        ),
        (["setarch", "i686", PYTHON, TOOL, "up"], "it needs Linux on x86_64"),
    ],
)
def test_what_is_missing_is_one_sentence(
    before: leaks.Snapshot, command: list[str], missing: str
) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert missing in done.stderr
    assert "CLUSTER=current" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert leaks.lasting_difference(before) == []
