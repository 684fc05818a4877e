# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The fault matrix: what a client that never rests sees of each fault, how long, and what is lost.

Writes docs/reference/faults.md when every fault has run. Needs the development cluster, whose nodes and
API server it stops.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import connect
from ansible_collections.alluxio.k8s.plugins.module_utils.master_access import Wanted, open_access
from spaces import make_space
from workbench import parts, pulse
from workbench.cluster import ROOT, Cluster, KubectlError, wait_for
from workbench.pulse import Pulse, Seen

pytestmark = pytest.mark.wide

NAME = "faults"
READY_S = 420
PAGE = ROOT / "docs/reference/faults.md"
THROTTLED_SHARE = 0.25


@dataclass
class Scene:
    """The cluster under test, and what the faults need of it."""

    cluster: Cluster
    space: str
    client: Pulse

    def kubectl(self, *args: str, check: bool = True) -> str:
        return self.cluster.kubectl("-n", self.space, *args, check=check)

    def status(self) -> dict[str, Any]:
        found = self.cluster.get("-n", self.space, "alluxiocluster", NAME)
        status: dict[str, Any] = found["status"]
        return status

    @property
    def leader(self) -> str:
        """The pod that leads now, by the masters' own word; the status is as old as the last pass."""
        wanted = Wanted(NAME, self.space)
        with connect(self.cluster.kubeconfig) as client, open_access(wanted, client) as access:
            address = access.master.masters.find_leader().host
        names = {pod["status"].get("podIP"): pod["metadata"]["name"] for pod in self.pods("master")}
        return str(names.get(address, ""))

    def pods(self, component: str) -> list[dict[str, Any]]:
        selector = f"app.kubernetes.io/instance={NAME},app.kubernetes.io/component={component}"
        found: list[dict[str, Any]] = self.cluster.get("-n", self.space, "pods", "-l", selector)[
            "items"
        ]
        return found

    def pod(self, component: str) -> str:
        """One of the component that is not the leader."""
        names = [pod["metadata"]["name"] for pod in self.pods(component)]
        return next(name for name in names if name != self.leader)

    def delete_at_once(self, pod: str) -> None:
        self.kubectl("delete", "pod", pod, "--grace-period=0", "--force")

    def kill_java(self, pod: str, container: str) -> None:
        """kill -9 of the process itself, as the kernel would do it."""
        script = "for d in /proc/[0-9]*; do [[ $(readlink $d/exe) == */java ]] && kill -9 ${d#/proc/}; done; true"
        self.kubectl("exec", pod, "-c", container, "--", "bash", "-c", script, check=False)

    def edit_masters(self, value: str) -> None:
        cr = self.cluster.get("-n", self.space, "alluxiocluster", NAME)
        cr["spec"]["masters"].setdefault("podAnnotations", {})["example.org/roll"] = value
        metadata = {"name": NAME, "namespace": self.space}
        kept = {key: cr[key] for key in ("apiVersion", "kind", "spec")}
        self.cluster.apply({**kept, "metadata": metadata})

    def wait_until_whole(self) -> None:
        parts.wait_for_phase(self.cluster, self.space, NAME, "Ready", READY_S)
        self.client.wait_until_steady()


@pytest.fixture(scope="module")
def scene(operator: Cluster) -> Iterator[Scene]:
    spaces = make_space(operator, "faults")
    space = next(spaces)
    try:
        cr = parts.sample(NAME, space)
        cr["spec"]["deletionPolicy"] = "Delete"
        operator.apply(cr)
        parts.wait_for_phase(operator, space, NAME, "Ready", READY_S)
        with pulse.running(operator, space, NAME) as client:
            yield Scene(operator, space, client)
    finally:
        for _ in spaces:
            pass


# ---------------------------------------------------------------------- the faults


def standby_deleted(scene: Scene) -> str:
    scene.delete_at_once(scene.pod("master"))
    return "the pod comes back with its journal"


def leader_deleted(scene: Scene) -> str:
    scene.delete_at_once(scene.leader)
    return "the other masters elect a leader"


def leader_killed(scene: Scene) -> str:
    scene.kill_java(scene.leader, "master")
    return "the container restarts; the other masters elect a leader"


def job_master_killed(scene: Scene) -> str:
    scene.kill_java(scene.leader, "job-master")
    return "the container restarts"


def worker_deleted(scene: Scene) -> str:
    scene.delete_at_once(scene.pod("worker"))
    return "the pod comes back with its claims; blocks in memory are read from the UFS again"


def worker_killed(scene: Scene) -> str:
    scene.kill_java(scene.pod("worker"), "worker")
    return "the container restarts"


