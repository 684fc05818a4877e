# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`kubectl alluxio ls, stat, cat, cp`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kubectl_alluxio.connection import Connection, connected
from kubectl_alluxio.output import Format, show_data, show_pairs, show_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import FileStatus

REMOTE = "alluxio:"
_CHUNK_BYTES = 1024 * 1024

_Path = Annotated[str, typer.Argument(help="Absolute path of Alluxio, as /data.")]
_Output = Annotated[Format, typer.Option("--output", "-o", help="Form of the answer.")]


@connected()
def ls(
    connection: Connection,
    path: _Path = "/",
    recursive: Annotated[
        bool, typer.Option("--recursive", "-R", help="All that is below, too.")
    ] = False,
    load: Annotated[
        bool, typer.Option(help="Look into the under file system for what Alluxio does not know.")
    ] = False,
    output: _Output = Format.TABLE,
) -> None:
    """List files and directories, with the share of each file that is cached.

    Example: kubectl alluxio ls /data -R
    """
    with connection.alluxio() as access:
        found = access.master.files.list_status(path, recursive=recursive, load=_load(load))
        if output == Format.TABLE:
            _show_listing(found)
        else:
            show_data([_row(status) for status in found], output)


def _show_listing(found: Iterable[FileStatus]) -> None:
    columns = ("MODE", "OWNER", "GROUP", "SIZE", "CACHED", "MODIFIED", "PATH")
    rows = [
        (
            _mode(one),
            one.owner,
            one.group,
            "-" if one.folder else str(one.length_bytes),
            "-" if one.folder else f"{_cached_percent(one)}%",
            _time(one.modified_ms),
            one.path,
        )
        for one in found
    ]
    show_table(columns, rows, right=("SIZE", "CACHED"))


@connected()
def stat(connection: Connection, path: _Path, output: _Output = Format.TABLE) -> None:
    """Show all of one file or directory, with the workers and tiers that hold each block.

    Example: kubectl alluxio stat /data/part-0.parquet
    """
    with connection.alluxio() as access:
        status = access.master.files.get_status(path, load=_load(True))
    if output != Format.TABLE:
        show_data({**_row(status), "blocks": _block_rows(status)}, output)
        return
    row = _row(status)
    show_pairs({name.replace("_", " ").capitalize(): str(value) for name, value in row.items()})
    if status.blocks:
        print()
        rows = [
            (
                str(block["offset"]),
                str(block["length_bytes"]),
                ", ".join(f"{place['host']} {place['tier']}" for place in block["locations"])
                or "not cached",
            )
            for block in _block_rows(status)
        ]
        show_table(("OFFSET", "LENGTH", "WORKERS"), rows, right=("OFFSET", "LENGTH"))


@connected()
def cat(
    connection: Connection,
    path: _Path,
    offset: Annotated[int, typer.Option(min=0, help="First byte.")] = 0,
    length: Annotated[int | None, typer.Option(min=0, help="Number of bytes (to the end).")] = None,
) -> None:
    """Write a file's bytes to standard output, read from the workers that hold them.

    Example: kubectl alluxio cat /data/part-0.csv --length 1000
    """
    from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData

    with connection.alluxio() as access, FileData(access.master) as data:
        for piece in data.read(path, offset, length):
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


@connected()
def copy(
    connection: Connection,
    source: Annotated[str, typer.Argument(help="A local file, or alluxio:/PATH.")],
    target: Annotated[str, typer.Argument(help="alluxio:/PATH, or a local file.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace what is there.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
) -> None:
    """Copy a file into Alluxio or out of it. One side begins with alluxio:

    Into Alluxio the file is written through to the under file system, and checked there, before the
    command ends.

    Example: kubectl alluxio cp part-0.csv alluxio:/data/part-0.csv
    """
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

    into, out_of = target.startswith(REMOTE), source.startswith(REMOTE)
    if into == out_of:
        raise InvalidValue(
            "SOURCE TARGET", f"{source} {target}", f"one of them begins with {REMOTE}"
        )
    if into:
        _upload(connection, Path(source), target.removeprefix(REMOTE), overwrite, quiet)
    else:
        _download(connection, source.removeprefix(REMOTE), Path(target), overwrite, quiet)


def _upload(connection: Connection, source: Path, path: str, overwrite: bool, quiet: bool) -> None:
    from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

    try:
        file = source.open("rb")
    except OSError as error:
        raise InvalidValue("SOURCE", str(source), error.strerror or "it cannot be read") from None
    if path.endswith("/"):
        path += source.name
    size = os.fstat(file.fileno()).st_size
    with (
        file,
        connection.alluxio() as access,
        FileData(access.master) as data,
        progress(source.name, size, quiet) as advance,
    ):
        pieces = _counted(iter(lambda: file.read(_CHUNK_BYTES), b""), advance)
        data.write(path, pieces, size_bytes=size, overwrite=overwrite)


def _download(
    connection: Connection, path: str, target: Path, overwrite: bool, quiet: bool
) -> None:
    from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
    from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

    if target.is_dir():
        target = target / path.rstrip("/").rpartition("/")[2]
    if target.exists() and not overwrite:
        raise InvalidValue("TARGET", str(target), "it exists: say --overwrite, or choose another")
    # Beside it, so that a broken copy never bears the name.
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    with connection.alluxio() as access, FileData(access.master) as data:
        size = access.master.files.get_status(path, load=_load(True)).length_bytes
        try:
            with partial.open("wb") as file, progress(path, size, quiet) as advance:
                for piece in _counted(data.read(path), advance):
                    file.write(piece)
            partial.replace(target)
        except FileNotFoundError as error:
            raise InvalidValue("TARGET", str(target), "its directory does not exist") from error
        finally:
            partial.unlink(missing_ok=True)


@contextmanager
def progress(name: str, size: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where that is a terminal; gives what to call for bytes that are done."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(escape(name), total=size)
        yield lambda done: progress.advance(task, done)


def _counted(pieces: Iterable[bytes], advance: Callable[[int], None]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece
        advance(len(piece))


def _row(status: FileStatus) -> dict[str, Any]:
    return {
        "path": status.path,
        "type": "directory" if status.folder else "file",
        "length_bytes": status.length_bytes,
        "cached_bytes": status.cached_bytes,
        "block_size_bytes": status.block_size_bytes,
        "owner": status.owner,
        "group": status.group,
        "mode": _mode(status),
        "modified": _time(status.modified_ms),
        "persistence": status.persistence_state,
        "complete": status.completed,
        "pinned": status.pinned,
        "ttl_ms": status.ttl_ms,
        "ufs_path": status.ufs_path,
    }


def _block_rows(status: FileStatus) -> list[dict[str, Any]]:
    return [
        {
            # A string: programs that read JSON numbers as doubles would lose digits.
            "block_id": str(block.block_id),
            "offset": block.offset,
            "length_bytes": block.length_bytes,
            "locations": [
                {"host": place.worker.host, "tier": place.tier} for place in block.locations
            ],
        }
        for block in status.blocks
    ]


def _mode(status: FileStatus) -> str:
    bits = "".join(
        letter if status.mode >> (8 - place) & 1 else "-"
        for place, letter in enumerate("rwxrwxrwx")
    )
    return ("d" if status.folder else "-") + bits


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cached_percent(status: FileStatus) -> int:
    return 100 if not status.length_bytes else 100 * status.cached_bytes // status.length_bytes


def _load(wanted: bool) -> Any:
    from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.files import Load

    return Load.ONCE if wanted else Load.NEVER
