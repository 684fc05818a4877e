# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Which context is meant, and whether the standard library suffices for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import NotReachable
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.kubeconfig import (
    Context,
    find_files,
    read_context,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.own_transport import understands

SERVER = {"server": "https://a:6443"}


def write(file: Path, current: str, **contexts: dict[str, Any]) -> Path:
    document = {
        "current-context": current,
        "contexts": [{"name": name, "context": body} for name, body in contexts.items()],
        "clusters": [{"name": "c", "cluster": {**SERVER, "certificate-authority": "ca.crt"}}],
        "users": [{"name": "u", "user": {"token": "secret-token"}}],
    }
    file.write_text(yaml.safe_dump(document))
    return file


def test_the_current_context_and_a_named_one(tmp_path: Path) -> None:
    both = {"cluster": "c", "user": "u"}
    file = write(tmp_path / "f", "x", x=both, y={**both, "namespace": "n"})
    context = read_context([file], None)
    assert (context.name, context.namespace) == ("x", "default")
    assert context.cluster["certificate-authority"] == str(tmp_path / "ca.crt")
    assert read_context([file], "y").namespace == "n"
    assert "secret-token" not in repr(context)


def test_files_are_merged_and_the_first_one_wins(tmp_path: Path) -> None:
    first = write(tmp_path / "1", "", x={"cluster": "c", "user": "u", "namespace": "first"})
    second = write(tmp_path / "2", "x", x={"namespace": "second"}, z={"namespace": "z"})
    missing = tmp_path / "3"
    assert read_context([missing, first, second], None).namespace == "first"
    assert read_context([first, second], "z").namespace == "z"


def test_an_unknown_context_names_those_that_are_there(tmp_path: Path) -> None:
    file = write(tmp_path / "f", "x", x={}, y={})
    with pytest.raises(NotReachable, match="no context 'q'") as caught:
        read_context([file], "q")
    assert "x, y" in caught.value.remedy


@pytest.mark.parametrize("content", ["token: [unclosed", "- a list", "\x00"])
def test_what_is_no_kubeconfig_is_named_and_not_quoted(content: str, tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text(content)
    with pytest.raises(NotReachable, match=str(file)) as caught:
        read_context([file], None)
    assert "unclosed" not in str(caught.value)


def test_where_files_are_looked_for(tmp_path: Path) -> None:
    assert find_files("/a", {"KUBECONFIG": "/b"}) == [Path("/a")]
    assert find_files(None, {"KUBECONFIG": "/b:/c:"}) == [Path("/b"), Path("/c")]
    assert find_files(None, {"HOME": str(tmp_path)}) == []
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").touch()
    assert find_files(None, {"HOME": str(tmp_path)}) == [tmp_path / ".kube" / "config"]


@pytest.mark.parametrize(
    ("cluster", "user", "environment", "expected"),
    [
        (SERVER, {"token": "t"}, {}, True),
        ({**SERVER, "tls-server-name": "b"}, {"client-key-data": "k"}, {}, True),
        (SERVER, {"exec": {}}, {}, False),
        (SERVER, {"auth-provider": {}}, {}, False),
        (SERVER, {"username": "u", "password": "p"}, {}, False),
        ({**SERVER, "proxy-url": "http://p"}, {}, {}, False),
        (SERVER, {}, {"https_proxy": "http://p"}, False),
        ({"server": "http://localhost:8888"}, {}, {}, False),
        ({}, {}, {}, False),
    ],
)
def test_what_the_standard_library_suffices_for(
    cluster: dict[str, str], user: dict[str, Any], environment: dict[str, str], expected: bool
) -> None:
    assert understands(Context("x", "default", cluster, user), environment) is expected
