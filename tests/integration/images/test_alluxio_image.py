# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Every role of the Alluxio image starts as any user on a read-only root, and works with S3."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sandbox import Container, ImageRoot, Sandbox

KEY, SECRET, BUCKET = "test-key", "test-secret", "bucket"
WRITABLE = ("tmp", "opt/alluxio/logs", "journal", "metastore")
PORTS = {
    "master-only --no-format": 19999,
    "job-master": 20002,
    "worker-only --no-format": 30000,
    "job-worker": 30003,
    "proxy": 39999,
    "logserver": 45600,
}
START_TIMEOUT_S = 120
SITE = f"""
alluxio.master.hostname=127.0.0.1
alluxio.master.mount.table.root.ufs=s3://{BUCKET}/data
alluxio.master.mount.table.root.option.s3a.accessKeyId={KEY}
alluxio.master.mount.table.root.option.s3a.secretKey={SECRET}
alluxio.underfs.s3.endpoint=http://127.0.0.1:7070
alluxio.underfs.s3.disable.dns.buckets=true
alluxio.security.login.username=alluxio
alluxio.master.journal.folder=/journal
alluxio.master.metastore.dir=/metastore
alluxio.worker.ramdisk.size=256MB
alluxio.worker.reviewer.class=alluxio.worker.block.reviewer.AcceptingReviewer
alluxio.worker.management.tier.align.reserved.bytes=2MB
alluxio.user.block.size.bytes.default=4MB
alluxio.user.file.writetype.default=CACHE_THROUGH
alluxio.proxy.s3.v2.version.enabled=false
alluxio.user.short.circuit.enabled=false
alluxio.fuse.web.enabled=false
"""
SMALL_JVM = "-Xmx192m -XX:MaxDirectMemorySize=128m -XX:+UseSerialGC"
JVM_ENV = {
    f"ALLUXIO_{role}_JAVA_OPTS": SMALL_JVM
    for role in (
        "MASTER",
        "JOB_MASTER",
        "WORKER",
        "JOB_WORKER",
        "PROXY",
        "LOGSERVER",
        "FUSE",
        "USER",
    )
}


