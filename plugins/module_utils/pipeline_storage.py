# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The storage of a pipeline: what there is of it, and the steps that a plan asks for."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from .alluxio.errors import PathNotFound
from .alluxio.master_rpc import MasterRpc
from .alluxio.model import FileStatus
from .alluxio.rpc.files import FileSystem, TtlAction, WriteType
from .errors import AlluxioError
from .kube.api import KubeClient
from .kube.errors import Forbidden, KindMissing
from .plans import pipeline_names as names
from .pod_rpc import masters_rpc

WRITE_TYPE = "alluxio.user.file.writetype.default"
CALL_S = 20.0
# Of a pipeline that runs every few minutes and deletes nothing, the last ones are looked at.
MOST_RUNS = 200
# So many files of a run are handed to the job service in one pass.
MOST_AT_ONCE = 2000
_EXAMPLES = 3
_GONE = "LOST"


@dataclass(frozen=True)
class Look:
    """What a plan wants to know. ``keep``: directories in that of a run that are not cleaned."""

    name: str
    namespace: str
    cluster: str
    cluster_namespace: str
    root: str
    keep: tuple[str, ...]
    persists: bool
    claim: str | None
    secret: str | None


def observe(client: KubeClient, look: Look) -> dict[str, Any]:
    """What there is. An Alluxio that cannot be asked is part of the answer, as ``alluxio_error``.

    Raises the errors of kube/errors.py.
    """
    direct = client.direct
    found: dict[str, Any] = {
        "observed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "agreed": _agreed(direct, look),
        "fuse": direct.exists(
            "apps/v1", "DaemonSet", f"{look.cluster}-fuse", look.cluster_namespace
        ),
        "secret": look.secret is None or _exists(direct, "Secret", look.secret, look.namespace),
        "claim": _claim(direct, look),
        "volumes": [_volume(one) for one in _volumes(direct, look)],
        "rivals": list(_rivals(direct, look)),
        "alluxio": None,
        "alluxio_error": None,
    }
    if found["agreed"]:
        try:
            with masters_rpc(client, look.cluster, look.cluster_namespace, CALL_S) as masters:
                found["alluxio"] = look_at(masters, look)
        except AlluxioError as error:
            found["alluxio_error"] = {"type": type(error).__name__, "message": str(error)}
    return found


def _agreed(client: KubeClient, look: Look) -> bool | None:
    """Whether the cluster's namespace takes pipelines of ours; None when it is not there."""
    if look.cluster_namespace == look.namespace:
        return True
    found = client.get("v1", "Namespace", look.cluster_namespace)
    if found is None:
        return None
    said = (found["metadata"].get("annotations") or {}).get(names.PIPELINES_FROM, "")
    return look.namespace in said.replace(",", " ").split()


def _exists(client: KubeClient, kind: str, name: str, namespace: str) -> bool:
    """True also where we may not look: then the pod will tell."""
    try:
        return client.exists("v1", kind, name, namespace)
    except Forbidden:
        return True


def _claim(client: KubeClient, look: Look) -> dict[str, Any] | None:
    if look.claim is None:
        return None
    found = client.get("v1", "PersistentVolumeClaim", look.claim, look.namespace)
    if found is None:
        return None
    labels = found["metadata"].get("labels") or {}
    return {
        "ours": labels.get(names.PIPELINE_LABEL) == look.name,
        "volume": found["spec"].get("volumeName"),
        "phase": (found.get("status") or {}).get("phase"),
    }


def _volumes(client: KubeClient, look: Look) -> Iterable[Mapping[str, Any]]:
    selector = names.claim_selector(look.name, look.namespace)
    return client.list_objects("v1", "PersistentVolume", label_selector=selector)


def _volume(volume: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": volume["metadata"]["name"],
        "claim": volume["spec"]["claimRef"]["name"],
        "phase": (volume.get("status") or {}).get("phase"),
    }


