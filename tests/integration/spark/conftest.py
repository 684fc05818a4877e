# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Real Spark from the image with a real Alluxio and a real API server; `Kubelet` stands for the nodes."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.worker_rpc import FileData
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient, connect

ROOT = Path(__file__).resolve().parents[3]
INTEGRATION = ROOT / "tests/integration"
sys.path[:0] = [str(INTEGRATION / name) for name in ("images", "alluxio", "spark")]

from kubelet import WRITABLE, Kubelet  # noqa: E402
from live_alluxio import (  # noqa: E402
    MASTER_HOST,
    START_TIMEOUT_S,
    LiveAlluxio,
    Ports,
    free_ports,
    rpc_client,
    worker_host,
)
from sandbox import ImageRoot, Sandbox, unpack  # noqa: E402

NODES = {f"node-{number}": worker_host(number) for number in (1, 2, 3)}
FILES, FILE_BYTES = 12, 64 << 10
DATA = "/data"
DRIVER_POD = "driver"
JOB_TIMEOUT_S = 600


@dataclass(frozen=True)
class Outcome:
    """What is known of an application that has ended well.

    ``localities`` are counts of tasks for each job description and locality; ``hosts`` are the
    executors' names in the scheduler; ``affinity`` is what each executor pod preferred.
    """

    localities: dict[str, Counter[str]]
    hosts: set[str]
    progress: dict[str, Any]
    node_of: dict[str, str]
    affinity: dict[str, Any]
    driver_log: str
    executor_logs: str


