# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""From a SparkApplication and an observation to every decision: schema, rules, the next step, and the objects of the
attempt that this step begins.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ..property_files import render
from ..quantities import format_bytes
from ..spark import conf, pods
from ..spark.attempt import PROPERTIES_FILE, TEMPLATE_FILE, Attempt, Placement
from ..spark.sizes import Size
from . import (
    spark_access,
    spark_life,
    spark_names,
    spark_refers,
    spark_replicas,
    spark_rules,
    spark_schedule,
)
from ._schemas import SPARK_APPLICATION_SPEC
from .findings import Findings
from .schema import complete
from .spark_life import Action, Step

_REQUEST_CORES = "spark.kubernetes.executor.request.cores"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"

# What a pass that makes no attempt decides.
_NOTHING: dict[str, Any] = {
    "placement_request": None,
    "submission": None,
    "replication": None,
    "release": False,
    "suspended_job": None,
    "leftover": [],
    "notes": [],
}

_LOG4J = """\
# Errors and warnings: what the application prints itself must not drown. sparkConf spark.log.level changes it.
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = stderr
# Executors still call a driver that is about to end; the answers they get would push its own last words out of the
# pod's termination message.
logger.transport.name = org.apache.spark.network.server.TransportRequestHandler
logger.transport.level = off
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
"""


@dataclass(frozen=True)
class Application:
    """The resource, its spec complete and free of errors, beside what there is of it."""

    name: str
    namespace: str
    uid: str
    spec: Mapping[str, Any]
    driver: Size
    executor: Size
    observed: Mapping[str, Any]

    @property
    def local(self) -> bool:
        """Whether executors and tasks shall go to their data."""
        return self.spec["locality"]["mode"] != "off" and "alluxioCluster" in self.spec

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.observed["observed_at"])


def plan(resource: Mapping[str, Any], observed: Mapping[str, Any] | None) -> dict[str, Any]:
    """The plan of ``resource`` ({metadata, spec}) as plain data. Never raises for what a user wrote.

    ``step`` is what this pass does (spark_life.Step). ``placement_request`` are options of the module
    `node_affinity`, whose answer belongs into ``observed["placement"]`` before the plan is made again; None when
    nothing has to be asked. ``replication`` are options of the module `spark_replicas` for copies that the attempt
    waits for, None without any; ``release`` says that the copies of an application that has ended go. ``submission``
    are the objects of the attempt that begins, None when none does. ``belongings`` are all pods there are, and
    ``uploads`` options of the module `spark_uploads`, None without any: both go with the application.
    ``schedule`` is None unless it is one.
    """
    findings = Findings()
    metadata, raw = resource.get("metadata") or {}, resource.get("spec")
    name, namespace = metadata.get("name"), metadata.get("namespace")
    spec = complete({} if raw is None else raw, SPARK_APPLICATION_SPEC, "spec", findings)
    scheduled = isinstance(spec, dict) and "schedule" in spec
    bad_fields = findings.count
    spark_names.check_names(name, namespace, scheduled, findings)
    named = findings.count == bad_fields
    found = (observed or {}).get("pods", ())
    result: dict[str, Any] = {
        "name": name,
        "namespace": namespace,
        "belongings": [_pod(namespace, pod["name"]) for pod in found],
        "uploads": spark_refers.uploads(raw, name, namespace) if named else None,
    }
    sizes = None if findings.count else spark_rules.check(spec, findings)
    if sizes is not None and observed:
        application = Application(
            str(name), str(namespace), str(metadata.get("uid") or ""), spec, *sizes, observed
        )
        if scheduled:
            result |= _scheduled(application, resource, findings)
        else:
            spark_access.check(spec, observed, findings)
            result |= _decisions(application)
    return {**result, "errors": findings.errors, "warnings": findings.warnings}


def referred(resource: Mapping[str, Any]) -> dict[str, Any]:
    """What a resource names but does not make, before it is planned and whether or not it is valid."""
    return spark_refers.referred(
        resource.get("spec"), (resource.get("metadata") or {}).get("namespace")
    )


