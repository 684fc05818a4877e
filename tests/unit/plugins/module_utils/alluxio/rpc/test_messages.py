# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The messages load lazily, keep 64 bits, and mind enum values that they do not know."""

from __future__ import annotations

import subprocess
import sys

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc import messages
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import MissingLibrary
from google.protobuf import descriptor_pool

RPC = "ansible_collections.alluxio.k8s.plugins.module_utils.alluxio"


@pytest.mark.parametrize("number", [0, 2**53 + 1, 2**63 - 1, -(2**63), -1])
def test_ids_keep_64_bits(number: int) -> None:
    location = messages.message("alluxio.grpc.BlockLocation")
    again = location.FromString(location(workerId=number).SerializeToString())
    assert again.workerId == number


def test_an_unknown_enum_value_is_no_default() -> None:
    member = messages.message("alluxio.grpc.journal.QuorumServerInfo")
    assert messages.label(member(serverState="UNAVAILABLE"), "serverState") == "UNAVAILABLE"
    assert messages.label(member(), "serverState") == "UNKNOWN"
    # Field 2 with a value that 2.9 does not have; protobuf's own answer is the default, AVAILABLE.
    newer = member.FromString(b"\x10\x07")
    assert newer.serverState == 1
    assert messages.label(newer, "serverState") == "UNKNOWN"


def test_the_pool_is_private() -> None:
    messages.message("alluxio.grpc.file.FileInfo")
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName("alluxio.grpc.file.FileInfo")


def test_importing_needs_neither_grpcio_nor_protobuf() -> None:
    code = (
        f"import sys; sys.modules['grpc'] = sys.modules['google'] = None; import {RPC}.master_rpc"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    with pytest.raises(MissingLibrary, match="grpcio"):
        messages.load("grpc", "grpcio")
