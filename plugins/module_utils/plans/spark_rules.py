# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The rules of a SparkApplication that its schema cannot say. Reports all that it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..errors import InvalidValue
from ..quantities import format_bytes
from ..spark import secrets
from ..spark.conf import OWNED, OWNED_CLIENT
from ..spark.pods import OUR_ENV, OUR_FOLDERS
from ..spark.sizes import LEAST_HEAP_BYTES, Size, size_of
from . import cron
from .findings import Findings

Spec = Mapping[str, Any]

# A path of Alluxio without a master's address: the AlluxioCluster has to say where that is.
_ALLUXIO, _ALLUXIO_ALONE = "alluxio://", "alluxio:///"
_AUTH_SECRET = "spark.authenticate.secret"
_PROCESSES = ("driver", "executors")


def check(spec: Spec, findings: Findings) -> tuple[Size, Size] | None:
    """The sizes of driver and executor, or None after an error."""
    before = findings.count
    _check_program(spec, findings)
    _check_alluxio(spec, findings)
    _check_dynamic_allocation(spec["executors"], findings)
    _check_conf(spec, findings)
    _check_sources(spec, findings)
    for name in _PROCESSES:
        _check_env(spec[name], f"spec.{name}", findings)
        check_template(spec[name].get("podTemplate", {}), f"spec.{name}.podTemplate", findings)
    _check_arguments(spec, findings)
    _check_schedule(spec.get("schedule"), findings)
    python = spec["type"] == "Python"
    sizes = [_size(spec[name], f"spec.{name}", python, findings) for name in _PROCESSES]
    if findings.count > before or sizes[0] is None or sizes[1] is None:
        return None
    return sizes[0], sizes[1]


def data_paths(spec: Spec) -> list[str]:
    """The paths of Alluxio that decide about placement: those named, else those of the arguments."""
    named = spec["locality"].get("paths")
    if named:
        return list(named)
    found = (path_in_alluxio(argument) for argument in spec.get("arguments", ()))
    return sorted({path for path in found if path})


def path_in_alluxio(text: str) -> str | None:
    """``alluxio://host:port/data`` and ``alluxio:///data`` -> ``/data``; None for anything else."""
    if not text.startswith(_ALLUXIO):
        return None
    path = text[len(_ALLUXIO) :].partition("/")[2]
    # A pattern is below the folder in front of it.
    folder, star, _rest = path.partition("*")
    if star:
        folder = folder.rpartition("/")[0]
    return f"/{folder}".rstrip("/") or "/"


def _check_program(spec: Spec, findings: Findings) -> None:
    if spec["mainFile"].startswith("file:"):
        message = "spec.mainFile: no file of your machine is in the driver's pod"
        remedy = "use local:///path for a file of the image, or put it into Alluxio"
        findings.error("spec.mainFile", spec["mainFile"], message, remedy)
    if spec["type"] == "Python" and "mainClass" in spec:
        message = "spec.mainClass: a Python application has no main class"
        findings.error("spec.mainClass", spec["mainClass"], message, "remove it")
    if spec["type"] != "Python" and "mainClass" not in spec:
        message = f"spec.mainClass is missing for a {spec['type']} application"
        findings.error("spec.mainClass", None, message, "name the class with the main method")


def _check_alluxio(spec: Spec, findings: Findings) -> None:
    if "alluxioCluster" in spec:
        if spec["locality"]["mode"] == "required" and not data_paths(spec):
            message = "spec.locality.paths is missing, and no argument is a path of Alluxio"
            remedy = "name the paths beside which executors must run, or choose mode preferred"
            findings.error("spec.locality.paths", None, message, remedy)
        return
    texts = [spec["mainFile"], *spec.get("arguments", ())]
    texts += [uri for uris in spec["dependencies"].values() for uri in uris]
    alone = next((text for text in texts if text.startswith(_ALLUXIO_ALONE)), None)
    remedy = "name the AlluxioCluster in spec.alluxioCluster.name"
    if alone is not None:
        message = f"spec.alluxioCluster is missing, and {alone[:100]} does not say where Alluxio is"
        findings.error("spec.alluxioCluster", None, message, remedy)
    if spec["locality"].get("paths") or spec["locality"]["mode"] == "required":
        message = "spec.alluxioCluster is missing, and spec.locality is about its data"
        findings.error("spec.alluxioCluster", None, message, remedy)


