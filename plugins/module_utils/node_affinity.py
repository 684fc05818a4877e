# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Asks Alluxio where the data below paths is and Kubernetes what room there is, and plans executors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .alluxio.model import BlockLocation, FileStatus
from .cluster_view import view_cluster
from .errors import InvalidValue
from .kube.client import KubeClient
from .kube.nodes import amounts, toleration_of
from .locality.executors import Executors, OnBusy
from .locality.placement import Placement, place
from .locality.tally import Block, Location

ListFiles = Callable[[str], Iterable[FileStatus]]
"""All files below a path, or the file itself, with their blocks."""


def find_placement(
    client: KubeClient, list_files: ListFiles, paths: Sequence[str], executors: Executors
) -> Placement:
    """The placement of ``executors`` that read everything below ``paths``.

    Raises InvalidValue, the errors of kube/errors.py and what ``list_files`` raises.
    """
    roots = check_paths(paths)
    container_hosts: dict[str, str] = {}
    with ThreadPoolExecutor(1, thread_name_prefix="nodes") as pool:
        view = pool.submit(view_cluster, client)
        # The first message is on its way while the nodes come in.
        blocks = _started(read_blocks(list_files, roots, container_hosts))
        return place(roots, blocks, view.result(), executors, container_hosts)


def executors_of(
    count: int,
    requests: Mapping[str, object],
    tolerations: Sequence[Mapping[str, Any]],
    node_selector: Mapping[str, object],
    on_busy: str,
) -> Executors:
    """From options as users write them. Raises InvalidValue, which names the option."""
    return Executors(
        count=count,
        requests=amounts(requests, "requests"),
        tolerations=tuple(
            toleration_of(row, f"tolerations[{index}]") for index, row in enumerate(tolerations)
        ),
        node_selector={key: str(value) for key, value in node_selector.items()},
        on_busy=OnBusy(on_busy),
    )


def check_paths(paths: Sequence[str]) -> list[str]:
    """Each path once, without those that lie below another one. Raises InvalidValue."""
    if not paths:
        raise InvalidValue("paths", list(paths), "name at least one path of Alluxio, such as /data")
    for index, path in enumerate(paths):
        if not path.startswith("/"):
            raise InvalidValue(
                f"paths[{index}]", path, "give an absolute path of Alluxio, such as /data"
            )
    clean = sorted({path.rstrip("/") or "/" for path in paths})
    return [path for path in clean if not any(_is_below(path, other) for other in clean)]


def read_blocks(
    list_files: ListFiles, roots: Sequence[str], container_hosts: dict[str, str]
) -> Iterator[Block]:
    """The blocks of all files in the form that locality/tally.py counts.

    A single root is shown by what lies in it, several by themselves. ``container_hosts`` is filled
    with the second address of each worker before a block of that worker comes.
    """
    known: dict[int, tuple[BlockLocation, Location]] = {}

    def short(location: BlockLocation) -> Location:
        # A listing shares one object for each location: its identity is the quickest key.
        found = known.get(id(location))
        if found is None:
            worker = location.worker
            if worker.container_host:
                container_hosts[worker.host] = worker.container_host
            found = known[id(location)] = (location, (worker.host, location.tier))
        return found[1]

    for root in roots:
        for file in list_files(root):
            if file.folder:
                continue
            group = _group(file.path, root) if len(roots) == 1 else root
            counted = 0
            for block in file.blocks:
                counted += block.length_bytes
                yield group, block.length_bytes, tuple([short(one) for one in block.locations])
            if file.length_bytes > counted:
                # Alluxio names no block of a file that it has never read.
                yield group, file.length_bytes - counted, ()


def _group(path: str, root: str) -> str:
    """The child of the root that the file is or lies in; the root itself if that is the file."""
    prefix = root.rstrip("/") + "/"
    rest = path[len(prefix) :]
    return prefix + rest.split("/", 1)[0] if path.startswith(prefix) else root


def _is_below(path: str, other: str) -> bool:
    return path != other and path.startswith(other.rstrip("/") + "/")


def _started(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same blocks, the first of which has been asked for already."""
    first = next(blocks, None)

    def again() -> Iterator[Block]:
        if first is not None:
            yield first
            yield from blocks

    return again()
