# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What a schema cannot say about the fields of a pod: clashes with what the plan puts there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .findings import Findings
from .naming import CONFIG_HASH
from .properties import CREDENTIAL

_OUR_VOLUMES = re.compile(
    r"config|conf|tmp|logs|journal|metastore|tier-.*|properties-\d+|root-mount-\d+|domain"
)
_OUR_PATHS = (
    "/opt/alluxio/conf", "/opt/alluxio/logs", "/tmp", "/journal", "/metastore", "/tiers",
    "/opt/domain",
)  # fmt: skip
_OUR_LABELS = re.compile(
    r"app\.kubernetes\.io/(name|instance|component|managed-by|version)|alluxio\.io/.*"
)
_OUR_ENV = {
    re.compile(
        r"ALLUXIO_(\w+_)?JAVA_OPTS"
    ): "jvmOptions for flags, and properties for Alluxio properties",
    re.compile(r"ALLUXIO_(SITE|LOG4J)_PROPERTIES"): "properties",
    re.compile(
        r"ALLUXIO_(HOME|CONF_DIR|LOGS_DIR|USER_LOGS_DIR|RAM_FOLDER|MASTER_HOSTNAME|WORKER_RAMDISK_SIZE|"
        r"MASTER_MOUNT_TABLE_ROOT_UFS|USERNAME|GROUP|UID|GID)"
    ): "the fields of this resource, which decide it",
}
_POD_ANTI_AFFINITY_LISTS = (
    "requiredDuringSchedulingIgnoredDuringExecution",
    "preferredDuringSchedulingIgnoredDuringExecution",
)


def check_env(env: Sequence[Mapping[str, Any]], field: str, findings: Findings) -> None:
    """Refuses variables that the plan sets, and credentials in plain text."""
    for index, variable in enumerate(env):
        path, name = f"{field}.env[{index}]", variable["name"]
        use = next((use for pattern, use in _OUR_ENV.items() if pattern.fullmatch(name)), None)
        if use:
            findings.error(f"{path}.name", name, f"{path}: {name} is set by the plan", f"use {use}")
        if "value" in variable and "valueFrom" in variable:
            message = f"{path}: {name} has both value and valueFrom"
            findings.error(path, None, message, "give one of them")
        if variable.get("value") and CREDENTIAL.search(name):
            message = (
                f"{path}: {name} is a credential, and everyone who reads this resource sees it"
            )
            findings.error(f"{path}.value", None, message, "use valueFrom.secretKeyRef")


def check_pod(spec: Mapping[str, Any], field: str, findings: Findings) -> None:
    """Refuses labels, volumes and mounts that clash with ours, and affinity of the wrong shape."""
    for key in spec.get("podLabels", {}):
        if _OUR_LABELS.fullmatch(key):
            message = f"{field}.podLabels: {key} is a label by which the cluster finds its pods"
            findings.error(f"{field}.podLabels.{key}", None, message, "choose another key")
    if CONFIG_HASH in spec.get("podAnnotations", {}):
        message = f"{field}.podAnnotations: {CONFIG_HASH} is written by the plan"
        findings.error(f"{field}.podAnnotations.{CONFIG_HASH}", None, message, "remove it")
    _check_volumes(spec.get("volumes", ()), field, findings)
    volumes = {volume["name"] for volume in spec.get("volumes", ())}
    _check_mounts(spec.get("volumeMounts", ()), volumes, field, findings)
    _check_affinity(spec.get("affinity", {}), field, findings)


def _check_volumes(volumes: Sequence[Mapping[str, Any]], field: str, findings: Findings) -> None:
    for index, volume in enumerate(volumes):
        path = f"{field}.volumes[{index}]"
        if _OUR_VOLUMES.fullmatch(volume["name"]):
            message = f"{path}: {volume['name']} is the name of a volume of ours"
            findings.error(f"{path}.name", volume["name"], message, "choose another name")
        if len(volume) != 2:
            message = f"{path}: {volume['name']} must name one source, as in a pod"
            findings.error(
                path, None, message, "give for example secret, configMap or persistentVolumeClaim"
            )


def _check_mounts(
    mounts: Sequence[Mapping[str, Any]], volumes: set[str], field: str, findings: Findings
) -> None:
    for index, mount in enumerate(mounts):
        path, folder = f"{field}.volumeMounts[{index}]", mount["mountPath"].rstrip("/")
        if mount["name"] not in volumes:
            message = f"{path}: there is no volume {mount['name']!r} in {field}.volumes"
            findings.error(f"{path}.name", mount["name"], message, f"add it to {field}.volumes")
        if any(folder == ours or folder.startswith(f"{ours}/") for ours in _OUR_PATHS):
            message = f"{path}: {folder} is a folder of ours"
            findings.error(f"{path}.mountPath", folder, message, "choose another path")


def _check_affinity(affinity: Mapping[str, Any], field: str, findings: Findings) -> None:
    apart = affinity.get("podAntiAffinity") or {}
    path = f"{field}.affinity.podAntiAffinity"
    if not isinstance(apart, Mapping):
        findings.error(path, None, f"{path} must be a map", "write it as in a pod")
        return
    for key in _POD_ANTI_AFFINITY_LISTS:
        if not isinstance(apart.get(key) or [], list):
            findings.error(
                f"{path}.{key}", None, f"{path}.{key} must be a list", "write it as in a pod"
            )