def _check_dynamic_allocation(executors: Spec, findings: Findings) -> None:
    dynamic = executors.get("dynamicAllocation")
    if dynamic is None:
        return
    path = "spec.executors.dynamicAllocation"
    if "instances" in executors:
        message = "spec.executors.instances stands beside dynamicAllocation"
        remedy = "give one of them"
        findings.error("spec.executors.instances", executors["instances"], message, remedy)
    least, initial, most = dynamic["min"], dynamic.get("initial", dynamic["min"]), dynamic["max"]
    if least > most:
        message = f"{path}.min: {least} is more than max, {most}"
        findings.error(f"{path}.min", least, message, f"give at most {most}")
    elif not least <= initial <= most:
        message = f"{path}.initial: {initial} is not between min, {least}, and max, {most}"
        findings.error(f"{path}.initial", initial, message, f"give {least} to {most}")


def _check_conf(spec: Spec, findings: Findings) -> None:
    for path, field, key, value in _properties(spec):
        if secrets.is_secret(key, value):
            message = f"{path} is a credential, and everyone who reads this resource sees it"
            remedy = f"put it into a Secret and name that under spec.{field}From"
            findings.error(path, None, message, remedy)
        instead = _owner(spec, field, key)
        if instead:
            findings.error(path, None, f"{path} cannot be set here", instead)


def _properties(spec: Spec) -> Iterator[tuple[str, str, str, str]]:
    """(path in the spec, field, key, value); a value from a Secret is unknown and empty."""
    for field in ("sparkConf", "hadoopConf"):
        for key, value in spec.get(field, {}).items():
            yield f"spec.{field}.{key}", field, key, value
        for index, row in enumerate(spec.get(f"{field}From", ())):
            yield f"spec.{field}From[{index}].key", field, row["key"], ""


def _owner(spec: Spec, field: str, key: str) -> str | None:
    """What to do in place of setting this property; None when it may be set."""
    if field == "sparkConf":
        if not key.startswith("spark."):
            return (
                "Spark takes only keys that begin with spark.: correct it, or use spec.hadoopConf"
            )
        return next((remedy for pattern, remedy in OWNED if pattern.fullmatch(key)), None)
    if key.startswith("spark."):
        return "write it under spec.sparkConf, or without spark.hadoop."
    if "alluxioCluster" in spec and OWNED_CLIENT.fullmatch(key):
        return "remove it: spec.alluxioCluster and the pod decide it"
    return None


def _check_sources(spec: Spec, findings: Findings) -> None:
    for index, row in enumerate(spec.get("hadoopConfFrom", ())):
        if row["key"].startswith("alluxio."):
            # Its client takes ${...} for the name of a property of Alluxio (InstancedConfiguration).
            path = f"spec.hadoopConfFrom[{index}].key"
            message = f"{path}: the Alluxio client does not read {row['key']} from the environment"
            remedy = "keep credentials of the under file system with the AlluxioCluster"
            findings.error(path, row["key"], message, remedy)
    for index, row in enumerate(spec.get("sparkConfFrom", ())):
        if row["key"] == _AUTH_SECRET:
            # Read as it is (SecurityManager.getSecretKey): the reference itself would be the secret, which is none.
            path = f"spec.sparkConfFrom[{index}].key"
            message = f"{path}: Spark does not read {_AUTH_SECRET} from the environment"
            remedy = "remove it: with spark.authenticate Spark makes a secret for each application"
            findings.error(path, row["key"], message, remedy)
    folders: dict[str, str] = dict.fromkeys(OUR_FOLDERS, "the configuration of Spark")
    for field, ways in (
        ("configMaps", ("mountPath", "env")),
        ("secrets", ("mountPath", "keys", "env")),
    ):
        for index, row in enumerate(spec.get(field, ())):
            path = f"spec.{field}[{index}]"
            if sum(bool(row.get(way)) for way in ways) != 1:
                message = f"{path}: {row['name']} must be used in one way"
                findings.error(path, None, message, f"give {' or '.join(ways)}, one of them")
            _check_folder(row, path, folders, findings)


