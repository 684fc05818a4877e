# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""spark-submit's flags -> a SparkApplication. Pure: nothing is read, asked or written here.

As in Spark, a flag is only another way to write a property (org.apache.spark.deploy.SparkSubmitArguments,
4.3): flags win over --conf, --conf wins over --properties-file. Properties that have a field of their own in the
SparkApplication go there, all others into spec.sparkConf.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue

API_VERSION = "alluxio.io/v1alpha1"
KIND = "SparkApplication"
# What spark-submit's flags set; the words of the command line, for messages.
FLAGS = {
    "spark.driver.cores": "--driver-cores",
    "spark.driver.memory": "--driver-memory",
    "spark.driver.extraJavaOptions": "--driver-java-options",
    "spark.executor.cores": "--executor-cores",
    "spark.executor.memory": "--executor-memory",
    "spark.executor.instances": "--num-executors",
    "spark.jars": "--jars",
    "spark.submit.pyFiles": "--py-files",
    "spark.files": "--files",
    "spark.archives": "--archives",
}

_HADOOP = "spark.hadoop."
_ENVIRONMENTS = {"spark.executorEnv": "executors", "spark.kubernetes.driverEnv": "driver"}
_JVM_SIZE = re.compile(r"(\d+)([kmgt]?)b?", re.IGNORECASE)


@dataclass(frozen=True)
class Submission:
    """A command line of `spark submit`, in its own words."""

    name: str
    namespace: str
    file: str
    arguments: Sequence[str] = ()
    main_class: str | None = None
    conf: Mapping[str, str] = field(default_factory=dict)
    cluster: str | None = None
    cluster_namespace: str | None = None
    secrets: Sequence[str] = ()
    secret_conf: Sequence[str] = ()
    config_maps: Sequence[str] = ()
    locality_paths: Sequence[str] = ()
    locality: str | None = None
    on_busy: str | None = None

    @property
    def needs_alluxio(self) -> bool:
        """Whether it names a path of Alluxio."""
        texts = [self.file, *self.arguments, *self.conf.values()]
        return bool(self.locality_paths) or any("alluxio://" in text for text in texts)


def resource(said: Submission) -> dict[str, Any]:
    """The SparkApplication. Raises InvalidValue for what cannot be read, by the name of its flag."""
    spec: dict[str, Any] = {"type": _type(said), "mainFile": said.file}
    if said.main_class:
        spec["mainClass"] = said.main_class
    if said.arguments:
        spec["arguments"] = list(said.arguments)
    if said.cluster:
        spec["alluxioCluster"] = {"name": said.cluster}
        if said.cluster_namespace:
            spec["alluxioCluster"]["namespace"] = said.cluster_namespace
    _add_properties(spec, said.conf)
    _add_secret_conf(spec, said.secret_conf)
    if said.secrets:
        spec["secrets"] = secrets(said.secrets)
    if said.config_maps:
        spec["configMaps"] = [_config_map(text) for text in said.config_maps]
    if locality := _locality(said):
        spec["locality"] = locality
    metadata = {"name": said.name, "namespace": said.namespace}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}


def _type(said: Submission) -> str:
    if said.file.endswith(".py"):
        return "Python"
    if not said.main_class:
        raise InvalidValue("--class", None, f"name the main class of {said.file}")
    return "Java"


def _locality(said: Submission) -> dict[str, Any]:
    parts: dict[str, Any] = {"mode": said.locality, "onBusy": said.on_busy}
    parts["paths"] = list(said.locality_paths)
    return {key: value for key, value in parts.items() if value}


def _add_properties(spec: dict[str, Any], conf: Mapping[str, str]) -> None:
    for key, value in conf.items():
        prefix, _dot, rest = key.rpartition(".")
        if key in _FIELDS:
            path, convert = _FIELDS[key]
            _put(spec, path, convert(FLAGS.get(key, f"--conf {key}"), value))
        elif key in _ELSEWHERE:
            raise InvalidValue(f"--conf {key}", value, _ELSEWHERE[key])
        elif prefix in _ENVIRONMENTS:
            pods = spec.setdefault(_ENVIRONMENTS[prefix], {})
            pods.setdefault("env", []).append({"name": rest, "value": value})
        elif key.startswith(_HADOOP):
            spec.setdefault("hadoopConf", {})[key.removeprefix(_HADOOP)] = value
        else:
            spec.setdefault("sparkConf", {})[key] = value
    _settle_dynamic_allocation(spec)


def _settle_dynamic_allocation(spec: dict[str, Any]) -> None:
    """Its bounds count only when it is on, as in Spark."""
    executors = spec.get("executors", {})
    bounds = executors.pop("dynamicAllocation", {})
    if bounds.pop("enabled", False):
        # Spark begins with as many executors as are asked for.
        if "instances" in executors:
            bounds.setdefault("initial", executors.pop("instances"))
        executors["dynamicAllocation"] = bounds
    if not executors:
        spec.pop("executors", None)


