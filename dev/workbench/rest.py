# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A small client of the Alluxio proxy's REST API, enough to write, read and look at files from outside the cluster."""

from __future__ import annotations

import hashlib
import json
import random
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

CHUNK_BYTES = 1 << 20


def payload(size_bytes: int, seed: str) -> Iterator[bytes]:
    """Reproducible bytes that do not compress."""
    source = random.Random(seed)
    left = size_bytes
    while left > 0:
        block = source.randbytes(min(CHUNK_BYTES, left))
        left -= len(block)
        yield block


def payload_sha256(size_bytes: int, seed: str) -> str:
    digest = hashlib.sha256()
    for block in payload(size_bytes, seed):
        digest.update(block)
    return digest.hexdigest()


@dataclass(frozen=True)
class Rest:
    """The REST API at http://127.0.0.1:port."""

    port: int
    timeout_s: float = 300

    def _call(self, path: str, body: Any = b"", content_type: str = "application/json") -> Any:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/{path}",
            data=body,
            method="POST",
            headers={"Content-Type": content_type},
        )
        try:
            return urllib.request.urlopen(request, timeout=self.timeout_s)
        except urllib.error.HTTPError as error:
            raise OSError(
                f"{path}: HTTP {error.code}: {error.read(500).decode(errors='replace')}"
            ) from error

    def path_call(self, path: str, operation: str, **options: Any) -> Any:
        """One operation of the paths API; its JSON answer, or None when it has none."""
        quoted = urllib.parse.quote(path, safe="")
        with self._call(f"paths/{quoted}/{operation}", json.dumps(options).encode()) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def write(self, path: str, size_bytes: int, write_type: str = "CACHE_THROUGH") -> str:
        """Writes reproducible bytes, seeded by the path; returns their sha256."""
        stream = self.path_call(path, "create-file", writeType=write_type, recursive=True)
        digest = hashlib.sha256()
        body = bytearray()
        for block in payload(size_bytes, path):
            digest.update(block)
            body += block
        with self._call(
            f"streams/{stream}/write", bytes(body), "application/octet-stream"
        ) as answer:
            written = int(answer.read())
        self._call(f"streams/{stream}/close").close()
        if written != size_bytes:
            raise OSError(f"{path}: wrote {written} of {size_bytes} bytes")
        return digest.hexdigest()

    def read_sha256(self, path: str) -> str:
        """Reads the whole file; returns the sha256 of what came."""
        stream = self.path_call(path, "open-file")
        digest = hashlib.sha256()
        with self._call(f"streams/{stream}/read") as answer:
            while block := answer.read(CHUNK_BYTES):
                digest.update(block)
        self._call(f"streams/{stream}/close").close()
        return digest.hexdigest()

    def status(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = self.path_call(path, "get-status")
        return found

    def block_places(self, path: str) -> Counter[tuple[str, str]]:
        """How many block replicas of a file lie on each (host, tier)."""
        return Counter(
            (location["workerAddress"]["host"], location["tierAlias"])
            for block in self.status(path)["fileBlockInfos"]
            for location in block["blockInfo"]["locations"]
        )

    def free(self, path: str) -> None:
        """Drops the cached blocks of a persisted path."""
        self.path_call(path, "free", recursive=True, forced=True)
