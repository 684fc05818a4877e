# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tool decides before it does anything."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest
from devcluster import images, node
from devcluster.errors import DevClusterError
from devcluster.layout import MAX_NODES, layout, node_list

GIB = 1 << 30


@pytest.mark.parametrize("name", ["", "Dev", "-a", "a-", "a/b", "..", "a" * 33])
def test_a_name_that_could_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(DevClusterError, match="--name"):
        layout(name)


def test_two_names_share_neither_folder_nor_cgroup() -> None:
    one, two = layout("one"), layout("two")
    assert one.folder != two.folder
    assert one.cgroup != two.cgroup


@pytest.mark.parametrize("count", [0, -1, MAX_NODES + 1])
def test_a_number_of_nodes_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(DevClusterError, match="--nodes"):
        node_list(count)


def test_every_node_has_addresses_of_its_own() -> None:
    nodes = node_list(MAX_NODES)
    assert len({n.address for n in nodes} | {n.pod_network for n in nodes}) == 2 * MAX_NODES


@pytest.mark.parametrize("nodes", [1, 2, 3, 7])
def test_the_nodes_together_give_no_more_memory_than_there_is(nodes: int) -> None:
    machine = 24 * GIB
    given = nodes * (machine - node.reserved_memory_bytes(machine, nodes))
    assert machine - node.OUTSIDE_PODS_BYTES - nodes < given <= machine - node.OUTSIDE_PODS_BYTES


def test_a_machine_smaller_than_the_control_plane_gives_nothing() -> None:
    assert node.reserved_memory_bytes(GIB, 3) == GIB


def test_the_names_in_an_archive_come_with_their_digests(tmp_path: Path) -> None:
    entry = {"digest": "sha256:1", "annotations": {"io.containerd.image.name": "registry.test/a:1"}}
    archive = tmp_path / "image.tar"
    content = json.dumps({"manifests": [entry]}).encode()
    with tarfile.open(archive, "w") as tar:
        member = tarfile.TarInfo("index.json")
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    assert images.images(archive) == {"registry.test/a:1": "sha256:1"}


@pytest.mark.parametrize("content", [b"", b"no tar"])
def test_what_is_no_image_archive_is_refused_by_its_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "image.tar").write_bytes(content)
    with pytest.raises(DevClusterError, match=r"image\.tar is not an OCI image archive"):
        images.images(tmp_path / "image.tar")
