# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One wheel in an empty environment: the CLI by kubectl, and the collection by ansible-playbook."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "dev"))
from devcluster import go_build  # noqa: E402


@dataclass(frozen=True)
class Installed:
    """The environment's folder; nothing of the tree or of the tests' own environment is in reach."""

    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "ANSIBLE"))}
        path = f"{self.folder / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin"
        environment = {**kept, "PATH": path, "HOME": str(self.folder), "ANSIBLE_NOCOLOR": "1"}
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.folder,
            check=False,
            timeout=300,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    # The pinned versions, which are in the cache of whoever made the development environment.
    pins = folder / "pins.txt"
    lines = (ROOT / "requirements/dev.txt").read_text().splitlines()
    pins.write_text("\n".join(line.split(" ")[0] for line in lines if "==" in line) + "\n")
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    assert uv, "dev/venv installs uv"
    install = [uv, "pip", "install", "--quiet", "--python", str(environment / "bin" / "python")]
    subprocess.run([*install, "--constraint", str(pins), str(wheel)], check=True)
    return Installed(environment)


def test_the_wheel_and_the_collection_have_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]


def test_kubectl_finds_the_plugin(installed: Installed) -> None:
    binary = go_build.build("kubernetes")
    kubectl = installed.folder / "bin" / "kubectl"
    kubectl.symlink_to(binary)
    done = installed.run(str(kubectl), "alluxio", "--version")
    assert done.stdout.startswith("kubectl-alluxio "), done.stderr
    listed = installed.run(str(kubectl), "plugin", "list")
    assert "kubectl-alluxio" in listed.stdout, listed.stderr
    candidates = installed.run("kubectl_complete-alluxio", "loc").stdout.splitlines()
    assert candidates == ["locality", ":4"]


def test_the_cli_answers_without_a_cluster(installed: Installed) -> None:
    done = installed.run("kubectl-alluxio", "locality", "/data", "--masters", "127.0.0.1:1")
    assert done.returncode == 5
    assert done.stderr.startswith("error: ")


def test_ansible_finds_the_collection(installed: Installed) -> None:
    listed = installed.run("ansible-playbook", "alluxio.k8s.alluxio_cluster", "--list-tasks")
    assert listed.returncode == 0, listed.stderr
    assert "alluxio" in listed.stdout
    module = installed.run(
        *("ansible", "localhost", "-c", "local", "-m", "alluxio.k8s.node_affinity"),
        *("-a", '{"masters": ["127.0.0.1:1"], "paths": ["relative"]}'),
    )
    assert "paths[0]: 'relative' is not valid" in module.stdout, module.stderr
