# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The pods of a standing Spark service: restricted, any user id, a read-only root, the user's template laid over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..quantities import format_bytes
from .overlay import overlay
from .pods import RESTRICTED, RESTRICTED_POD
from .sizes import Size, size_of
from .standing import CONF_FOLDER, RECOVERY_FOLDER, Standing

CONTAINER = "spark"
# Where scripts are: worker.sh and the java of executors beside it.
SCRIPTS_FOLDER = "/opt/alluxio-spark"
SCRIPTS = {
    "worker.sh": "worker.sh",
    "java.sh": "executor-jvm/bin/java",
    "decommission.sh": "decommission.sh",
}

_WORK, _LOCAL = "/var/spark/work", "/var/spark/local"
_SPARK_CLASS = "/opt/spark/bin/spark-class"
_MIB = 1 << 20
# Of a worker itself, beside its executors.
_WORKER_DAEMON = size_of(1, 512 * _MIB, None, python=False)
# What a pod gets to end by itself beside its workers' hand-over.
_GRACE_S = 30
_DEPLOY = "org.apache.spark.deploy"

Object = dict[str, Any]


@dataclass(frozen=True)
class PodPlan:
    """What a pod is made of beside ``standing``: names of objects, labels, the hash by which it restarts.

    ``affinity`` and ``spread`` are as in a pod, ``ports`` the named ports of its container. ``auth`` names the Secret
    and the key that Spark's processes share, None for one that talks to none.
    """

    conf_map: str
    conf_prefix: str
    files: Sequence[str]
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    ports: Mapping[str, int]
    auth: Mapping[str, str] | None = None
    fs_group: int | None = None
    affinity: Mapping[str, Any] | None = None
    spread: Sequence[Mapping[str, Any]] = ()


def master(standing: Standing, plan: PodPlan, size: Size) -> Object:
    """The pod template of the master."""
    ports = plan.ports
    arguments = [
        *(_SPARK_CLASS, f"{_DEPLOY}.master.Master", "--host", "$(POD_IP)"),
        *("--port", str(ports["rpc"]), "--webui-port", str(ports["ui"])),
    ]
    container = {
        **_container(standing, plan, arguments),
        **_daemon(size),
        "readinessProbe": _tcp("rpc"),
        "livenessProbe": _alive("ui"),
    }
    container["env"] += [_heap(size)]
    container["volumeMounts"] += [{"name": "recovery", "mountPath": RECOVERY_FOLDER}]
    return _pod(standing, plan, "master", container, [])


def worker(standing: Standing, plan: PodPlan, size: Size) -> Object:
    """The pod template of workers; ``size`` is that of all executors of one together."""
    ports, spec = plan.ports, standing.spec["workers"]
    arguments = [
        *(f"{SCRIPTS_FOLDER}/worker.sh", "--host", "$(POD_IP)"),
        *("--port", str(ports["rpc"]), "--webui-port", str(ports["ui"])),
        *("--cores", str(size.cores), "--memory", f"{size.heap_mib}M"),
        *("--work-dir", _WORK, standing.master_url),
    ]
    pod_bytes = size.pod_bytes + _WORKER_DAEMON.pod_bytes
    container = {
        **_container(standing, plan, arguments),
        "resources": _resources(str(size.cores), pod_bytes),
        "readinessProbe": _tcp("ui"),
        "livenessProbe": _alive("ui"),
        "lifecycle": {
            "preStop": {
                "exec": {
                    "command": [
                        f"{SCRIPTS_FOLDER}/decommission.sh",
                        str(spec["decommissionSeconds"]),
                    ]
                }
            }
        },
    }
    container["env"] += [_heap(_WORKER_DAEMON), {"name": "SPARK_LOCAL_DIRS", "value": _LOCAL}]
    if spec["placement"] != "off":
        container["env"] += [_field("ALLUXIO_NODE_IP", "status.hostIP")]
    container["volumeMounts"] += [
        {"name": "work", "mountPath": _WORK},
        {"name": "local", "mountPath": _LOCAL},
        {"name": "scripts", "mountPath": SCRIPTS_FOLDER, "readOnly": True},
    ]
    volumes = [_empty("work"), _empty("local"), _scripts(plan.conf_map)]
    pod = _pod(standing, plan, "workers", container, volumes)
    pod["spec"].setdefault("terminationGracePeriodSeconds", spec["decommissionSeconds"] + _GRACE_S)
    return pod