def _decisions(application: Application) -> dict[str, Any]:
    observed = application.observed
    step = spark_life.next_step(
        application.spec, observed["jobs"], observed["pods"], application.now
    )
    request = replication = None
    if step.action is Action.SUBMIT:
        waits = [*_missing(application), *_no_place(application)]
        request = None if waits or "placement" in observed else _placement_request(application)
        if waits:
            why = "; ".join(waits)
            step = Step(Action.NONE, "Pending", step.attempt - 1, why, again_s=10)
        else:
            replication = _replication(application, step.attempt)
        if replication:
            why = spark_replicas.why(observed["placement"])
            step = Step(Action.NONE, "Pending", step.attempt - 1, why, again_s=3)
    begins = step.action is Action.SUBMIT and request is None
    return {
        "step": {**asdict(step), "action": str(step.action), "finished": step.finished},
        "placement_request": request,
        "replication": replication,
        "release": step.finished and observed["replicas"]["own"] is not None,
        "requested": conf.requested(application.spec["executors"]),
        "notes": _notes(application) if begins else [],
        "submission": _submission(application, step.attempt) if begins else None,
        "suspended_job": _suspended_job(application, step),
        "leftover": [_pod(application.namespace, pod) for pod in step.leftover],
        "schedule": None,
        "new_runs": [],
        "old_runs": [],
    }


def _scheduled(
    application: Application, resource: Mapping[str, Any], findings: Findings
) -> dict[str, Any]:
    """The decisions about a schedule, which runs nothing itself."""
    runs = application.observed["runs"]
    if runs is None:
        message = (
            "spec.schedule: only the operator keeps a schedule, and there is no custom resource"
        )
        findings.error("spec.schedule", None, message, "install the operator, or play it from cron")
        return {}
    last = (resource.get("status") or {}).get("lastScheduleTime")
    created = resource["metadata"]["creationTimestamp"]
    turn = spark_schedule.turn(application.spec, created, last, runs, application.now)
    phase = "Suspended" if application.spec["suspend"] else "Scheduled"
    made = [] if turn.run is None else [spark_schedule.run_of(resource, turn.run)]
    return {
        "step": {**asdict(Step(Action.NONE, phase, 0, turn.why)), "finished": False},
        **_NOTHING,
        "schedule": {
            "last": turn.last_time,
            "next": turn.next_time,
            "runs": [r["name"] for r in runs],
        },
        "new_runs": made,
        "old_runs": [_run(application.namespace, name) for name in turn.going],
    }


def _missing(application: Application) -> list[str]:
    """What the pods would wait for."""
    observed, spec = application.observed, application.spec
    waits = [
        f"there is no {kind} {name!r} in namespace {application.namespace}"
        for kind, field in (("Secret", "secrets"), ("ConfigMap", "config_maps"))
        for name, exists in observed[field].items()
        if not exists
    ]
    if "alluxioCluster" in spec and observed["cluster"] is None:
        where = spec["alluxioCluster"].get("namespace", application.namespace)
        name = spec["alluxioCluster"]["name"]
        waits.append(
            f"there is no AlluxioCluster {name!r} in namespace {where} that clients can use yet"
        )
    return waits


def _no_place(application: Application) -> list[str]:
    """Why nothing may be submitted where executors must run beside their data."""
    locality, observed = application.spec["locality"], application.observed
    if locality["mode"] != "required" or "placement" not in observed:
        return []
    found = observed["placement"]
    if found is None:
        return [f"where the data is could not be told: {observed['placement_error']}"]
    if _REQUIRED not in (found["affinity"].get("nodeAffinity") or {}):
        paths = ", ".join(found["paths"])
        return [
            f"no node that may run executors holds data of {paths}, and locality.mode is required"
        ]
    return []


def _placement_request(application: Application) -> dict[str, Any] | None:
    spec = application.spec
    paths = spark_rules.data_paths(spec)
    if not application.local or not paths:
        return None
    cluster, locality = spec["alluxioCluster"], spec["locality"]
    pod = spec["executors"].get("podTemplate", {}).get("spec", {})
    size = application.executor
    return {
        "cluster": cluster["name"],
        "namespace": cluster.get("namespace", application.namespace),
        "paths": paths,
        "executors": conf.requested(spec["executors"]),
        "requests": {
            # What Spark itself takes, and so what the scheduler sees.
            "cpu": spec.get("sparkConf", {}).get(_REQUEST_CORES, str(size.cores)),
            "memory": format_bytes(size.pod_bytes),
        },
        "tolerations": pod.get("tolerations") or [],
        "node_selector": pod.get("nodeSelector") or {},
        "on_busy": "wait" if locality["mode"] == "required" else locality["onBusy"],
    }


