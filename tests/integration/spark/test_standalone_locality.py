# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""A standalone cluster whose workers have addresses of pods: where Spark runs tasks, and that shuffles go through."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import DATA, FILES, INTEGRATION, JOB_TIMEOUT_S, NODES, ROOT, configuration, events
from kubelet import WRITABLE
from live_alluxio import MASTER_HOST, LiveAlluxio, free_ports
from sandbox import Container, ImageRoot, Sandbox

FILES_OF_THE_ROLE = ROOT / "roles/spark_cluster/files"
SECRET = "a secret that both sides know"
START_S = 180


@dataclass(frozen=True)
class Standalone:
    """A running cluster: a master, and a worker for each node under an address of its own."""

    sandbox: Sandbox
    image: ImageRoot
    url: str
    workers: list[Container]


@pytest.fixture(scope="module")
def standalone(spark: ImageRoot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standalone]:
    folder = tmp_path_factory.mktemp("standalone")
    folder.chmod(0o777)
    jvm = folder / "executor-jvm/bin"
    jvm.mkdir(parents=True)
    shutil.copy(FILES_OF_THE_ROLE / "worker.sh", folder)
    shutil.copy(FILES_OF_THE_ROLE / "java.sh", jvm / "java")
    for script in (folder / "worker.sh", jvm / "java"):
        script.chmod(0o555)
    shutil.copy(INTEGRATION / "spark/job.py", folder)
    shutil.copy(INTEGRATION / "spark/shuffle.py", folder)
    rpc, web = free_ports(2)
    url = f"spark://{MASTER_HOST}:{rpc}"
    own = {"_SPARK_AUTH_SECRET": SECRET, "SPARK_CONF_DIR": "/mnt"}
    (folder / "spark-defaults.conf").write_text(
        "spark.authenticate true\n"
        "spark.authenticate.secret ${env:_SPARK_AUTH_SECRET}\n"
        "spark.master.rest.enabled false\n"
    )
    with Sandbox(folder, own_network=False) as sandbox:
        arguments = ["--host", MASTER_HOST, "--port", str(rpc), "--webui-port", str(web)]
        master = sandbox.start(
            "master",
            spark,
            ["spark-class", "org.apache.spark.deploy.master.Master", *arguments],
            env=own,
            empty=WRITABLE,
            volumes={folder: "mnt"},
        )
        workers = [
            sandbox.start(
                f"worker-{number}",
                spark,
                [
                    *("/mnt/worker.sh", "--host", f"127.0.1.{number}", "--webui-port", "0"),
                    *("--cores", "1", "--memory", "512M", "--work-dir", "/var/tmp", url),
                ],
                env={**own, "ALLUXIO_NODE_IP": node, "SPARK_LOCAL_DIRS": "/var/tmp"},
                empty=WRITABLE,
                volumes={folder: "mnt"},
            )
            for number, node in enumerate(NODES.values(), start=1)
        ]
        for number in range(1, len(workers) + 1):
            known = f"Registering worker 127.0.1.{number}"
            master.wait_for(known, lambda known=known: known in master.log.read_text(), START_S)
        yield Standalone(sandbox, spark, url, workers)


Job = Callable[[str, str], Container]


@pytest.fixture
def run(standalone: Standalone, alluxio: LiveAlluxio) -> Job:
    """run(PROGRAM, SECRET): a client-mode application on the cluster, to its end or for JOB_TIMEOUT_S."""

    def start(program: str, secret: str) -> Container:
        for log in standalone.sandbox.folder.glob("app-*"):
            log.unlink()
        conf = {
            key: value for key, value in configuration("", "").items() if ".kubernetes." not in key
        }
        conf |= {
            "spark.master": standalone.url,
            "spark.locality.wait": "60s",
            "spark.cores.max": "3",
        }
        del conf["spark.extraListeners"], conf["spark.executor.instances"]
        options = [part for key, value in conf.items() for part in ("--conf", f"{key}={value}")]
        url = f"alluxio://{MASTER_HOST}:{alluxio.masters[0].rpc}{DATA}"
        driver = standalone.sandbox.start(
            Path(program).stem,
            standalone.image,
            ["driver", *options, f"/mnt/{program}", url],
            env={
                "SPARK_DRIVER_BIND_ADDRESS": MASTER_HOST,
                "SPARK_CONF_DIR": "/mnt",
                "_SPARK_AUTH_SECRET": secret,
            },
            empty=WRITABLE,
            volumes={standalone.sandbox.folder: "mnt"},
        )
        driver.process.wait(JOB_TIMEOUT_S)
        return driver

    return start


def test_every_task_runs_on_the_node_of_its_data(
    run: Job, standalone: Standalone, holders: Callable[[], dict[str, set[str]]]
) -> None:
    before = holders()
    driver = run("job.py", SECRET)
    assert driver.process.returncode == 0, driver.log.read_text()[-6000:]
    localities, hosts = events_of(standalone)
    assert localities == {"rdd": {"NODE_LOCAL": FILES}, "sql": {"NODE_LOCAL": FILES}}
    assert hosts == set(NODES.values())
    assert holders() == before


def test_shuffles_find_the_pods(run: Job) -> None:
    driver = run("shuffle.py", SECRET)
    said = driver.log.read_text()
    assert driver.process.returncode == 0, said[-6000:]
    assert "RESULT groups 7" in said
    assert "FetchFailed" not in said


def test_who_has_another_secret_is_refused(run: Job) -> None:
    driver = run("job.py", "a wrong one")
    assert driver.process.returncode != 0
    assert "RESULT" not in driver.log.read_text()


def events_of(standalone: Standalone) -> tuple[dict[str, Counter[str]], set[str]]:
    return events(standalone.sandbox.folder, "app-*")
