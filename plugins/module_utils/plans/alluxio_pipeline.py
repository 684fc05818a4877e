# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From an AlluxioPipeline and an observation to every decision: what to look at, the claim, the steps in Alluxio, and
what becomes of each run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..pipelines.settings import Persist
from . import node_files
from . import pipeline_names as names
from ._schemas import ALLUXIO_PIPELINE_SPEC
from .findings import Findings
from .fuse import CLAIM_SIZE
from .schema import complete

Row = Mapping[str, Any]

_DOTS = (".", "..")
# Of a resource that the API server does not hold: whoever is there was there before.
_LAST = "9999"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?\Z")


def plan(
    resource: Row, observed: Row | None, finished: tuple[str, ...] = (), state: str = "present"
) -> dict[str, Any]:
    """The plan of ``resource`` ({metadata, spec}) as plain data. Never raises for what a user wrote.

    ``look`` is what has to be observed first, None for an invalid resource. With an observation there are also
    ``waits`` (why nothing can be done yet), ``claim``, ``surplus`` (objects to delete), ``steps`` for the module
    `pipeline_storage`, and ``runs`` with the state of each. ``finished`` names runs that are to be marked as succeeded.
    With ``state`` absent nothing is wanted, and ``surplus`` is all that there is. ``shared`` names other pipelines
    whose files lie in the same root, so that they stay.
    """
    findings = Findings()
    metadata, raw = resource.get("metadata") or {}, resource.get("spec")
    name, namespace = metadata.get("name"), metadata.get("namespace")
    spec = complete({} if raw is None else raw, ALLUXIO_PIPELINE_SPEC, "spec", findings)
    _check_names(name, namespace, findings)
    # What a wrong choice leaves behind must still be found and removed.
    look = None if findings.count else _look(str(name), str(namespace), spec)
    if look:
        _check(spec, findings)
    result: dict[str, Any] = {"name": name, "namespace": namespace, "look": look, "surplus": []}
    if look and observed:
        _check_observed(look, observed, findings)
        _check_rivals(metadata, look, observed, findings)
        result["shared"] = [rival["pipeline"] for rival in observed["rivals"]]
        result["surplus"] = _surplus(look, None, observed)
        if state == "present" and not findings.count:
            result |= _decisions(spec, look, observed, finished)
    return {**result, "errors": findings.errors, "warnings": findings.warnings}


def _check_names(name: Any, namespace: Any, findings: Findings) -> None:
    if not isinstance(name, str) or not _NAME.match(name) or len(name) > 63:
        message = f"metadata.name: {name!r} cannot be a label, with which objects of it are marked"
        remedy = "use at most 63 lower-case letters, digits, dots and dashes"
        findings.error("metadata.name", name, message, remedy)
    if not isinstance(namespace, str) or not _NAME.match(namespace):
        message = f"metadata.namespace: {namespace!r} is no name of a namespace"
        findings.error("metadata.namespace", namespace, message, "give the namespace of the pods")


def _check(spec: Row, findings: Findings) -> None:
    if spec["persist"] == Persist.NONE and spec["cleanup"]["action"] == "Free":
        message = "spec.cleanup.action: what is in the cache alone cannot be freed"
        remedy = "say Delete, or another spec.persist"
        findings.error("spec.cleanup.action", "Free", message, remedy)
    root = spec.get("root", "")
    if any(part in _DOTS for part in root.split("/")):
        message = f"spec.root: {root!r} has parts that mean other directories"
        findings.error("spec.root", root, message, "write it without . and ..")
    claim = (spec.get("claim") or {}).get("name", "")
    if spec["engine"] == "kubeflow" and ("." in claim or len(claim) > 63):
        message = f"spec.claim.name: {claim!r} cannot be the name of a volume, which Kubeflow gives"
        remedy = "use at most 63 characters, and no dots"
        findings.error("spec.claim.name", claim, message, remedy)
    for index, stage in enumerate(spec.get("stages", ())):
        if any(part in _DOTS for part in stage.get("path", "").split("/")):
            message = f"spec.stages[{index}].path: {stage['path']!r} has parts that mean other directories"
            remedy = "write it without . and .."
            findings.error(f"spec.stages[{index}].path", stage["path"], message, remedy)


