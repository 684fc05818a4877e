# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Names and labels of the objects of a SparkApplication, and how long they may be.

No two applications of a namespace share a name: ``-ATTEMPT-driver`` at the end of a name says which
attempt, and what stands before it is the application.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from ..spark.attempt import (
    APPLICATION_ID_LABEL,
    DRIVER_CONTAINER,
    EXECUTOR_CONTAINER,
    ROLE_LABEL,
    UI_PORT,
    UI_PORT_NAME,
)
from .findings import Findings
from .naming import MANAGED_BY

__all__ = [  # what others ask of this file and Spark's words say
    "APPLICATION_ID_LABEL",
    "DRIVER_CONTAINER",
    "EXECUTOR_CONTAINER",
    "ROLE_LABEL",
    "UI_PORT",
    "UI_PORT_NAME",
]

APPLICATION_LABEL = "alluxio.io/spark-application"
ATTEMPT_LABEL = "alluxio.io/attempt"
# Each run of a schedule bears the name of the schedule that made it.
SCHEDULE_LABEL = "alluxio.io/spark-schedule"

PROGRESS_ANNOTATION = "alluxio.io/spark-progress"
APPLICATION_ID_ANNOTATION = "alluxio.io/spark-application-id"
# Planned executors by node, as JSON; on the Job.
PLANNED_ANNOTATION = "alluxio.io/planned-executors"
REQUESTED_ANNOTATION = "alluxio.io/requested-executors"

ACCOUNT = "alluxio-spark-driver"

LONGEST_SERVICE = 63
LONGEST_NAME = LONGEST_SERVICE - len("-0123456789-driver")
# A run is named after the minute for which it is made, eight digits until the year 2160.
LONGEST_SCHEDULE = LONGEST_NAME - len("-01234567")

_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?\Z")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")


def driver_name(application: str, attempt: int) -> str:
    """The Job and the Service of the driver."""
    return f"{application}-{attempt}-driver"


def conf_name(application: str, attempt: int) -> str:
    """The ConfigMap with Spark's configuration and the executors' pod template."""
    return f"{application}-{attempt}-conf"


def executor_prefix(application: str, attempt: int) -> str:
    """Executors are named after it: ``PREFIX-exec-1``."""
    return f"{application}-{attempt}"


def policy_name(application: str) -> str:
    """The NetworkPolicy of driver and executors of all attempts."""
    return f"{application}-spark"


def uploads_folder(application: str, namespace: str) -> str:
    """What lies below it in Alluxio was uploaded for the application; each submission has its own folder there."""
    return f"/.spark-uploads/{namespace}/{application}"


def run_name(schedule: str, minute: int) -> str:
    """The application that a schedule makes for that minute since 1970."""
    return f"{schedule}-{minute}"


def ui_address(application: str, attempt: int, namespace: str) -> str:
    """Spark's web UI inside Kubernetes."""
    return f"http://{driver_name(application, attempt)}.{namespace}.svc:{UI_PORT}"


def application_id(namespace: str, application: str, attempt: int, salt: str) -> str:
    """Spark's id of an attempt; ``salt`` tells applications of one name apart that follow each other."""
    text = "/".join((namespace, application, str(attempt), salt))
    return f"spark-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def labels(application: str) -> dict[str, str]:
    """What all objects and pods of an application bear, and nothing else does."""
    return {APPLICATION_LABEL: application}


def attempt_labels(application: str, attempt: int) -> dict[str, str]:
    """What the objects and pods of one attempt bear."""
    return {**labels(application), ATTEMPT_LABEL: str(attempt)}


def object_labels(application: str) -> dict[str, str]:
    """Labels of objects, which say who made them too."""
    return {
        **labels(application),
        "app.kubernetes.io/name": "spark",
        "app.kubernetes.io/instance": application,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }


def selector(application: str) -> str:
    """The label selector of everything that belongs to an application."""
    return f"{APPLICATION_LABEL}={application}"


def check_names(name: Any, namespace: Any, scheduled: bool, findings: Findings) -> None:
    """Refuses names that Kubernetes would refuse later."""
    if not isinstance(name, str) or not _DNS_1035.match(name):
        message = f"metadata.name: {name!r} cannot be part of the name of a Service"
        remedy = "use lower-case letters, digits and dashes, and begin with a letter"
        findings.error("metadata.name", name, message, remedy)
        return
    if not isinstance(namespace, str) or not _NAMESPACE.match(namespace):
        message = f"metadata.namespace: {namespace!r} is no name of a namespace"
        remedy = "give the namespace of the application"
        findings.error("metadata.namespace", namespace, message, remedy)
    longest = LONGEST_SCHEDULE if scheduled else LONGEST_NAME
    if len(name) > longest:
        message = f"metadata.name has {len(name)} characters"
        after = "its runs are" if scheduled else "a Service is"
        remedy = f"use at most {longest}, because {after} named after it"
        findings.error("metadata.name", name, message, remedy)
