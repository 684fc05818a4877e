# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Rows of pods: states as kubelets and schedulers write them, and messages that hold still."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.pods import pod_row, trouble_of

IMAGE = "registry.test/alluxio:2.9.6"


def condition(kind: str, status: str, **rest: str) -> dict[str, str]:
    return {"type": kind, "status": status, **rest}


def container(name: str = "worker", **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": IMAGE, "ready": False, "restartCount": 0, **fields}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


def ended(code: int, reason: str = "Error", **rest: Any) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "reason": reason, **rest}}


def pod(*containers: dict[str, Any], ready: bool = False, **status: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "name": "demo-worker-fast-0",
            "uid": "u",
            "creationTimestamp": "2026-11-24T22:00:00Z",
            "labels": {
                "app.kubernetes.io/component": "worker",
                "alluxio.io/pool": "fast",
                "controller-revision-hash": "demo-worker-fast-5d",
            },
            "annotations": {"alluxio.io/config-hash": "abc", "other.io/x": "y"},
        },
        "spec": {"nodeName": "node-1"},
        "status": {
            "phase": "Running",
            "hostIP": "10.0.0.1",
            "podIP": "10.1.0.1",
            "conditions": [
                condition("PodScheduled", "True"),
                {
                    **condition("Ready", "True" if ready else "False"),
                    "lastTransitionTime": "2026-11-24T22:00:20Z",
                },
            ],
            "containerStatuses": list(containers),
            **status,
        },
    }


RUNNING: dict[str, Any] = {"running": {"startedAt": "2026-11-24T22:00:10Z"}}


def test_a_ready_pod() -> None:
    row = pod_row(pod(container(ready=True, state=RUNNING, restartCount=2), ready=True))
    assert row == {
        "name": "demo-worker-fast-0",
        "uid": "u",
        "component": "worker",
        "pool": "fast",
        "node": "node-1",
        "host_ip": "10.0.0.1",
        "pod_ip": "10.1.0.1",
        "phase": "Running",
        "ready": True,
        "ready_since": "2026-11-24T22:00:20Z",
        "revision": "demo-worker-fast-5d",
        "restarts": 2,
        "created": "2026-11-24T22:00:00Z",
        "deleting": False,
        "reason": "",
        "message": "",
        "out_of_memory": [],
        "annotations": {"alluxio.io/config-hash": "abc"},
    }


def test_a_pod_that_nobody_has_looked_at_yet() -> None:
    bare = pod()
    bare["status"] = {"phase": "Pending"}
    bare["spec"] = {}
    bare["metadata"].pop("annotations")
    row = pod_row(bare)
    assert (row["node"], row["pod_ip"], row["ready"]) == ("", "", False)
    assert (row["reason"], row["restarts"]) == ("Starting", 0)


def test_a_pod_that_goes_away() -> None:
    leaving = pod(container(state=RUNNING, ready=True), ready=True)
    leaving["metadata"]["deletionTimestamp"] = "2026-11-24T22:05:00Z"
    assert pod_row(leaving)["deleting"] is True


PULL_CAUSE = 'failed to resolve reference "registry.test/alluxio:2.9.6": not found'