def _look(name: str, namespace: str, spec: Row) -> dict[str, Any]:
    """The fields of pipeline_storage.Look."""
    stages = spec.get("stages", ())
    frees = spec["cleanup"]["action"] == "Free"
    return {
        "name": name,
        "namespace": namespace,
        "cluster": spec["alluxioCluster"]["name"],
        "cluster_namespace": spec["alluxioCluster"].get("namespace", namespace),
        "root": spec.get("root", names.root(name)),
        "keep": [stage.get("path", stage["name"]) for stage in stages if stage["keep"]],
        "persists": frees and spec["persist"] != Persist.NONE,
        "claim": (spec.get("claim") or {}).get("name"),
        "secret": (spec.get("s3") or {}).get("secret"),
    }


def _check_observed(look: Row, observed: Row, findings: Findings) -> None:
    path, theirs = "spec.alluxioCluster.namespace", look["cluster_namespace"]
    if observed["agreed"] is False:
        message = f"{path}: namespace {theirs!r} takes no pipelines from {look['namespace']!r}"
        remedy = (
            f"let its owner say so: kubectl annotate namespace {theirs} "
            f"{names.PIPELINES_FROM}={look['namespace']} (a list with commas for several)"
        )
        findings.error(path, theirs, message, remedy)
    claim = observed["claim"]
    if claim and not claim["ours"]:
        message = (
            f"spec.claim.name: there is a PersistentVolumeClaim {look['claim']!r} of others already"
        )
        remedy = "choose another name, or leave spec.claim out and use that one"
        findings.error("spec.claim.name", look["claim"], message, remedy)
    if (observed["alluxio"] or {}).get("read_only"):
        message = f"spec.root: {look['root']} is in a mount that is read-only"
        findings.error("spec.root", look["root"], message, "choose a directory of another mount")


def _check_rivals(metadata: Row, look: Row, observed: Row, findings: Findings) -> None:
    """Of pipelines in one root, which would clean and delete each other's runs, the oldest has it."""
    ours = (metadata.get("creationTimestamp") or _LAST, f"{look['namespace']}/{look['name']}")
    for rival in observed["rivals"]:
        if (rival["created"], rival["pipeline"]) > ours:
            continue
        message = f"spec.root: {look['root']} overlaps {rival['root']} of AlluxioPipeline {rival['pipeline']}"
        findings.error(
            "spec.root", look["root"], message, "choose a directory that no other pipeline has"
        )


def _decisions(spec: Row, look: Row, observed: Row, finished: tuple[str, ...]) -> dict[str, Any]:
    claim = _claim(look)
    alluxio = observed["alluxio"]
    now = datetime.fromisoformat(observed["observed_at"])
    runs = [_verdict(run, spec, now) for run in alluxio["runs"]] if alluxio else []
    return {
        "waits": list(_waits(look, observed)),
        "claim": claim,
        "surplus": _surplus(look, claim, observed),
        "runs": runs,
        "stages": len(spec.get("stages", ())),
        "steps": _steps(spec, look, alluxio, runs, finished, now) if alluxio else None,
    }


def _waits(look: Row, observed: Row) -> Iterator[str]:
    cluster = f"AlluxioCluster {look['cluster']} in namespace {look['cluster_namespace']}"
    if observed["agreed"] is None:
        yield f"there is no namespace {look['cluster_namespace']}"
    elif observed["alluxio"] is None:
        yield f"{cluster} cannot be asked: {observed['alluxio_error']['message']}"
    if look["claim"] and observed["agreed"] and not observed["fuse"]:
        yield f"{cluster} has no FUSE, on which the claim would be: set spec.fuse.enabled there"
    if not observed["secret"]:
        yield (
            f"there is no Secret {look['secret']}: kubectl create secret generic {look['secret']} "
            f"-n {look['namespace']} --from-literal=access-key=USER --from-literal=secret-key=ANY"
        )


def _claim(look: Row) -> dict[str, Any] | None:
    """Values of the volume and the claim, as the role's template needs them."""
    if look["claim"] is None:
        return None
    cluster, theirs = look["cluster"], look["cluster_namespace"]
    identity = (look["name"], look["namespace"])
    return {
        "name": look["claim"],
        "namespace": look["namespace"],
        "volume": names.volume_name(*identity, look["claim"], f"{theirs}/{cluster}"),
        "labels": names.claim_labels(*identity),
        "path": f"{node_files.folder(cluster, theirs)}/fuse/share",
        "size": CLAIM_SIZE,
    }


