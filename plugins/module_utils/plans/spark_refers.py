# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The objects that a SparkApplication refers to but does not make. Works on specs that are not valid too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .spark_names import uploads_folder


def referred(spec: Any, namespace: Any) -> dict[str, Any]:
    """Names of Secrets and ConfigMaps without which no pod starts, the AlluxioCluster if one is named,
    whether it has blocks copied, and whether runs of a schedule have to be looked for."""
    spec = spec if isinstance(spec, Mapping) else {}
    cluster = spec.get("alluxioCluster")
    name = cluster.get("name") if isinstance(cluster, Mapping) else None
    return {
        "secrets": sorted(set(_named(_secrets(spec)))),
        "config_maps": sorted(set(_named(_config_maps(spec)))),
        "cluster": name if isinstance(name, str) else None,
        "cluster_namespace": (cluster or {}).get("namespace", namespace) if name else None,
        "replicates": _map(spec.get("locality")).get("onBusy") == "replicate",
        "scheduled": "schedule" in spec,
    }


def uploads(spec: Any, name: Any, namespace: Any) -> dict[str, Any] | None:
    """In which Alluxio files that were uploaded for the application are; None where its spec names none."""
    found = referred(spec, namespace)
    folder = uploads_folder(name, namespace)
    if not found["cluster"] or f"{folder}/" not in json.dumps(spec):
        return None
    return {"cluster": found["cluster"], "cluster_namespace": found["cluster_namespace"]}


def _named(names: Iterator[Any]) -> Iterator[str]:
    return (name for name in names if isinstance(name, str) and name)


def _secrets(spec: Mapping[str, Any]) -> Iterator[Any]:
    yield from _list(_map(spec.get("image")).get("pullSecrets"))
    for row in _rows(spec.get("secrets")):
        yield row.get("name")
    for field in ("sparkConfFrom", "hadoopConfFrom"):
        for row in _rows(spec.get(field)):
            yield _map(row.get("secretKeyRef")).get("name")
    yield from _of_variables(spec, "secretKeyRef")


def _config_maps(spec: Mapping[str, Any]) -> Iterator[Any]:
    for row in _rows(spec.get("configMaps")):
        yield row.get("name")
    yield from _of_variables(spec, "configMapKeyRef")


def _of_variables(spec: Mapping[str, Any], kind: str) -> Iterator[Any]:
    for process in ("driver", "executors"):
        for variable in _rows(_map(spec.get(process)).get("env")):
            reference = _map(_map(variable.get("valueFrom")).get(kind))
            if not reference.get("optional"):
                yield reference.get("name")


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    return (row for row in _list(value) if isinstance(row, Mapping))
