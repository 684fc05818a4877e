# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The pods of driver and executors: restricted, any user id, the user's template laid over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..literals import literal
from ..quantities import format_bytes
from .attempt import (
    APPLICATION_ID_LABEL,
    BLOCK_PORT,
    CONF_FOLDER,
    DRIVER_CONTAINER,
    EXECUTOR_CONTAINER,
    PROPERTIES_FILE,
    ROLE_LABEL,
    RPC_PORT,
    UI_PORT,
    UI_PORT_NAME,
    Attempt,
    late_variable,
)
from .conf import EXECUTOR_MAIN_CLASS
from .overlay import overlay

_POD_IP, _POD_NAME = "SPARK_DRIVER_BIND_ADDRESS", "SPARK_DRIVER_POD_NAME"
_LOCAL_DIRS = "/var/data/spark-local"
RESTRICTED_POD = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
# What the plan sets itself in the pods.
OUR_ENV = (
    _POD_IP, _POD_NAME, "SPARK_LOCAL_DIRS", "SPARK_CONF_DIR", "SPARK_HOME", "ALLUXIO_NODE_IP",
    "SPARK_EXECUTOR_MAIN_CLASS", "SPARK_APPLICATION_ID", "SPARK_USER",
)  # fmt: skip
OUR_FOLDERS = (CONF_FOLDER, _LOCAL_DIRS)

Object = dict[str, Any]