def job_worker_killed(scene: Scene) -> str:
    scene.kill_java(scene.pod("worker"), "job-worker")
    return "the container restarts"


def proxy_killed(scene: Scene) -> str:
    scene.kill_java(scene.pod("proxy"), "proxy")
    return "the container restarts; Alluxio's own client does not use it"


def planned_restart(scene: Scene) -> str:
    """Of the masters, by an edit: the lead is handed over before its pod goes."""
    before = {pod["metadata"]["uid"] for pod in scene.pods("master")}
    scene.edit_masters("planned")

    def all_new() -> bool:
        pods = scene.pods("master")
        return len(pods) == 3 and not before & {pod["metadata"]["uid"] for pod in pods}

    wait_for("every master is a new pod", all_new, READY_S)
    return "standbys first; the lead is handed over before the last one goes"


def network_cut(scene: Scene) -> str:
    pod = scene.leader

    def seen_leader() -> str:
        # Not by its own word: the way in from outside does not cross the network that is cut.
        return str(scene.status().get("leader", ""))

    with cut_off(scene, pod):
        wait_for("another master leads", lambda: seen_leader() not in ("", pod), 120)
        time.sleep(10)
    return "nothing reaches the leader's pod; it rejoins as a standby"


def operator_killed(scene: Scene) -> str:
    before = {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in scene.pods("master")}

    def fresh() -> list[str]:
        return [
            pod["metadata"]["name"]
            for pod in scene.pods("master")
            if before.get(pod["metadata"]["name"]) != pod["metadata"]["uid"]
        ]

    scene.edit_masters("operator-killed")
    wait_for("the first master is a new pod", fresh, READY_S)
    scene.cluster.kubectl(
        *("-n", "alluxio-operator", "delete", "pod", "--all", "--grace-period=0", "--force")
    )
    revisions = {
        pod["metadata"]["labels"]["controller-revision-hash"] for pod in scene.pods("master")
    }
    assert (len(fresh()), len(revisions)) == (1, 2), "killed between the first pod and the second"
    wait_for("every master is a new pod", lambda: len(fresh()) == 3, READY_S)
    return "killed between the first pod and the second; the next operator goes on"


def api_server_restarted(scene: Scene) -> str:
    folder = str(Path(scene.cluster.kubeconfig).parent)
    (process,) = [p for p in processes() if "kube-apiserver" in p[1] and folder in " ".join(p[1])]
    os.kill(process[0], signal.SIGKILL)
    wait_for("the API server answers", lambda: scene.kubectl("get", "pods", check=False), 120)
    return "Alluxio does not need it"


def s3_away(scene: Scene) -> str:
    scene.kubectl("scale", "deployment/s3", "--replicas=0")
    time.sleep(15)
    scene.kubectl("scale", "deployment/s3", "--replicas=1")
    parts.rollout(scene.cluster, scene.space, "deployment/s3")
    return "away for 15 s: what must reach the UFS waits for it"


def wrong_edit(scene: Scene) -> str:
    cr = scene.cluster.get("-n", scene.space, "alluxiocluster", NAME)
    kept = {key: cr[key] for key in ("apiVersion", "kind", "spec")}
    kept["metadata"] = {"name": NAME, "namespace": scene.space}
    wrong = json.loads(json.dumps(kept))
    wrong["spec"]["masters"]["jvmOptions"] = ["-XX:NoSuchOption"]
    scene.cluster.apply(wrong)
    words = "roll has stopped"
    wait_for("the roll has stopped", lambda: words in json.dumps(scene.status()), READY_S)
    scene.cluster.apply(kept)
    return "one master does not start, the roll stops there; the correction replaces that pod alone"


def out_of_memory(scene: Scene) -> str:
    """The memory tier is filled up, then the process is the kernel's first choice."""
    pod = scene.pod("worker")
    script = (
        "head -c 1G /dev/zero > /tiers/mem/filler; "
        "for d in /proc/[0-9]*; do [[ $(readlink $d/exe) == */java ]] && echo 1000 > $d/oom_score_adj; done; "
        "head -c 2G /dev/zero | tail; rm -f /tiers/mem/filler"
    )
    scene.kubectl("exec", pod, "-c", "worker", "--", "bash", "-c", script, check=False)

    def ended() -> bool:
        found = scene.cluster.get("-n", scene.space, "pod", pod)
        states = {s["name"]: s for s in found["status"]["containerStatuses"]}
        return bool(states["worker"]["restartCount"])

    wait_for("the container was killed for want of memory", ended, 120)
    scene.kubectl("exec", pod, "-c", "worker", "--", "rm", "-f", "/tiers/mem/filler", check=False)
    return "the container restarts with its memory tier full of something else"


