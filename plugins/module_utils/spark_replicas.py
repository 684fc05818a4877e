# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Makes the copies of blocks that an application wants on nodes with room, and takes them away again.

Workers copy from each other when they are told to; neither the files' limits of replicas nor the job service
take part (docs/decisions/0142). The ledger is written before a worker is asked: what is not in it stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from .alluxio.endpoint import Endpoint
from .alluxio.errors import InvalidRequest
from .alluxio.model import Block, FileStatus, Worker, WorkerState
from .alluxio.rpc.worker import UfsBlock, WorkerRpc
from .cluster_view import view_cluster
from .errors import AlluxioError
from .kube.api import KubeClient
from .kube.decisions import owner_reference
from .kube.errors import Forbidden
from .locality.hosts import Hosts
from .locality.replicas import CachedBlock, Copy, Target, choose
from .master_access import Access, Wanted, open_access
from .plans.spark_replicas import (
    LABEL,
    UNDER_WAY_S,
    Blocks,
    Ledger,
    from_config_map,
    map_name,
    to_config_map,
    union,
)
from .quantities import describe_bytes

# Some 20 digits each: the ledger of an application stays far below the limit of a ConfigMap.
MOST_COPIES = 4096
_FIELD_MANAGER = "alluxio.k8s-replicas"
_CALL_S = 10.0

Open = Callable[[Wanted, KubeClient], AbstractContextManager[Access]]
"""How an AlluxioCluster is reached."""


@dataclass(frozen=True)
class Wish:
    """An attempt that wants all below ``paths`` on nodes with room: these, with the executors that each gets."""

    application: str
    namespace: str
    attempt: int
    cluster: str
    cluster_namespace: str
    paths: Sequence[str]
    nodes: Mapping[str, int]
    owner: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Copying:
    """``asked`` blocks of ``asked_bytes`` are being copied; ``left_bytes`` have no place on any node with room."""

    asked: int
    asked_bytes: int
    left_bytes: int


def find_replicas(
    client: KubeClient, application: str, namespace: str, shared: bool
) -> dict[str, Any]:
    """For the observation: ``own``, the ledger's row, or None; and with ``shared`` whether there are ``others``."""
    own = _find(client, application, namespace)
    others = shared and next(_others(client, application, namespace), None) is not None
    return {"own": own and own.row(), "others": others}


def copy(
    client: KubeClient, wish: Wish, dry_run: bool, open_alluxio: Open = open_access
) -> Copying:
    """Has workers copy what no node with room holds yet; they do it by and by.

    Raises the errors of kube/errors.py, and of the masters; what a worker answers is in the ledger.
    """
    with open_alluxio(Wanted(wish.cluster, wish.cluster_namespace), client) as access:
        workers = _live_workers(access)
        node_of = _nodes(client, workers)
        with_room = {host for host, node in node_of.items() if node in wish.nodes}
        targets = [
            Target(host, wish.nodes[node_of[host]], worker.capacity_bytes - worker.used_bytes)
            for host, worker in workers.items()
            if wish.nodes.get(node_of[host])
        ]
        before = _before(client, wish)
        lent = union(_others_of(client, before, wish.application, wish.namespace))
        used: dict[str, set[int]] = {}
        stranded = _stranded(_cached(access, wish.paths), with_room, lent, used)
        asked = {block: host for host, ids in before.blocks.items() for block in ids}
        copies, left_bytes = choose(stranded, targets, MOST_COPIES, asked)
        ledger = _entered(before, wish.attempt, copies, used, left_bytes)
        if not dry_run:
            _write(client, wish, ledger)
            problem = _ask(access, workers, copies)
            if problem:
                _write(client, wish, replace(ledger, problem=problem))
    return Copying(len(copies), sum(each.block.length_bytes for each in copies), left_bytes)


