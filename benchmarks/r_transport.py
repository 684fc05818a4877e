#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast do bytes of a cached file come into a raw vector of R, and go back?

One live Alluxio with one worker on loopback; the file is cached, in blocks of 32 MiB. Each figure is the best of a few
rounds of ranges read one after another: the R package by the RPC port of the worker and by its block files; the same
C core without R; R's curl and the program curl with S3 ranges of the proxy; a plain local file. Then the file is
written durably: by the package, and by an S3 PUT.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "dev"), str(ROOT / "tests/integration/alluxio")]

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import (  # noqa: E402
    FileData,
)
from images import java, layers, oci  # noqa: E402
from live_alluxio import (  # noqa: E402
    MASTER_HOST,
    START_TIMEOUT_S,
    LiveAlluxio,
    Ports,
    free_ports,
    rpc_client,
    worker_host,
)
from table import show  # noqa: E402

MIB = 1024**2
BLOCK_BYTES = 32 * MIB
FILE_BYTES = 3 * BLOCK_BYTES
# Bytes of a range -> how many are read, one after another.
RANGES = {64 * 1024: 32, MIB: 16, 4 * MIB: 8, BLOCK_BYTES: 3}
ROUNDS = 3
PATH = "/bench/file"
USER = "root"
# As in production, with both compilers; the tests' servers start sooner and run slower.
JVM = ("-XX:+UseG1GC", "-XX:MaxDirectMemorySize=512m", "-Djava.net.preferIPv4Stack=true")
WAYS = {
    "rpc": "alluxior, RPC port",
    "bare": "its C core without R",
    "circuit": "alluxior, block files",
    "file": "alluxior, plain local file",
    "readBin": "readBin(), plain local file",
    "r-curl": "R curl, S3 ranges",
    "curl": "curl, S3 ranges",
}


def main() -> None:
    library = _output([str(ROOT / "dev/r"), "install"]).strip()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bare = _bare(folder)
        content = os.urandom(MIB) * (FILE_BYTES // MIB)
        local = folder / "file"
        local.write_bytes(content)
        with _alluxio(folder) as live:
            _write(live, content)
            seconds = _inside_r(live, local, library)
            for size, count in RANGES.items():
                seconds["bare", size] = float(_bare_s(bare, live, size, count))
                seconds["curl", size] = min(
                    _curl_s(live, folder, size, count) for _round in range(ROUNDS)
                )
    _show(seconds)


def _show(seconds: dict[tuple[str, int], float]) -> None:
    def speed(way: str, size: int) -> float:
        return size * RANGES.get(size, 1) / seconds[way, size] / 1e6

    titles = ("64 KiB", "1 MiB", "4 MiB", "32 MiB, a block")
    rows = [[name, *(f"{speed(way, size):.0f}" for size in RANGES)] for way, name in WAYS.items()]
    for title, above, below in (
        ("RPC port : R curl on S3", "rpc", "r-curl"),
        ("RPC port : C core without R", "rpc", "bare"),
        ("block files : plain local file", "circuit", "file"),
    ):
        ratios = (speed(above, size) / speed(below, size) for size in RANGES)
        rows.append([title, *(f"{ratio:.2f}" for ratio in ratios)])
    show("Reading a cached file, MB/s by the size of a range", ("way", *titles), rows)
    put, s3_put = speed("put", FILE_BYTES), speed("s3-put", FILE_BYTES)
    show(
        f"Writing {FILE_BYTES // MIB} MiB durably",
        ("way", "MB/s"),
        [
            ["alx_put(), CACHE_THROUGH", f"{put:.0f}"],
            ["R curl, S3 PUT", f"{s3_put:.0f}"],
            ["alx_put() : S3 PUT", f"{put / s3_put:.2f}"],
        ],
    )


def _inside_r(live: LiveAlluxio, local: Path, library: str) -> dict[tuple[str, int], float]:
    sizes = [f"{size}:{count}" for size, count in RANGES.items()]
    script = str(Path(__file__).with_suffix(".R"))
    proxy = f"http://{MASTER_HOST}:{live.proxy_port}"
    arguments = [_master(live), proxy, USER, PATH, str(local), str(ROUNDS), *sizes]
    printed = _output(["Rscript", script, *arguments], R_LIBS=library)
    lines = (line.split() for line in printed.splitlines())
    return {(way, int(size)): float(taken) for way, size, taken in lines}


def _bare(folder: Path) -> Path:
    program = folder / "bare"
    sources = sorted((ROOT / "r-package/src").glob("alx_*.c"))
    own = ROOT / "benchmarks/r_transport_bare.c"
    command = ["gcc", "-std=c11", "-O2", own, *sources, "-lpthread", "-o", program]
    subprocess.run(command, check=True)
    return program


def _bare_s(program: Path, live: LiveAlluxio, size: int, count: int) -> str:
    return _output([str(program), _master(live), USER, PATH, str(size), str(count), str(ROUNDS)])


def _curl_s(live: LiveAlluxio, folder: Path, size: int, count: int) -> float:
    """One process, one connection, a request for each range."""
    url = f"http://{MASTER_HOST}:{live.proxy_port}/api/v1/s3{PATH}"
    login = f"AWS4-HMAC-SHA256 Credential={USER}/20200101/us-east-1/s3/aws4_request"
    login += ", SignedHeaders=host, Signature=none"
    requests = (
        f'url = "{url}"\nrange = "{at * size}-{(at + 1) * size - 1}"\n'
        f'header = "Authorization: {login}"\noutput = "/dev/null"\nfail\n'
        for at in range(count)
    )
    config = folder / "curl.conf"
    config.write_text("next\n".join(requests))
    begin = time.monotonic()
    subprocess.run(["curl", "--silent", "--show-error", "--config", config], check=True)
    return time.monotonic() - begin


def _write(live: LiveAlluxio, content: bytes) -> None:
    with rpc_client(live) as master, FileData(master) as data:
        data.write(PATH, [content], block_size_bytes=BLOCK_BYTES)


def _master(live: LiveAlluxio) -> str:
    return f"{MASTER_HOST}:{live.masters[0].rpc}"


def _output(command: list[str], **variables: str) -> str:
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment
    ).stdout


@contextmanager
def _alluxio(folder: Path) -> Iterator[LiveAlluxio]:
    image = folder / "image"
    image.mkdir()
    for spec in (java.runtime(), java.alluxio_jars(ROOT / "dev/images/alluxio")):
        oci.unpack_layer(layers.build(spec).path, image)
    ports, (proxy,) = [Ports(*free_ports(3))], free_ports(1)
    live = LiveAlluxio(image, folder, ports, proxy, free_ports, proxy_heap_mb=512, jvm_options=JVM)
    try:
        live.start_master(0)
        live.start_worker(1)
        live.start_proxy()
        live.wait_for("worker", lambda: live.live_hosts() == {worker_host(1)}, START_TIMEOUT_S)
        yield live
    finally:
        live.end()


if __name__ == "__main__":
    main()
