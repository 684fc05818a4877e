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
# By this name Spark looks for it in its class path.
POOLS_FILE = "fairscheduler.xml"
RECOVERY_FOLDER = "/var/spark/recovery"

_LOG4J = """\
rootLogger.level = info
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
# A line for each task and each call would be all that one sees of a service that runs for months.
logger.scheduler.name = org.apache.spark.scheduler
logger.scheduler.level = warn
logger.storage.name = org.apache.spark.storage
logger.storage.level = warn
logger.executor.name = org.apache.spark.executor.Executor
logger.executor.level = warn
logger.sql.name = org.apache.spark.sql
logger.sql.level = warn
logger.connect.name = org.apache.spark.sql.connect.service.SparkConnectServer
logger.connect.level = info
"""
# Else queries of the one pool in which all are wait for each other, also in the mode FAIR.
_POOLS = """\
<?xml version="1.0"?>
<allocations>
  <pool name="default">
    <schedulingMode>FAIR</schedulingMode>
  </pool>
</allocations>
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
        "master": {**_AUTHENTICATED, **_MASTER},
        "worker": {**_AUTHENTICATED, **_WORKER},
        "connect": {**_AUTHENTICATED, **_connect(standing)},
        # It talks to no other process of Spark's, and takes authentication back itself.
        "history": {"spark.history.fs.logDirectory": standing.events_uri},
    }
    alluxio = {HADOOP_FILE: _core_site(standing)}
    return {
        component: {
            DEFAULTS_FILE: render(
                {**_DEFAULTS[component], **_users(standing.spec, component), **properties}
            ),
            LOG_FILE: _LOG4J,
            # The master reads nothing of Alluxio's: a change of that does not restart it.
            **({} if component == "master" else alluxio),
            **({POOLS_FILE: _POOLS} if component == "connect" else {}),
        }
        for component, properties in own.items()
    }


# Whose the properties of spec.sparkConf are, by how they begin; all others are of what runs by Connect. So an edit
# restarts no process that does not read it.
_READERS = {
    "master": ("spark.master.", "spark.deploy."),
    "worker": ("spark.worker.", "spark.executor.logs."),
    "history": ("spark.history.",),
}
_READ_BY_ALL = ("spark.network.", "spark.rpc.", "spark.ssl.", "spark.ui.", "spark.shuffle.service.")

# Whoever sees a page may not end what others run.
_PAGE = {"spark.ui.killEnabled": "false"}
# What spec.sparkConf may say otherwise.
_DEFAULTS: dict[str, Mapping[str, str]] = {
    "master": _PAGE,
    "worker": {
        **_PAGE,
        # Else the folders of applications stay for as long as the pod lives,
        "spark.worker.cleanup.enabled": "true",
        "spark.worker.cleanup.appDataTtl": "3600",
        # and the logs of executors that live for months grow for as long.
        "spark.executor.logs.rolling.strategy": "size",
        "spark.executor.logs.rolling.maxSize": str(16 << 20),
        "spark.executor.logs.rolling.maxRetainedFiles": "4",
    },
    "connect": {
        **_PAGE,
        # As for applications (docs/decisions/0141).
        "spark.locality.wait": "0s",
        # Queries of several users at once share the executors.
        "spark.scheduler.mode": "FAIR",
        # Alluxio shows a file when it is closed, and the history server fails on a log with an open piece (0203).
        "spark.eventLog.rolling.enabled": "false",
    },
    "history": _PAGE,
}

_AUTHENTICATED = {
    "spark.authenticate": "true",
    # Executors that go hand their blocks over to others, and the driver runs no task of theirs again.
    "spark.decommission.enabled": "true",
}
_MASTER = {
    # It starts what anybody sends it (port 6066) and asks nobody who he is; Spark 4 has it on by default.
    "spark.master.rest.enabled": "false",
    "spark.deploy.recoveryMode": "FILESYSTEM",
    "spark.deploy.recoveryDirectory": RECOVERY_FOLDER,
}
# A new master has another address under the same name.
_WORKER = {"spark.worker.preferConfiguredMasterAddress": "true"}


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
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": standing.events_uri,
    }


def _core_site(standing: Standing) -> str:
    """The file in which Hadoop's clients find Alluxio, in all processes alike."""
    conf = {**CLIENT, **standing.client, **standing.spec.get("hadoopConf", {})}
    rows = "".join(
        f"  <property><name>{escape(key)}</name><value>{escape(conf[key])}</value></property>\n"
        for key in sorted(conf)
    )
    return f'<?xml version="1.0"?>\n<configuration>\n{rows}</configuration>\n'
