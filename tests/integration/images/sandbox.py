# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Containers without a container runtime: an unpacked image in namespaces of its own.

All containers of a sandbox share one network (loopback only, or the machine's) and one process tree.
The tree ends with its first process, and that one with the test process: nothing stays.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from images import oci

# As OpenShift does it: a user that no image knows, in group 0.
ANY_UID = 1000650000

_FIRST_PROCESS = 'hostname sandbox && ip link set lo up && touch "$READY" && exec sleep infinity'

# The root file system is read-only; a container may write to a tmpfs or to a folder of the test.
_CONTAINER = """
set -eu
mount --bind "$IMAGE" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o mode=0755 tmpfs "$ROOT/dev"
mkdir -m 1777 "$ROOT/dev/shm"
ln -s /proc/self/fd "$ROOT/dev/fd"
for device in null zero random urandom fuse; do
  [ -e "/dev/$device" ] || continue
  touch "$ROOT/dev/$device"; mount --bind "/dev/$device" "$ROOT/dev/$device"
done
for folder in $EMPTY; do mount -t tmpfs -o mode=0777 tmpfs "$ROOT/$folder"; done
for volume in $VOLUMES; do mount --bind "${volume%%:*}" "$ROOT/${volume#*:}"; done
mount -o remount,bind,ro "$ROOT"
exec chroot --userspec="$RUN_AS:0" --groups= "$ROOT" env -i -C "$WORKDIR" "$@"
"""


@dataclass(frozen=True)
class ImageRoot:
    """An unpacked image and what its configuration says a container starts with."""

    root: Path
    entrypoint: Sequence[str]
    env: Mapping[str, str]
    workdir: str


def unpack(archive: Path, root: Path) -> ImageRoot:
    """Lays an image out in the folder `root`."""
    root.chmod(0o755)
    oci.unpack(archive, root)
    # as a container runtime does
    (root / "etc/hosts").write_text("127.0.0.1 localhost sandbox\n")
    start = read_config(archive)["config"]
    env = dict(entry.split("=", 1) for entry in start["Env"])
    return ImageRoot(root, start["Entrypoint"], env, start["WorkingDir"])


def read_config(archive: Path) -> dict[str, Any]:
    """The image configuration inside an archive."""
    with tarfile.open(archive) as content:

        def blob(digest: str) -> dict[str, Any]:
            member = content.extractfile("blobs/" + digest.replace(":", "/"))
            assert member is not None
            loaded: dict[str, Any] = json.load(member)
            return loaded

        index = content.extractfile("index.json")
        assert index is not None
        manifest = blob(json.load(index)["manifests"][0]["digest"])
        return blob(manifest["config"]["digest"])


@dataclass
class Container:
    """A running process of an image, with all that it printed in `log`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait_for(self, what: str, is_there: Callable[[], bool], timeout_s: float) -> None:
        """Waits until `is_there()`; fails with the container's log when it ends or time is over."""
        deadline = time.monotonic() + timeout_s
        while not is_there():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(
                    f"{self.name}: no {what}; its log:\n{self.log.read_text()[-6000:]}"
                )
            time.sleep(0.2)


@dataclass
class Sandbox:
    """Namespaces that containers share; a context manager."""

    folder: Path
    own_network: bool = True
    _first: subprocess.Popen[bytes] | None = None
    _counter: int = 0
    containers: list[Container] = field(default_factory=list)

    def __enter__(self) -> Sandbox:
        ready = self.folder / "ready"
        self._first = subprocess.Popen(
            [
                "setpriv",
                "--pdeathsig",
                "SIGKILL",
                "unshare",
                "--mount",
                *(["--net"] if self.own_network else []),
                "--pid",
                "--ipc",
                "--uts",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-c",
                _FIRST_PROCESS,
            ],
            env={**os.environ, "READY": str(ready)},
        )
        while not ready.exists():
            assert self._first.poll() is None, "the sandbox did not start"
            time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._first is not None
        self._first.kill()
        self._first.wait()
        for container in self.containers:
            container.process.wait()

    def start(
        self,
        name: str,
        image: ImageRoot,
        arguments: Sequence[str],
        env: Mapping[str, str] | None = None,
        empty: Sequence[str] = ("tmp",),
        volumes: Mapping[Path, str] | None = None,
        run_as: int = ANY_UID,
    ) -> Container:
        """Starts the image's entry point with `arguments`.

        `empty` are folders with an empty tmpfs, `volumes` maps folders of the test to folders in
        the container.
        """
        log = self.folder / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                self._command(image, [*image.entrypoint, *arguments], env or {}),
                env=self._setting(name, image, empty, volumes or {}, run_as),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        container = Container(name, process, log)
        self.containers.append(container)
        return container

    def call(
        self,
        image: ImageRoot,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        empty: Sequence[str] = ("tmp",),
        volumes: Mapping[Path, str] | None = None,
        run_as: int = ANY_UID,
        timeout_s: float = 60,
        stdin: bytes = b"",
    ) -> subprocess.CompletedProcess[bytes]:
        """Runs `command` (not the entry point) in a container of its own and waits for it."""
        return subprocess.run(
            self._command(image, command, env or {}),
            env=self._setting("call", image, empty, volumes or {}, run_as),
            capture_output=True,
            input=stdin,
            timeout=timeout_s,
        )

    def _command(
        self, image: ImageRoot, command: Sequence[str], env: Mapping[str, str]
    ) -> list[str]:
        settings = [f"{key}={value}" for key, value in {**image.env, **env}.items()]
        return [
            *(
                "nsenter",
                "--target",
                str(self.first_process),
                "--mount",
                "--net",
                "--pid",
                "--ipc",
                "--uts",
            ),
            *("unshare", "--mount", "sh", "-c", _CONTAINER, "container", *settings, *command),
        ]

    def _setting(
        self,
        name: str,
        image: ImageRoot,
        empty: Sequence[str],
        volumes: Mapping[Path, str],
        run_as: int,
    ) -> dict[str, str]:
        self._counter += 1
        root = self.folder / f"root-{self._counter}-{name}"
        root.mkdir()
        return {
            **os.environ,
            "IMAGE": str(image.root),
            "ROOT": str(root),
            "EMPTY": " ".join(empty),
            "VOLUMES": " ".join(f"{source}:{target}" for source, target in volumes.items()),
            "RUN_AS": str(run_as),
            "WORKDIR": image.workdir,
        }

    @property
    def first_process(self) -> int:
        """The process that all others end with: the child of `unshare`."""
        assert self._first is not None
        children = Path(f"/proc/{self._first.pid}/task/{self._first.pid}/children")
        return int(children.read_text().split()[0])
