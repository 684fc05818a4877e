# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The master's web API (port 19999): who leads, which workers it knows, how full they are.

Only the leader answers; a standby closes the connection, since by default
alluxio.standby.master.web.enabled is off. Seen on live 2.9.6 servers: ``info`` takes about 10 ms
and caches its workers for alluxio.master.worker.info.cache.refresh.time (10 s);
``/metrics/json/`` has about 30 KB.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from ..errors import AlluxioError
from ._json import Node
from .errors import ServerUnreachable, reason_of
from .model import (
    MasterCounters,
    MasterInfo,
    Mount,
    Quorum,
    TierUsage,
    Worker,
    WorkerAddress,
    WorkerState,
)
from .transport import Transport

WEB_PORT = 19999

INFO_PATH = "/api/v1/master/info"
MASTERS_PATH = "/api/v1/master/webui_masters"
METRICS_PATH = "/metrics/json/"

# 925 properties and three workers make 60 KB; each worker adds about 1 KB.
_LIMIT_BYTES = 16 * 1024 * 1024

_OUT_OF_SERVICE = ("decommissioned", "disabled")


@dataclass(frozen=True, slots=True)
class Leader:
    """The transport that answered, its index among those asked, and what it said."""

    index: int
    transport: Transport
    info: MasterInfo


def find_leader(transports: Sequence[Transport], deadline_s: float) -> Leader:
    """Asks all masters at once and takes the first sound answer.

    Raises ServerUnreachable with every master's own reason when none answers within ``deadline_s``.
    """
    end = time.monotonic() + deadline_s
    pool = ThreadPoolExecutor(max_workers=max(len(transports), 1), thread_name_prefix="master")
    try:
        asked = {pool.submit(get_info, t, deadline_s): index for index, t in enumerate(transports)}
        failures: dict[int, str] = {}
        pending: set[Future[MasterInfo]] = set(asked)
        while pending:
            done, pending = wait(pending, end - time.monotonic(), return_when=FIRST_COMPLETED)
            if not done:
                break
            for future in done:
                index = asked[future]
                try:
                    return Leader(index, transports[index], future.result())
                except AlluxioError as error:
                    failures[index] = reason_of(error)
    finally:
        # The slow ones end by themselves at their deadline: nobody waits for them.
        pool.shutdown(wait=False, cancel_futures=True)
    raise ServerUnreachable(
        "no master",
        "; ".join(
            f"{transport.address}: {failures.get(index, 'it took too long')}"
            for index, transport in enumerate(transports)
        )
        or "there is none to ask",
    )


def get_info(transport: Transport, deadline_s: float) -> MasterInfo:
    """The leader's account of the cluster.

    Raises ServerUnreachable, AnswerTooLarge, UnexpectedAnswer.
    """
    return parse_info(_get(transport, INFO_PATH, deadline_s))


def get_counters(transport: Transport, deadline_s: float) -> MasterCounters:
    """Gauges that ``info`` leaves out. Raises like get_info."""
    return parse_counters(_get(transport, METRICS_PATH, deadline_s))


def get_quorum(transport: Transport, deadline_s: float) -> Quorum:
    """The masters as the leader sees them. Raises like get_info."""
    return parse_quorum(_get(transport, MASTERS_PATH, deadline_s))


def parse_info(document: Node) -> MasterInfo:
    """Workers once a host: a restarted worker keeps its old identity among the lost ones."""
    capacity = document.get("capacity")
    return MasterInfo(
        version=document.read_str("version"),
        uptime_ms=document.read_int("uptimeMs"),
        capacity_bytes=capacity.read_int("total"),
        used_bytes=capacity.read_int("used"),
        tiers=_cluster_tiers(document),
        workers=one_a_host(
            [_worker(node, WorkerState.LIVE) for node in document.read_list("workers")]
            + [_worker(node, WorkerState.LOST) for node in document.read_list("lostWorkers")]
        ),
        mounts={path: _mount(node) for path, node in document.read_map("mountPoints").items()},
    )


def parse_counters(document: Node) -> MasterCounters:
    gauges = document.get("gauges")
    return MasterCounters(
        files_to_persist=gauges.get("Master.FilesToBePersisted").read_int("value"),
        total_paths=gauges.get("Master.TotalPaths").read_int("value"),
    )


def parse_quorum(document: Node) -> Quorum:
    return Quorum(
        leader=document.get("primaryMasterInfo").get("address").read_str("host"),
        standbys=tuple(
            n.get("address").read_str("host") for n in document.read_list("standbyMasterInfos")
        ),
        lost=tuple(
            n.get("address").read_str("host") for n in document.read_list("lostMasterInfos")
        ),
    )


def _get(transport: Transport, path: str, deadline_s: float) -> Node:
    body = transport.request("GET", path, deadline_s=deadline_s, limit_bytes=_LIMIT_BYTES)
    return Node.parse(body, f"{transport.address}{path}")


def _cluster_tiers(document: Node) -> Mapping[str, TierUsage]:
    tiers = {
        name: TierUsage(total_bytes=node.read_int("total"), used_bytes=node.read_int("used"))
        for name, node in document.read_map("tierCapacity").items()
    }
    # The master lists every tier name it knows, also those that no worker has.
    return {name: tier for name, tier in tiers.items() if tier.total_bytes or tier.used_bytes}


def _worker(node: Node, state: WorkerState) -> Worker:
    used = node.read_map("usedBytesOnTiers")
    total = node.read_map("capacityBytesOnTiers")
    if node.read_str("state").lower() in _OUT_OF_SERVICE:
        state = WorkerState.DECOMMISSIONED
    address = node.get("address")
    return Worker(
        host=address.read_str("host"),
        address=WorkerAddress(
            host=address.read_str("host"),
            container_host=address.read_str("containerHost"),
            rpc_port=address.read_int("rpcPort"),
            web_port=address.read_int("webPort"),
        ),
        version=node.read_str("version"),
        worker_id=node.read_int("id"),
        state=state,
        capacity_bytes=node.read_int("capacityBytes"),
        used_bytes=node.read_int("usedBytes"),
        tiers={
            name: TierUsage(total[name].as_int(), used[name].as_int() if name in used else 0)
            for name in total
        },
        last_contact_s=node.read_int("lastContactSec"),
        start_time_ms=node.read_int("startTimeMs"),
    )


def one_a_host(workers: Sequence[Worker]) -> tuple[Worker, ...]:
    """Of each host the entry that counts: a restarted worker leaves its old identity behind."""
    order = (WorkerState.LIVE, WorkerState.DECOMMISSIONED, WorkerState.LOST)
    best: dict[str, Worker] = {}
    for worker in sorted(workers, key=lambda w: (order.index(w.state), -w.start_time_ms)):
        best.setdefault(worker.host, worker)
    return tuple(sorted(best.values(), key=lambda w: w.host))


def _mount(node: Node) -> Mount:
    return Mount(
        uri=without_credentials(node.read_str("ufsUri")),
        ufs_type=node.read_str("ufsType"),
        read_only=node.read_bool("readOnly"),
    )


def without_credentials(uri: str) -> str:
    """The URI without ``user:password@``, which old S3 and FTP addresses carry."""
    parts = urlsplit(uri)
    if "@" not in parts.netloc:
        return uri
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
