# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio site properties: our defaults, the user's, and those that the plan alone decides.

A file is read by ``java.util.Properties.load``: ISO-8859-1, later lines win. The order in a pod is
defaults, the user's, those of Secrets, the plan's own, those of the pod itself
(roles/alluxio_cluster/files/assemble.sh puts them together).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..quantities import format_alluxio_size, format_bytes
from .findings import Findings
from .memory import MI

BLOCK_SIZE = "alluxio.user.block.size.bytes.default"
ROOT_OPTION = "alluxio.master.mount.table.root.option."

# Bring a client back within 10 s of a lost master; with Alluxio's defaults it takes 33 s, because a
# client asks the masters one after another and waits 30 s for one whose address is gone. Measured
# with pods deleted; see docs/decisions.
FAIL_OVER = {
    "alluxio.user.master.polling.concurrent": "true",
    "alluxio.user.master.polling.timeout": "2sec",
    "alluxio.network.connection.health.check.timeout": "1sec",
    # How long a call or a stream to an address that has vanished hangs. Streams never ask by
    # default, and gRPC asks every 10 s at most (KeepAliveManager in grpc-java).
    "alluxio.user.network.rpc.keepalive.time": "10sec",
    "alluxio.user.network.rpc.keepalive.timeout": "3sec",
    "alluxio.user.network.streaming.keepalive.time": "10sec",
    "alluxio.user.network.streaming.keepalive.timeout": "3sec",
    "alluxio.user.rpc.retry.max.duration": "60sec",
    # How long a client may sleep between two tries; with the default of 3 s it finds a new leader
    # that much later.
    "alluxio.user.rpc.retry.max.sleep": "500ms",
    # A worker that restarts has another pod IP; by default clients call the old one for 2 minutes.
    "alluxio.user.worker.list.refresh.interval": "5sec",
}
COMMON = {
    **FAIL_OVER,
    # Servers drop clients that ask more often than this, by default 30 s.
    "alluxio.master.network.permit.keepalive.time": "5sec",
    "alluxio.job.master.network.permit.keepalive.time": "5sec",
    "alluxio.worker.network.permit.keepalive.time": "5sec",
    # Masters on standby know the workers too, so that a new leader need not wait for them.
    "alluxio.worker.register.to.all.masters": "true",
    # Any user id may run the pods, and it has no name in the image; all processes must agree on
    # one.
    "alluxio.security.login.username": "alluxio",
    "alluxio.underfs.allow.set.owner.failure": "true",
    # What was written and acknowledged must survive the loss of a pod.
    "alluxio.user.file.writetype.default": "CACHE_THROUGH",
    # Means block files opened by the client itself, which pods do not share. A domain socket, where
    # spec.workers[].shortCircuit makes one, is used whatever this says.
    "alluxio.user.short.circuit.enabled": "false",
    "alluxio.user.metrics.collection.enabled": "false",
    # Reports to Alluxio's makers and asks them for newer versions.
    "alluxio.master.update.check.enabled": "false",
    # Not every image has its files, and without them the process does not start. REST and metrics
    # stay.
    "alluxio.web.ui.enabled": "false",
}
# What applications that are no part of the cluster need to reach it and to find it again; theirs
# are the user's settings of these kinds too.
CLIENT = {
    **FAIL_OVER,
    **{
        key: COMMON[key]
        for key in (
            "alluxio.user.file.writetype.default",
            "alluxio.user.short.circuit.enabled",
            "alluxio.user.metrics.collection.enabled",
        )
    },
}
CLIENT_KINDS = ("alluxio.user.", "alluxio.network.", "alluxio.security.authentication.")
MASTER = {
    # A pod is either running or gone: five minutes of a dead worker's blocks in answers would be
    # wrong for most of them.
    "alluxio.master.worker.timeout": "30sec",
    "alluxio.master.lost.worker.detection.interval": "5sec",
    # How long a new leader refuses to name workers, by default 5 s. They have registered before.
    "alluxio.master.worker.connect.wait.time": "1sec",
    # The least says how slow a leader may be, the most how long a loss may go unseen. A leader that
    # is told to hand over writes nothing for the most of them (Ratis' LeaderStateImpl).
    "alluxio.master.embedded.journal.election.timeout.min": "3s",
    "alluxio.master.embedded.journal.election.timeout.max": "4s",
    # Each round of the election waits for a master that does not answer; by default 5 s.
    "alluxio.master.embedded.journal.transport.request.timeout.ms": "2sec",
}
# What one task of a job worker needs beside the rest of its heap: a buffer of 8 MiB (Alluxio's
# PersistDefinition), 16 chunks of 1 MiB that its reader asks for ahead, and what is on its way to
# the UFS.
_TASK_HEAP = 28 * MI
_JOB_WORKER_HEAP = 64 * MI
_MOST_TASKS = 10
PROXY = {
    # Since 2.9.3 the REST interface answers 200 and nothing unless this is off.
    "alluxio.proxy.s3.v2.version.enabled": "false",
}