def _replication(application: Application, attempt: int) -> dict[str, Any] | None:
    observed, spec = application.observed, application.spec
    wanted = spark_replicas.request(
        spec, attempt, observed.get("placement"), observed["replicas"], application.now
    )
    if wanted is None:
        return None
    cluster = spec["alluxioCluster"]
    namespace = cluster.get("namespace", application.namespace)
    return {**wanted, "cluster": cluster["name"], "cluster_namespace": namespace}


def _notes(application: Application) -> list[str]:
    """What one should know about the placement."""
    observed = application.observed
    if observed.get("placement"):
        return [*spark_replicas.notes(observed["replicas"]), *observed["placement"]["notes"]]
    error = observed.get("placement_error")
    return [f"executors are not placed beside their data: {error}"] if error else []


def _placement(application: Application) -> Placement:
    found = application.observed.get("placement")
    if not found:
        return Placement()
    return Placement(
        found["affinity"], found["topology_spread_constraints"], _leads(found["nodes"])
    )


def _leads(nodes: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    rows = [(node["hostname"], node["executors"]) for node in nodes if node["executors"]]
    # A node without data is no lead: its executor runs there for want of room elsewhere.
    held = {node["hostname"] for node in nodes if node["bytes"]}
    return [(host, count) for host, count in rows if host and host in held]


def _submission(application: Application, number: int) -> dict[str, Any]:
    """The values of the objects of one attempt, as the role's templates need them."""
    name, namespace, spec = application.name, application.namespace, application.spec
    observed = application.observed
    # Without a resource (playbook door) the time tells applications of one name apart.
    salt = application.uid or observed["observed_at"]
    own_account = spec["driver"].get("serviceAccountName")
    attempt = Attempt(
        name=name,
        namespace=namespace,
        application_id=spark_names.application_id(namespace, name, number, salt),
        executor_prefix=spark_names.executor_prefix(name, number),
        conf_map=spark_names.conf_name(name, number),
        service_account=own_account or spark_names.ACCOUNT,
        labels=spark_names.attempt_labels(name, number),
        spec=spec,
        driver=application.driver,
        executor=application.executor,
        client=(observed["cluster"] or {}).get("properties", {}),
        local=application.local,
        placement=_placement(application),
    )
    planned = (observed.get("placement") or {}).get("nodes", ())
    return {
        "attempt": number,
        "application_id": attempt.application_id,
        "labels": {**spark_names.object_labels(name), **attempt.labels},
        "account": None if own_account else spark_names.ACCOUNT,
        "conf_map": attempt.conf_map,
        "files": {
            PROPERTIES_FILE: render(conf.spark_properties(attempt)),
            TEMPLATE_FILE: json.dumps(pods.executor_template(attempt), indent=2, sort_keys=True),
            "log4j2.properties": _LOG4J,
        },
        "service": spark_names.driver_name(name, number),
        "driver_selector": {**attempt.labels, spark_names.ROLE_LABEL: "driver"},
        "policy": spark_names.policy_name(name),
        "policy_labels": spark_names.object_labels(name),
        "selector": spark_names.labels(name),
        "ui_port": spark_names.UI_PORT,
        "job": {
            "name": spark_names.driver_name(name, number),
            "annotations": {
                spark_names.APPLICATION_ID_ANNOTATION: attempt.application_id,
                spark_names.PLANNED_ANNOTATION: json.dumps(
                    {node["name"]: node["executors"] for node in planned if node["executors"]}
                ),
                spark_names.REQUESTED_ANNOTATION: str(conf.requested(spec["executors"])),
            },
            "deadline": _deadline(application),
            "template": pods.driver_template(attempt),
        },
    }


def _deadline(application: Application) -> dict[str, int]:
    left = spark_life.deadline_left_s(
        application.spec, application.observed["jobs"], application.now
    )
    return {} if left is None else {"activeDeadlineSeconds": max(1, left)}


def _suspended_job(application: Application, step: Step) -> dict[str, Any] | None:
    """What is applied to the Job of an attempt that shall stop: Kubernetes then removes its pod."""
    if step.action is not Action.SUSPEND:
        return None
    metadata = {
        "name": spark_names.driver_name(application.name, step.attempt),
        "namespace": application.namespace,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {"suspend": True},
    }


def _run(namespace: str, name: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "alluxio.io/v1alpha1", "kind": "SparkApplication", "metadata": metadata}


def _pod(namespace: Any, name: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
