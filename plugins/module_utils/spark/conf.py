# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The configuration of Spark and Hadoop: our defaults, the cluster's, the user's, and what only the plan decides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .attempt import (
    BLOCK_PORT,
    CONF_FOLDER,
    EXECUTOR_CONTAINER,
    RPC_PORT,
    TEMPLATE_FILE,
    UI_PORT,
    Attempt,
    late_variable,
)
from .sizes import Size

LISTENER = "io.alluxio.k8s.spark.ProgressListener"
LEAD_NODES = "io.alluxio.k8s.spark.LeadNodeFeatureStep"
EXECUTOR_MAIN_CLASS = "io.alluxio.k8s.spark.NodeHostExecutorBackend"
# The user may add to these lists of classes.
_LISTENERS, _FEATURE_STEPS = "spark.extraListeners", "spark.kubernetes.executor.pod.featureSteps"

CLIENT = {
    # Without the first a client asks the operating system, which knows no name for any user id; without the
    # second it waits three minutes and is not let in.
    "alluxio.security.login.username": "alluxio",
    "alluxio.security.login.impersonation.username": "_NONE_",
    # Else a file that is not cached "prefers" all workers, and tasks wait for one of them.
    "alluxio.user.ufs.block.location.all.fallback.enabled": "false",
    "fs.AbstractFileSystem.alluxio.impl": "alluxio.hadoop.AlluxioFileSystem",
}
_HADOOP = "spark.hadoop."

# Properties of Spark that other fields decide, and which.
OWNED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), remedy)
    for pattern, remedy in (
        (r"spark\.hadoop\..*", "write it under spec.hadoopConf, without spark.hadoop."),
        (r"spark\.(driver|executor)\.(cores|memory|memoryOverhead)", "use spec.driver and spec.executors"),
        (r"spark\.(driver|executor)\.memoryOverheadFactor|spark\.kubernetes\.memoryOverheadFactor",
         "use memoryOverhead of spec.driver and spec.executors"),
        (r"spark\.(driver|executor)\.extraJavaOptions", "use javaOptions of spec.driver and spec.executors"),
        (r"spark\.executor\.instances", "use spec.executors.instances"),
        (r"spark\.dynamicAllocation\.(enabled|(min|max|initial)Executors)", "use spec.executors.dynamicAllocation"),
        (r"spark\.(jars|files|archives|submit\.pyFiles)", "use spec.dependencies"),
        (r"spark\.locality\.wait", "use spec.locality.wait"),
        (r"spark\.alluxio\..*", "use spec.locality"),
        (r"spark\.kubernetes\.(driver\.|executor\.)?container\.image(\..*)?", "use spec.image"),
        (r"spark\.kubernetes\.(driver|executor)\.podTemplate.*", "use podTemplate of spec.driver and spec.executors"),
        (r"spark\.kubernetes\.executor\.podNamePrefix|spark\.kubernetes\.driver\.pod\.name|spark\.app\.id",
         "remove it: each attempt has names and an id of its own"),
        (r"spark\.kubernetes\.namespace", "use metadata.namespace"),
        (r"spark\.(master|submit\.deployMode|kubernetes\.submitInDriver|driver\.host|driver\.bindAddress)",
         "remove it: the driver runs in a pod of its own, in client mode"),
        (r"spark\.(driver\.(blockManager\.)?port|ui\.port)", "remove it: the driver's pod has an address of its own"),
        (r"spark\.kubernetes\.authenticate\.driver\.serviceAccountName", "use spec.driver.serviceAccountName"),
    )
)  # fmt: skip
# Properties of the Alluxio client that the AlluxioCluster or the pod decides.
OWNED_CLIENT = re.compile(r"alluxio\.(master\.(rpc\.addresses|hostname)|user\.hostname)")


def spark_properties(attempt: Attempt) -> dict[str, str]:
    """All properties but the driver's address and the name of its pod, which only the pod knows."""
    spec = attempt.spec
    users = spec.get("sparkConf", {})
    return {
        **_hadoop(attempt),
        # Ours is mounted, so that executors log as the driver does.
        "spark.kubernetes.executor.disableConfigMap": "true",
        **users,
        **{
            row["key"]: f"${{env:{late_variable('spark', index)}}}"
            for index, row in enumerate(spec.get("sparkConfFrom", ()))
        },
        **_identity(attempt),
        **_dependencies(spec["dependencies"]),
        **_process("driver", attempt.driver, spec["driver"]),
        **_process("executor", attempt.executor, spec["executors"]),
        **_count(spec["executors"]),
        "spark.locality.wait": spec["locality"]["wait"],
        _LISTENERS: _with_users(LISTENER, users.get(_LISTENERS)),
        **_leads(attempt, users.get(_FEATURE_STEPS)),
    }


