#!/usr/bin/env python3
# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`make demo`: from a bare machine to an AlluxioCluster with tiers that holds a file, made by the operator, and
a Spark job that reads it where it lies.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from workbench import cluster as clusters
from workbench import parts
from workbench.cluster import ROOT, Cluster, image, say, wait_for
from workbench.rest import Rest
from workbench.spark import open_to_applications

NAME = "demo"
SPACE = "alluxio-demo"
FILE = "/demo/larger-than-memory"
FILE_BYTES = 256 << 20
JOB, JOB_FILE = "demo-count", Path(__file__).with_name("demo_job.py")
READY_TIMEOUT_S, JOB_TIMEOUT_S = 600, 60


def on_current() -> bool:
    choice = os.environ.get("CLUSTER", "")
    if choice not in ("", "current"):
        sys.exit(
            f"CLUSTER={choice} is unknown: leave it out for the development cluster, or say CLUSTER=current"
        )
    return choice == "current"


def wait_until_ready(cluster: Cluster) -> None:
    """Waits for the AlluxioCluster and says each change of its state."""
    last = ""
    start = time.monotonic()

    def probe() -> bool:
        nonlocal last
        found = cluster.find("-n", SPACE, "alluxiocluster", NAME)
        status = (found or {}).get("status", {})
        columns = status.get("columns", {})
        masters, workers = columns.get("masters", "-"), columns.get("workers", "-")
        text = f"{status.get('phase', 'Pending')}: masters {masters}, workers {workers}"
        if text != last:
            say(f"  {text} ({time.monotonic() - start:.0f} s)")
            last = text
        return bool(status.get("phase") == "Ready")

    wait_for("AlluxioCluster Ready", probe, READY_TIMEOUT_S)


def show_file(cluster: Cluster) -> None:
    """Writes a file larger than the MEM tiers, reads it back, and shows where its blocks are."""
    nodes: dict[str, Any] = {
        address["address"]: node["metadata"]["name"]
        for node in cluster.get("nodes")["items"]
        for address in node["status"]["addresses"]
    }
    with cluster.port_forward(SPACE, f"service/{NAME}-proxy", 39999) as port:
        rest = Rest(port)
        if rest.path_call(FILE, "exists"):
            rest.path_call(FILE, "delete")
        start = time.monotonic()
        written = rest.write(FILE, FILE_BYTES)
        say(
            f"wrote {FILE}, {FILE_BYTES >> 20} MiB, in {time.monotonic() - start:.1f} s, sha256 {written[:16]}..."
        )
        start = time.monotonic()
        read = rest.read_sha256(FILE)
        if read != written:
            sys.exit(f"{FILE} came back with sha256 {read}, not {written}")
        say(f"read it back in {time.monotonic() - start:.1f} s: the same bytes")
        say("where its blocks are:")
        for (host, tier), count in sorted(rest.block_places(FILE).items()):
            print(f"    {nodes.get(host, host):<24}{tier:<6}{count:>4} blocks")


def alluxio(cluster: Cluster, *words: str) -> None:
    """A command of `kubectl alluxio`, whose output is the demo's; ends the demo when it fails."""
    environment = {
        **os.environ,
        "KUBECONFIG": cluster.kubeconfig,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "cli"), os.environ["PYTHONPATH"]]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "kubectl_alluxio", *words], env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"kubectl alluxio {' '.join(words[:2])} ended with status {done.returncode}")


def run_job(cluster: Cluster) -> None:
    """A Spark job that reads the file, submitted as a user does, and how much of it was read on its own node."""
    cluster.kubectl(
        "-n", SPACE, "delete", "sparkapplication", JOB, "--ignore-not-found", "--timeout=60s"
    )
    options = [
        *(
            "--name",
            JOB,
            "--driver-memory",
            "512m",
            "--executor-memory",
            "512m",
            "--num-executors",
            "3",
        ),
        *("--conf", f"spark.kubernetes.container.image={image('alluxio-spark')}"),
        # All of them shall fit on the node that holds the file.
        *("--conf", "spark.kubernetes.executor.request.cores=250m"),
    ]
    alluxio(cluster, "spark", "submit", "-n", SPACE, *options, str(JOB_FILE), f"alluxio://{FILE}")

    def ended() -> bool:
        found = cluster.find("-n", SPACE, "sparkapplication", JOB) or {}
        return bool(found.get("status", {}).get("phase") == "Succeeded")

    wait_for("SparkApplication Succeeded", ended, JOB_TIMEOUT_S)
    alluxio(cluster, "spark", "status", "-n", SPACE, JOB)


def up() -> None:
    if on_current():
        cluster = clusters.current()
        context = cluster.kubectl("config", "current-context").strip()
        say(f"using the cluster of your kubeconfig, context {context}")
    else:
        cluster = clusters.bring_up("dev")
    say("installing the operator")
    parts.install_operator(cluster)
    say(f"starting an S3 server as under storage in namespace {SPACE}")
    cluster.apply(parts.namespace(SPACE))
    cluster.apply(*parts.s3_server(SPACE))
    parts.rollout(cluster, SPACE, "deployment/s3")
    say("creating the AlluxioCluster: 3 masters, 3 workers, MEM on memory, SSD on claims")
    cluster.apply(open_to_applications(parts.sample(NAME, SPACE)))
    wait_until_ready(cluster)
    show_file(cluster)
    say(
        f"submitting a Spark job that reads it: kubectl alluxio spark submit {JOB_FILE.name} alluxio://{FILE}"
    )
    run_job(cluster)
    print(cluster.kubectl("-n", SPACE, "get", "alluxiocluster,sparkapplication,pods,pvc"))
    kubectl, which = (
        ("kubectl", " CLUSTER=current") if on_current() else ("dev/cluster kubectl", "")
    )
    print(f"""It stays up. Try next:
    {kubectl} -n {SPACE} describe alluxiocluster {NAME}
    {kubectl} -n {SPACE} delete pod {NAME}-worker-fast-0        # the status follows, the file stays readable
    {kubectl} -n {SPACE} describe sparkapplication {JOB}
    {kubectl} -n {SPACE} port-forward svc/{NAME}-proxy 39999    # REST and S3 on localhost
    make demo-down{which:<46}# removes everything that the demo made""")


def down() -> None:
    if not on_current():
        clusters.take_down("dev")
        return
    cluster = clusters.current()
    kinds = "sparkapplications,alluxioclusters"
    cluster.kubectl("-n", SPACE, "delete", kinds, "--all", "--ignore-not-found", "--timeout=180s")
    cluster.kubectl("delete", "namespace", SPACE, "--ignore-not-found", "--timeout=180s")
    parts.play(cluster, "operator", variables={"operator_state": "absent"})
    say("removed; the custom resource definitions and the operator's namespace stay")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["up", "down"])
    action = parser.parse_args().action
    up() if action == "up" else down()


if __name__ == "__main__":
    main()
