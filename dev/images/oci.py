# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes OCI image archives that are the same to the byte whenever their content is the same.

The formats are those of the OCI image specification 1.1 (image layout, image configuration, layer
changesets). An archive is what `ctr images import` and `podman load` read.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
# Not compressed: the archives never leave the machine, and unpacking is what a node waits for
# (docs/decisions/0011-images-without-docker.md has the figures).
LAYER = "application/vnd.oci.image.layer.v1.tar"
# Goes up with every change of what pack() writes: layers packed before are then made anew.
PACKING = "1"
EPOCH = "1970-01-01T00:00:00Z"
WHITEOUT = ".wh."
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Layer:
    """A packed layer: a tar file and its digest (`sha256:…`), which is also its diff id."""

    path: Path
    digest: str
    size_bytes: int
    created_by: str


@dataclass(frozen=True)
class ImageConfig:
    """What a container of the image starts with."""

    user: str
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    labels: dict[str, str] = field(default_factory=dict)


def pack(tree: Path, out: Path, created_by: str) -> Layer:
    """Packs the folder `tree` as one layer into the file `out`.

    Owners and modes are kept, times become 0, entries are sorted. A character device 0/0, by which
    overlayfs marks a deleted file, becomes the whiteout of the specification.
    """
    with tarfile.open(out, "w", format=tarfile.PAX_FORMAT) as archive:
        for path in _walk(tree):
            _add(archive, tree, path)
    return Layer(out, _digest_of(out), out.stat().st_size, created_by)


def _walk(tree: Path) -> Iterator[Path]:
    for path in sorted(tree.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)


def _add(archive: tarfile.TarFile, tree: Path, path: Path) -> None:
    name = str(path.relative_to(tree))
    if _is_whiteout(path):
        archive.addfile(_plain(tarfile.TarInfo(str(Path(name).with_name(WHITEOUT + path.name)))))
        return
    entry = _plain(archive.gettarinfo(str(path), name))
    if not entry.isreg():
        archive.addfile(entry)
        return
    with path.open("rb") as content:
        archive.addfile(entry, content)


def _is_whiteout(path: Path) -> bool:
    status = path.lstat()
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == 0


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.mtime = 0
    entry.uname = entry.gname = ""
    return entry


def write_archive(out: Path, reference: str, layers: Sequence[Layer], config: ImageConfig) -> None:
    """Writes the image `reference` (`registry.test/name:tag`) as an OCI archive, atomically."""
    configuration = _json(_configuration(layers, config))
    manifest = _json(_manifest(layers, configuration))
    partial = out.with_suffix(".partial")
    with tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as archive:
        _put(archive, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        _put(archive, "index.json", _json(_index(manifest, reference)))
        for content in (manifest, configuration):
            _put(archive, _blob_name(_digest(content)), content)
        for layer in layers:
            entry = tarfile.TarInfo(_blob_name(layer.digest))
            entry.size = layer.size_bytes
            with layer.path.open("rb") as packed:
                archive.addfile(entry, packed)
    os.replace(partial, out)


def unpack(archive: Path, into: Path) -> None:
    """Lays the root file system of an archive of ours into the folder `into`; needs root."""
    with tarfile.open(archive) as outer:
        index = json.loads(_read(outer, "index.json"))
        manifest = json.loads(_read(outer, _blob_name(index["manifests"][0]["digest"])))
        for layer in manifest["layers"]:
            blob = outer.extractfile(_blob_name(layer["digest"]))
            assert blob is not None
            with tempfile.NamedTemporaryFile() as packed:
                shutil.copyfileobj(blob, packed)
                packed.flush()
                unpack_layer(Path(packed.name), into)


def unpack_layer(packed: Path, into: Path) -> None:
    """Extracts one packed layer over what lies in `into`, carrying out its whiteouts."""
    # tar is five times as fast as tarfile, and a builder waits for it
    subprocess.run(["tar", "-xpf", packed, "--numeric-owner", "-C", into], check=True)
    with tarfile.open(packed) as layer:
        for name in layer.getnames():
            path = into / name
            if path.name.startswith(WHITEOUT):
                path.unlink()
                path.with_name(path.name.removeprefix(WHITEOUT)).unlink(missing_ok=True)


def read_file(packed: Path, name: str) -> bytes:
    """The content of one file of a packed layer."""
    with tarfile.open(packed) as layer:
        return _read(layer, name)


def _configuration(layers: Sequence[Layer], config: ImageConfig) -> dict[str, Any]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": EPOCH,
        "config": {
            "User": config.user,
            "Entrypoint": list(config.entrypoint),
            "Cmd": list(config.command),
            "Env": [f"{name}={value}" for name, value in config.env.items()],
            "WorkingDir": config.workdir,
            "Labels": config.labels,
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        "history": [{"created": EPOCH, "created_by": layer.created_by} for layer in layers],
    }


def _manifest(layers: Sequence[Layer], configuration: bytes) -> dict[str, Any]:
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(CONFIG, _digest(configuration), len(configuration)),
        "layers": [_descriptor(LAYER, layer.digest, layer.size_bytes) for layer in layers],
    }


def _index(manifest: bytes, reference: str) -> dict[str, Any]:
    entry = _descriptor(MANIFEST, _digest(manifest), len(manifest))
    entry["platform"] = {"os": "linux", "architecture": "amd64"}
    entry["annotations"] = {
        "io.containerd.image.name": reference,
        "org.opencontainers.image.ref.name": reference.rsplit(":", 1)[1],
    }
    return {"schemaVersion": 2, "manifests": [entry]}


def _descriptor(media_type: str, digest: str, size_bytes: int) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest, "size": size_bytes}


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _put(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    assert member is not None
    return member.read()


def _blob_name(digest: str) -> str:
    return "blobs/" + digest.replace(":", "/")


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _digest_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            digest.update(chunk)
    return "sha256:" + digest.hexdigest()
