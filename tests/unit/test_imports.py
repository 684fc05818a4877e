# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Imports point one way (docs/architecture.md): what is below never knows what is above."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "plugins" / "module_utils"
COLLECTION = "ansible_collections.alluxio.k8s.plugins"
# A package of the core -> the packages of the core that it may use, beside the files at the core's
# root.
MAY_USE = {
    "alluxio": {"alluxio"},
    "kube": {"kube"},
    # Plans decide what a custom resource becomes, Spark's own words and those of pipelines included.
    "plans": {"plans", "spark", "pipelines"},
    "locality": {"locality", "alluxio", "kube"},
    "spark": {"spark"},
    "pipelines": {"pipelines"},
}
# Speaks to Kubernetes: neither what decides nor what speaks to Alluxio may.
KUBERNETES = {"kubernetes", "urllib3", "openshift"}
# Does I/O: a plan is a pure function.
INPUT_OUTPUT = KUBERNETES | {
    "http",
    "socket",
    "ssl",
    "subprocess",
    "urllib",
    "requests",
    "grpc",
    "os",
    "time",
}
ADAPTER = "ansible_adapter.py"


def files(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """The full names of all modules that a file imports, at its top or inside a function."""
    package = [*COLLECTION.split("."), *path.relative_to(ROOT / "plugins").parts[:-1]]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
    return found


def package_of_core(name: str) -> str | None:
    """``...module_utils.kube.client.connect`` -> ``kube``; None for files at the core's root."""
    prefix = f"{COLLECTION}.module_utils."
    if not name.startswith(prefix):
        return None
    first = name[len(prefix) :].split(".")[0]
    return first if (CORE / first).is_dir() else None


@pytest.mark.parametrize("path", files(CORE), ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_uses_only_what_is_below(path: Path) -> None:
    package = path.relative_to(CORE).parts[0]
    for name in imports(path):
        used = package_of_core(name)
        if used and package in MAY_USE:
            assert used in MAY_USE[package], f"{package} must not use {name}"
        if name.startswith(COLLECTION):
            assert ".module_utils." in name, f"the core must not use {name}"


@pytest.mark.parametrize("path", files(CORE), ids=lambda path: str(path.relative_to(CORE)))
def test_one_file_of_the_core_knows_ansible(path: Path) -> None:
    known = {name for name in imports(path) if name.split(".")[0] == "ansible"}
    assert not known or path.name == ADAPTER


@pytest.mark.parametrize("path", files(CORE / "alluxio"), ids=lambda path: path.name)
def test_alluxio_knows_no_kubernetes(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in KUBERNETES}


@pytest.mark.parametrize(
    "path",
    files(CORE / "plans", CORE / "locality", CORE / "spark", CORE / "pipelines"),
    ids=lambda path: path.name,
)
def test_plans_do_no_input_or_output(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in INPUT_OUTPUT}


def test_every_package_of_the_core_has_a_rule() -> None:
    packages = {
        path.name for path in CORE.iterdir() if path.is_dir() and path.name != "__pycache__"
    }
    assert packages <= set(MAY_USE)