def _check_folder(row: Spec, path: str, folders: dict[str, str], findings: Findings) -> None:
    folder = row.get("mountPath", "").rstrip("/")
    if not folder:
        return
    if folder in folders:
        message = f"{path}.mountPath: {folder} already holds {folders[folder]}"
        findings.error(f"{path}.mountPath", folder, message, "choose another folder")
    folders[folder] = row["name"]


def _check_env(process: Spec, field: str, findings: Findings) -> None:
    for index, variable in enumerate(process.get("env", ())):
        path, name = f"{field}.env[{index}]", variable["name"]
        if name in OUR_ENV:
            message = f"{path}: {name} is set by the plan"
            findings.error(f"{path}.name", name, message, "choose another name")
        if "value" in variable and "valueFrom" in variable:
            message = f"{path}: {name} has both value and valueFrom"
            findings.error(path, None, message, "give one of them")
        if secrets.is_secret(name, variable.get("value", "")):
            message = (
                f"{path}: {name} is a credential, and everyone who reads this resource sees it"
            )
            findings.error(
                f"{path}.value", None, message, "use valueFrom.secretKeyRef, or spec.secrets"
            )


def _check_arguments(spec: Spec, findings: Findings) -> None:
    for index, argument in enumerate(spec.get("arguments", ())):
        _check_text(argument, f"spec.arguments[{index}]", findings)
    for name in _PROCESSES:
        path, options = f"spec.{name}.javaOptions", spec[name].get("javaOptions", "")
        for option in options.split():
            _check_text(option, path, findings)
            if option.startswith(("-Xmx", "-Xms")):
                message = f"{path}: {option} would break the sum of the memory"
                findings.error(path, option, message, f"use spec.{name}.memory")


def _check_text(text: str, path: str, findings: Findings) -> None:
    if secrets.assigns_secret(text):
        message = f"{path} is a credential, and everyone who reads this resource sees it"
        remedy = "put it into a Secret, name that in spec.secrets, and read it from there"
        findings.error(path, None, message, remedy)


def _check_schedule(schedule: Spec | None, findings: Findings) -> None:
    if schedule is None:
        return
    for check, field in ((cron.parse, "cron"), (cron.zone_of, "timeZone")):
        try:
            check(schedule[field], f"spec.schedule.{field}")
        except InvalidValue as error:
            findings.error(error.field, error.value, error.message, error.remedy)


def check_template(template: Spec, path: str, findings: Findings) -> None:
    """Refuses a pod template that cannot be laid over a pod."""
    spec = template.get("spec", {})
    if "restartPolicy" in spec:
        message = f"{path}.spec.restartPolicy cannot be set here"
        findings.error(f"{path}.spec.restartPolicy", None, message, "use spec.restartPolicy")
    for field in ("containers", "initContainers", "volumes"):
        items = spec.get(field)
        if items is not None and not _are_named(items):
            message = f"{path}.spec.{field} must be a list of maps with names"
            findings.error(f"{path}.spec.{field}", None, message, "write it as in a pod")


def _are_named(items: Any) -> bool:
    return isinstance(items, Sequence) and all(
        isinstance(item, Mapping) and isinstance(item.get("name"), str) for item in items
    )


def _size(process: Spec, field: str, python: bool, findings: Findings) -> Size | None:
    heap = findings.size(process["memory"], f"{field}.memory")
    overhead = findings.size(process.get("memoryOverhead"), f"{field}.memoryOverhead")
    if heap is None:
        return None
    if heap < LEAST_HEAP_BYTES:
        least = format_bytes(LEAST_HEAP_BYTES)
        message = f"{field}.memory: Spark does not start with a heap of {process['memory']}"
        findings.error(f"{field}.memory", process["memory"], message, f"give at least {least}")
    return size_of(process["cores"], heap, overhead, python)
