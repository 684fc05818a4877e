# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The pods: containers, identity, placement and volumes, as the templates need them.

Every pod runs under the restricted pod security standard, but those of FUSE and of pools with a
domain socket. User's strings stay literal: Kubernetes
expands ``$(NAME)`` in ``env`` and ``args`` and reads ``$$`` as ``$``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..literals import literal
from ..quantities import format_bytes
from . import jvm
from .memory import Memory
from .naming import CONFIG_HASH
from .properties import CONF
from .tiers import Tier

LOGS = "/opt/alluxio/logs"
JOURNAL = "/journal"
METASTORE = "/metastore"
HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
# The group of the official image, so that its user may write to the volumes.
DEFAULT_FS_GROUP = 1000
PROBE_PERIOD_S = 5
HOUR_S = 3600


@dataclass(frozen=True)
class Kind:
    """What makes one kind of process: how the image's entrypoint starts it, its ports, how long it
    may take to start.
    """

    args: list[str]
    java_opts: str
    ports: dict[str, int]
    probe_port: int
    patience_s: int
    cpu_request: str


KINDS = {
    # A master replays its journal before it answers, which takes hours when it is long: killing it
    # starts that again.
    "master": Kind(
        ["master-only", "--no-format"], "ALLUXIO_MASTER_JAVA_OPTS",
        {"rpc": 19998, "web": 19999, "embedded": 19200}, 19200, 6 * HOUR_S, "500m",
    ),
    "job-master": Kind(
        ["job-master"], "ALLUXIO_JOB_MASTER_JAVA_OPTS",
        {"job-rpc": 20001, "job-web": 20002, "job-embedded": 20003}, 20003, 6 * HOUR_S, "100m",
    ),
    # Workers answer after they have found a leading master, so they need the masters' patience.
    "worker": Kind(
        ["worker-only", "--no-format"], "ALLUXIO_WORKER_JAVA_OPTS",
        {"rpc": 29999, "web": 30000}, 29999, 6 * HOUR_S, "500m",
    ),
    "job-worker": Kind(
        ["job-worker"], "ALLUXIO_JOB_WORKER_JAVA_OPTS",
        {"job-rpc": 30001, "job-data": 30002, "job-web": 30003}, 30001, 6 * HOUR_S, "100m",
    ),
    "proxy": Kind(
        ["proxy"], "ALLUXIO_PROXY_JAVA_OPTS", {"http": 39999}, 39999, HOUR_S // 4, "250m",
    ),
    # No port: what it serves is a mount. Arguments: plans/fuse.py.
    "fuse": Kind([], "ALLUXIO_FUSE_JAVA_OPTS", {}, 0, HOUR_S // 4, "250m"),
}  # fmt: skip


@dataclass(frozen=True)
class Process:
    """A process of a pod. ``config``: the name of its property files and of its folder in the pod's
    configuration.
    """

    kind: str
    config: str
    memory: Memory
    spec: Mapping[str, Any]
    pod_properties: Mapping[str, str]


@dataclass(frozen=True)
class Placement:
    """Where the pods of a component may run. ``apart_from`` selects the pods that keep apart,
    ``alone`` whether they must; with ``everywhere`` each node has one, so nothing is spread.
    """

    selector: Mapping[str, str]
    apart_from: Mapping[str, str]
    alone: bool
    everywhere: bool = False


def container(
    process: Process, data_mounts: Sequence[Mapping[str, Any]], cpu: str
) -> dict[str, Any]:
    """A container that runs ``process``."""
    kind = KINDS[process.kind]
    options = " ".join(jvm.flags(process.memory, process.spec.get("jvmOptions", ())))
    ours = {kind.java_opts: options, "MALLOC_ARENA_MAX": "2"}
    return {
        "name": process.kind,
        "args": kind.args,
        "env": _env(ours, process.spec.get("env", ())),
        "ports": [{"name": name, "containerPort": port} for name, port in kind.ports.items()],
        "probe_port": kind.probe_port,
        "startup_failures": kind.patience_s // PROBE_PERIOD_S,
        "resources": _resources(process, cpu),
        "mounts": [
            {"name": "conf", "mountPath": CONF, "subPath": process.config, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp", "subPath": process.config},
            {"name": "logs", "mountPath": LOGS, "subPath": process.config},
            *data_mounts,
        ],
    }


def cpu_request(kind: str, limit_millicores: int | None) -> str:
    """The default request, or the limit when that is lower."""
    default = KINDS[kind].cpu_request
    if limit_millicores is not None and limit_millicores < int(default.removesuffix("m")):
        return f"{limit_millicores}m"
    return default


def configuration_args(processes: Sequence[Process]) -> list[str]:
    """Arguments of assemble.sh: each process and the properties that depend on the pod."""
    args: list[str] = []
    for process in processes:
        args.append(process.config)
        args += [f"{key}={value}" for key, value in process.pod_properties.items()]
    return args


def security(spec: Mapping[str, Any], openshift: bool) -> dict[str, Any]:
    """The pod's security context. OpenShift chooses user and groups of each namespace itself and
    refuses others.
    """
    chosen = spec["security"]["podSecurityContext"]
    fs_group = chosen.get("fsGroup", None if openshift else DEFAULT_FS_GROUP)
    context = {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
        "runAsUser": chosen.get("runAsUser"),
        "runAsGroup": chosen.get("runAsGroup"),
        "fsGroup": fs_group,
        # Walking a large volume at every start takes minutes.
        "fsGroupChangePolicy": None if fs_group is None else "OnRootMismatch",
    }
    return {key: value for key, value in context.items() if value is not None}


def placement_fields(spec: Mapping[str, Any], placement: Placement) -> dict[str, Any]:
    """The fields of a pod that say where it runs; empty ones are left out."""
    on_nodes = {key: spec.get(key) for key in ("nodeSelector", "tolerations", "priorityClassName")}
    if placement.everywhere:
        return {key: value for key, value in on_nodes.items() if value}
    constraints = spec.get("topologySpreadConstraints")
    spread = [{"maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "ScheduleAnyway"}]
    selector = {"labelSelector": {"matchLabels": dict(placement.selector)}}
    fields = {
        **on_nodes,
        "affinity": _affinity(spec.get("affinity", {}), placement),
        "topologySpreadConstraints": [
            {**selector, **constraint}
            for constraint in (spread if constraints is None else constraints)
        ],
    }
    return {key: value for key, value in fields.items() if value}


def pod_annotations(spec: Mapping[str, Any], config_hash: str) -> dict[str, str]:
    return {**spec.get("podAnnotations", {}), CONFIG_HASH: config_hash}


def secret_volumes(spec: Mapping[str, Any], root_mount: bool) -> tuple[list[Any], list[Any]]:
    """Volumes of the Secrets with properties and, for masters, mount options; and where assemble.sh
    sees them.
    """
    sources = [
        ("properties", index, source) for index, source in enumerate(spec.get("propertiesFrom", ()))
    ]
    if root_mount:
        options = spec["rootMount"].get("optionsFrom", ())
        sources += [("root-mount", index, source) for index, source in enumerate(options)]
    volumes, mounts = [], []
    for purpose, index, source in sources:
        name = f"{purpose}-{index}"
        # Only the init container sees them, as whatever user the pod runs, hence readable by all.
        secret = {"secretName": source["secretRef"]["name"], "defaultMode": 0o444}
        volumes.append({"name": name, "secret": secret})
        # Two digits keep the order of the list when the shell sorts the folders.
        folder = f"/secrets/{purpose}/{index:02d}"
        mounts.append({"name": name, "mountPath": folder, "readOnly": True})
    return volumes, mounts


def tier_volumes(tiers: Sequence[Tier]) -> list[dict[str, Any]]:
    """The memory-backed volumes; the others come from claims."""
    return [
        {
            "name": tier.volume,
            "emptyDir": {"medium": "Memory", "sizeLimit": format_bytes(tier.size_limit_bytes)},
        }
        for tier in tiers
        if tier.size_limit_bytes is not None
    ]


def _env(ours: Mapping[str, str], users: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    taken = {variable["name"] for variable in users}
    env: list[dict[str, Any]] = [
        {"name": name, "value": literal(value)} for name, value in ours.items() if name not in taken
    ]
    for variable in users:
        if "valueFrom" in variable:
            env.append({"name": variable["name"], "valueFrom": variable["valueFrom"]})
        else:
            env.append({"name": variable["name"], "value": literal(variable.get("value", ""))})
    return env


def _resources(process: Process, cpu: str) -> dict[str, Any]:
    resources = process.spec.get("resources", {})
    requests = {"cpu": cpu, **resources.get("requests", {})}
    requests["memory"] = format_bytes(process.memory.request)
    limits = {**resources.get("limits", {}), "memory": format_bytes(process.memory.limit)}
    return {"requests": requests, "limits": limits}


def _affinity(users: Mapping[str, Any], placement: Placement) -> dict[str, Any]:
    """The user's affinity, and ours among its pod anti-affinity."""
    term = {"labelSelector": {"matchLabels": dict(placement.apart_from)}, "topologyKey": HOSTNAME}
    apart = dict(users.get("podAntiAffinity") or {})
    if placement.alone:
        key = "requiredDuringSchedulingIgnoredDuringExecution"
        apart[key] = [term, *(apart.get(key) or ())]
    else:
        key = "preferredDuringSchedulingIgnoredDuringExecution"
        apart[key] = [{"weight": 100, "podAffinityTerm": term}, *(apart.get(key) or ())]
    return {**users, "podAntiAffinity": apart}
