# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Real Alluxio servers as plain processes on loopback, made of the layers of our own image.

Workers have an address of 127.0.0.x each, which is the host that the master knows them by. Nothing
outlives the test process: each server is told to die with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.endpoint import Endpoint
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import (
    Login,
    MasterRpc,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.rpc.files import Load

MASTER_HOST = "127.0.0.1"
START_TIMEOUT_S = 180
STOP_TIMEOUT_S = 15
# Small and quick to start: these tests look at figures, not at speed.
_JVM = (
    *("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:MaxDirectMemorySize=128m"),
    "-Djava.net.preferIPv4Stack=true",
)
_LOG4J = """log4j.rootLogger=INFO,C
log4j.appender.C=org.apache.log4j.ConsoleAppender
log4j.appender.C.layout=org.apache.log4j.PatternLayout
log4j.appender.C.layout.ConversionPattern=%d{ISO8601} %p %c{1} %m%n
"""

FILE_BYTES = 100
_FILES_A_DIRECTORY = 1000
MEM_BYTES = 64 * 1024**2
SSD_BYTES = 256 * 1024**2


@dataclass(frozen=True)
class Ports:
    """The ports of one server; a master has a journal port, too."""

    rpc: int
    web: int
    journal: int = 0


@dataclass
class Server:
    """One running process, with all that it printed in ``log``."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def end(self, kill: bool = False) -> None:
        """By its id, and waits until it is gone."""
        if kill:
            self.process.kill()
        else:
            self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class LiveAlluxio:
    """Masters, workers and a proxy. ``image`` holds opt/jre and opt/alluxio/lib."""

    image: Path
    folder: Path
    masters: Sequence[Ports]
    proxy_port: int
    free_ports: Callable[[int], list[int]]
    servers: dict[str, Server] = field(default_factory=dict)
    master_heap_mb: int = 192
    proxy_heap_mb: int = 128
    safe_mode_s: int = 1
    jvm_options: Sequence[str] = _JVM
    job_ports: Ports = field(init=False)

    def __post_init__(self) -> None:
        self.job_ports = Ports(*self.free_ports(3))

    def start_master(self, number: int) -> None:
        ports, home = self.masters[number], self.folder / f"master-{number}"
        # An embedded journal needs its folder; formatted it need not be.
        (home / "journal").mkdir(parents=True, exist_ok=True)
        self._start(
            f"master-{number}",
            "alluxio.master.AlluxioMaster",
            {
                "alluxio.master.rpc.port": ports.rpc,
                "alluxio.master.web.port": ports.web,
                "alluxio.master.embedded.journal.port": ports.journal,
                "alluxio.master.journal.folder": home / "journal",
                "alluxio.master.metastore.dir": home / "metastore",
            },
            heap_mb=self.master_heap_mb,
        )

    def start_worker(
        self,
        number: int,
        tiers: Sequence[tuple[str, int]] = (("MEM", MEM_BYTES), ("SSD", SSD_BYTES)),
    ) -> None:
        """On 127.0.0.1<number>. ``tiers``: the medium and the size in bytes of each, the first one MEM."""
        rpc, web = self.free_ports(2)
        host, home = worker_host(number), self.folder / f"worker-{number}"
        store = "alluxio.worker.tieredstore"
        self._start(
            f"worker-{number}",
            "alluxio.worker.AlluxioWorker",
            {
                "alluxio.worker.hostname": host,
                "alluxio.worker.bind.host": host,
                "alluxio.worker.web.bind.host": host,
                "alluxio.worker.rpc.port": rpc,
                "alluxio.worker.web.port": web,
                "alluxio.worker.ramdisk.size": tiers[0][1],
                f"{store}.levels": len(tiers),
                **{
                    f"{store}.level{level}.{key}": value
                    for level, (name, quota) in enumerate(tiers)
                    for key, value in (
                        ("alias", name),
                        ("dirs.path", home / name),
                        ("dirs.mediumtype", name),
                        ("dirs.quota", quota),
                    )
                },
            },
            heap_mb=128,
        )

    def start_proxy(self) -> None:
        properties = {"alluxio.proxy.web.port": self.proxy_port}
        self._start("proxy", "alluxio.proxy.AlluxioProxy", properties, heap_mb=self.proxy_heap_mb)

    def start_proxy_without_rest(self) -> int:
        """A second proxy, as it is by default; its port."""
        return self._start_further_proxy(
            "proxy-without-rest", {"alluxio.proxy.s3.v2.version.enabled": "true"}
        )

    def start_spare_proxy(self, name: str) -> int:
        """One more proxy with REST, for a test that ends it; its port."""
        return self._start_further_proxy(name, {})

    def start_job_service(self) -> None:
        """A job master, and a job worker beside the first worker: they persist what was written asynchronously."""
        home = self.folder / "job-master"
        (home / "journal").mkdir(parents=True, exist_ok=True)
        own: dict[str, object] = {
            "alluxio.job.master.web.port": self.job_ports.web,
            "alluxio.job.master.embedded.journal.port": self.job_ports.journal,
            "alluxio.master.journal.folder": home / "journal",
        }
        log, serves = home / "log", "AlluxioSimpleMasterProcess Primary started"
        before = log.read_text().count(serves) if log.exists() else 0
        self._start("job-master", "alluxio.master.AlluxioJobMaster", own, heap_mb=128)
        # A job worker ends when it meets a master that does not serve yet.
        self.wait_for("job master", lambda: log.read_text().count(serves) > before, START_TIMEOUT_S)
        host, (rpc, data, web) = worker_host(1), self.free_ports(3)
        own = {
            "alluxio.worker.hostname": host,
            "alluxio.job.worker.hostname": host,
            "alluxio.job.worker.bind.host": host,
            "alluxio.job.worker.rpc.port": rpc,
            "alluxio.job.worker.data.port": data,
            "alluxio.job.worker.web.port": web,
        }
        self._start("job-worker", "alluxio.worker.AlluxioJobWorker", own, heap_mb=192)

    def start_fuse(self, name: str, alluxio_path: str, properties: Mapping[str, object]) -> Path:
        """Alluxio as a file system; the folder where it is, once it is mounted."""
        point = self.folder / name / "mnt"
        point.mkdir(parents=True)
        options = "entry_timeout=0,attr_timeout=0"
        arguments = ["-m", str(point), "-a", alluxio_path, "-o", options]
        self._start(name, "alluxio.fuse.AlluxioFuse", properties, 192, arguments)
        self.wait_for(f"mount {name}", lambda: os.path.ismount(point), START_TIMEOUT_S)
        return point

    def stop_fuse(self, name: str) -> None:
        """Takes the mount away first: a process that ends in use leaves it behind."""
        subprocess.run(["umount", "-l", self.folder / name / "mnt"], check=False)
        self.servers.pop(name).end()

    def kill(self, name: str) -> None:
        """kill -9."""
        self.servers.pop(name).end(kill=True)

    def end(self) -> None:
        """Ends every server that is left."""
        for server in reversed(self.servers.values()):
            server.process.terminate()
        for server in self.servers.values():
            server.end()
        self.servers.clear()

    def master_answer(self, path: str, number: int = 0) -> Any:
        """The raw JSON of a master's web port. Raises OSError when it does not answer."""
        url = f"http://{MASTER_HOST}:{self.masters[number].web}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)

    def live_hosts(self) -> set[str]:
        """Workers that the first master counts as live; none while it does not lead."""
        try:
            info = self.master_answer("/api/v1/master/info")
        except OSError:
            return set()
        return {worker["address"]["host"] for worker in info["workers"]}

    def write(self, path: str, content: bytes, write_type: str) -> None:
        """A file by the proxy's REST API."""
        options = {"writeType": write_type, "recursive": True}
        stream = int(self._rest(f"paths/{path}/create-file", json.dumps(options).encode()))
        self._rest(f"streams/{stream}/write", content, "application/octet-stream")
        self._rest(f"streams/{stream}/close", b"")

    def cache_files(self, master: MasterRpc, path: str, count: int) -> None:
        """Many files of one block, the blocks dealt to the workers in turn, in seconds.

        The files are put into the UFS and loaded, and a worker that starts finds their blocks among
        its own, by their names, as after any restart.
        """
        folder = self.folder / "ufs" / path.lstrip("/")
        for directory in range(0, count, _FILES_A_DIRECTORY):
            (folder / f"{directory:07}").mkdir(parents=True)
            for number in range(directory, min(directory + _FILES_A_DIRECTORY, count)):
                (folder / f"{directory:07}" / f"part-{number:07}").write_bytes(bytes(FILE_BYTES))
        listing = master.files.list_status(path, recursive=True, load=Load.ALWAYS)
        blocks = [block.block_id for one in listing for block in one.blocks]
        workers = sorted(name for name in self.servers if name.startswith("worker-"))
        for name in workers:
            self.servers.pop(name).end()
        for index, name in enumerate(workers):
            home = self.folder / name / "MEM" / "alluxioworker"
            for block in blocks[index :: len(workers)]:
                (home / str(block)).write_bytes(bytes(FILE_BYTES))
            self.start_worker(int(name.removeprefix("worker-")))

        def cached() -> int:
            found = master.files.list_status(path, recursive=True)
            return sum(one.cached_bytes for one in found)

        self.wait_for("blocks", lambda: cached() == count * FILE_BYTES, START_TIMEOUT_S)

    def wait_for(self, what: str, is_there: Callable[[], bool], timeout_s: float) -> None:
        """Fails with the logs' ends when a server dies or time is over."""
        deadline = time.monotonic() + timeout_s
        while not is_there():
            dead = [s for s in self.servers.values() if s.process.poll() is not None]
            if dead or time.monotonic() > deadline:
                logs = "\n".join(f"{s.name}:\n{s.log.read_text()[-3000:]}" for s in dead)
                raise AssertionError(f"no {what} after {timeout_s} s\n{logs}")
            time.sleep(0.2)

    def _rest(self, path: str, body: bytes, kind: str = "application/json") -> bytes:
        url = f"http://{MASTER_HOST}:{self.proxy_port}/api/v1/{path}"
        request = urllib.request.Request(url, body, {"Content-Type": kind}, method="POST")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())

    def _start(
        self,
        name: str,
        main_class: str,
        properties: Mapping[str, object],
        heap_mb: int,
        arguments: Sequence[str] = (),
    ) -> None:
        home = self.folder / name
        home.mkdir(parents=True, exist_ok=True)
        log = home / "log"
        definitions = [f"-D{key}={value}" for key, value in properties.items()]
        command = [
            *("setpriv", "--pdeathsig", "KILL", str(self.image / "opt/jre/bin/java")),
            *(*self.jvm_options, f"-Xmx{heap_mb}m", f"-Dalluxio.conf.dir={self._conf()}"),
            *(f"-Dalluxio.home={self.folder}", f"-Dalluxio.logs.dir={home}", *definitions),
            *("-cp", f"{self._conf()}:{self.image}/opt/alluxio/lib/*", main_class, *arguments),
        ]
        with open(log, "a") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=home,
                # FUSE's library, which the machine need not have.
                env={**os.environ, "LD_LIBRARY_PATH": f"{self.image}/usr/lib/x86_64-linux-gnu"},
            )
        self.servers[name] = Server(name, process, log)

    def _start_further_proxy(self, name: str, properties: Mapping[str, object]) -> int:
        (port,) = self.free_ports(1)
        properties = {"alluxio.proxy.web.port": port, **properties}
        self._start(name, "alluxio.proxy.AlluxioProxy", properties, heap_mb=128)
        return port

    def _conf(self) -> Path:
        conf = self.folder / "conf"
        if not conf.exists():
            conf.mkdir()
            (self.folder / "ufs").mkdir()
            (conf / "log4j.properties").write_text(_LOG4J)
            lines = [f"{key}={value}\n" for key, value in self._site_properties().items()]
            (conf / "alluxio-site.properties").write_text("".join(lines))
        return conf

    def _site_properties(self) -> dict[str, object]:
        journal = ",".join(f"{MASTER_HOST}:{ports.journal}" for ports in self.masters)
        rpc = ",".join(f"{MASTER_HOST}:{ports.rpc}" for ports in self.masters)
        return {
            "alluxio.master.hostname": MASTER_HOST,
            "alluxio.master.rpc.addresses": rpc,
            "alluxio.master.embedded.journal.addresses": journal,
            "alluxio.job.master.hostname": MASTER_HOST,
            "alluxio.job.master.rpc.port": self.job_ports.rpc,
            "alluxio.job.master.rpc.addresses": f"{MASTER_HOST}:{self.job_ports.rpc}",
            "alluxio.job.master.embedded.journal.addresses": f"{MASTER_HOST}:{self.job_ports.journal}",
            "alluxio.master.mount.table.root.ufs": self.folder / "ufs",
            "alluxio.master.update.check.enabled": "false",
            "alluxio.proxy.s3.v2.version.enabled": "false",
            "alluxio.security.login.username": "root",
            # As in an AlluxioCluster: owners need not be users of this machine.
            "alluxio.underfs.allow.set.owner.failure": "true",
            "alluxio.web.ui.enabled": "false",
            "alluxio.user.metrics.collection.enabled": "false",
            "alluxio.user.block.size.bytes.default": "1MB",
            "alluxio.worker.management.tier.align.reserved.bytes": "2MB",
            "alluxio.worker.reviewer.class": "alluxio.worker.block.reviewer.AcceptingReviewer",
            # Everything that is waited for in minutes by default, in seconds.
            "alluxio.master.worker.connect.wait.time": f"{self.safe_mode_s}sec",
            "alluxio.master.worker.info.cache.refresh.time": "1sec",
            "alluxio.master.worker.timeout": "5sec",
            "alluxio.master.lost.worker.detection.interval": "1sec",
            "alluxio.master.lost.worker.file.detection.interval": "1sec",
            "alluxio.master.embedded.journal.election.timeout.min": "1sec",
            "alluxio.master.embedded.journal.election.timeout.max": "2sec",
            "alluxio.master.standby.heartbeat.interval": "1sec",
            "alluxio.master.heartbeat.timeout": "3sec",
            "alluxio.worker.block.heartbeat.interval": "1sec",
            "alluxio.user.worker.list.refresh.interval": "1sec",
        }


def rpc_client(alluxio: LiveAlluxio, user: str = "root") -> MasterRpc:
    """A client of all its masters that waits for them as long as they may take to start."""
    addresses = [Endpoint(MASTER_HOST, ports.rpc) for ports in alluxio.masters]
    patience = {"deadline_s": START_TIMEOUT_S, "leader_s": START_TIMEOUT_S}
    return MasterRpc(addresses, Login(user), **patience)


MakeAlluxio = Callable[[int], LiveAlluxio]
"""A fixture's function: servers that are described but not started, by the number of masters."""


def worker_host(number: int) -> str:
    """The loopback address of a worker."""
    return f"127.0.0.1{number}"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listened on a moment ago."""
    with contextlib.ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("", 0))
        return [one.getsockname()[1] for one in sockets]