# The folder that a process reads its configuration from.
CONF = "/opt/alluxio/conf"

# How long a process believes what DNS said of a pod, in seconds: java.net.InetAddress otherwise 30,
# and 10 that there is no such pod. A leader that keeps the old address of a standby that came back
# has no quorum when the next pod goes.
NAMES_TTL_S = 1
JAVA_SECURITY = f"""\
networkaddress.cache.ttl={NAMES_TTL_S}
networkaddress.cache.negative.ttl={NAMES_TTL_S}
"""

# Log4j 1 properties: everything to the container's log.
LOG4J = """\
log4j.rootLogger=INFO, Console
log4j.appender.Console=org.apache.log4j.ConsoleAppender
log4j.appender.Console.target=System.err
log4j.appender.Console.layout=org.apache.log4j.PatternLayout
log4j.appender.Console.layout.ConversionPattern=%d{ISO8601} %-5p %c{1} - %m%n
"""


@dataclass(frozen=True)
class Owned:
    """Properties that other fields decide: a pattern of their keys, and what to use instead."""

    pattern: re.Pattern[str]
    remedy: str


def _owned(pattern: str, remedy: str) -> Owned:
    return Owned(re.compile(pattern), remedy)


OWNED = (
    _owned(
        r"alluxio\.(master|worker|job\.master|job\.worker|user|worker\.container)\.hostname|alluxio\.locality\.node",
        "remove it: each pod is told its own address when it starts",
    ),
    _owned(
        r"alluxio\.(job\.)?master\.(rpc\.addresses|embedded\.journal\.addresses)",
        "remove it: the addresses follow from spec.masters.replicas",
    ),
    _owned(
        r"alluxio\.master\.journal\.(type|folder)|alluxio\.zookeeper\..*",
        "use spec.masters.journal: masters keep the embedded journal on their volume",
    ),
    _owned(r"alluxio\.master\.metastore(\.dir)?", "use spec.masters.metastore"),
    _owned(
        r"alluxio\.worker\.(tieredstore\.level.*|ramdisk\.size)",
        "use spec.workers[].tiers, from which the volumes and the memory are planned too",
    ),
    _owned(r"alluxio\.master\.mount\.table\.root\..*", "use spec.rootMount"),
    _owned(r"alluxio\.worker\.data\.server\.domain\.socket\..*", "use spec.workers[].shortCircuit"),
    _owned(
        r"alluxio\.fuse\.mount\.(point|alluxio\.path|options)",
        "use spec.fuse: the mount point follows from the names of the cluster",
    ),
    _owned(
        r"alluxio\.(master|worker|job\.master|job\.worker|proxy)"
        r"\.((embedded\.journal|rpc|web|data)\.port|((rpc|web)\.)?bind\.host)",
        "remove it: every pod has an address of its own, so its ports are never taken",
    ),
    _owned(
        r"alluxio\.(home|conf\.dir|site\.conf\.dir|logs\.dir|user\.logs\.dir|work\.dir)",
        "remove it: the volumes of the pods are mounted at the image's own folders",
    ),
    # A process with one of these in its file does not start (PropertyKey.isIgnoredSiteProperty).
    _owned(
        r"alluxio\.(version|logserver\..*|master\.skip\.root\.acl\.check)",
        "remove it: Alluxio does not accept it in a property file",
    ),
)
# Alluxio's own list of credentials (PropertyKey with DisplayType.CREDENTIALS), by how their names
# end.
CREDENTIAL = re.compile(
    r"(?i)(access[._-]?key([._-]?id)?|secret([._-]?(access)?[._-]?key)?|accesskeysecret|password|passwd|passphrase"
    r"|api[._-]?key|private[._-]?key|fs\.azure\.(account\.key|sas)\..*)\Z"
)
# InstancedConfiguration.CONF_REGEX
_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_ALLUXIO_SIZE = re.compile(r"(?i)\s*([0-9]+(?:\.[0-9]+)?)\s*([kmgtp]?)b?\s*\Z")


