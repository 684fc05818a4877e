# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Builds the Go tools of dev/go/, one module each, into the cache.

A tool is a folder dev/go/<tool> with go.mod, go.sum, and a main package or one `tool` line in
go.mod; an optional file `ldflags` there holds extra linker flags. The result lies at
<cache>/bin/<tool>-<key>/<tool>, where <key> covers the folder's files and the compiler: nothing is
built twice, and a changed file gives a new place. go.sum covers what the module proxy serves.

A published module has no symbolic links. Where one is missed, an optional file `links` names it, one a line: module,
link, what it points to. The module is then built from a copy that has the link.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from .errors import DevClusterError
from .locks import exclusive
from .paths import DEV, cache
from .progress import say

REPORT_EVERY_S = 15.0


def build(tool: str) -> Path:
    """The path of the tool's static binary, built first when the cache does not have it.

    Raises DevClusterError when Go is missing or too old, or the build fails.
    """
    source = DEV / "go" / tool
    key = _key(source, _go_version(source))
    binary = cache() / "bin" / f"{tool}-{key}" / tool
    if binary.exists():
        return binary
    # Go uses every core: two builds side by side would only take each other's memory.
    with exclusive(cache() / "bin" / ".lock", "another Go build is under way"):
        if not binary.exists():
            _compile(source, binary)
    return binary


def _go_version(source: Path) -> str:
    """The compiler that the module gets, for example `go version go1.26.8 linux/amd64`."""
    if not shutil.which("go"):
        raise DevClusterError(
            "Go is missing: it builds Kubernetes itself for the development cluster. Install"
            " Go 1.25 or later, or use a cluster of your own with CLUSTER=current."
        )
    return _go(source, "version").strip()


def _key(source: Path, go_version: str) -> str:
    digest = hashlib.sha256(go_version.encode())
    for path in sorted(p for p in source.rglob("*") if p.is_file()):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(source)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _compile(source: Path, binary: Path) -> None:
    binary.parent.mkdir(parents=True, exist_ok=True)
    partial = binary.with_suffix(".partial")
    extra = source / "ldflags"
    ldflags = " ".join(["-s -w", *(extra.read_text().split() if extra.exists() else [])])
    package = "." if any(source.glob("*.go")) else "tool"
    command = ["go", "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", ldflags]
    copies = binary.parent / "modules"
    command += _with_links(source, copies)
    say(f"building {source.name} with Go (minutes the first time)")
    started = time.monotonic()
    log = binary.with_suffix(".log")
    with open(log, "w") as output:
        process = subprocess.Popen(
            [*command, "-o", str(partial), package],
            cwd=source,
            env={**os.environ, "CGO_ENABLED": "0"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _report_until_done(process, source.name, log)
    if process.returncode:
        tail = "\n".join(log.read_text().splitlines()[-30:])
        raise DevClusterError(f"building {source} failed; the end of {log}:\n{tail}")
    os.replace(partial, binary)
    shutil.rmtree(copies, ignore_errors=True)
    say(f"built {source.name} in {time.monotonic() - started:.0f} s")


def _with_links(source: Path, copies: Path) -> list[str]:
    """The option by which Go takes modules of `links` from copies in the folder `copies`; none without that file.

    Go replaces no file below its module cache, not even by -overlay.
    """
    if not (source / "links").exists():
        return []
    shutil.rmtree(copies, ignore_errors=True)  # what a killed build has left
    copies.mkdir()
    for name in ("go.mod", "go.sum"):
        shutil.copyfile(source / name, copies / name)
    rows = [line.split() for line in (source / "links").read_text().splitlines()]
    for number, (module, link, target) in enumerate(row for row in rows if row[0] != "#"):
        published = json.loads(_go(source, "mod", "download", "-json", module))["Dir"]
        copy = copies / str(number)
        # Go's cache is read-only, which a copy would be, too.
        subprocess.run(["cp", "-r", "--no-preserve=mode", published, copy], check=True)
        (copy / link).symlink_to(target)
        _go(source, "mod", "edit", f"-replace={module}={copy}", str(copies / "go.mod"))
    return [f"-modfile={copies / 'go.mod'}"]


def _go(source: Path, *arguments: str) -> str:
    done = subprocess.run(["go", *arguments], cwd=source, capture_output=True, text=True)
    if done.returncode:
        raise DevClusterError(f"{source}: `go {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout


def _report_until_done(process: subprocess.Popen[bytes], name: str, log: Path) -> None:
    while True:
        try:
            process.wait(timeout=REPORT_EVERY_S)
            return
        except subprocess.TimeoutExpired:
            # `go build -v` writes one line for each compiled package
            say(f"building {name}: {len(log.read_text().splitlines())} packages compiled")