def connect(standing: Standing, plan: PodPlan, token: Mapping[str, str]) -> Object:
    """The pod template of the Connect server; ``token`` names the Secret and the key of its token."""
    arguments = [
        *("driver", "--conf", "spark.driver.host=$(POD_IP)", "--name", "connect"),
        *("--class", "org.apache.spark.sql.connect.service.SparkConnectServer", "spark-internal"),
    ]
    container = {
        **_container(standing, plan, arguments),
        "resources": _resources(str(standing.connect.cores), standing.connect.pod_bytes),
        "startupProbe": {**_tcp("grpc"), "periodSeconds": 2, "failureThreshold": 150},
        "readinessProbe": _tcp("grpc"),
        "livenessProbe": _alive("grpc"),
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    container["env"] += [
        _field("SPARK_DRIVER_BIND_ADDRESS", "status.podIP"),
        {"name": "SPARK_LOCAL_DIRS", "value": _LOCAL},
        {"name": "SPARK_CONNECT_AUTHENTICATE_TOKEN", "valueFrom": {"secretKeyRef": dict(token)}},
    ]
    container["volumeMounts"] += [{"name": "local", "mountPath": _LOCAL}]
    pod = _pod(standing, plan, "connect", container, [_empty("local")])
    return _with_event_logs(standing, plan, pod)


def history(standing: Standing, plan: PodPlan, size: Size) -> Object:
    """The pod template of the history server."""
    container = {
        **_container(standing, plan, [_SPARK_CLASS, f"{_DEPLOY}.history.HistoryServer"]),
        **_daemon(size),
        "startupProbe": {**_tcp("ui"), "periodSeconds": 2, "failureThreshold": 150},
        "readinessProbe": _tcp("ui"),
        "livenessProbe": _alive("ui"),
    }
    container["env"] += [_heap(size)]
    pod = _pod(standing, plan, "history", container, [])
    return _with_event_logs(standing, plan, pod)


def _with_event_logs(standing: Standing, plan: PodPlan, pod: Object) -> Object:
    """Neither Spark's drivers nor its history server make the directory, and both end without it."""
    command = [_SPARK_CLASS, "org.apache.hadoop.fs.FsShell", "-mkdir", "-p", standing.events_uri]
    maker = {
        **_container(standing, plan, command),
        "name": "event-logs",
        "resources": {
            "requests": {"cpu": "100m", "memory": "512Mi"},
            "limits": {"memory": "512Mi"},
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
    }
    # By this Spark sizes the heap of a class that it does not know.
    maker["env"] += [{"name": "SPARK_DRIVER_MEMORY", "value": "256m"}]
    del maker["ports"]
    pod["spec"].setdefault("initContainers", []).insert(0, maker)
    return pod


def _pod(
    standing: Standing, plan: PodPlan, process: str, container: Object, volumes: list[Object]
) -> Object:
    image = standing.spec["image"]
    secrets = [{"name": name} for name in image.get("pullSecrets", ())]
    group = {} if plan.fs_group is None else {"fsGroup": plan.fs_group}
    pod: Object = {
        "metadata": {"labels": dict(plan.labels), "annotations": dict(plan.annotations)},
        "spec": {
            "automountServiceAccountToken": False,
            # Kubernetes would name variables after Services as Spark names its settings.
            "enableServiceLinks": False,
            "securityContext": {**RESTRICTED_POD, **group},
            "containers": [container],
            "volumes": [_conf_volume(plan), _empty("tmp"), _empty("home"), *volumes],
            **({"affinity": dict(plan.affinity)} if plan.affinity else {}),
            **({"topologySpreadConstraints": list(plan.spread)} if plan.spread else {}),
            **({"imagePullSecrets": secrets} if secrets else {}),
        },
    }
    result: Object = overlay(pod, standing.spec[process].get("podTemplate", {}))
    return result


def _container(standing: Standing, plan: PodPlan, arguments: Sequence[str]) -> Object:
    image = standing.spec["image"]
    return {
        "name": CONTAINER,
        "image": f"{image['repository']}:{image['tag']}",
        "imagePullPolicy": image["pullPolicy"],
        "args": list(arguments),
        "env": [
            _field("POD_IP", "status.podIP"),
            {"name": "SPARK_CONF_DIR", "value": CONF_FOLDER},
            *_auth(plan),
        ],
        "ports": [{"name": name, "containerPort": port} for name, port in plan.ports.items()],
        "securityContext": {**RESTRICTED, "readOnlyRootFilesystem": True},
        "volumeMounts": [
            {"name": "conf", "mountPath": CONF_FOLDER, "readOnly": True},
            {"name": "tmp", "mountPath": "/tmp"},
            {"name": "home", "mountPath": "/opt/spark/work-dir"},
        ],
    }


def _auth(plan: PodPlan) -> list[Object]:
    """As Spark itself hands it to executors (SecurityManager.ENV_AUTH_SECRET)."""
    if not plan.auth:
        return []
    return [{"name": "_SPARK_AUTH_SECRET", "valueFrom": {"secretKeyRef": dict(plan.auth)}}]


def _daemon(size: Size) -> Object:
    """A process of Spark's own that works for nobody: it waits most of the time."""
    return {"resources": _resources("100m", size.pod_bytes)}


def _heap(size: Size) -> Object:
    return {"name": "SPARK_DAEMON_MEMORY", "value": f"{size.heap_mib}m"}


def _resources(cpu: str, memory_bytes: int) -> Object:
    memory = format_bytes(memory_bytes)
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}


def _tcp(port: str) -> Object:
    return {"tcpSocket": {"port": port}, "periodSeconds": 3}


def _alive(port: str) -> Object:
    return {
        "tcpSocket": {"port": port},
        "initialDelaySeconds": 60,
        "periodSeconds": 20,
        "failureThreshold": 3,
    }


def _field(name: str, path: str) -> Object:
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def _empty(name: str) -> Object:
    return {"name": name, "emptyDir": {}}


def _conf_volume(plan: PodPlan) -> Object:
    items = [{"key": f"{plan.conf_prefix}.{file}", "path": file} for file in plan.files]
    return {"name": "conf", "configMap": {"name": plan.conf_map, "items": items}}


def _scripts(conf_map: str) -> Object:
    items = [{"key": key, "path": path} for key, path in SCRIPTS.items()]
    return {
        "name": "scripts",
        "configMap": {"name": conf_map, "items": items, "defaultMode": 0o555},
    }
