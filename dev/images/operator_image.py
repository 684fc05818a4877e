# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The layers of the operator's image that build/install-operator.sh makes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from devcluster.errors import DevClusterError
from devcluster.paths import DEV

from . import chroot
from .layers import LayerSpec, Workspace, content_of

ROOT = DEV.parent
INSTALL = ROOT / "build/install-operator.sh"
CONFIGURATION = ROOT / "build/ansible.cfg"
REQUIREMENTS = ROOT / "requirements/operator.txt"
WATCHES = ROOT / "watches.yaml"
# What galaxy.yml's manifest lets into the tarball.
COLLECTION = [
    ROOT / name
    for name in ("galaxy.yml", "meta", "plugins", "roles", "playbooks", "docs", "changelogs")
]
# ansible-runner-http comes as source: setuptools builds it inside the image, without a network.
BUILD_TOOLS = "setuptools==80.9.0"
# Wheels for the image's Python (Debian 12), whatever Python runs this.
_PLATFORM = (
    *("--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--abi", "abi3"),
    *("--abi", "none", "--platform", "manylinux_2_17_x86_64", "--platform", "manylinux2014_x86_64"),
    *("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_34_x86_64"),
)


def python(below: tuple[LayerSpec, ...]) -> LayerSpec:
    """/opt/ansible/venv with the pinned packages."""

    def fill(workspace: Workspace) -> None:
        inputs = _inputs(workspace, INSTALL, REQUIREMENTS)
        wheels = workspace.scratch / "wheels"
        _download(wheels, workspace.scratch / "pip")
        chroot.run(
            workspace,
            ["/run/inputs/install-operator.sh", "python", "/run/inputs/operator.txt"],
            inputs=[inputs, wheels],
            env={"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/run/wheels"},
        )

    inputs = (content_of(INSTALL, REQUIREMENTS), BUILD_TOOLS)
    return LayerSpec("operator-python", inputs, fill, below)


def collection(below: tuple[LayerSpec, ...]) -> LayerSpec:
    """The collection, watches.yaml and Ansible's configuration: the layer that changes daily."""
    sources = (INSTALL, CONFIGURATION, WATCHES, *COLLECTION)
    content = content_of(*sources)

    def fill(workspace: Workspace) -> None:
        inputs = _inputs(workspace, INSTALL, CONFIGURATION, WATCHES)
        tarball = _build_tarball(inputs)
        # The layers below may take minutes, and these are files that people edit.
        if content_of(*sources) != content:
            raise DevClusterError(
                "the collection was edited while the image was built: build again"
            )
        names = [f"/run/inputs/{name}" for name in (tarball, WATCHES.name, CONFIGURATION.name)]
        chroot.run(
            workspace, ["/run/inputs/install-operator.sh", "collection", *names], inputs=[inputs]
        )

    return LayerSpec("operator-collection", (content,), fill, below)


def _inputs(workspace: Workspace, *sources: Path) -> Path:
    folder = workspace.scratch / "inputs"
    folder.mkdir()
    for source in sources:
        shutil.copy(source, folder)
    return folder


def _download(wheels: Path, pip: Path) -> None:
    _run(sys.executable, "-m", "venv", str(pip))
    command = [str(pip / "bin/python"), "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--dest", str(wheels), *_PLATFORM]
    _run(*command, "--require-hashes", "--requirement", str(REQUIREMENTS))
    _run(*command, BUILD_TOOLS)


def _build_tarball(into: Path) -> str:
    """The file name of the collection's tarball, built by the development environment's Ansible."""
    environment = _run(str(DEV / "venv")).strip()
    _run(
        *(f"{environment}/bin/ansible-galaxy", "collection", "build", "--force"),
        *("--output-path", str(into), str(ROOT)),
    )
    return next(into.glob("*.tar.gz")).name


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise DevClusterError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
