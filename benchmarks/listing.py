#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Where are the blocks of 10,000 and 100,000 files? Ours, the proxy's REST API, the Java shell.

All on one live Alluxio with three workers. Each client is a process of its own: seconds and processor
time are those of the question (the Java shell's of the whole process, since it starts one for each),
memory is the peak of the process. The last line replays a recorded answer until a million files
are decoded.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "dev"), str(ROOT / "tests/integration/alluxio")]

import grpc  # noqa: E402, F401  (what is measured is the question, not the import)
from ansible_collections.alluxio.k8s.plugins.module_utils import path_info  # noqa: E402
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import (  # noqa: E402
    Endpoint,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import (  # noqa: E402
    Login,
    MasterRpc,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.decode import (  # noqa: E402
    Decoder,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.messages import (  # noqa: E402
    method,
)
from images import java, layers, oci  # noqa: E402
from live_alluxio import (  # noqa: E402
    FILE_BYTES,
    MASTER_HOST,
    START_TIMEOUT_S,
    LiveAlluxio,
    Ports,
    rpc_client,
)
from table import show  # noqa: E402

COUNTS = (10_000, 100_000)
REPLAYED = 1_000_000
# So much that no server is busy with its garbage.
HEAP_MB = 1024
# The Java shell tells the blocks of one file a call; so many are measured, the rest is arithmetic.
STATS_SAMPLED = 3
LIST = method("alluxio.grpc.file.FileSystemMasterClientService", "ListStatus")


@dataclass(frozen=True)
class Cost:
    """What an answer took; ``master_cpu_s`` includes the proxy's processor time."""

    seconds: float
    cpu_s: float
    peak_mb: float
    received_mb: float | None = None
    master_cpu_s: float | None = None


def main() -> None:
    if len(sys.argv) > 1:
        print(json.dumps(measured(*sys.argv[1:])))
        return
    with running() as alluxio, rpc_client(alluxio) as master:
        rows: list[list[object]] = []
        for count in COUNTS:
            path = f"/files-{count}"
            alluxio.cache_files(master, path, count)
            # The master's compiler is warm for every client.
            path_info.add_up(master.files.list_status(path, recursive=True), 0)
            recorded = alluxio.folder / f"recorded-{count}"
            record(master, path, recorded)
            for one in measure(alluxio, path, count, recorded):
                print(*one, sep=" | ", file=sys.stderr, flush=True)
                rows.append(one)
        rows.append(row(f"ours, {REPLAYED:,} replayed", REPLAYED, ask("replay", str(recorded))))
    columns = ["client", "files", "seconds", "client CPU", "a file", "peak", "received", "servers"]
    show("Block locations of all files below a path", columns, rows)


def measure(alluxio: LiveAlluxio, path: str, count: int, recorded: Path) -> Iterator[list[object]]:
    rpc, proxy = alluxio.masters[0].rpc, alluxio.proxy_port
    streamed_mb = sum(one.stat().st_size for one in recorded.iterdir()) / 1e6
    for name, arguments in (
        ("ours, gRPC", ("grpc", str(rpc), path, str(count))),
        ("ours, in pages of 2000", ("pages", str(rpc), path, str(count))),
        ("proxy REST, a call a directory", ("rest", str(proxy), path, str(count))),
    ):
        cost = with_servers(alluxio, lambda a=arguments: ask(*a))
        yield row(name, count, replace(cost, received_mb=cost.received_mb or streamed_mb))
    yield row("Java shell, extrapolated", count, java_shell(alluxio, path, count))


def row(name: str, count: int, cost: Cost) -> list[object]:
    return [
        name,
        f"{count:,}",
        f"{cost.seconds:.2f} s",
        f"{cost.cpu_s:.2f} s",
        f"{cost.cpu_s / count * 1e6:.1f} µs",
        f"{cost.peak_mb:.0f} MB",
        "-" if cost.received_mb is None else f"{cost.received_mb:.1f} MB",
        "-" if cost.master_cpu_s is None else f"{cost.master_cpu_s:.2f} s",
    ]


def ask(*arguments: str) -> Cost:
    """In a process of its own."""
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(done.stdout))


def measured(kind: str, *arguments: str) -> dict[str, float]:
    """What a child process prints."""
    answer: Callable[..., int] = {
        "grpc": lambda port, path, count: by_grpc(int(port), path, int(count), None),
        "pages": lambda port, path, count: by_grpc(int(port), path, int(count), 2000),
        "rest": lambda port, path, count: by_rest(int(port), path, int(count)),
        "replay": by_replay,
    }[kind]
    begin, cpu = time.perf_counter(), time.process_time()
    received = answer(*arguments)
    return {
        "seconds": time.perf_counter() - begin,
        "cpu_s": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
        "received_mb": received / 1e6,
    }


def by_grpc(port: int, path: str, count: int, page_files: int | None) -> int:
    """The bytes are known from the recording, so that counting costs nothing here."""
    with MasterRpc([Endpoint(MASTER_HOST, port)], Login("root"), deadline_s=300) as master:
        listing = master.files.list_status(path, recursive=True, page_files=page_files)
        usage = path_info.add_up(listing, 0)
    check(usage.cached_bytes, count)
    return 0


def by_rest(port: int, path: str, count: int) -> int:
    """As one would write it by hand: the standard library, nothing but the sums."""
    bytes_at: Counter[tuple[str, str]] = Counter()
    received = cached = 0
    directories = [path]
    while directories:
        body = rest_listing(port, directories.pop())
        received += len(body)
        for entry in json.loads(body):
            if entry["folder"]:
                directories.append(entry["path"])
                continue
            for block in entry["fileBlockInfos"]:
                info = block["blockInfo"]
                cached += info["length"] if info["locations"] else 0
                for one in info["locations"]:
                    bytes_at[one["workerAddress"]["host"], one["tierAlias"]] += info["length"]
    check(cached, count)
    return received


def rest_listing(port: int, path: str) -> bytes:
    options = {
        "loadMetadataType": "NEVER",
        "excludeMountInfo": True,
        "commonOptions": {"syncIntervalMs": -1},
    }
    request = urllib.request.Request(
        f"http://{MASTER_HOST}:{port}/api/v1/paths/{quote(path, safe='')}/list-status",
        json.dumps(options).encode(),
        {"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=300) as answer:
        return bytes(answer.read())


def by_replay(recorded: str) -> int:
    """The recorded messages, one at a time, again and again."""
    files = received = 0
    while files < REPLAYED:
        decoder = Decoder("replay")
        for message_path in sorted(Path(recorded).iterdir()):
            content = message_path.read_bytes()
            received += len(content)
            answer = LIST.response.FromString(content)
            files += path_info.add_up(decoder.files(answer.fileInfos), 0).files
    return received


def record(master: MasterRpc, path: str, folder: Path) -> None:
    folder.mkdir()
    options = {"recursive": True, "excludeMountInfo": True, "loadMetadataType": "NEVER"}
    answers = master.masters.listen(LIST, {"path": path, "options": options})
    for number, answer in enumerate(answers):
        (folder / f"{number:04}").write_bytes(answer.SerializeToString())


def check(cached_bytes: int, count: int) -> None:
    if cached_bytes != count * FILE_BYTES:
        raise SystemExit(f"{cached_bytes} bytes are cached, not {count * FILE_BYTES}")


def java_shell(alluxio: LiveAlluxio, path: str, count: int) -> Cost:
    """`fs ls -R` once and `fs stat` of a sample, times the number of files."""
    listed = shell(alluxio, "ls", "-R", path)
    sampled = [shell(alluxio, "stat", f"{path}/0000000/part-0000000") for _ in range(STATS_SAMPLED)]
    stat_s = sum(one.seconds for one in sampled) / STATS_SAMPLED
    stat_cpu_s = sum(one.cpu_s for one in sampled) / STATS_SAMPLED
    return Cost(
        seconds=listed.seconds + count * stat_s,
        cpu_s=listed.cpu_s + count * stat_cpu_s,
        peak_mb=max(listed.peak_mb, *(one.peak_mb for one in sampled)),
    )


def shell(alluxio: LiveAlluxio, *words: str) -> Cost:
    conf = alluxio.folder / "conf"
    command = [
        *(str(alluxio.image / "opt/jre/bin/java"), f"-Dalluxio.conf.dir={conf}"),
        *("-cp", f"{conf}:{alluxio.image}/opt/alluxio/lib/*"),
        *("alluxio.cli.fs.FileSystemShell", *words),
    ]
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        _pid, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(words)} ended with {child.returncode}")
    return Cost(
        seconds=time.perf_counter() - begin,
        cpu_s=used.ru_utime + used.ru_stime,
        peak_mb=used.ru_maxrss / 1000,
    )


def with_servers(alluxio: LiveAlluxio, measure_one: Callable[[], Cost]) -> Cost:
    before = servers_cpu_s(alluxio)
    cost = measure_one()
    spent = servers_cpu_s(alluxio) - before
    return replace(cost, master_cpu_s=spent)


def servers_cpu_s(alluxio: LiveAlluxio) -> float:
    ticks = 0
    for name in ("master-0", "proxy"):
        stat = Path(f"/proc/{alluxio.servers[name].process.pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def running() -> Iterator[LiveAlluxio]:
    folder = Path(tempfile.mkdtemp(prefix="listing-"))
    image, home = folder / "image", folder / "alluxio"
    image.mkdir()
    home.mkdir()
    for spec in (java.runtime(), java.alluxio_jars(ROOT / "dev/images/alluxio")):
        oci.unpack_layer(layers.build(spec).path, image)
    alluxio = LiveAlluxio(
        *(image, home, [Ports(*free_ports(3))], free_ports(1)[0], free_ports),
        master_heap_mb=HEAP_MB,
        proxy_heap_mb=HEAP_MB,
    )
    try:
        alluxio.start_master(0)
        alluxio.start_proxy()
        for number in (1, 2, 3):
            alluxio.start_worker(number)
        alluxio.wait_for("workers", lambda: len(alluxio.live_hosts()) == 3, START_TIMEOUT_S)
        yield alluxio
    finally:
        alluxio.end()
        shutil.rmtree(folder)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("", 0))
        return [one.getsockname()[1] for one in sockets]


if __name__ == "__main__":
    main()