STATES: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "unschedulable",
        pod(
            phase="Pending",
            conditions=[
                condition(
                    "PodScheduled",
                    "False",
                    reason="Unschedulable",
                    message="0/3 nodes are available:\n 3 Insufficient memory.",
                )
            ],
        ),
        "Unschedulable",
        "0/3 nodes are available: 3 Insufficient memory.",
    ),
    (
        "being made",
        pod(container(state=waiting("ContainerCreating"))),
        "Starting",
        "its containers are being started",
    ),
    (
        "init container runs",
        pod(
            container(state=waiting("PodInitializing")),
            initContainerStatuses=[container("configuration", state=RUNNING)],
        ),
        "Starting",
        "its containers are being started",
    ),
    (
        "probe fails yet",
        pod(container(state=RUNNING), container("job-worker", state=RUNNING, ready=True)),
        "NotReady",
        "container worker does not pass its readiness probe yet",
    ),
    (
        "image not found, first",
        pod(container(state=waiting("ErrImagePull", PULL_CAUSE))),
        "ImagePullBackOff",
        f"container worker: image {IMAGE} cannot be pulled: {PULL_CAUSE}",
    ),
    (
        "image not found, backing off",
        pod(
            container(
                state=waiting(
                    "ImagePullBackOff",
                    f'Back-off pulling image "{IMAGE}": ErrImagePull: {PULL_CAUSE}',
                )
            )
        ),
        "ImagePullBackOff",
        f"container worker: image {IMAGE} cannot be pulled: {PULL_CAUSE}",
    ),
    (
        "image not found, of a kubelet that does not say why",
        pod(container(state=waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'))),
        "ImagePullBackOff",
        f"container worker: image {IMAGE} cannot be pulled",
    ),
    (
        "crash loop, waiting",
        pod(
            container(
                state=waiting("CrashLoopBackOff", "back-off 2m40s restarting failed container"),
                lastState=ended(137, "OOMKilled"),
                restartCount=5,
            )
        ),
        "CrashLoopBackOff",
        "container worker ends at once: OOMKilled, exit code 137",
    ),
    (
        "crash loop, running again for a moment",
        pod(container(state=RUNNING, lastState=ended(137, "OOMKilled"), restartCount=5)),
        "CrashLoopBackOff",
        "container worker ends at once: OOMKilled, exit code 137",
    ),
    (
        "crash loop, just ended",
        pod(container(state=ended(1, message="no such\n  option\n"), restartCount=0)),
        "CrashLoopBackOff",
        "container worker ends at once: Error, exit code 1: no such option",
    ),
    (
        "restarted once, starting",
        pod(container(state=RUNNING, lastState=ended(1), restartCount=1)),
        "NotReady",
        "container worker does not pass its readiness probe yet",
    ),
    (
        "init container crashes",
        pod(
            container(state=waiting("PodInitializing")),
            initContainerStatuses=[
                container("configuration", state=waiting("CrashLoopBackOff"), lastState=ended(2))
            ],
        ),
        "CrashLoopBackOff",
        "container configuration ends at once: Error, exit code 2",
    ),
    (
        "finished init container is no trouble",
        pod(
            container(state=RUNNING),
            initContainerStatuses=[
                container("configuration", ready=True, state=ended(0, "Completed"))
            ],
        ),
        "NotReady",
        "container worker does not pass its readiness probe yet",
    ),
    (
        "configuration error",
        pod(container(state=waiting("CreateContainerConfigError", 'secret "x" not found'))),
        "CreateContainerConfigError",
        'container worker: secret "x" not found',
    ),
    (
        "evicted",
        pod(phase="Failed", reason="Evicted", message="The node was low on resource: memory."),
        "Evicted",
        "The node was low on resource: memory.",
    ),
    (
        "failed without a word",
        pod(phase="Failed"),
        "Failed",
        "its containers have ended",
    ),
    (
        "node silent",
        pod(container(state=RUNNING, ready=True)),
        "NodeNotReady",
        "its node node-1 does not report any more",
    ),
]


@pytest.mark.parametrize(
    ("pod", "reason", "message"), [row[1:] for row in STATES], ids=[row[0] for row in STATES]
)
def test_why_a_pod_is_not_ready(pod: dict[str, Any], reason: str, message: str) -> None:
    trouble = trouble_of(pod)
    assert (trouble.reason, trouble.message) == (reason, message)


def test_a_kill_for_memory_is_remembered_while_the_pod_runs() -> None:
    survivor = pod(
        container(state=RUNNING, ready=True, lastState=ended(137, "OOMKilled")), ready=True
    )
    assert pod_row(survivor)["out_of_memory"] == ["worker"]
    assert pod_row(survivor)["reason"] == ""


def test_messages_are_bounded() -> None:
    long = pod(container(state=waiting("CreateContainerError", "x" * 5000)))
    assert len(trouble_of(long).message) == 300