def driver_template(attempt: Attempt) -> Object:
    """The pod template of the driver's Job."""
    spec = attempt.spec
    container = {
        **_container(attempt, DRIVER_CONTAINER, spec["driver"], _driver_env()),
        "image": attempt.image,
        "imagePullPolicy": spec["image"]["pullPolicy"],
        "args": driver_arguments(attempt),
        "ports": [
            {"name": "rpc", "containerPort": RPC_PORT},
            {"name": "blocks", "containerPort": BLOCK_PORT},
            {"name": UI_PORT_NAME, "containerPort": UI_PORT},
        ],
        "resources": {
            "requests": {
                "cpu": str(attempt.driver.cores),
                "memory": format_bytes(attempt.driver.pod_bytes),
            },
            "limits": {"memory": format_bytes(attempt.driver.pod_bytes)},
        },
        # The last lines of a failed driver become its status, without anybody's right to read logs.
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    container["volumeMounts"].append({"name": "spark-local", "mountPath": _LOCAL_DIRS})
    pod = _pod(attempt, container)
    pod["metadata"]["labels"] |= {
        ROLE_LABEL: "driver",
        APPLICATION_ID_LABEL: attempt.application_id,
    }
    pod["spec"] |= {
        "serviceAccountName": attempt.service_account,
        "restartPolicy": "Never",
        **_pull_secrets(spec["image"]),
    }
    pod["spec"]["volumes"].append({"name": "spark-local", "emptyDir": {}})
    result: Object = overlay(pod, spec["driver"].get("podTemplate", {}))
    return result


def driver_arguments(attempt: Attempt) -> list[str]:
    """Arguments of the image's entrypoint; what only the pod knows comes from its environment."""
    spec = attempt.spec
    return [
        "driver",
        "--properties-file",
        f"{CONF_FOLDER}/{PROPERTIES_FILE}",
        "--conf",
        f"spark.driver.host=$({_POD_IP})",
        "--conf",
        f"spark.kubernetes.driver.pod.name=$({_POD_NAME})",
        *(["--class", spec["mainClass"]] if "mainClass" in spec else []),
        literal(spec["mainFile"]),
        *[literal(argument) for argument in spec.get("arguments", ())],
    ]


def executor_template(attempt: Attempt) -> Object:
    """The pod template that Spark completes for each executor."""
    spec, placement = attempt.spec, attempt.placement
    container = _container(attempt, EXECUTOR_CONTAINER, spec["executors"], _executor_env(attempt))
    pod = _pod(attempt, container)
    pod["spec"]["automountServiceAccountToken"] = False
    if placement.affinity:
        pod["spec"]["affinity"] = placement.affinity
    if placement.spread:
        # Those of this attempt alone are counted.
        selector = {"matchLabels": {**attempt.labels, ROLE_LABEL: "executor"}}
        pod["spec"]["topologySpreadConstraints"] = [
            {**constraint, "labelSelector": selector} for constraint in placement.spread
        ]
    laid_over: Object = overlay(pod, spec["executors"].get("podTemplate", {}))
    return {"apiVersion": "v1", "kind": "Pod", **laid_over}


def _pod(attempt: Attempt, container: Object) -> Object:
    spec = attempt.spec
    priority = spec.get("priorityClassName")
    return {
        "metadata": {"labels": dict(attempt.labels)},
        "spec": {
            "enableServiceLinks": False,
            "securityContext": RESTRICTED_POD,
            "containers": [container],
            "volumes": [
                {"name": "spark-conf", "configMap": {"name": attempt.conf_map}},
                *_volumes(spec),
            ],
            **({"priorityClassName": priority} if priority else {}),
        },
    }


def _container(
    attempt: Attempt, name: str, process: Mapping[str, Any], ours: list[Object]
) -> Object:
    spec = attempt.spec
    container: Object = {
        "name": name,
        "env": [*ours, *_late_env(spec), *_secret_env(spec), *_user_env(process)],
        "securityContext": RESTRICTED,
        "volumeMounts": [
            {"name": "spark-conf", "mountPath": CONF_FOLDER, "readOnly": True},
            *_mounts(spec),
        ],
    }
    whole = list(_env_from(spec))
    return {**container, "envFrom": whole} if whole else container


def _driver_env() -> list[Object]:
    return [
        _field(_POD_IP, "status.podIP"),
        _field(_POD_NAME, "metadata.name"),
        {"name": "SPARK_CONF_DIR", "value": CONF_FOLDER},
        {"name": "SPARK_LOCAL_DIRS", "value": _LOCAL_DIRS},
        {"name": "PYSPARK_PYTHON", "value": "python3"},
    ]


def _executor_env(attempt: Attempt) -> list[Object]:
    env: list[Object] = [{"name": "PYSPARK_PYTHON", "value": "python3"}]
    if attempt.local:
        env += [
            {"name": "SPARK_EXECUTOR_MAIN_CLASS", "value": EXECUTOR_MAIN_CLASS},
            _field("ALLUXIO_NODE_IP", "status.hostIP"),
        ]
    return env


def _field(name: str, path: str) -> Object:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def _late_env(spec: Mapping[str, Any]) -> Iterator[Object]:
    for kind in ("hadoop", "spark"):
        for index, row in enumerate(spec.get(f"{kind}ConfFrom", ())):
            yield _from_secret(late_variable(kind, index), **row["secretKeyRef"])


def _secret_env(spec: Mapping[str, Any]) -> Iterator[Object]:
    for secret in spec.get("secrets", ()):
        for row in secret.get("keys", ()):
            yield _from_secret(row["env"], secret["name"], row["key"])


def _from_secret(variable: str, name: str, key: str) -> Object:
    return {"name": variable, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}


def _user_env(process: Mapping[str, Any]) -> Iterator[Object]:
    for variable in process.get("env", ()):
        if "valueFrom" in variable:
            yield {"name": variable["name"], "valueFrom": variable["valueFrom"]}
        else:
            yield {"name": variable["name"], "value": literal(variable.get("value", ""))}


def _env_from(spec: Mapping[str, Any]) -> Iterator[Object]:
    for field, source in (("configMaps", "configMapRef"), ("secrets", "secretRef")):
        for row in spec.get(field, ()):
            if row["env"]:
                yield {source: {"name": row["name"]}}


def _mounted(spec: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(name of the volume, field, row) of all that is mounted as files."""
    for field in ("configMaps", "secrets"):
        for index, row in enumerate(spec.get(field, ())):
            if "mountPath" in row:
                yield f"{field.lower()}-{index}", field, row


def _volumes(spec: Mapping[str, Any]) -> Iterator[Object]:
    for volume, field, row in _mounted(spec):
        if field == "configMaps":
            yield {"name": volume, "configMap": {"name": row["name"]}}
        else:
            yield {"name": volume, "secret": {"secretName": row["name"]}}


def _mounts(spec: Mapping[str, Any]) -> Iterator[Object]:
    for volume, _field_name, row in _mounted(spec):
        yield {"name": volume, "mountPath": row["mountPath"], "readOnly": True}


def _pull_secrets(image: Mapping[str, Any]) -> Object:
    names = image.get("pullSecrets", ())
    return {"imagePullSecrets": [{"name": name} for name in names]} if names else {}
