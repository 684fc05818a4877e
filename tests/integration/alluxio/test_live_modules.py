# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The query modules through ansible-playbook, at both of their doors, against a live Alluxio."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.files import WriteType
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from live_alluxio import MASTER_HOST, LiveAlluxio, worker_host

MB = 1024 * 1024
W1, W2, W3 = (worker_host(number) for number in (1, 2, 3))


def play(folder: Path, name: str, options: dict[str, Any], *, ordinary: bool = False) -> Any:
    """The result of one task; ``ordinary`` sends it as a module instead of running it in process."""
    task = {
        f"alluxio.k8s.{name}": options,
        "register": "result",
        "ignore_errors": True,
        **({"environment": {"ANY": "thing"}} if ordinary else {}),
    }
    target = folder / "result.json"
    dump = {"ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": str(target)}}
    playbook = folder / "play.yml"
    playbook.write_text(
        yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task, dump]}])
    )
    command = ["ansible-playbook", "-i", "localhost,", "-c", "local", str(playbook)]
    environment = {**os.environ, "ANSIBLE_PYTHON_INTERPRETER": sys.executable}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE)
    return json.loads(target.read_text())


@pytest.fixture
def masters(cluster: LiveAlluxio) -> list[str]:
    return [f"{MASTER_HOST}:{ports.rpc}" for ports in cluster.masters]


@pytest.mark.parametrize("ordinary", [False, True], ids=["in process", "module"])
def test_alluxio_info(
    tmp_path: Path, masters: list[str], master: MasterRpc, ordinary: bool
) -> None:
    result = play(tmp_path, "alluxio_info", {"masters": masters}, ordinary=ordinary)
    info = result["alluxio"]
    assert not result["changed"]
    assert [worker["host"] for worker in info["workers"]] == [W1, W2, W3]
    ids = [worker.worker_id for worker in master.blocks.get_workers()]
    assert [worker["worker_id"] for worker in info["workers"]] == ids
    assert {worker["state"] for worker in info["workers"]} == {"LIVE"}
    assert info["version"] == "2.9.6"
    assert [member["leader"] for member in info["quorum"]] == [True]
    assert info["mounts"]["/"]["type"] == "local"
    assert (info["healthy"], info["findings"]) == (True, [])


def test_a_query_narrows(tmp_path: Path, masters: list[str]) -> None:
    options = {"masters": masters, "query": "workers[?state == 'LIVE'].host"}
    assert play(tmp_path, "alluxio_info", options)["alluxio"] == [W1, W2, W3]


@pytest.mark.wide
def test_no_master_there(tmp_path: Path, masters: list[str]) -> None:
    del masters
    result = play(tmp_path, "alluxio_info", {"masters": ["127.0.0.1:1"]})
    assert result["failed"]
    assert result["error"]["masters"] == {"127.0.0.1:1": "connection refused"}


def test_path_info(tmp_path: Path, masters: list[str], data: FileData, master: MasterRpc) -> None:
    data.write(
        "/info/a",
        [bytes(2 * MB)],
        size_bytes=2 * MB,
        block_size_bytes=MB,
        hosts=[W1, W3],
        overwrite=True,
    )
    data.write("/info/sub/b", [bytes(MB)], write_type=WriteType.THROUGH, overwrite=True)
    data.write(
        "/info/c",
        [b"c"],
        size_bytes=1,
        write_type=WriteType.MUST_CACHE,
        hosts=[W3],
        overwrite=True,
    )
    options = {"masters": masters, "paths": ["/info", "/info/a", "/nowhere"], "max_files": 2}
    folder, file, nowhere = play(tmp_path, "path_info", options)["paths"]
    usage = folder["usage"]
    expected = {
        "files": 3,
        "directories": 1,
        "blocks": 4,
        "total_bytes": 3 * MB + 1,
        "cached_bytes": 2 * MB + 1,
        "uncached_bytes": MB,
        "lost_bytes": 0,
        "not_persisted_bytes": 1,
        "incomplete_files": 0,
    }
    assert {key: usage[key] for key in expected} == expected
    assert {one["host"]: one["bytes"] for one in usage["workers"]} == {W1: MB, W3: MB + 1}
    assert sum(usage["tiers"].values()) == 2 * MB + 1
    assert [len(folder["files"]), folder["truncated"]] == [2, True]
    blocks = file["status"]["blocks"]
    assert [block["locations"][0]["host"] for block in blocks] == [W1, W3]
    assert [block["block_id"] for block in blocks] == list(
        master.files.get_status("/info/a").block_ids
    )
    assert nowhere == {"path": "/nowhere", "exists": False}


def test_what_is_wrong_is_named(tmp_path: Path, masters: list[str]) -> None:
    result = play(tmp_path, "path_info", {"masters": masters, "paths": ["relative"]})
    assert result["failed"]
    assert (result["error"]["field"], result["error"]["value"]) == ("path", "relative")
