# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""One table: what there is -> phase, conditions, problems; of 3 masters, 3 workers and a proxy."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.plans import alluxio_cluster
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_cluster_status import (
    cluster_status,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_cluster_verdict import (
    bounded,
)

NOW = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
OLD_S, NEW_S = 3600, 20
GI = 1024**3

PLAN: dict[str, Any] = {
    "errors": [],
    "warnings": [],
    "missing": [],
    "name": "demo",
    "namespace": "ns",
    "version": "2.9.6",
    "masters": {"workload": "demo-master", "replicas": 3},
    "workers": {"replicas": 3},
    "pools": [{"name": "fast", "workload": "demo-worker-fast", "replicas": 3}],
    "proxy": {"workload": "demo-proxy", "replicas": 1},
    "fuse": None,
    "endpoints": {
        "masters": ["demo-master-0.demo-master.ns.svc:19998"],
        "proxy": "demo-proxy:39999",
    },
}
MISSING_SECRET = {
    "kind": "Secret",
    "name": "s3",
    "field": "spec.rootMount",
    "message": "spec.rootMount: there is no Secret 's3'",
    "remedy": "create it",
}

World = dict[str, Any]
Change = Callable[[World], None]


def at(age_s: float) -> str:
    return (NOW - timedelta(seconds=age_s)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pod(name: str, component: str, pool: str, number: int) -> dict[str, Any]:
    return {
        "name": name,
        "uid": f"uid-{name}",
        "component": component,
        "pool": pool,
        "node": f"node-{number}",
        "host_ip": f"10.0.0.{number}",
        "pod_ip": f"10.1.0.{number}",
        "phase": "Running",
        "ready": True,
        "restarts": 0,
        "created": at(OLD_S),
        "deleting": False,
        "reason": "",
        "message": "",
        "out_of_memory": [],
        "annotations": {},
    }


def workload(kind: str, name: str, component: str, pool: str, replicas: int) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "component": component,
        "pool": pool,
        "replicas": replicas,
        "ready_replicas": replicas,
        "updated_replicas": replicas,
        "generation": 1,
        "observed_generation": 1,
        "claim_templates": [],
    }


def claim(number: int) -> dict[str, Any]:
    return {
        "name": f"tier-ssd-demo-worker-fast-{number}",
        "component": "worker",
        "pool": "fast",
        "phase": "Bound",
        "storage_class": "nvme",
        "size": "10Gi",
        "volume_name": f"pv-{number}",
        "node": f"node-{number}",
        "created": at(OLD_S),
        "deleting": False,
        "message": "",
    }


def worker(number: int, state: str = "LIVE") -> dict[str, Any]:
    return {
        "host": f"10.0.0.{number}",
        "state": state,
        "capacity_bytes": 4 * GI,
        "used_bytes": 0,
        "tiers": {},
        "last_contact_s": 0,
    }


def whole() -> World:
    """A cluster that is as it should be, an hour old, at an ordinary pass."""
    return {
        "cluster": {
            "metadata": {"name": "demo", "namespace": "ns", "generation": 4},
            "spec": {},
            "status": {"phase": "Ready", "version": "2.9.6", "leader": "demo-master-0"},
        },
        "plan": copy.deepcopy(PLAN),
        "observed": {
            "observed_at": NOW.isoformat(),
            "openshift": False,
            "pods": [
                *(pod(f"demo-master-{n}", "master", "", n + 1) for n in range(3)),
                *(pod(f"demo-worker-fast-{n}", "worker", "fast", n + 1) for n in range(3)),
                pod("demo-proxy-x", "proxy", "", 1),
            ],
            "claims": [claim(n) for n in range(3)],
            "workloads": [
                workload("StatefulSet", "demo-master", "master", "", 3),
                workload("StatefulSet", "demo-worker-fast", "worker", "fast", 3),
                workload("Deployment", "demo-proxy", "proxy", "", 1),
            ],
            "secrets": {"s3": True},
            "storage_classes": {},
            "namespaces": {},
            "shares": [],
            "operator_namespace": None,
            "alluxio": {
                "leader": "demo-master-0",
                "version": "2.9.6",
                "uptime_ms": 3600000,
                "capacity_bytes": 12 * GI,
                "used_bytes": 1288490189,
                "tiers": {"MEM": {"total_bytes": 12 * GI, "used_bytes": 1288490189}},
                "workers": [worker(1), worker(2), worker(3)],
                "mounts": {},
                "lost_masters": [],
                "lost_files": 0,
                "files_to_persist": 2,
                "not_persisted_bytes": 77,
                "cache_only": {
                    "files": 2,
                    "largest": [
                        {"path": "/a", "length_bytes": 70},
                        {"path": "/b", "length_bytes": 7},
                    ],
                    "held_by": [
                        {"hosts": ["10.0.0.1"], "bytes": 70},
                        {"hosts": ["10.0.0.1", "10.0.0.2"], "bytes": 7},
                    ],
                },
                "cache_only_unknown": None,
            },
            "alluxio_error": None,
        },
        "applied": {"created": [], "updated": [], "pruned": []},
        "state": "present",
    }


# Changes of the world, in the order of the parts they touch.


def seq(*changes: Change) -> Change:
    def change(world: World) -> None:
        for each in changes:
            each(world)

    return change


def was(phase: str | None, **rest: Any) -> Change:
    def change(world: World) -> None:
        world["cluster"]["status"] = {"phase": phase, **rest} if phase else {}

    return change


def did(**applied: Any) -> Change:
    return lambda world: world["applied"].update(applied)


def planned(**plan: Any) -> Change:
    return lambda world: world["plan"].update(plan)


def the_pod(name: str, **fields: Any) -> Change:
    def change(world: World) -> None:
        row = next(p for p in world["observed"]["pods"] if p["name"] == name)
        row.update({"created": at(fields.pop("age_s"))} if "age_s" in fields else {})
        row.update(fields)

    return change


def unready(name: str, reason: str, message: str = "said", age_s: float = OLD_S) -> Change:
    return the_pod(name, ready=False, reason=reason, message=message, age_s=age_s)


def without_pod(name: str) -> Change:
    def change(world: World) -> None:
        pods = world["observed"]["pods"]
        pods[:] = [p for p in pods if p["name"] != name]

    return change


def all_pods(**fields: Any) -> Change:
    def change(world: World) -> None:
        for row in world["observed"]["pods"]:
            the_pod(row["name"], **dict(fields))(world)

    return change


def the_workload(name: str, **fields: Any) -> Change:
    def change(world: World) -> None:
        next(w for w in world["observed"]["workloads"] if w["name"] == name).update(fields)

    return change


def the_claim(number: int, **fields: Any) -> Change:
    return lambda world: world["observed"]["claims"][number].update(fields)


def workers(*rows: dict[str, Any]) -> Change:
    return lambda world: world["observed"]["alluxio"].update(workers=list(rows))


def alluxio(**fields: Any) -> Change:
    return lambda world: world["observed"]["alluxio"].update(fields)


def silent(error: str = "demo-master-0: connection refused") -> Change:
    return lambda world: world["observed"].update(alluxio=None, alluxio_error=error)


def nothing_there() -> Change:
    return seq(
        lambda world: world["observed"].update(pods=[], claims=[], workloads=[]),
        silent("no pod of a master runs"),
    )


def absent(policy: str | None = None) -> Change:
    def change(world: World) -> None:
        world["state"] = "absent"
        world["cluster"]["metadata"]["deletionTimestamp"] = at(10)
        world["cluster"]["spec"] = {"deletionPolicy": policy} if policy else {}

    return change


FRESH = seq(was(None), nothing_there(), did(created=["StatefulSet/demo-master"]))
COMING = seq(was("Installing"), all_pods(age_s=NEW_S))
LOST = workers(worker(1, "LOST"), worker(2), worker(3))
VICTIM = "demo-worker-fast-0"


@dataclass(frozen=True)
class Case:
    """What happened, and what the status must say; the conditions are told by their reasons."""

    name: str
    change: Change
    phase: str
    available: str
    progressing: str
    degraded: str
    says: tuple[str, ...] = ()
    """Each a part of some problem."""
    hides: tuple[str, ...] = ()
    """None a part of any problem."""
    requeue: bool = False
    settled: bool = False
    fails: str | None = None


CASES = [
    # whole
    Case("whole", lambda _world: None, "Ready", "Serving", "Settled", "AsExpected", settled=True),
    Case(
        "whole at last",
        was("Installing"),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        settled=True,
    ),
    Case("whole again", was("Degraded"), "Ready", "Serving", "Settled", "AsExpected", settled=True),
    Case(
        "whole, first seen by a play",
        was(None),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        settled=True,
    ),
    Case(
        "a worker moved: its old identity is of no interest",
        workers(worker(1), worker(2), worker(3), worker(9, "LOST")),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        settled=True,
    ),
    Case(
        "a decommissioned worker beside enough live ones",
        workers(worker(1), worker(2), worker(3), worker(9, "DECOMMISSIONED")),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        settled=True,
    ),
    Case(
        "notes do not degrade: killed for memory",
        the_pod(VICTIM, out_of_memory=["worker"], restarts=1),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        says=(f"Pod {VICTIM}: container worker was killed for want of memory",),
        settled=True,
    ),
    Case(
        "notes do not degrade: lost files",
        alluxio(lost_files=4),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        says=("4 files have blocks that no worker holds",),
        settled=True,
    ),
    Case(
        "notes do not degrade: advice of the plan",
        planned(
            warnings=[{"field": "spec.fuse", "value": None, "message": "is slow", "remedy": "wait"}]
        ),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        says=("spec.fuse: is slow: wait",),
        settled=True,
    ),
    Case(
        "without a proxy",
        seq(
            planned(proxy=None),
            without_pod("demo-proxy-x"),
            lambda w: w["observed"]["workloads"].pop(),
        ),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        settled=True,
    ),
    # on the way to the first Ready
    Case("just created", FRESH, "Installing", "NoLeader", "Installing", "AsExpected", requeue=True),
    Case(
        "created, no pods seen yet",
        seq(FRESH, was("Installing"), did(created=[])),
        "Installing",
        "NoLeader",
        "Installing",
        "AsExpected",
        requeue=True,
    ),
    Case(
        "containers start",
        seq(COMING, all_pods(ready=False, reason="Starting", message="being started"), silent()),
        "Installing",
        "NoLeader",
        "Installing",
        "AsExpected",
        hides=("Starting", "No master leads"),
        requeue=True,
    ),
    Case(
        "volumes are being made",
        seq(
            COMING,
            unready(VICTIM, "Unschedulable", "unbound claims", NEW_S),
            workers(worker(2), worker(3)),
        ),
        "Installing",
        "Serving",
        "Installing",
        "AsExpected",
        hides=("unbound",),
        requeue=True,
    ),
    Case(
        "ready, but not registered yet",
        seq(COMING, workers(worker(1), worker(2))),
        "Installing",
        "Serving",
        "Installing",
        "AsExpected",
        requeue=True,
    ),
    Case(
        "no worker registered yet",
        seq(COMING, workers()),
        "Installing",
        "NoWorker",
        "Installing",
        "AsExpected",
        requeue=True,
    ),
    Case(
        "missing Secret",
        seq(FRESH, planned(missing=[MISSING_SECRET])),
        "Pending",
        "NoLeader",
        "Waiting",
        "SecretMissing",
        says=("there is no Secret 's3': create it",),
        requeue=True,
    ),
    Case(
        "missing Secret, nothing moves any more",
        seq(
            was("Pending"),
            planned(missing=[MISSING_SECRET]),
            all_pods(ready=False, reason="Starting", message="being started"),
            silent(),
        ),
        "Pending",
        "NoLeader",
        "Blocked",
        "SecretMissing",
        says=("there is no Secret 's3': create it", "No master leads"),
    ),
    Case(
        "missing StorageClass",
        seq(
            FRESH,
            planned(missing=[MISSING_SECRET | {"kind": "StorageClass", "message": "no class"}]),
        ),
        "Pending",
        "NoLeader",
        "Waiting",
        "StorageClassMissing",
        says=("no class: create it",),
        requeue=True,
    ),
    Case(
        "fits nowhere",
        seq(
            was("Installing"),
            unready(VICTIM, "Unschedulable", "0/3 nodes are available: 3 Insufficient memory.", 90),
            workers(worker(2), worker(3)),
        ),
        "Installing",
        "Serving",
        "Blocked",
        "PodUnschedulable",
        says=(f"Pod {VICTIM} fits on no node: 0/3 nodes are available: 3 Insufficient memory.",),
    ),
    Case(
        "an image that does not exist",
        seq(
            COMING,
            unready("demo-master-0", "ImagePullBackOff", "image r/a:1 cannot be pulled", NEW_S),
        ),
        "Installing",
        "Serving",
        "Blocked",
        "ImagePullFailed",
        says=("Pod demo-master-0: image r/a:1 cannot be pulled: check spec.image",),
    ),
    Case(
        "a crash loop",
        seq(
            COMING,
            unready("demo-master-1", "CrashLoopBackOff", "ends at once: Error, exit code 1", NEW_S),
        ),
        "Installing",
        "Serving",
        "Blocked",
        "PodCrashing",
        says=("exit code 1: see kubectl -n ns logs demo-master-1 --previous",),
    ),
    Case(
        "a container that cannot be made",
        seq(COMING, unready(VICTIM, "CreateContainerConfigError", 'secret "x" not found', NEW_S)),
        "Installing",
        "Serving",
        "Blocked",
        "PodBlocked",
        says=('secret "x" not found (CreateContainerConfigError): see kubectl -n ns describe pod',),
    ),
    Case(
        "slow beyond patience",
        seq(
            was("Installing"), unready("demo-master-2", "NotReady", "does not pass its probe", 301)
        ),
        "Installing",
        "Serving",
        "Blocked",
        "PodNotReady",
        says=("Pod demo-master-2: does not pass its probe: see kubectl -n ns describe pod",),
    ),
    Case(
        "a quota lets no pod in",
        seq(was("Installing"), without_pod(VICTIM), workers(worker(2), worker(3))),
        "Installing",
        "Serving",
        "Blocked",
        "PodsMissing",
        says=("StatefulSet demo-worker-fast has 2 of 3 pods: see its events",),
    ),
    # on the way from one state to the next
    Case(
        "an edit, applied just now: the watch on what changed brings the next pass",
        did(updated=["ConfigMap/demo-config"]),
        "Updating",
        "Serving",
        "Updating",
        "AsExpected",
    ),
    Case(
        "an edit, and something new beside it, which nobody watches yet",
        did(updated=["ConfigMap/demo-config"], created=["Service/demo-proxy"]),
        "Updating",
        "Serving",
        "Updating",
        "AsExpected",
        requeue=True,
    ),
    Case(
        "an edit while a pod goes away",
        seq(did(updated=["ConfigMap/demo-config"]), the_pod(VICTIM, deleting=True)),
        "Updating",
        "Serving",
        "Updating",
        "AsExpected",
        requeue=True,
    ),
    Case(
        "something pruned",
        did(pruned=["Service/x"]),
        "Updating",
        "Serving",
        "Updating",
        "AsExpected",
    ),
    Case(
        "an object put back that was deleted by hand",
        did(created=["Service/demo-proxy"]),
        "Updating",
        "Serving",
        "Updating",
        "AsExpected",
        requeue=True,
    ),
    Case(
        "the controller has not seen the edit",
        the_workload("demo-master", generation=2),
        "Updating",
        "Serving",
        "Updating",
        "AsExpected",
        requeue=True,
    ),
    Case(
        "a roll: one pod away",
        seq(
            was("Updating"),
            the_workload("demo-worker-fast", updated_replicas=1, ready_replicas=2),
            the_pod(VICTIM, deleting=True),
            workers(worker(2), worker(3), worker(1, "LOST")),
        ),
        "Updating",
        "Serving",
        "Updating",
        "AsExpected",
        hides=("lost",),
        requeue=True,
    ),
    Case(
        "the end of a roll: the last worker registers",
        seq(was("Updating"), the_pod(VICTIM, age_s=NEW_S), LOST),
        "Updating",
        "Serving",
        "Updating",
        "AsExpected",
        requeue=True,
    ),
    Case(
        "a roll that does not end",
        seq(was("Updating"), LOST),
        "Degraded",
        "Serving",
        "Blocked",
        "WorkerNotRegistered",
        says=(f"Pod {VICTIM} on node node-1 is ready, but demo-master-0 does not hear its worker",),
    ),
    Case(
        "a roll into a bad image",
        seq(
            was("Updating"),
            the_workload("demo-worker-fast", updated_replicas=0),
            unready(VICTIM, "ImagePullBackOff", "image r/a:9 cannot be pulled", NEW_S),
        ),
        "Degraded",
        "Serving",
        "Recovering",
        "ImagePullFailed",
        says=("image r/a:9 cannot be pulled",),
        requeue=True,
    ),
    Case(
        "scaled down, one pod still there",
        seq(
            planned(
                pools=[{"name": "fast", "workload": "demo-worker-fast", "replicas": 2}],
                workers={"replicas": 2},
            ),
            the_workload("demo-worker-fast", replicas=2, updated_replicas=2),
            the_pod("demo-worker-fast-2", deleting=True),
        ),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        requeue=True,
        settled=True,
    ),
    # from the state, something went away
    Case(
        "a worker killed: its pod comes back",
        seq(unready(VICTIM, "Starting", "containers start", NEW_S), LOST),
        "Degraded",
        "Serving",
        "Recovering",
        "PodNotReady",
        says=(f"Pod {VICTIM}: containers start", f"Worker 10.0.0.1 ({VICTIM}) is lost"),
        requeue=True,
    ),
    Case(
        "a worker killed: its pod has no room",
        seq(unready(VICTIM, "Unschedulable", "node(s) were unschedulable", NEW_S), LOST),
        "Degraded",
        "Serving",
        "Recovering",
        "PodUnschedulable",
        says=(VICTIM,),
        requeue=True,
    ),
    Case(
        "a worker is gone and its pod deleted",
        seq(the_pod(VICTIM, deleting=True), LOST),
        "Degraded",
        "Serving",
        "Recovering",
        "PodsMissing",
        says=("demo-worker-fast has 2 of 3 pods", "Worker 10.0.0.1 is lost"),
        requeue=True,
    ),
    Case(
        "its node is gone",
        seq(unready(VICTIM, "NodeNotReady", "its node node-1 does not report any more"), LOST),
        "Degraded",
        "Serving",
        "Blocked",
        "PodNotReady",
        says=("its node node-1 does not report any more", "start the node again"),
    ),
    Case(
        "no leader",
        silent(),
        "Degraded",
        "NoLeader",
        "Blocked",
        "NoLeader",
        says=("No master leads (demo-master-0: connection refused): a majority",),
    ),
    Case(
        "no leader for the moment: a master was replaced",
        seq(silent(), the_pod("demo-master-0", age_s=NEW_S)),
        "Degraded",
        "NoLeader",
        "Recovering",
        "NoLeader",
        requeue=True,
    ),
    Case(
        "a standby that does not report",
        alluxio(lost_masters=["demo-master-2"]),
        "Degraded",
        "Serving",
        "Blocked",
        "MasterLost",
        says=("Master demo-master-2 does not report to the leader demo-master-0",),
    ),
    Case(
        "no worker at all",
        workers(worker(1, "LOST"), worker(2, "LOST"), worker(3, "LOST")),
        "Degraded",
        "NoWorker",
        "Blocked",
        "WorkerNotRegistered",
    ),
    Case(
        "the proxy crashes",
        unready(
            "demo-proxy-x",
            "CrashLoopBackOff",
            "container proxy ends at once: OOMKilled, exit code 137",
        ),
        "Degraded",
        "Serving",
        "Blocked",
        "PodCrashing",
        says=("OOMKilled, exit code 137",),
    ),
    Case(
        "a Secret deleted under a running cluster",
        planned(missing=[MISSING_SECRET]),
        "Degraded",
        "Serving",
        "Blocked",
        "SecretMissing",
        says=("no Secret 's3'",),
    ),
    Case(
        "a claim that lost its volume",
        the_claim(1, phase="Lost", message="its volume is gone"),
        "Degraded",
        "Serving",
        "Blocked",
        "ClaimLost",
        says=("Claim tier-ssd-demo-worker-fast-1: its volume is gone: bring it back",),
    ),
    Case(
        "a claim that is not bound",
        seq(the_claim(0, phase="Pending"), unready(VICTIM, "Unschedulable", "unbound"), LOST),
        "Degraded",
        "Serving",
        "Blocked",
        "PodUnschedulable",
        says=("fast-0 waits for a volume of StorageClass nvme: see the claim's events",),
    ),
    Case(
        "two workers on one node",
        seq(the_pod(VICTIM, host_ip="10.0.0.2"), workers(worker(2), worker(3))),
        "Degraded",
        "Serving",
        "Blocked",
        "WorkersNotLive",
        says=("Only 2 of 3 workers are live, though all their pods are ready: two of them may",),
    ),
    # the pass itself
    Case(
        "a step failed",
        did(failed="Apply the objects: forbidden"),
        "Degraded",
        "Serving",
        "StepFailed",
        "StepFailed",
        says=("Apply the objects: forbidden",),
        fails="Apply the objects: forbidden",
    ),
    Case(
        "the first step failed",
        seq(
            was(None),
            planned(),
            did(failed="no answer"),
            lambda w: w.update(observed=None, plan={}),
        ),
        "Pending",
        "NotObserved",
        "StepFailed",
        "StepFailed",
        fails="no answer",
    ),
    Case(
        "an invalid spec of a running cluster",
        planned(
            errors=[
                {
                    "field": "spec.masters.replicas",
                    "value": 2,
                    "message": "is even",
                    "remedy": "take 3",
                },
                {"field": "spec.x", "value": None, "message": "spec.x is unknown", "remedy": ""},
            ]
        ),
        "Invalid",
        "Serving",
        "InvalidSpec",
        "InvalidSpec",
        says=("spec.masters.replicas: 2: is even: take 3", "spec.x is unknown"),
        fails="spec.masters.replicas: 2: is even: take 3; spec.x is unknown",
    ),
    Case(
        "after an invalid edit all is well",
        was("Invalid", version="2.9.6"),
        "Ready",
        "Serving",
        "Settled",
        "AsExpected",
        settled=True,
    ),
    Case(
        "after an invalid edit a worker is away",
        seq(was("Invalid", version="2.9.6"), LOST),
        "Degraded",
        "Serving",
        "Blocked",
        "WorkerNotRegistered",
    ),
    Case(
        "after an invalid first edit",
        seq(FRESH, was("Invalid")),
        "Installing",
        "NoLeader",
        "Installing",
        "AsExpected",
        requeue=True,
    ),
    # going away
    Case(
        "deleting: pods are still there",
        absent(),
        "Deleting",
        "Deleting",
        "Deleting",
        "AsExpected",
        requeue=True,
        fails="still there: StatefulSet demo-master, StatefulSet demo-worker-fast, "
        "Deployment demo-proxy, Pod demo-master-0, Pod demo-master-1, and 5 more",
    ),
    Case(
        "deleted, data kept",
        seq(absent(), lambda w: w["observed"].update(pods=[], workloads=[])),
        "Deleting",
        "Deleting",
        "Deleting",
        "AsExpected",
        settled=True,
    ),
    Case(
        "deleting: claims are still there",
        seq(absent("Delete"), lambda w: w["observed"].update(pods=[], workloads=[])),
        "Deleting",
        "Deleting",
        "Deleting",
        "AsExpected",
        requeue=True,
        fails="still there: Claim tier-ssd-demo-worker-fast-0, Claim tier-ssd-demo-worker-fast-1, "
        "Claim tier-ssd-demo-worker-fast-2",
    ),
    Case(
        "deleted with the data",
        seq(absent("Delete"), nothing_there()),
        "Deleting",
        "Deleting",
        "Deleting",
        "AsExpected",
        settled=True,
    ),
    Case(
        "the clean-up fails",
        seq(absent(), did(failed="DELETE StatefulSet ns/demo-master: forbidden")),
        "Deleting",
        "Deleting",
        "Deleting",
        "CleanUpFailed",
        says=("DELETE StatefulSet ns/demo-master: forbidden",),
        requeue=True,
        fails="DELETE StatefulSet ns/demo-master: forbidden",
    ),
    Case(
        "what is left cannot be seen",
        seq(absent(), lambda w: w.update(observed=None, plan={})),
        "Deleting",
        "Deleting",
        "Deleting",
        "AsExpected",
        requeue=True,
        fails="still there: what is left could not be seen",
    ),
    Case(
        "deleting an invalid cluster",
        seq(absent(), planned(errors=[{"field": "spec.x"}]), nothing_there()),
        "Deleting",
        "Deleting",
        "Deleting",
        "AsExpected",
        settled=True,
    ),
]


def report_of(change: Change) -> dict[str, Any]:
    world = whole()
    change(world)
    return cluster_status(
        world["cluster"], world["plan"], world["observed"], world["applied"], world["state"]
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_judgement(case: Case) -> None:
    report = report_of(case.change)
    status = report["status"]
    reasons = {c["type"]: c["reason"] for c in status["conditions"]}
    assert (status["phase"], reasons["Available"], reasons["Progressing"], reasons["Degraded"]) == (
        case.phase,
        case.available,
        case.progressing,
        case.degraded,
    )
    for part in case.says:
        assert any(part in problem for problem in status["problems"]), part
    for part in case.hides:
        assert not any(part in problem for problem in status["problems"]), (
            part,
            status["problems"],
        )
    assert report["requeue_after_s"] == (5 if case.requeue else None)
    assert report["settled"] is case.settled
    assert report["failed"] == case.fails


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_report_is_well_formed(case: Case) -> None:
    report = report_of(case.change)
    status = report["status"]
    assert set(report) == {"status", "events", "settled", "requeue_after_s", "failed", "summary"}
    types = ["Available", "Progressing", "Degraded", "CacheOnlyData"]
    assert [c["type"] for c in status["conditions"]] == types
    for condition in status["conditions"]:
        assert condition["status"] in ("True", "False", "Unknown")
        assert condition["reason"].isalpha()
        assert condition["message"]
        assert condition["observedGeneration"] == 4
    assert len(status["problems"]) <= 11
    assert "\n" not in report["summary"]
    degraded = status["conditions"][2]["status"] == "True"
    assert degraded <= bool(status["problems"]), "a degraded cluster says what is wrong"


def test_figures_are_the_leaders_own() -> None:
    status = report_of(lambda _world: None)["status"]
    assert status["observedGeneration"] == 4
    assert status["version"] == "2.9.6"
    assert status["leader"] == "demo-master-0"
    assert status["masters"] == {"desired": 3, "ready": 3}
    assert status["workers"] == {"desired": 3, "live": 3, "lost": 0}
    assert status["columns"] == {
        "masters": "3/3",
        "workers": "3/3",
        "capacity": "12Gi",
        "used": "1.2Gi",
    }
    assert status["capacityBytes"] == 12 * GI
    assert status["usedBytes"] == 1288490189
    assert status["tiers"] == [{"tier": "MEM", "totalBytes": 12 * GI, "usedBytes": 1288490189}]
    assert (status["filesToPersist"], status["notPersistedBytes"]) == (2, 77)
    assert status["endpoints"] == PLAN["endpoints"]


def test_what_is_in_alluxio_only_is_shown_with_paths_and_workers() -> None:
    status = report_of(lambda _world: None)["status"]
    assert status["cacheOnly"] == {
        "files": 2,
        "paths": ["/a", "/b"],
        "workers": [{"host": "10.0.0.1", "bytes": 70}],
    }
    condition = status["conditions"][3]
    assert (condition["status"], condition["reason"]) == ("True", "NotPersisted")
    assert condition["message"].startswith("2 files exist in Alluxio only, 77")
    assert "/a, /b" in condition["message"]
    assert status["phase"] == "Ready"


def with_fuse(ready: int, desired: int, phase: str = "Bound") -> Change:
    def change(world: World) -> None:
        claims = [{"namespace": "apps", "name": "data", "volume": "pv-1"}]
        world["plan"]["fuse"] = {"workload": "demo-fuse", "claims": claims}
        row = workload("DaemonSet", "demo-fuse", "fuse", "", desired)
        world["observed"]["workloads"].append({**row, "ready_replicas": ready})
        pods = [pod(f"demo-fuse-{n}", "fuse", "", n + 1) for n in range(ready)]
        world["observed"]["pods"] += pods
        share = {"volume": "pv-1", "phase": phase, "claim_namespace": "apps", "claim": "data"}
        world["observed"]["shares"] = [{**share, "created": at(OLD_S), "claim_is_ours": True}]

    return change


def test_fuse_is_counted_by_nodes_and_names_its_claims() -> None:
    status = report_of(with_fuse(3, 3))["status"]
    assert status["fuse"] == {"desired": 3, "ready": 3, "claims": ["apps/data"]}
    assert status["phase"] == "Ready"


def test_a_node_without_its_mount_is_missed() -> None:
    status = report_of(with_fuse(2, 3))["status"]
    assert status["phase"] == "Degraded"
    assert "DaemonSet demo-fuse has 2 of 3 pods" in status["problems"][0]


def test_fuse_that_fits_on_no_node_is_a_problem() -> None:
    status = report_of(with_fuse(0, 0))["status"]
    assert status["conditions"][2]["reason"] == "NoNodeForFuse"


def test_a_claim_that_nothing_binds_is_named() -> None:
    status = report_of(with_fuse(3, 3, phase="Available"))["status"]
    assert "Claim apps/data is not bound yet" in status["problems"][0]
    assert status["phase"] == "Degraded"


def test_a_new_claim_is_given_time() -> None:
    def change(world: World) -> None:
        with_fuse(3, 3, phase="Available")(world)
        world["observed"]["shares"][0]["created"] = at(NEW_S)
        was("Updating")(world)

    assert report_of(change)["status"]["phase"] == "Updating"


def test_volumes_of_applications_hold_the_deletion_up() -> None:
    def change(world: World) -> None:
        with_fuse(0, 0)(world)
        world["observed"]["workloads"] = world["observed"]["pods"] = []
        world["observed"]["claims"] = []
        world["state"] = "absent"

    report = report_of(change)
    use = "of applications, which pods may still use"
    assert report["failed"] == f"still there: Claim apps/data {use}"


def test_a_deleted_worker_is_lost_and_no_longer_live() -> None:
    status = report_of(seq(without_pod(VICTIM), LOST))["status"]
    assert status["workers"] == {"desired": 3, "live": 2, "lost": 1}
    assert status["columns"]["workers"] == "2/3"


def test_what_nobody_can_tell_is_left_out() -> None:
    unknown = alluxio(not_persisted_bytes=None, cache_only=None, cache_only_unknown="no proxy")
    status = report_of(unknown)["status"]
    assert not {"notPersistedBytes", "cacheOnly"} & set(status)
    assert status["conditions"][3]["status"] == "Unknown"
    assert "no proxy" in status["conditions"][3]["message"]
    status = report_of(silent())["status"]
    assert not {"leader", "capacityBytes", "usedBytes", "tiers", "filesToPersist"} & set(status)
    assert status["columns"] == {"masters": "3/3", "workers": "0/3"}
    assert status["version"] == "2.9.6"


def test_an_observation_that_failed_keeps_the_figures() -> None:
    before = report_of(lambda _world: None)["status"]
    world = whole()
    world["cluster"]["status"] = before
    after = cluster_status(world["cluster"], {}, None, {"failed": "no answer"})["status"]
    for name in ("workers", "columns", "capacityBytes", "leader", "endpoints"):
        assert after[name] == before[name]
    assert after["phase"] == "Degraded"


def test_an_idle_cluster_gets_the_same_status_on_each_pass() -> None:
    first, later = whole(), whole()
    later["observed"]["observed_at"] = (NOW + timedelta(hours=5)).isoformat()
    later["observed"]["alluxio"]["uptime_ms"] += 5 * 3600 * 1000
    for each in later["observed"]["alluxio"]["workers"]:
        each["last_contact_s"] = 3
    for row in later["observed"]["pods"]:
        row["restarts"] = 0
    reports = [
        cluster_status(world["cluster"], world["plan"], world["observed"], world["applied"])
        for world in (first, later)
    ]
    assert reports[0] == reports[1]


@pytest.mark.parametrize(
    ("before", "change", "event"),
    [
        ("Ready", seq(), None),
        ("Installing", seq(), ("Normal", "Ready")),
        (None, FRESH, ("Normal", "Installing")),
        ("Ready", LOST, ("Warning", "Degraded")),
        ("Degraded", LOST, None),
        ("Ready", did(updated=["x"]), ("Normal", "Updating")),
        ("Ready", planned(errors=[MISSING_SECRET | {"value": None}]), ("Warning", "Invalid")),
        ("Ready", absent(), ("Normal", "Deleting")),
        ("Deleting", absent(), None),
    ],
)
def test_an_event_tells_a_change_of_phase_and_nothing_else(
    before: str | None, change: Change, event: tuple[str, str] | None
) -> None:
    events = report_of(seq(was(before), change))["events"]
    assert [(e["type"], e["reason"]) for e in events] == ([event] if event else [])


def test_problems_are_bounded_and_counted() -> None:
    crashes = [
        pod(f"demo-worker-fast-{n}", "worker", "fast", n)
        | {"ready": False, "reason": "CrashLoopBackOff", "message": "ends at once"}
        for n in range(100, 130)
    ]
    status = report_of(lambda world: world["observed"]["pods"].extend(crashes))["status"]
    assert len(status["problems"]) == 11
    assert status["problems"][-1] == "and 20 more"
    assert status["conditions"][2]["message"].endswith("(and 29 more)")


def test_problems_that_need_somebody_come_first() -> None:
    change = seq(
        the_pod("demo-proxy-x", out_of_memory=["proxy"]),
        LOST,
        unready("demo-master-1", "CrashLoopBackOff"),
    )
    problems = report_of(change)["status"]["problems"]
    assert [problem.split(":")[0] for problem in problems] == [
        "Pod demo-master-1",
        f"Pod {VICTIM} on node node-1 is ready, but demo-master-0 does not hear its worker",
        "Pod demo-proxy-x",
    ]


def test_an_invalid_spec_counts_what_stands() -> None:
    errors = [{"field": "spec.x", "value": None, "message": "is unknown", "remedy": ""}]
    world = whole()
    plan = {"errors": errors, "warnings": [], "name": "demo", "namespace": "ns"}
    status = cluster_status(world["cluster"], plan, world["observed"], {})["status"]
    assert status["columns"]["masters"] == "3/3"
    assert status["conditions"][0]["status"] == "True"


def test_long_values_of_an_invalid_spec_are_cut() -> None:
    errors = [{"field": "spec.x", "value": "v" * 5000, "message": "is long", "remedy": "cut it"}]
    problems = report_of(planned(errors=errors))["status"]["problems"]
    assert problems == [f"spec.x: {'v' * 80}: is long: cut it"]


def test_what_a_step_says_is_cut_to_what_the_crd_takes() -> None:
    status = report_of(did(failed="x" * 100000))["status"]
    assert len(status["problems"][0]) == 1000
    assert all(len(condition["message"]) <= 8000 for condition in status["conditions"])


def test_a_real_plan_has_what_the_status_needs() -> None:
    samples = sorted((Path(__file__).parents[5] / "config" / "samples").glob("*.yaml"))
    assert samples
    for sample in samples:
        resource = yaml.safe_load(sample.read_text())
        resource["metadata"]["namespace"] = "ns"
        world = whole()
        nothing_there()(world)
        consent = {"labels": {}, "annotations": {"alluxio.io/claims-from": "ns"}}
        world["observed"]["namespaces"] = {"notebooks": consent}
        plan = alluxio_cluster.plan(resource, world["observed"])
        assert plan["errors"] == []
        report = cluster_status(resource, plan, world["observed"], {"created": ["ConfigMap/x"]})
        assert report["status"]["phase"] == "Installing"
        assert report["status"]["workers"]["desired"] == plan["workers"]["replicas"]
        assert report["status"]["endpoints"] == plan["endpoints"]


def test_a_play_without_custom_resource_has_no_generation() -> None:
    world = whole()
    world["cluster"] = {"metadata": {"name": "demo", "namespace": "ns"}, "spec": {}}
    status = cluster_status(
        world["cluster"], world["plan"], world["observed"], world["applied"], "present"
    )["status"]
    assert "observedGeneration" not in status
    assert status["phase"] == "Ready"


def test_the_summary_is_one_line_for_people() -> None:
    assert report_of(lambda _world: None)["summary"] == (
        "Ready; masters 3/3, workers 3/3; 1.2Gi of 12Gi used"
    )
    gone = seq(absent(), lambda w: w["observed"].update(pods=[], workloads=[]), silent())
    assert report_of(gone)["summary"] == (
        "Deleting; masters 0/3, workers 0/3; everything is removed; kept: claims "
        "tier-ssd-demo-worker-fast-0, tier-ssd-demo-worker-fast-1, tier-ssd-demo-worker-fast-2 "
        "(deletionPolicy Retain)"
    )


def test_bounded() -> None:
    assert bounded(["a", "b"], 2) == ["a", "b"]
    assert bounded(["a", "b", "c"], 2) == ["a", "b", "and 1 more"]


def build(change: Change) -> World:
    world = whole()
    change(world)
    return world


def rolling(**step: Any) -> dict[str, Any]:
    """The report in mid-roll, after the module `rollout` gave this step."""
    world = build(lambda w: w["observed"]["workloads"][0].update(updated_replicas=1))
    acted = {"step": {"action": "none", "why": "", "stuck": False, "outdated": 2, **step}}
    return cluster_status(
        world["cluster"], world["plan"], world["observed"], world["applied"], acted=acted
    )


def test_a_roll_says_what_it_waits_for_and_comes_back_when_it_is_due() -> None:
    report = rolling(action="evict", why="demo-master-1 is a standby", again_s=17)
    assert (report["status"]["phase"], report["requeue_after_s"]) == ("Updating", 17)
    progressing = report["status"]["conditions"][1]["message"]
    assert progressing.startswith("demo-master-1 is a standby; waits for: ")
    event = {"type": "Normal", "reason": "Replacing", "message": "demo-master-1 is a standby"}
    assert event in report["events"]


def test_a_roll_that_has_stopped_needs_somebody_and_asks_for_no_pass() -> None:
    report = rolling(why="stopped: demo-master-2 does not start (exit code 1)", stuck=True)
    status = report["status"]
    assert (status["phase"], report["requeue_after_s"]) == ("Degraded", None)
    assert status["conditions"][2]["reason"] == "RollStopped"
    assert "The roll has stopped: demo-master-2 does not start" in status["problems"][0]
    assert "2 pods are still as before" in status["problems"][0]


def test_workers_that_go_are_told_with_what_only_they_hold() -> None:
    world = build(lambda w: w["plan"]["pools"][0].update(replicas=2))
    drain = {"drained": False, "why": "3 files of 12Mi on demo-worker-fast-2 have no copy"}
    report = cluster_status(world["cluster"], world["plan"], world["observed"], {}, drain=drain)
    assert (report["status"]["phase"], report["settled"]) == ("Updating", False)
    assert report["requeue_after_s"]
    assert drain["why"] in report["status"]["problems"]
    assert drain["why"] in report["status"]["conditions"][1]["message"]


def test_a_removal_fails_until_nothing_would_be_lost() -> None:
    world = build(absent())
    drain = {"drained": False, "why": "1 file of 5Mi on demo-worker-fast-0 have no copy"}
    report = cluster_status(
        world["cluster"], world["plan"], world["observed"], {}, "absent", drain=drain
    )
    assert report["failed"] == drain["why"]
    assert report["status"]["problems"] == [drain["why"]]
    assert not report["settled"]