def _surplus(look: Row, wanted: Row | None, observed: Row) -> list[dict[str, Any]]:
    """Volumes of ours that are not wanted, with their claims, as objects to delete.

    A volume whose claim somebody deleted is tied to the one that is gone, and has to be made again.
    """
    objects = []
    for volume in observed["volumes"]:
        kept = wanted is not None and volume["name"] == wanted["volume"]
        if kept and volume["phase"] != "Released":
            continue
        if not kept:
            objects.append(
                _object("PersistentVolumeClaim", volume["claim"], namespace=look["namespace"])
            )
        objects.append(_object("PersistentVolume", volume["name"]))
    return objects


def _object(kind: str, name: str, **metadata: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **metadata}}


def _verdict(run: Row, spec: Row, now: datetime) -> dict[str, Any]:
    """The run with its ``state`` and what it waits for."""
    if run["state"] != "Succeeded":
        return {**run, "detail": ""}
    if spec["cleanup"]["when"] == "Never":
        return {**run, "detail": "nothing is cleaned, spec.cleanup.when is Never"}
    examples = ", ".join(run["examples"])
    if run["lost_files"]:
        detail = f"{run['lost_files']} files are lost, nothing is cleaned: {examples}"
        return {**run, "state": "Lost", "detail": detail}
    if not run["waiting_files"]:
        return {**run, "state": "Cleaning", "detail": ""}
    waited_s = now.timestamp() - run["succeeded_ms"] / 1000
    state = "Overdue" if waited_s > spec["cleanup"]["persistTimeoutSeconds"] else "Waiting"
    detail = f"{run['waiting_files']} files have no copy in the UFS yet: {examples}"
    return {**run, "state": state, "detail": detail}


def _steps(
    spec: Row,
    look: Row,
    alluxio: Row,
    runs: list[dict[str, Any]],
    finished: tuple[str, ...],
    now: datetime,
) -> dict[str, Any]:
    """What the module `pipeline_storage` is to do, in plain words of its own."""
    write_type = Persist(spec["persist"]).write_type
    known = {run["name"]: run["state"] for run in runs}
    return {
        "root": look["root"],
        "directory": _directory(spec["directory"], alluxio["directory"]),
        "write_type": None if alluxio["write_type"] == write_type else write_type,
        "mark": [run for run in finished if known.get(run) == "Open"],
        "ttl": list(_ttls(spec, look, runs, now)),
        # Again at each pass: the job service reports no failure.
        "persist": [run["name"] for run in runs if run["state"] in ("Waiting", "Overdue")],
        "clean": [run["name"] for run in runs if run["state"] == "Cleaning"],
        "action": spec["cleanup"]["action"],
        "keep": look["keep"],
        "persists": look["persists"],
    }


def _directory(wanted: Row, there: Row | None) -> dict[str, Any] | None:
    """What the root shall be; None when it is so already."""
    mode = int(wanted["mode"], 8)
    made = {"owner": wanted.get("owner"), "group": wanted.get("group"), "mode": mode}
    asked = {key: value for key, value in made.items() if value is not None}
    same = there is not None and all(there[key] == value for key, value in asked.items())
    return None if same else made


def _ttls(spec: Row, look: Row, runs: list[dict[str, Any]], now: datetime) -> Iterator[Row]:
    """Times to live, counted from a run's creation, for directories that have not the right one."""
    ttl_ms = spec["timeToLiveSeconds"] * 1000 or -1
    # Alluxio would delete what a stage keeps as well.
    action = "FREE" if spec["cleanup"]["action"] == "Free" or look["keep"] else "DELETE"
    for run in runs:
        # Alluxio forgets a time to live when it has acted on it.
        over = ttl_ms > 0 and run["created_ms"] + ttl_ms < now.timestamp() * 1000
        right = run["ttl_ms"] == ttl_ms and (ttl_ms < 0 or run["ttl_action"] == action)
        if not right and not over:
            yield {"run": run["name"], "ttl_ms": ttl_ms, "ttl_action": action}