class Cluster:
    """An Alluxio of one process a role, and the S3 server below it, on one loopback."""

    def __init__(self, sandbox: Sandbox, alluxio: ImageRoot, s3: ImageRoot, folder: Path) -> None:
        self.sandbox = sandbox
        self.alluxio = alluxio
        self.objects = folder / "data"
        self.conf = folder / "conf"
        self.conf.mkdir()
        self.objects.mkdir()
        self.objects.chmod(0o777)
        (self.conf / "alluxio-site.properties").write_text(SITE)
        (self.conf / "alluxio-env.sh").write_text("# prepared by the test\n")
        self.s3 = sandbox.start(
            "s3",
            s3,
            [],
            env={"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET, "BUCKETS": BUCKET},
            volumes={self.objects: "data"},
        )
        self.roles = {role: self._start(role) for role in PORTS}

    def _start(self, role: str) -> Container:
        return self.sandbox.start(
            role.split()[0],
            self.alluxio,
            role.split(),
            env=JVM_ENV,
            empty=WRITABLE,
            volumes={self.conf: "opt/alluxio/conf"},
        )

    def wait_for(self, container: Container, port: int) -> None:
        container.wait_for(f"port {port}", lambda: self._listens(port), START_TIMEOUT_S)

    def _listens(self, port: int) -> bool:
        return self.call(["bash", "-c", f"exec 3<> /dev/tcp/127.0.0.1/{port}"])[0] == 0

    def call(self, command: list[str], stdin: bytes = b"") -> tuple[int, bytes]:
        done = self.sandbox.call(
            self.alluxio,
            command,
            env=JVM_ENV,
            empty=WRITABLE,
            volumes={self.conf: "opt/alluxio/conf"},
            stdin=stdin,
        )
        return done.returncode, done.stdout + done.stderr

    def rest(self, path: str, content_type: str = "application/json", body: bytes = b"") -> bytes:
        url = f"http://127.0.0.1:39999/api/v1/{path}"
        status, answer = self.call(
            [
                "curl",
                "-sS",
                "-f",
                "-m",
                "60",
                "-H",
                f"Content-Type: {content_type}",
                "--data-binary",
                "@-",
                url,
            ],
            stdin=body,
        )
        assert status == 0, f"{url}: {answer!r}"
        return answer


@pytest.fixture(scope="module")
def cluster(
    sandbox: Sandbox,
    image: Callable[[str], ImageRoot],
    tmp_path_factory: pytest.TempPathFactory,
) -> Cluster:
    made = Cluster(sandbox, image("alluxio"), image("s3"), tmp_path_factory.mktemp("cluster"))
    made.wait_for(made.s3, 7070)
    for role, port in PORTS.items():
        made.wait_for(made.roles[role], port)
    return made


def test_a_file_written_through_the_proxy_lies_in_s3_and_reads_back(cluster: Cluster) -> None:
    content = os.urandom(9_000_000)
    stream = cluster.rest("paths//file/create-file", body=b"{}").decode()
    cluster.rest(f"streams/{stream}/write", "application/octet-stream", content)
    cluster.rest(f"streams/{stream}/close")

    stored = cluster.objects / "objects" / BUCKET / "data" / "file"
    assert hashlib.sha256(stored.read_bytes()).digest() == hashlib.sha256(content).digest()

    status = json.loads(cluster.rest("paths//file/get-status", body=b"{}"))
    assert (status["length"], status["persisted"], status["inAlluxioPercentage"]) == (
        9_000_000,
        True,
        100,
    )

    assert cluster.call(["alluxio", "fs", "free", "/file"])[0] == 0
    stream = cluster.rest("paths//file/open-file", body=b"{}").decode()
    assert cluster.rest(f"streams/{stream}/read") == content


def test_the_job_service_copies_a_file(cluster: Cluster) -> None:
    status, output = cluster.call(["alluxio", "fs", "distributedCp", "/file", "/copy"])
    assert status == 0, output
    assert (cluster.objects / "objects" / BUCKET / "data" / "copy").stat().st_size == 9_000_000


def test_shells_answer(cluster: Cluster) -> None:
    assert cluster.call(["alluxio", "version"]) == (0, b"2.9.6\n")
    status, report = cluster.call(["alluxio", "fsadmin", "report", "summary"])
    assert (status, b"Live Workers: 1" in report) == (0, True), report


@pytest.mark.skipif(not os.path.exists("/dev/fuse"), reason="no /dev/fuse on this machine")
def test_fuse_mounts(cluster: Cluster) -> None:
    script = (
        "/entrypoint.sh fuse /mnt/alluxio-fuse / > /tmp/fuse.log 2>&1 & "
        "for i in $(seq 300); do [ -e /mnt/alluxio-fuse/file ] && break; sleep 0.2; done; "
        "wc -c < /mnt/alluxio-fuse/file || { cat /tmp/fuse.log; exit 1; }; "
        'alluxio-fuse() { /opt/alluxio/integration/fuse/bin/alluxio-fuse "$@"; }; '
        "alluxio-fuse unmount /mnt/alluxio-fuse; wait"
    )
    done = cluster.sandbox.call(
        cluster.alluxio,
        ["bash", "-c", script],
        env=JVM_ENV,
        empty=(*WRITABLE, "mnt"),
        volumes={cluster.conf: "opt/alluxio/conf"},
        run_as=0,
        timeout_s=120,
    )
    assert done.stdout.decode().split()[:1] == ["9000000"], done.stdout + done.stderr


def test_an_unknown_command_shows_the_usage(cluster: Cluster) -> None:
    status, output = cluster.call(["/entrypoint.sh", "mister"])
    assert status == 1
    assert b"master-only" in output


def test_the_environment_becomes_configuration_only_where_none_is(cluster: Cluster) -> None:
    show = "/entrypoint.sh nothing > /dev/null 2>&1; cat /opt/alluxio/conf/*"
    env = {
        "HOST": "10.0.0.1",
        "ALLUXIO_SITE_PROPERTIES": "a=b",
        "ALLUXIO_WORKER_JAVA_OPTS": "-Dx=${HOST}",
    }
    done = cluster.sandbox.call(
        cluster.alluxio, ["bash", "-c", show], env=env, empty=("tmp", "opt/alluxio/conf")
    )
    assert done.stdout == b'export ALLUXIO_WORKER_JAVA_OPTS="-Dx=${HOST}"\na=b\n'

    # prepared by the test: the environment file stays as it is
    cluster.call(["/entrypoint.sh", "nothing"])
    assert (cluster.conf / "alluxio-env.sh").read_text() == "# prepared by the test\n"
