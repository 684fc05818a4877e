# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Links that a published module misses, and the licences of what is linked into a tool."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from devcluster import go_build
from images import go_tool

MODULE = "example.org/Tool/v3"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A module as Go's cache has it, read-only."""
    folder = tmp_path / "cache/example.org/!tool/v3@v3.7.9"
    (folder / "os").mkdir(parents=True)
    (folder / "os/signal_darwin.go").write_text("package os\n")
    (folder / "LICENSE").write_text("Apache License\n")
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def test_a_missing_link_is_put_into_a_copy_of_the_module(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, copies = tmp_path / "tool", tmp_path / "modules"
    source.mkdir()
    for name in ("go.mod", "go.sum"):
        (source / name).write_text(name)
    rows = ["# module, link, what it points to", f"{MODULE} os/signal_linux.go signal_darwin.go"]
    (source / "links").write_text("\n".join(rows) + "\n")
    calls = []

    def go(_source: Path, *arguments: str) -> str:
        calls.append(arguments)
        return json.dumps({"Dir": str(published)})

    monkeypatch.setattr(go_build, "_go", go)
    # What a killed build has left is no obstacle.
    (copies / "0/old").mkdir(parents=True)
    assert go_build._with_links(source, copies) == [f"-modfile={copies / 'go.mod'}"]
    assert (copies / "0/os/signal_linux.go").read_text() == "package os\n"
    assert os.readlink(copies / "0/os/signal_linux.go") == "signal_darwin.go"
    assert not (copies / "0/old").exists()
    assert not (published / "os/signal_linux.go").exists()
    edit = ("mod", "edit", f"-replace={MODULE}={copies / '0'}", str(copies / "go.mod"))
    assert calls == [("mod", "download", "-json", MODULE), edit]


def test_a_tool_without_missing_links_is_built_as_it_is(tmp_path: Path) -> None:
    assert go_build._with_links(tmp_path, tmp_path / "modules") == []
    assert not (tmp_path / "modules").exists()


def test_a_tools_own_module_and_those_linked_in_give_their_licences(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del published
    # As Go prints it for a tool whose module was replaced by a copy.
    version = f"tool: go1.26.8\n\tpath\t{MODULE}/cmd/tool\n\tmod\t{MODULE}\tv3.7.9\n"
    version += "\t=>\t/copy\t(devel)\t\n\t\n\tdep\texample.org/none\tv1.0.0\th1:x\n"
    answers = {"env": f"{tmp_path / 'cache'}\n", "version": version}
    monkeypatch.setattr(go_tool, "_go", lambda *arguments: answers[arguments[0]])
    found = [(module, path.name) for module, path in go_tool._licences(tmp_path / "tool")]
    assert found == [(MODULE, "LICENSE")]