Run = Callable[[str, Mapping[str, str], Any], Outcome]


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImageRoot]:
    built = subprocess.run(
        [ROOT / "dev/image", "build", "alluxio-spark"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    root = tmp_path_factory.mktemp("spark")
    yield unpack(Path(built.stdout.strip()), root)
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def alluxio(alluxio_image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveAlluxio]:
    """A master and a worker on each node."""
    ports = free_ports(4)
    folder = tmp_path_factory.mktemp("alluxio")
    live = LiveAlluxio(alluxio_image, folder, [Ports(*ports[:3])], ports[3], free_ports)
    try:
        live.start_master(0)
        for number in (1, 2, 3):
            live.start_worker(number)
        hosts = set(NODES.values())
        live.wait_for("three live workers", lambda: live.live_hosts() == hosts, START_TIMEOUT_S)
        yield live
    finally:
        live.end()


@pytest.fixture(scope="module")
def master(alluxio: LiveAlluxio) -> Iterator[MasterRpc]:
    with rpc_client(alluxio) as client:
        yield client


@pytest.fixture(scope="module")
def holders(master: MasterRpc) -> Callable[[], dict[str, set[str]]]:
    """holders(): the nodes that have a file's block; each file is put on one, four files on each."""
    line = b"x" * 63 + b"\n"
    with FileData(master, deadline_s=30) as data:
        for number in range(FILES):
            host = list(NODES.values())[number % len(NODES)]
            content = line * (FILE_BYTES // len(line))
            data.write(f"{DATA}/part-{number:02}", [content], size_bytes=FILE_BYTES, hosts=[host])

    def now() -> dict[str, set[str]]:
        files = master.files.list_status(DATA)
        return {
            file.path: {
                location.worker.host for block in file.blocks for location in block.locations
            }
            for file in files
        }

    return now


@pytest.fixture(scope="module")
def kube(api_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLUXIO_K8S_CACHE", str(tmp_path_factory.mktemp("discovery")))
        with connect(api_server.kubeconfig()) as client:
            yield client


@pytest.fixture(scope="module")
def run_application(
    spark: ImageRoot,
    alluxio: LiveAlluxio,
    api_server: Any,
    kube: KubeClient,
    tmp_path_factory: pytest.TempPathFactory,
) -> Run:
    """run_application(NAMESPACE, CONF, TEMPLATE): job.py to its end, with three executors."""

    def run(namespace: str, conf: Mapping[str, str], template: Any) -> Outcome:
        kube.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
        kube.create(driver_pod(namespace))
        folder = tmp_path_factory.mktemp(namespace)
        folder.chmod(0o777)
        shutil.copy(INTEGRATION / "spark/job.py", folder)
        shutil.copy(api_server.kubeconfig(), folder / "kubeconfig")
        (folder / "executor.yaml").write_text(yaml.safe_dump(template))
        url = f"alluxio://{MASTER_HOST}:{alluxio.masters[0].rpc}{DATA}"
        given = {**configuration(api_server.url, namespace), **conf}
        arguments = [part for key, value in given.items() for part in ("--conf", f"{key}={value}")]
        with (
            Sandbox(folder, own_network=False) as sandbox,
            Kubelet(kube, namespace, NODES, sandbox, spark) as kubelet,
        ):
            driver = sandbox.start(
                "driver",
                spark,
                ["driver", *arguments, "/mnt/job.py", url],
                env={"SPARK_DRIVER_BIND_ADDRESS": MASTER_HOST, "KUBECONFIG": "/mnt/kubeconfig"},
                empty=WRITABLE,
                volumes={folder: "mnt"},
            )
            with contextlib.suppress(subprocess.TimeoutExpired):
                driver.process.wait(JOB_TIMEOUT_S)
            said = driver.log.read_text()
            assert driver.process.poll() == 0, f"{said[-6000:]}\n{kubelet.logs()[-6000:]}"
            pod = kube.get("v1", "Pod", DRIVER_POD, namespace)
            assert pod is not None
            return Outcome(
                *events(folder),
                progress=json.loads(pod["metadata"]["annotations"]["alluxio.io/spark-progress"]),
                node_of=kubelet.node_of,
                affinity={name: pod["spec"].get("affinity") for name, pod in kubelet.pods.items()},
                driver_log=said,
                executor_logs=kubelet.logs(),
            )

    return run


def configuration(api_server: str, namespace: str) -> dict[str, str]:
    """What every run has: three executors of one core that are there before the first task."""
    return {
        "spark.master": f"k8s://{api_server}",
        "spark.kubernetes.namespace": namespace,
        "spark.kubernetes.container.image": "registry.test/alluxio-spark:test",
        "spark.kubernetes.driver.pod.name": DRIVER_POD,
        "spark.kubernetes.executor.podTemplateFile": "/mnt/executor.yaml",
        "spark.kubernetes.executor.disableConfigMap": "true",
        "spark.driver.host": MASTER_HOST,
        "spark.driver.memory": "600m",
        "spark.executor.instances": "3",
        "spark.executor.memory": "512m",
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.scheduler.maxRegisteredResourcesWaitingTime": "180s",
        "spark.ui.enabled": "false",
        "spark.extraListeners": "io.alluxio.k8s.spark.ProgressListener",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": "file:/mnt",
        "spark.eventLog.rolling.enabled": "false",
        "spark.eventLog.compress": "false",
        # a task for each file
        "spark.sql.files.maxPartitionBytes": str(FILE_BYTES),
        "spark.sql.files.openCostInBytes": str(FILE_BYTES),
        "spark.hadoop.alluxio.security.login.username": "root",
        "spark.hadoop.alluxio.security.login.impersonation.username": "_NONE_",
        # A read makes no further copy of a block.
        "spark.hadoop.alluxio.user.file.passive.cache.enabled": "false",
        "spark.hadoop.alluxio.user.metrics.collection.enabled": "false",
    }


def driver_pod(namespace: str) -> dict[str, Any]:
    """The object that executors belong to and that shows the progress; the driver itself is a process of the test."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": DRIVER_POD, "namespace": namespace},
        "spec": {"containers": [{"name": "driver", "image": "registry.test/alluxio-spark:test"}]},
    }


def events(folder: Path, pattern: str = "spark-*") -> tuple[dict[str, Counter[str]], set[str]]:
    """Tasks by job description and locality, and the executors' hosts, from Spark's own event log."""
    (log,) = folder.glob(pattern)
    job_of: dict[int, str] = {}
    localities: dict[str, Counter[str]] = defaultdict(Counter)
    hosts = set()
    for line in log.read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerExecutorAdded":
            hosts.add(event["Executor Info"]["Host"])
        elif event["Event"] == "SparkListenerJobStart":
            description = event["Properties"]["spark.job.description"]
            job_of.update(dict.fromkeys(event["Stage IDs"], description))
        elif event["Event"] == "SparkListenerTaskEnd":
            localities[job_of[event["Stage ID"]]][event["Task Info"]["Locality"]] += 1
    return localities, hosts