def tier_full(scene: Scene) -> str:
    """Another's bytes take all that is left of the volume under the first tier, as a full disk would."""
    pod = scene.pod("worker")
    fill = "head -c 100G /dev/zero > /tiers/mem/filler"
    with pytest.raises(KubectlError, match="No space left on device"):
        scene.kubectl("exec", pod, "-c", "worker", "--", "bash", "-c", fill)
    try:
        time.sleep(30)
    finally:
        scene.kubectl("exec", pod, "-c", "worker", "--", "rm", "/tiers/mem/filler")
    return "not one byte is left on the volume of a worker's first tier for 30 s"


def leader_throttled(scene: Scene) -> str:
    leader = scene.leader
    uid = scene.cluster.get("-n", scene.space, "pod", leader)["metadata"]["uid"]
    with throttled(container_cgroups(uid), THROTTLED_SHARE):
        time.sleep(30)
        assert scene.leader == leader
    assert scene.leader == leader, "a slow leader is no dead leader"
    return f"each container of its pod gets {THROTTLED_SHARE:.0%} of a core for 30 s; it stays the leader"


def nodes_drained(scene: Scene) -> str:
    nodes = sorted({pod["spec"]["nodeName"] for pod in scene.pods("worker")})
    client = scene.cluster.get("-n", scene.space, "pod", scene.client.pod)["spec"]["nodeName"]
    first, second = [node for node in nodes if node != client][:2]
    options = ("--ignore-daemonsets", "--delete-emptydir-data", "--force")
    mine = f"--pod-selector=app.kubernetes.io/instance={NAME}"
    try:
        scene.cluster.kubectl("drain", first, mine, *options, "--timeout=240s")
        with pytest.raises(KubectlError, match="disruption budget"):
            scene.cluster.kubectl("drain", second, mine, *options, "--timeout=45s")
    finally:
        for node in (first, second):
            scene.cluster.kubectl("uncordon", node)
    return "the second node's drain is refused by the disruption budgets"


def node_killed(scene: Scene) -> str:
    client = scene.cluster.get("-n", scene.space, "pod", scene.client.pod)["spec"]["nodeName"]
    server = scene.cluster.get("-n", scene.space, "pods", "-l", "app=s3")["items"][0]
    taken = {client, server["spec"]["nodeName"]}
    workers = [p for p in scene.pods("worker") if p["spec"]["nodeName"] not in taken]
    # The operator dies with its node, if it may.
    selector = ("-l", f"app.kubernetes.io/name={parts.OPERATOR}")
    (operator,) = scene.cluster.get("-n", parts.OPERATOR, "pods", *selector)["items"]
    worker = max(workers, key=lambda p: bool(p["spec"]["nodeName"] == operator["spec"]["nodeName"]))
    node, name = worker["spec"]["nodeName"], worker["metadata"]["name"]
    claims = scene.kubectl("get", "pvc", "-o", "name")
    dev_cluster(scene, "node", "stop", node)
    try:

        def named() -> bool:
            status = scene.status()
            text = json.dumps([status["conditions"], status["problems"]])
            return status["phase"] == "Degraded" and name in text and node in text

        wait_for("the status names the pod and its node", named, 240)
        conditions = {c["type"]: c["status"] for c in scene.status()["conditions"]}
        assert conditions["Available"] == "True"
        assert scene.kubectl("get", "pvc", "-o", "name") == claims, "nothing is dropped by itself"
    finally:
        dev_cluster(scene, "node", "start", node)
    return (
        "with a local volume on it: serving goes on, the status names pod and node, its claims stay"
    )