def _rivals(client: KubeClient, look: Look) -> Iterator[dict[str, Any]]:
    """Other AlluxioPipelines whose root on the same cluster is ours, is in ours, or ours in it.

    Without the CRD, or where we may not look, there are none that are known.
    """
    try:
        found = client.list_objects("alluxio.io/v1alpha1", "AlluxioPipeline")
    except (KindMissing, Forbidden):
        return
    for one in found:
        metadata, spec = one["metadata"], one["spec"]
        cluster = spec["alluxioCluster"]
        where = (cluster["name"], cluster.get("namespace", metadata["namespace"]))
        root = spec.get("root", names.root(metadata["name"]))
        if (metadata["name"], metadata["namespace"]) == (look.name, look.namespace):
            continue
        if where == (look.cluster, look.cluster_namespace) and names.overlap(root, look.root):
            created = metadata["creationTimestamp"]
            label = f"{metadata['namespace']}/{metadata['name']}"
            yield {"pipeline": label, "root": root, "created": created}


def look_at(masters: MasterRpc, look: Look) -> dict[str, Any]:
    """The part of the observation that is in Alluxio. Raises like ``Masters.call``."""
    mounts = masters.files.get_mount_table()
    over = max((path for path in mounts if names.is_below(look.root, [path])), key=len)
    configured = masters.meta.get_path_configuration().get(look.root, {})
    try:
        status = masters.files.get_status(look.root)
    except PathNotFound:
        directory, runs = None, []
    else:
        directory = {"owner": status.owner, "group": status.group, "mode": status.mode}
        runs = _runs(masters.files, look)
    return {
        "read_only": mounts[over].read_only,
        "write_type": configured.get(WRITE_TYPE),
        "directory": directory,
        "runs": runs,
    }


def _runs(files: FileSystem, look: Look) -> list[dict[str, Any]]:
    """A row for each run, the newest first."""
    found = sorted(
        (one for one in files.list_status(look.root) if one.folder),
        key=lambda one: one.created_ms,
        reverse=True,
    )
    return [_run(files, one, look) for one in found[:MOST_RUNS]]


def _run(files: FileSystem, run: FileStatus, look: Look) -> dict[str, Any]:
    inside = {posixpath.basename(one.path): one for one in files.list_status(run.path)}
    row: dict[str, Any] = {
        "name": posixpath.basename(run.path),
        "created_ms": run.created_ms,
        "ttl_ms": run.ttl_ms,
        "ttl_action": run.ttl_action,
        "state": "Open",
    }
    if names.CLEANED in inside:
        return {**row, "state": "Cleaned"}
    if names.SUCCEEDED not in inside:
        return row
    succeeded_ms = inside[names.SUCCEEDED].created_ms
    return {
        **row,
        "state": "Succeeded",
        "succeeded_ms": succeeded_ms,
        **_missing_copies(files, run.path, look),
    }


def _missing_copies(files: FileSystem, run: str, look: Look) -> dict[str, Any]:
    """Of a run that may be cleaned, what would be lost by it, or is lost already."""
    waiting = [o for o in _to_be_safe(files, run, look.keep, look.persists) if not _is_safe(o)]
    lost = [one for one in waiting if one.persistence_state == _GONE]
    return {
        "waiting_files": len(waiting) - len(lost),
        "lost_files": len(lost),
        "examples": [one.path for one in (lost or waiting)[:_EXAMPLES]],
    }


def _to_be_safe(
    files: FileSystem, run: str, keep: Sequence[str], persists: bool
) -> Iterator[FileStatus]:
    """The files that need a copy in the UFS before the run is cleaned: all that stay there."""
    kept = [f"{run}/{path}" for path in keep]
    for one in files.list_status(run, recursive=True):
        if not one.folder and (persists or names.is_below(one.path, kept)):
            yield one


def _is_safe(file: FileStatus) -> bool:
    return file.completed and file.persistence_state == "PERSISTED"


def act(masters: MasterRpc, steps: Mapping[str, Any], dry_run: bool) -> list[str]:
    """Takes the steps of a plan in their order, and says which. Raises like ``Masters.call``."""
    tasks = list(_tasks(masters, steps))
    if not dry_run:
        for _what, call in tasks:
            call()
    return [what for what, _call in tasks]


