# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the plan has to say about a SparkApplication, in the words of the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.alluxio.k8s.plugins.module_utils.errors import AlluxioError, InvalidValue

# The longest first: the first that fits is taken.
_FLAGS = {
    "metadata.name": "--name",
    "metadata.namespace": "--namespace",
    "spec.mainFile": "FILE",
    "spec.mainClass": "--class",
    "spec.arguments": "ARGS",
    "spec.alluxioCluster": "--cluster",
    "spec.driver.cores": "--driver-cores",
    "spec.driver.memoryOverhead": "--conf spark.driver.memoryOverhead",
    "spec.driver.memory": "--driver-memory",
    "spec.driver.javaOptions": "--driver-java-options",
    "spec.driver.serviceAccountName": (
        "--conf spark.kubernetes.authenticate.driver.serviceAccountName"
    ),
    "spec.driver.env": "--conf spark.kubernetes.driverEnv",
    "spec.executors.cores": "--executor-cores",
    "spec.executors.memoryOverhead": "--conf spark.executor.memoryOverhead",
    "spec.executors.memory": "--executor-memory",
    "spec.executors.javaOptions": "--conf spark.executor.extraJavaOptions",
    "spec.executors.env": "--conf spark.executorEnv",
    "spec.executors.instances": "--num-executors",
    "spec.executors.dynamicAllocation.min": "--conf spark.dynamicAllocation.minExecutors",
    "spec.executors.dynamicAllocation.max": "--conf spark.dynamicAllocation.maxExecutors",
    "spec.executors.dynamicAllocation.initial": "--conf spark.dynamicAllocation.initialExecutors",
    "spec.dependencies.jars": "--jars",
    "spec.dependencies.pyFiles": "--py-files",
    "spec.dependencies.files": "--files",
    "spec.dependencies.archives": "--archives",
    "spec.image": "--conf spark.kubernetes.container.image",
    "spec.sparkConfFrom": "--secret-conf",
    "spec.hadoopConfFrom": "--secret-conf",
    "spec.sparkConf.": "--conf ",
    "spec.hadoopConf.": "--conf spark.hadoop.",
    "spec.secrets": "--secret",
    "spec.configMaps": "--config-map",
    "spec.locality.paths": "--locality-path",
    "spec.locality.mode": "--locality",
    "spec.locality.onBusy": "--on-busy",
}


class NotAccepted(InvalidValue):
    """One or more values that the plan refuses. The message names them all."""

    def __init__(self, findings: Sequence[Mapping[str, Any]]) -> None:
        said = [(_in_flags(row["message"]), _in_flags(row["remedy"])) for row in findings]
        last = said.pop()
        before = "".join(f"{message} ({remedy}); " for message, remedy in said)
        AlluxioError.__init__(self, before + last[0], last[1], findings=list(findings))


def _in_flags(text: str) -> str:
    """The same sentence with flags in place of fields."""
    for path, flag in _FLAGS.items():
        text = text.replace(path, flag)
    return text


def check(resource: Mapping[str, Any]) -> list[str]:
    """Sentences that warn. Raises NotAccepted for what the plan refuses, before anything is written."""
    from ansible_collections.alluxio.k8s.plugins.module_utils.plans.spark_application import plan

    planned = plan(resource, None)
    if planned["errors"]:
        raise NotAccepted(planned["errors"])
    return [
        f"{_in_flags(row['message'])}: {_in_flags(row['remedy'])}" for row in planned["warnings"]
    ]
