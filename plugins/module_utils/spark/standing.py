# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The configuration of a standing Spark service: what each process reads, beside what only its pod knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from ..property_files import render
from .conf import CLIENT
from .sizes import Size

CONF_FOLDER = "/opt/spark/conf"
DEFAULTS_FILE, HADOOP_FILE, LOG_FILE = "spark-defaults.conf", "core-site.xml", "log4j2.properties"
RECOVERY_FOLDER = "/var/spark/recovery"

_LOG4J = """\
rootLogger.level = info
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
# A line for each task would be all that one sees of a service that runs for months.
logger.scheduler.name = org.apache.spark.scheduler
logger.scheduler.level = warn
logger.storage.name = org.apache.spark.storage
logger.storage.level = warn
"""


@dataclass(frozen=True)
class Standing:
    """``spec`` is the SparkCluster's, complete. ``client`` are properties of the Alluxio client, ``events`` is the
    directory of Alluxio for event logs, ``master_url`` is where the master is.
    """

    spec: Mapping[str, Any]
    client: Mapping[str, str]
    events: str
    master_url: str
    connect: Size
    executor_heap_mib: int

    @property
    def events_uri(self) -> str:
        return f"alluxio://{self.events}"


def files(standing: Standing) -> dict[str, dict[str, str]]:
    """By component: the files of its configuration, none of them secret."""
    own = {
        "master": {**_AUTHENTICATED, **_master()},
        "worker": {**_AUTHENTICATED, **_worker()},
        "connect": {**_AUTHENTICATED, **_connect(standing)},
        # It talks to no other process of Spark's, and takes authentication back itself.
        "history": {"spark.history.fs.logDirectory": standing.events_uri},
    }
    alluxio = {HADOOP_FILE: _core_site(standing)}
    return {
        component: {
            DEFAULTS_FILE: render({**_users(standing.spec, component), **properties}),
            LOG_FILE: _LOG4J,
            # The master reads nothing of Alluxio's: a change of that does not restart it.
            **({} if component == "master" else alluxio),
        }
        for component, properties in own.items()
    }


# Whose the properties of spec.sparkConf are, by how they begin; all others are of what runs by Connect. So an edit
# restarts no process that does not read it.
_READERS = {
    "master": ("spark.master.", "spark.deploy."),
    "worker": ("spark.worker.",),
    "history": ("spark.history.",),
}
_READ_BY_ALL = ("spark.network.", "spark.rpc.", "spark.ssl.", "spark.ui.", "spark.shuffle.service.")

_AUTHENTICATED = {
    "spark.authenticate": "true",
    # Executors that go hand their blocks over to others, and the driver runs no task of theirs again.
    "spark.decommission.enabled": "true",
}


def _users(spec: Mapping[str, Any], component: str) -> dict[str, str]:
    """The part of spec.sparkConf that this component reads."""
    return {
        key: value
        for key, value in spec.get("sparkConf", {}).items()
        if key.startswith(_READ_BY_ALL) or component == _reader(key)
    }


def _reader(key: str) -> str:
    found = (each for each, prefixes in _READERS.items() if key.startswith(prefixes))
    return next(found, "connect")


def _master() -> dict[str, str]:
    return {
        # It starts what anybody sends it (port 6066) and asks nobody who he is; Spark 4 has it on by default.
        "spark.master.rest.enabled": "false",
        "spark.deploy.recoveryMode": "FILESYSTEM",
        "spark.deploy.recoveryDirectory": RECOVERY_FOLDER,
    }


def _worker() -> dict[str, str]:
    return {
        # A new master has another address under the same name.
        "spark.worker.preferConfiguredMasterAddress": "true",
        # Else the folders of applications stay for as long as the pod lives.
        "spark.worker.cleanup.enabled": "true",
        "spark.worker.cleanup.appDataTtl": "3600",
    }


def _connect(standing: Standing) -> dict[str, str]:
    executors = standing.spec["connect"]["executors"]
    most = (
        {"spark.dynamicAllocation.maxExecutors": str(executors["max"])}
        if "max" in executors
        else {}
    )
    return {
        "spark.master": standing.master_url,
        # A driver wants it to be there (SecurityManager.initializeAuth), and takes the variable (getSecretKey).
        "spark.authenticate.secret": "${env:_SPARK_AUTH_SECRET}",
        "spark.storage.decommission.enabled": "true",
        "spark.storage.decommission.rddBlocks.enabled": "true",
        "spark.storage.decommission.shuffleBlocks.enabled": "true",
        "spark.driver.memory": f"{standing.connect.heap_mib}m",
        "spark.executor.cores": str(executors["cores"]),
        "spark.executor.memory": f"{standing.executor_heap_mib}m",
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.shuffleTracking.enabled": "true",
        "spark.dynamicAllocation.minExecutors": str(executors["min"]),
        **most,
        # As for applications (docs/decisions/0141).
        "spark.locality.wait": standing.spec.get("sparkConf", {}).get("spark.locality.wait", "0s"),
        # Queries of several users at once share the executors.
        "spark.scheduler.mode": standing.spec.get("sparkConf", {}).get(
            "spark.scheduler.mode", "FAIR"
        ),
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": standing.events_uri,
        # A server that runs for months writes one log: in pieces, of which the oldest can be compacted.
        "spark.eventLog.rolling.enabled": "true",
    }


def _core_site(standing: Standing) -> str:
    """The file in which Hadoop's clients find Alluxio, in all processes alike."""
    conf = {**CLIENT, **standing.client, **standing.spec.get("hadoopConf", {})}
    rows = "".join(
        f"  <property><name>{escape(key)}</name><value>{escape(conf[key])}</value></property>\n"
        for key in sorted(conf)
    )
    return f'<?xml version="1.0"?>\n<configuration>\n{rows}</configuration>\n'