def _tasks(
    masters: MasterRpc, steps: Mapping[str, Any]
) -> Iterator[tuple[str, Callable[[], object]]]:
    root, files = steps["root"], masters.files
    if steps["directory"] is not None:
        yield f"made {root}", partial(_make, files, root, steps["directory"])
    if steps["write_type"] is not None:
        what = f"files below {root} are written {steps['write_type']}"
        properties = {WRITE_TYPE: steps["write_type"]}
        yield what, partial(masters.meta.set_path_configuration, root, properties)
    for run in steps["mark"]:
        yield f"marked {run} as succeeded", partial(_mark, files, f"{root}/{run}")
    for row in steps["ttl"]:
        what = f"{row['run']} will be gone {row['ttl_ms'] // 1000} s after its creation"
        yield what, partial(_let_go, files, f"{root}/{row['run']}", row)
    for run in steps["persist"]:
        yield f"asked for copies of {run}", partial(_persist, files, f"{root}/{run}", steps)
    for run in steps["clean"]:
        yield f"cleaned {run}", partial(_clean, files, f"{root}/{run}", steps)


def remove(masters: MasterRpc, root: str, delete: bool, dry_run: bool) -> list[str]:
    """Takes the root's write type away, and the root itself with ``delete``; says what it did. Nothing may be there."""
    tasks: list[tuple[str, Callable[[], object]]] = []
    if root in masters.meta.get_path_configuration():
        forget = partial(masters.meta.remove_path_configuration, root)
        tasks.append((f"took the write type of {root} away", forget))
    if delete and masters.files.exists(root):
        tasks.append((f"deleted {root}", partial(_delete, masters.files, root)))
    if not dry_run:
        for _what, call in tasks:
            call()
    return [what for what, _call in tasks]


def _delete(files: FileSystem, path: str) -> None:
    files.delete(path, recursive=True, unchecked=True)


def _make(files: FileSystem, root: str, wanted: Mapping[str, Any]) -> None:
    # In the UFS too, so that it is there after a loss of the journal, whatever the write type.
    files.create_directory(
        root, recursive=True, exist_ok=True, mode=wanted["mode"], write_type=WriteType.CACHE_THROUGH
    )
    files.set_attributes(root, mode=wanted["mode"], owner=wanted["owner"])
    if wanted["group"] is not None:
        # Not with the owner: a master asks then whether he is in it, and knows no users but its own.
        files.set_attributes(root, group=wanted["group"])


def _mark(files: FileSystem, run: str) -> None:
    # A directory: it needs no worker, and only its name is looked at.
    files.create_directory(f"{run}/{names.SUCCEEDED}", exist_ok=True)


def _let_go(files: FileSystem, run: str, row: Mapping[str, Any]) -> None:
    action = TtlAction(row["ttl_action"])
    files.set_attributes(run, ttl_ms=row["ttl_ms"], ttl_action=action)


def _persist(files: FileSystem, run: str, steps: Mapping[str, Any]) -> None:
    needed = _to_be_safe(files, run, steps["keep"], steps["persists"])
    waiting = [o for o in needed if o.completed and o.persistence_state == "NOT_PERSISTED"]
    for one in waiting[:MOST_AT_ONCE]:
        files.schedule_persistence(one.path)


def _clean(files: FileSystem, run: str, steps: Mapping[str, Any]) -> None:
    frees, kept = steps["action"] == "Free", [f"{run}/{path}" for path in steps["keep"]]
    if not kept and not frees:
        _delete(files, run)
        return
    if kept:
        drop = files.free if frees else files.delete
        for path in _not_kept(files, run, kept):
            drop(path)
    else:
        files.free(run, recursive=True)
    files.rename(f"{run}/{names.SUCCEEDED}", f"{run}/{names.CLEANED}")


def _not_kept(files: FileSystem, run: str, kept: list[str]) -> list[str]:
    kept = [*kept, f"{run}/{names.SUCCEEDED}"]
    found = files.list_status(run, recursive=True)
    return [one.path for one in found if not one.folder and not names.is_below(one.path, kept)]