def release(
    client: KubeClient,
    application: str,
    namespace: str,
    dry_run: bool,
    open_alluxio: Open = open_access,
) -> int:
    """Takes the copies away that no other application uses, and then the ledger; how many.

    The last copy of a block stays, whoever made it. Raises AlluxioError, and nothing is forgotten, when that
    cannot be shown to be done.
    """
    ledger = _find(client, application, namespace)
    if ledger is None:
        return 0
    removed = 0
    # Without it the Alluxio is gone, and its copies with it.
    if client.exists("v1", "ConfigMap", f"{ledger.cluster}-client", ledger.cluster_namespace):
        kept = union(_others_of(client, ledger, application, namespace))
        with open_alluxio(Wanted(ledger.cluster, ledger.cluster_namespace), client) as access:
            removed = _remove(access, ledger, kept, dry_run)
    if not dry_run:
        client.delete(to_config_map(ledger, application, namespace))
    return removed


def _nodes(client: KubeClient, workers: Mapping[str, Worker]) -> dict[str, str]:
    """The node of each worker, empty where there is none."""
    view = view_cluster(client)
    containers = {host: worker.address.container_host for host, worker in workers.items()}
    hosts = Hosts(view.nodes, view.pod_nodes, containers)
    return {host: hosts.find(host).node for host in workers}


def _stranded(
    blocks: Iterable[CachedBlock],
    with_room: Set[str],
    lent: Blocks,
    used: dict[str, set[int]],
) -> Iterator[CachedBlock]:
    """Those that no worker on a node with room holds. ``used`` is filled with copies of other applications (``lent``)
    that serve this one too.
    """
    for block in blocks:
        near = [host for host in block.hosts if host in with_room]
        if not near:
            yield block
        for host in near:
            if block.block_id in lent.get(host, ()):
                used.setdefault(host, set()).add(block.block_id)


def _cached(access: Access, paths: Sequence[str]) -> Iterator[CachedBlock]:
    for path in paths:
        for file in access.master.files.list_status(path, recursive=True, with_mounts=True):
            for block in file.blocks:
                if block.locations:
                    yield _cached_block(file, block)


def _cached_block(file: FileStatus, block: Block) -> CachedBlock:
    address = block.locations[0].worker
    limit = file.replication_max
    return CachedBlock(
        block_id=block.block_id,
        length_bytes=block.length_bytes,
        hosts=tuple(location.worker.host for location in block.locations),
        source=Endpoint(address.reachable_host, address.rpc_port),
        ufs=_in_ufs(file, block),
        room_for_copies=None if limit < 0 else max(0, limit - len(block.locations)),
    )


def _in_ufs(file: FileStatus, block: Block) -> UfsBlock | None:
    if file.persistence_state != "PERSISTED" or not file.ufs_path:
        return None
    return UfsBlock(file.ufs_path, file.mount_id, block.offset, block.length_bytes)


def _before(client: KubeClient, wish: Wish) -> Ledger:
    """What the application has had copied up to now."""
    found = _find(client, wish.application, wish.namespace)
    if found and found.of_cluster(wish.cluster, wish.cluster_namespace):
        return found
    return Ledger(wish.cluster, wish.cluster_namespace, wish.attempt, _now(), "", 0, 0, {})


def _entered(
    before: Ledger,
    attempt: int,
    copies: Sequence[Copy],
    used: Mapping[str, set[int]],
    left_bytes: int,
) -> Ledger:
    """The ledger with what is asked for now, and with the copies of others that are used."""
    blocks = {host: set(ids) for host, ids in before.blocks.items()}
    for host, ids in used.items():
        blocks.setdefault(host, set()).update(ids)
    copied_bytes = before.copied_bytes
    for each in copies:
        known = blocks.setdefault(each.target, set())
        copied_bytes += 0 if each.block.block_id in known else each.block.length_bytes
        known.add(each.block.block_id)
    no_room = f"{describe_bytes(left_bytes)} find no free room in Alluxio on these nodes"
    now = _now()
    return replace(
        before,
        attempt=attempt,
        since=before.since if before.attempt == attempt else now,
        asked=now,
        under_way=len(copies),
        copied_bytes=copied_bytes,
        blocks={host: frozenset(ids) for host, ids in blocks.items()},
        problem=no_room if left_bytes else "",
    )