FAULTS: dict[str, Callable[[Scene], str]] = {
    "a standby master's pod deleted": standby_deleted,
    "the leader's pod deleted": leader_deleted,
    "kill -9 of the leader": leader_killed,
    "kill -9 of a job master": job_master_killed,
    "a worker's pod deleted": worker_deleted,
    "kill -9 of a worker": worker_killed,
    "kill -9 of a job worker": job_worker_killed,
    "kill -9 of the proxy": proxy_killed,
    "a planned restart of all masters": planned_restart,
    "the leader's network cut": network_cut,
    "the operator killed in mid-roll": operator_killed,
    "the API server restarted": api_server_restarted,
    "S3 gone and back": s3_away,
    "a wrong edit and its correction": wrong_edit,
    "a worker out of memory, its memory tier full": out_of_memory,
    "the volume under a tier full": tier_full,
    "the leader throttled": leader_throttled,
    "two nodes drained": nodes_drained,
    "a node killed": node_killed,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault(scene: Scene, fault: str) -> None:
    scene.wait_until_whole()
    start = time.time()
    note = FAULTS[fault](scene)
    scene.wait_until_whole()
    seen = scene.client.since(start)
    lost = int(scene.client.verify()["lost_bytes"])
    print(f"\n{fault}: {seen}, lost {lost}")
    assert (seen.failed, seen.wrong, lost) == (0, 0, 0)
    PAGE.write_text(page({**known_lines(), fault: line(fault, seen, lost, note)}))


def known_lines() -> dict[str, str]:
    """The page's lines by fault, so that a fault that is run again by itself changes its line alone."""
    lines = PAGE.read_text().splitlines() if PAGE.exists() else []
    return {line.split("|")[1].strip(): line for line in lines if line.startswith("| ")}


def line(fault: str, seen: Seen, lost_bytes: int, note: str) -> str:
    longest = " | ".join(seconds(seen, each) for each in ("write", "list", "read"))
    return f"| {fault} | {longest} | {seen.errors} | {seen.failed} | {lost_bytes} | {note} |"


def page(lines: dict[str, str]) -> str:
    head = [
        "<!-- Generated by tests/e2e/cluster/test_faults.py (make test-all PART=faults). Do not edit. -->",
        "# What a client sees of faults",
        "",
        "A cluster of three masters and three workers on three nodes, on a machine of "
        f"{os.cpu_count()} cores. In a pod beside it,",
        "Alluxio's own Java client writes, lists and reads all the time, with the configuration of the ConfigMap "
        "`NAME-client`.",
        "It remembers the SHA-256 of every file whose `close` was acknowledged. After each fault all caches are freed "
        "and all files",
        "are read back. Each line is of the last time that this fault was tried.",
        "",
        "*Longest* is the time from an operation's first attempt to its success. An *error* is what the Alluxio client "
        "gave up on and",
        "the application tried again; *failed* are operations without success in two minutes.",
        "",
        "| fault | longest write | list | read | errors | failed | bytes lost | what happens |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(lines[fault] for fault in FAULTS if fault in lines), ""])


def seconds(seen: Seen, operation: str) -> str:
    return f"{seen.longest[operation]:.1f} s" if operation in seen.longest else "under 0.5 s"


# ---------------------------------------------------------------------- what the machine is told


def dev_cluster(scene: Scene, *args: str) -> None:
    command = [
        str(ROOT / "dev/cluster"),
        *args,
        "--name",
        Path(scene.cluster.kubeconfig).parent.name,
    ]
    subprocess.run(command, check=True, capture_output=True)


def processes() -> Iterator[tuple[int, list[str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                yield int(entry.name), (entry / "cmdline").read_text().split("\0")
            except OSError:
                continue


def process_of(pod_uid: str) -> int:
    """A process in the pod's network, from outside."""
    marks = (pod_uid, pod_uid.replace("-", "_"))
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                groups = (entry / "cgroup").read_text()
            except OSError:
                continue
            if any(mark in groups for mark in marks):
                return int(entry.name)
    raise AssertionError(f"no process of pod {pod_uid}")


@contextmanager
def cut_off(scene: Scene, pod: str) -> Iterator[None]:
    """Nothing comes into or goes out of the pod, but what it says to itself."""
    uid = scene.cluster.get("-n", scene.space, "pod", pod)["metadata"]["uid"]
    enter = ["nsenter", "--net", f"--target={process_of(uid)}", "nft"]
    rules = """
      table inet cut {
        chain in { type filter hook input priority 0; policy drop; iif lo accept; }
        chain out { type filter hook output priority 0; policy drop; oif lo accept; }
      }
    """
    subprocess.run([*enter, "-f", "-"], input=rules, text=True, check=True)
    try:
        yield
    finally:
        subprocess.run([*enter, "delete", "table", "inet", "cut"], check=True)


def container_cgroups(pod_uid: str) -> list[Path]:
    """The folders of the pod's containers in the hierarchy of the CPU controller."""
    for line in Path(f"/proc/{process_of(pod_uid)}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "cpu" or not controllers:
            pod = (Path("/sys/fs/cgroup") / controllers / path.lstrip("/")).parent
            return [folder for folder in pod.iterdir() if folder.is_dir()]
    raise AssertionError(f"no CPU controller rules over pod {pod_uid}")


@contextmanager
def throttled(groups: list[Path], share: float) -> Iterator[None]:
    """Each group gets that share of one core, however many it may have asked for."""
    period_us = 100_000
    quota_us = int(share * period_us)
    with ExitStack() as restored:
        for group in groups:
            version_2 = (group / "cpu.max").exists()
            file = group / ("cpu.max" if version_2 else "cpu.cfs_quota_us")
            restored.callback(file.write_text, file.read_text())
            file.write_text(f"{quota_us} {period_us}" if version_2 else str(quota_us))
        yield