def _add_secret_conf(spec: dict[str, Any], said: Sequence[str]) -> None:
    for text in said:
        key, equals, where = text.partition("=")
        name, colon, entry = where.partition(":")
        if not (key and equals and name and colon and entry):
            raise InvalidValue("--secret-conf", None, "write PROPERTY=SECRET:KEY")
        hadoop = key.startswith(_HADOOP)
        row = {"key": key.removeprefix(_HADOOP), "secretKeyRef": {"name": name, "key": entry}}
        spec.setdefault("hadoopConfFrom" if hadoop else "sparkConfFrom", []).append(row)


def secrets(said: Sequence[str]) -> list[dict[str, Any]]:
    """SECRET:KEY=VARIABLE and SECRET=/FOLDER, those of one Secret together. Raises InvalidValue."""
    rows: list[dict[str, Any]] = []
    keys: dict[str, list[dict[str, str]]] = {}
    for text in said:
        left, _equals, right = text.partition("=")
        name, colon, key = left.partition(":")
        if colon and name and key and right:
            if name not in keys:
                keys[name] = []
                rows.append({"name": name, "keys": keys[name]})
            keys[name].append({"key": key, "env": right})
        elif name and not colon and right.startswith("/"):
            rows.append({"name": name, "mountPath": right})
        else:
            # Not shown: who mistakes the form may have written the value itself.
            raise InvalidValue("--secret", None, "write SECRET:KEY=VARIABLE, or SECRET=/FOLDER")
    return rows


def _config_map(text: str) -> dict[str, Any]:
    name, equals, folder = text.partition("=")
    if not name or (equals and not folder.startswith("/")):
        raise InvalidValue("--config-map", text, "write NAME=/FOLDER, or NAME for its variables")
    return {"name": name, "mountPath": folder} if equals else {"name": name, "env": True}


def _put(spec: dict[str, Any], path: Sequence[str], value: Any) -> None:
    *folders, last = path
    for name in folders:
        spec = spec.setdefault(name, {})
    spec[last] = value


def memory(flag: str, text: str) -> str:
    """Spark's size, as 4g or 512m or a number of MiB -> Kubernetes', as 4Gi. That of Kubernetes is taken too."""
    if re.fullmatch(r"\d+[KMGT]i", text):
        return text
    match = _JVM_SIZE.fullmatch(text)
    if match is None:
        raise InvalidValue(flag, text, "give a size such as 512m or 4g")
    return f"{match[1]}{(match[2] or 'm').upper()}i"


def _number(flag: str, text: str) -> int:
    if not text.isdecimal():
        raise InvalidValue(flag, text, "give a whole number")
    return int(text)


def _flag(flag: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidValue(flag, text, "say true or false")
    return text == "true"


def _text(_flag: str, text: str) -> str:
    return text


def split(text: str) -> list[str]:
    """Spark's lists have commas between their entries."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _list(_flag: str, text: str) -> list[str]:
    return split(text)


def image(flag: str, text: str) -> dict[str, str]:
    """The two parts of an image's name; a port of its registry is no tag."""
    repository, colon, tag = text.rpartition(":")
    if "@" in text or not colon or "/" in tag:
        raise InvalidValue(flag, text, "name an image and its tag, as REPOSITORY:TAG")
    return {"repository": repository, "tag": tag}


_Convert = Callable[[str, str], Any]
# Properties with a field of their own.
_FIELDS: dict[str, tuple[tuple[str, ...], _Convert]] = {
    **{
        f"spark.{one}.{key}": ((field_, name), convert)
        for one, field_ in (("driver", "driver"), ("executor", "executors"))
        for key, name, convert in (
            ("cores", "cores", _number),
            ("memory", "memory", memory),
            ("memoryOverhead", "memoryOverhead", memory),
            ("extraJavaOptions", "javaOptions", _text),
        )
    },
    "spark.executor.instances": (("executors", "instances"), _number),
    "spark.dynamicAllocation.enabled": (("executors", "dynamicAllocation", "enabled"), _flag),
    "spark.dynamicAllocation.minExecutors": (("executors", "dynamicAllocation", "min"), _number),
    "spark.dynamicAllocation.maxExecutors": (("executors", "dynamicAllocation", "max"), _number),
    "spark.dynamicAllocation.initialExecutors": (
        ("executors", "dynamicAllocation", "initial"),
        _number,
    ),
    "spark.jars": (("dependencies", "jars"), _list),
    "spark.submit.pyFiles": (("dependencies", "pyFiles"), _list),
    "spark.files": (("dependencies", "files"), _list),
    "spark.archives": (("dependencies", "archives"), _list),
    "spark.kubernetes.container.image": (("image",), image),
    "spark.kubernetes.authenticate.driver.serviceAccountName": (
        ("driver", "serviceAccountName"),
        _text,
    ),
}
# What is said in another way, and how.
_ELSEWHERE = {
    "spark.app.name": "say --name",
    "spark.kubernetes.namespace": "say --namespace",
    "spark.kubernetes.executor.podTemplateFile": "leave it out: say --locality-path, or write a SparkApplication with"
    " executors.podTemplate",
}