def _ask(access: Access, workers: Mapping[str, Worker], copies: Sequence[Copy]) -> str:
    """Why a worker could not be asked; empty if all could."""
    problem = ""
    for host in sorted({each.target for each in copies}):
        try:
            with _worker(access, workers[host]) as worker:
                for each in copies:
                    if each.target == host:
                        block = each.block
                        worker.copy_block(
                            block.block_id, block.length_bytes, block.source, block.ufs
                        )
        except AlluxioError as error:
            problem = error.message
    return problem


def _remove(access: Access, ledger: Ledger, kept: Blocks, dry_run: bool) -> int:
    workers = _live_workers(access)
    removed = 0
    for host, ids in sorted(ledger.blocks.items()):
        held = {block: _holders(access, block) for block in ids - kept.get(host, frozenset())}
        _check_arrived(ledger, host, held)
        surplus = [block for block, at in held.items() if host in at and len(at) > 1]
        if surplus and not dry_run:
            _drop(access, workers[host], surplus)
        removed += len(surplus)
    return removed


def _check_arrived(ledger: Ledger, host: str, held: Mapping[int, Sequence[str]]) -> None:
    """A copy that arrives after the look would stay for ever."""
    age = datetime.fromisoformat(_now()) - datetime.fromisoformat(ledger.asked)
    missing = [block for block, at in held.items() if at and host not in at]
    if missing and age.total_seconds() < UNDER_WAY_S:
        raise AlluxioError(
            f"{len(missing)} copies may still be on their way to worker {host}",
            f"wait {UNDER_WAY_S} s after they were asked for",
        )


def _drop(access: Access, at: Worker, blocks: Sequence[int]) -> None:
    with _worker(access, at) as worker:
        for block in blocks:
            worker.remove_block(block)


def _holders(access: Access, block_id: int) -> tuple[str, ...]:
    try:
        return access.master.blocks.get_holders(block_id)
    except InvalidRequest:
        # The file was deleted.
        return ()


def _worker(access: Access, at: Worker) -> WorkerRpc:
    endpoint = Endpoint(at.address.reachable_host, at.address.rpc_port)
    return WorkerRpc(endpoint, access.login, road=access.road, deadline_s=_CALL_S)


def _live_workers(access: Access) -> dict[str, Worker]:
    """By their host."""
    workers = access.master.blocks.get_workers()
    return {one.host: one for one in workers if one.state is WorkerState.LIVE}


def _find(client: KubeClient, application: str, namespace: str) -> Ledger | None:
    body = client.direct.get("v1", "ConfigMap", map_name(application), namespace)
    if body is None or LABEL not in body["metadata"].get("labels", {}):
        return None
    try:
        return from_config_map(body)
    except (KeyError, ValueError, AttributeError) as error:
        raise AlluxioError(
            f"ConfigMap {map_name(application)} is no list of copied blocks any more ({error})",
            "delete it; copies that it named are dropped when Alluxio needs their room",
        ) from error


def _others(client: KubeClient, application: str, namespace: str) -> Iterator[Ledger]:
    """Ledgers of other applications, of all namespaces if this user may see them."""
    try:
        found = client.direct.list_objects("v1", "ConfigMap", None, LABEL)
    except Forbidden:
        found = client.direct.list_objects("v1", "ConfigMap", namespace, LABEL)
    own = (namespace, map_name(application))
    for body in found:
        if (body["metadata"]["namespace"], body["metadata"]["name"]) == own:
            continue
        # What somebody has spoilt in another namespace must not stop this application.
        with suppress(KeyError, ValueError, AttributeError):
            yield from_config_map(body)


def _others_of(
    client: KubeClient, ledger: Ledger, application: str, namespace: str
) -> list[Ledger]:
    return [
        other
        for other in _others(client, application, namespace)
        if other.of_cluster(ledger.cluster, ledger.cluster_namespace)
    ]


def _write(client: KubeClient, wish: Wish, ledger: Ledger) -> None:
    body = to_config_map(ledger, wish.application, wish.namespace)
    if wish.owner:
        body["metadata"]["ownerReferences"] = [owner_reference(wish.owner)]
    client.apply(body, _FIELD_MANAGER)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
