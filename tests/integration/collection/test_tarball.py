# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The tarball as a user gets it: what is in it, that Galaxy would take it, that it runs where
nothing else is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
from ansible_collections.alluxio.k8s.tests.integration.conftest import ROOT, ApiServer

BIN = Path(sys.executable).parent
# What Galaxy's content may lie in; everything else stays in the repository.
FOLDERS = ("meta", "playbooks", "plugins", "roles")
CLUSTER = {
    "metadata": {"name": "demo"},
    "spec": {
        "rootMount": {"uri": "/underfs"},
        "masters": {"replicas": 1},
        "workers": [
            {"name": "only", "replicas": 1, "tiers": [{"medium": "MEM", "quota": "128Mi"}]}
        ],
    },
}


def run(command: list[str | Path], cwd: Path, **environment: str) -> str:
    """Everything printed by a command that has to succeed, without any setting of ours."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("ANSIBLE_", "PYTHON", "K8S_"))
    }
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tarball")
    run([BIN / "ansible-galaxy", "collection", "build", ROOT, "--output-path", folder], folder)
    [file] = folder.glob("alluxio-k8s-*.tar.gz")
    return file


@pytest.fixture(scope="module")
def installed(tarball: Path) -> Path:
    """A folder that holds the collection and nothing else."""
    target = tarball.parent / "installed"
    home = {"HOME": str(tarball.parent)}
    run(
        [BIN / "ansible-galaxy", "collection", "install", tarball, "-p", target, "--offline"],
        tarball.parent,
        **home,
    )
    return target


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with what the collection asks of Python, and nothing of ours."""
    folder = tmp_path_factory.mktemp("bare")
    packages = [
        f"ansible-core=={version('ansible-core')}",
        "-r",
        ROOT / "meta" / "ee-requirements.txt",
    ]
    run([BIN / "uv", "venv", "--quiet", "--python", sys.executable, folder / "venv"], folder)
    run([BIN / "uv", "pip", "install", "--quiet", "--python", folder / "venv", *packages], folder)
    return folder / "venv" / "bin"


def test_the_allow_list_forgets_nothing_and_lets_nothing_else_in(tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        inside = {member.name for member in archive if member.isfile()}
    tracked = run(["git", "ls-files", *FOLDERS], ROOT).split()
    assert set(tracked) - inside == set()
    allowed = {*FOLDERS, "docs", "changelogs", "MANIFEST.json", "FILES.json"}
    allowed |= {"README.md", "CHANGELOG.md", "LICENSE", "COPYING"}
    assert {name.split("/")[0] for name in inside} <= allowed
    assert not [name for name in inside if "__pycache__" in name or name.endswith(".pyc")]


def test_galaxy_would_import_it(tarball: Path, tmp_path: Path) -> None:
    copy = shutil.copy(tarball, tmp_path)
    said = run(
        [sys.executable, "-m", "galaxy_importer.main", copy],
        tmp_path,
        PATH=f"{BIN}:{os.environ['PATH']}",
    )
    result = json.loads((tmp_path / "importer_result.json").read_text())
    names = {content["name"] for content in result["contents"]}
    assert names >= {
        "resources",
        "resource_status",
        "alluxio_cluster_info",
        "alluxio_cluster",
        "operator",
    }
    assert [line for line in said.splitlines() if line.startswith(("ERROR", "WARNING"))] == []


def test_the_playbook_runs_from_an_empty_environment(
    installed: Path,
    bare_python: Path,
    api_server: ApiServer,
    kube: KubeClient,
    namespace: str,
    tmp_path: Path,
) -> None:
    cluster: dict[str, Any] = {**CLUSTER, "metadata": {"name": "demo", "namespace": namespace}}
    variables = tmp_path / "my.yml"
    variables.write_text(json.dumps({"alluxio_cluster": cluster, "alluxio_cluster_wait": False}))
    command = [
        bare_python / "ansible-playbook",
        "alluxio.k8s.alluxio_cluster",
        "-e",
        f"@{variables}",
    ]
    environment = {
        "HOME": str(tmp_path),
        "ANSIBLE_COLLECTIONS_PATH": str(installed),
        "KUBECONFIG": api_server.kubeconfig(),
    }
    first = run(command, tmp_path, **environment)
    assert kube.get("apps/v1", "StatefulSet", "demo-master", namespace), first
    second = run(command, tmp_path, **environment)
    assert "changed=0" in second


def test_documentation_is_found_from_it(installed: Path, bare_python: Path, tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "ANSIBLE_COLLECTIONS_PATH": str(installed)}
    names = [
        "alluxio.k8s.resources",
        "alluxio.k8s.resource_status",
        "alluxio.k8s.alluxio_cluster_info",
    ]
    documentation = run([bare_python / "ansible-doc", *names], tmp_path, **environment)
    for name in names:
        assert name.upper() in documentation.upper()