def _hadoop(attempt: Attempt) -> dict[str, str]:
    spec = attempt.spec
    late = {
        row["key"]: f"${{env.{late_variable('hadoop', index)}}}"
        for index, row in enumerate(spec.get("hadoopConfFrom", ()))
    }
    conf = {**CLIENT, **attempt.client, **spec.get("hadoopConf", {}), **late}
    return {f"{_HADOOP}{key}": value for key, value in conf.items()}


def _identity(attempt: Attempt) -> dict[str, str]:
    image = attempt.spec["image"]
    secrets = ",".join(image.get("pullSecrets", ()))
    return {
        "spark.master": "k8s://https://kubernetes.default.svc",
        "spark.app.id": attempt.application_id,
        "spark.app.name": attempt.name,
        "spark.kubernetes.namespace": attempt.namespace,
        # Makes Spark take the token of the pod, and the driver's pod as the owner of executors.
        "spark.kubernetes.submitInDriver": "true",
        "spark.kubernetes.container.image": attempt.image,
        "spark.kubernetes.container.image.pullPolicy": image["pullPolicy"],
        **({"spark.kubernetes.container.image.pullSecrets": secrets} if secrets else {}),
        "spark.kubernetes.executor.podNamePrefix": attempt.executor_prefix,
        "spark.kubernetes.executor.podTemplateFile": f"{CONF_FOLDER}/{TEMPLATE_FILE}",
        "spark.kubernetes.executor.podTemplateContainerName": EXECUTOR_CONTAINER,
        "spark.driver.port": str(RPC_PORT),
        "spark.driver.blockManager.port": str(BLOCK_PORT),
        "spark.ui.port": str(UI_PORT),
    }


def _dependencies(dependencies: Mapping[str, Any]) -> dict[str, str]:
    keys = {
        "jars": "spark.jars",
        "pyFiles": "spark.submit.pyFiles",
        "files": "spark.files",
        "archives": "spark.archives",
    }
    return {
        key: ",".join(dependencies[field]) for field, key in keys.items() if dependencies.get(field)
    }


def _process(role: str, size: Size, spec: Mapping[str, Any]) -> dict[str, str]:
    properties = {
        f"spark.{role}.cores": str(size.cores),
        f"spark.{role}.memory": f"{size.heap_mib}m",
        f"spark.{role}.memoryOverhead": f"{size.overhead_mib}m",
    }
    if spec.get("javaOptions"):
        properties[f"spark.{role}.extraJavaOptions"] = spec["javaOptions"]
    return properties


def _count(executors: Mapping[str, Any]) -> dict[str, str]:
    dynamic = executors.get("dynamicAllocation")
    if dynamic is None:
        return {"spark.executor.instances": str(requested(executors))}
    return {
        "spark.dynamicAllocation.enabled": "true",
        # Kubernetes has no shuffle service that outlives an executor.
        "spark.dynamicAllocation.shuffleTracking.enabled": "true",
        "spark.dynamicAllocation.minExecutors": str(dynamic["min"]),
        "spark.dynamicAllocation.maxExecutors": str(dynamic["max"]),
        "spark.dynamicAllocation.initialExecutors": str(dynamic.get("initial", dynamic["min"])),
    }


def requested(executors: Mapping[str, Any]) -> int:
    """How many executors ``spec.executors`` asks for; with dynamic allocation at most."""
    dynamic = executors.get("dynamicAllocation")
    return int(dynamic["max"] if dynamic is not None else executors.get("instances", 2))


def _leads(attempt: Attempt, users: str | None) -> dict[str, str]:
    nodes = ",".join(f"{host}:{count}" for host, count in attempt.placement.leads)
    if not nodes:
        return {_FEATURE_STEPS: users} if users else {}
    return {
        "spark.alluxio.locality.nodes": nodes,
        _FEATURE_STEPS: _with_users(LEAD_NODES, users),
    }


def _with_users(ours: str, users: str | None) -> str:
    return f"{ours},{users}" if users else ours
