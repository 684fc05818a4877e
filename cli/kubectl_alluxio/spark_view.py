# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A Spark application as its pods and, where there is one, its SparkApplication show it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.kube.pods import trouble_of
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_names import (
    ATTEMPT_LABEL,
    DRIVER_CONTAINER,
    PROGRESS_ANNOTATION,
    ROLE_LABEL,
    uploads_folder,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.spark.last_words import error_line

# Spark's own (org.apache.spark.deploy.k8s.Constants, 4.3).
_EXECUTOR_ID_LABEL = "spark-exec-id"
_ENDED = ("Succeeded", "Failed")


@dataclass(frozen=True)
class Pod:
    """A driver or an executor. ``exit_code`` is there once its container has ended."""

    name: str
    attempt: int
    phase: str
    node: str
    container: str
    started: bool
    exit_code: int | None
    trouble: str
    last_words: str = ""
    executor_id: str = ""


@dataclass(frozen=True)
class Application:
    """One application, by its last attempt. Times as Kubernetes writes them, empty when unknown."""

    name: str
    namespace: str
    phase: str
    attempt: int
    driver: Pod | None
    executors: Sequence[Pod] = ()
    progress: Mapping[str, Any] = field(default_factory=dict)
    application_id: str = ""
    requested: int | None = None
    exit_code: int | None = None
    error: str = ""
    waits_for: str = ""
    local_share: float | None = None
    created: str = ""
    started: str = ""
    ended: str = ""
    notes: Sequence[str] = ()
    retries: bool = False
    uploads: bool = False
    cluster: str = ""
    cluster_namespace: str = ""

    @property
    def running_executors(self) -> int:
        return sum(one.phase == "Running" for one in self.executors)

    @property
    def over(self) -> bool:
        """Whether nothing will follow any more."""
        if self.phase in _ENDED:
            return True
        # The pod is quicker than the status, unless another attempt may follow.
        code = self.driver.exit_code if self.driver else None
        return code is not None and (code == 0 or not self.retries)


def application(
    name: str, namespace: str, resource: Mapping[str, Any] | None, pods: Iterable[Mapping[str, Any]]
) -> Application:
    """``resource`` is its SparkApplication, None where the kind or the object does not exist."""
    resource = resource or {}
    status = resource.get("status") or {}
    # Pods of an application that bore the name before may still be going away.
    since = (resource.get("metadata") or {}).get("creationTimestamp", "")
    rows = [pod for pod in pods if pod["metadata"]["creationTimestamp"] >= since]
    mine = [_pod(pod) for pod in rows]
    attempts = [one.number for one in _attempts(status)] + [one.attempt for one in mine]
    attempt = max(attempts, default=0)
    current = [one for one in mine if one.attempt == attempt]
    driver = next((one for one in current if not one.executor_id), None)
    source = next((pod for pod in rows if driver and pod["metadata"]["name"] == driver.name), {})
    progress = _progress(source) or status.get("progress") or {}
    exit_code = driver.exit_code if driver else None
    if exit_code is None:
        exit_code = (status.get("driver") or {}).get("exitCode")
    spec = resource.get("spec") or {}
    cluster = spec.get("alluxioCluster") or {}
    return Application(
        name=name,
        namespace=namespace,
        phase=_phase(status.get("phase", ""), driver),
        attempt=attempt,
        driver=driver,
        executors=sorted((one for one in current if one.executor_id), key=_executor_order),
        progress=progress,
        application_id=status.get("applicationId") or progress.get("applicationId", ""),
        requested=(status.get("executors") or {}).get("requested"),
        exit_code=exit_code,
        error=status.get("error") or _error(driver),
        waits_for=_waits_for(status),
        local_share=_first(local_share(progress), status.get("localShare")),
        created=(resource or source).get("metadata", {}).get("creationTimestamp", ""),
        started=status.get("startTime") or (source.get("status") or {}).get("startTime", ""),
        ended=status.get("endTime") or _ended(source),
        notes=status.get("notes") or [],
        retries=(spec.get("restartPolicy") or {}).get("type", "Never") != "Never",
        uploads=f"{uploads_folder(name, namespace)}/" in json.dumps([spec, source.get("spec")]),
        cluster=cluster.get("name", ""),
        cluster_namespace=cluster.get("namespace") or namespace,
    )


@dataclass(frozen=True)
class Attempt:
    """A row of status.attempts."""

    number: int
    state: str
    exit_code: int | None
    error: str


def _attempts(status: Mapping[str, Any]) -> list[Attempt]:
    return [
        Attempt(row["number"], row.get("state", ""), row.get("exitCode"), row.get("error") or "")
        for row in status.get("attempts") or []
    ]


def local_share(progress: Mapping[str, Any]) -> float | None:
    """Share of the bytes that tasks read on their own node; None while nothing was read."""
    local, remote = progress.get("localBytes", 0), progress.get("remoteBytes", 0)
    return local / (local + remote) if local + remote else None


def seconds_between(start: str, end: str) -> float:
    """Of two times as Kubernetes writes them."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def now() -> str:
    """The time as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pod(pod: Mapping[str, Any]) -> Pod:
    metadata, status = pod["metadata"], pod.get("status") or {}
    labels = metadata.get("labels") or {}
    executor_id = labels.get(_EXECUTOR_ID_LABEL, "") if labels.get(ROLE_LABEL) == "executor" else ""
    names = [container["name"] for container in pod["spec"]["containers"]]
    container = DRIVER_CONTAINER if DRIVER_CONTAINER in names and not executor_id else names[0]
    state = next(
        (
            row.get("state") or {}
            for row in status.get("containerStatuses") or []
            if row["name"] == container
        ),
        {},
    )
    ended = state.get("terminated")
    trouble = trouble_of(pod)
    return Pod(
        name=metadata["name"],
        attempt=int(labels.get(ATTEMPT_LABEL, "1")),
        phase=status.get("phase", "Unknown"),
        node=pod["spec"].get("nodeName", ""),
        container=container,
        started="running" in state or ended is not None,
        exit_code=ended["exitCode"] if ended else None,
        trouble=f"{trouble.reason}: {trouble.message}" if trouble.reason else "",
        last_words=error_line((ended or {}).get("message") or "") or "",
        executor_id=executor_id,
    )


def _phase(said: str, driver: Pod | None) -> str:
    """The pod knows sooner than the status whether it runs; whether all is over says the status."""
    if driver is None or said not in ("", "Pending", "Submitted", "Running"):
        return said or "Pending"
    if said and driver.phase in _ENDED:
        return said
    return {"Pending": "Submitted"}.get(driver.phase, driver.phase)


def _error(driver: Pod | None) -> str:
    return (driver.last_words or driver.trouble) if driver and driver.exit_code else ""


def _waits_for(status: Mapping[str, Any]) -> str:
    """In the operator's words, before there is a driver."""
    if status.get("phase") != "Pending":
        return ""
    rows = status.get("conditions") or []
    return next((row.get("message", "") for row in rows if row["type"] == "Progressing"), "")


def _progress(driver: Mapping[str, Any]) -> dict[str, Any]:
    text = _annotation(driver, PROGRESS_ANNOTATION)
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _annotation(body: Mapping[str, Any], name: str) -> str:
    return str(((body.get("metadata") or {}).get("annotations") or {}).get(name, ""))


def _ended(driver: Mapping[str, Any]) -> str:
    for row in (driver.get("status") or {}).get("containerStatuses") or []:
        if row["name"] == DRIVER_CONTAINER and (
            ended := (row.get("state") or {}).get("terminated")
        ):
            return str(ended.get("finishedAt", ""))
    return ""


def _executor_order(pod: Pod) -> tuple[int, str]:
    return (int(pod.executor_id) if pod.executor_id.isdecimal() else 0, pod.name)


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)