def check_properties(
    properties: Mapping[str, str], field: str, secrets_field: str, findings: Findings
) -> None:
    """Refuses credentials, whose values are never shown, and what other fields decide."""
    for key, value in properties.items():
        path = f"{field}.{key}"
        if CREDENTIAL.search(key):
            _refuse_credential(path, secrets_field, findings)
            continue
        owned = next((owned for owned in OWNED if owned.pattern.fullmatch(key)), None)
        if owned is not None:
            findings.error(path, None, f"{path} cannot be set here", owned.remedy)
        check_references(value, path, findings)


def check_mount_options(options: Mapping[str, str], field: str, findings: Findings) -> None:
    """Refuses credentials among the plain options of a mount."""
    for key, value in options.items():
        if CREDENTIAL.search(key):
            _refuse_credential(f"{field}.{key}", f"{field}From", findings)
        check_references(value, f"{field}.{key}", findings)


def check_references(value: str, path: str, findings: Findings) -> None:
    """Refuses ``${name}`` where Alluxio would look for a property that it does not know.

    Alluxio has no way to write it literally, and one such value keeps a master from telling its
    configuration to anyone, so that no worker starts.
    """
    for name in _REFERENCE.findall(value):
        if not name.strip().startswith("alluxio."):
            message = f"{path}: Alluxio takes ${{{name}}} for the value of a property {name!r}"
            findings.error(
                path, None, message, "name a property of Alluxio, or write it without ${}"
            )


def block_size_default(smallest_top_tier: int) -> int:
    """Bytes of a block: Alluxio's 64MB, or a quarter of a top tier that is smaller, as a power of
    two of MiB.

    A block as large as the top tier is written to the UFS but never cached, without any error.
    """
    size = 64 * MI
    while size > MI and size * 4 > smallest_top_tier:
        size //= 2
    return size


def job_worker_properties(heap: int) -> dict[str, str]:
    """As many tasks at once as a job worker's heap has room for, at most Alluxio's own 10.

    One more is an OutOfMemoryError, which ends the process with all its tasks, again and again.
    """
    tasks = (heap - _JOB_WORKER_HEAP) // _TASK_HEAP
    return {"alluxio.job.worker.threadpool.size": str(max(1, min(tasks, _MOST_TASKS)))}


def check_block_size(
    properties: Mapping[str, str], smallest_top_tier: int, field: str, findings: Findings
) -> None:
    """Refuses a default block size of which the smallest top tier does not hold two."""
    value = properties.get(BLOCK_SIZE)
    if value is None:
        return
    path = f"{field}.{BLOCK_SIZE}"
    size = parse_alluxio_size(value)
    if size is None:
        findings.error(path, value, f"{path}: {value!r} is no size", "give a size such as 64MB")
    elif size * 2 > smallest_top_tier:
        most = format_alluxio_size(max(1, smallest_top_tier // 2))
        message = (
            f"{path}: blocks of {value} do not fit twice into the smallest top tier of "
            f"{format_bytes(smallest_top_tier)}, and would not be cached"
        )
        findings.error(path, value, message, f"give at most {most}, or a larger quota")


def parse_alluxio_size(text: str) -> int | None:
    """Bytes of a size in Alluxio's syntax, in which 1KB is 1024 (alluxio.util.FormatUtils); None if
    it is none.
    """
    match = _ALLUXIO_SIZE.match(text)
    if match is None:
        return None
    power = "kmgtp".index(match[2].lower()) + 1 if match[2] else 0
    return int(float(match[1]) * 1024**power)


def _refuse_credential(path: str, secrets_field: str, findings: Findings) -> None:
    message = f"{path} is a credential, and everyone who reads this resource sees it"
    findings.error(path, None, message, f"put it into a Secret and name that under {secrets_field}")
