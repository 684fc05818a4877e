# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""How a step of a roll and a drain are carried out, with an API server and masters made of lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils import drain as draining
from ansible_collections.alluxio.k8s.plugins.module_utils import rollout
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.errors import ServerUnreachable
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.model import (
    JournalMember,
    Worker,
    WorkerAddress,
    WorkerState,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.unpersisted import CachedFile
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.errors import (
    Conflict,
    TooManyRequests,
)

ROLL = rollout.Roll(
    "demo", "ns", [{"workload": "demo-master", "component": "master", "pool": ""}], 1, []
)


def pod(name: str, component: str, revision: str, ready: bool = True) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "uid": f"uid-{name}",
            "creationTimestamp": "2026-11-24T22:00:00Z",
            "labels": {
                "app.kubernetes.io/component": component,
                "controller-revision-hash": revision,
            },
        },
        "spec": {},
        "status": {
            "phase": "Running",
            "podIP": "10.1.0.1",
            "hostIP": f"host-of-{name}",
            "conditions": [
                {
                    "type": "Ready",
                    "status": str(ready),
                    "lastTransitionTime": "2026-11-24T22:00:20Z",
                }
            ],
        },
    }


def stateful_set(name: str, replicas: int) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "generation": 2,
            "labels": {"app.kubernetes.io/component": "master"},
        },
        "spec": {"replicas": replicas},
        "status": {"observedGeneration": 2, "updateRevision": "new"},
    }


class FakeKube:
    """What there is, and what was evicted; ``refusal`` is raised by every eviction."""

    def __init__(
        self,
        pods: Sequence[dict[str, Any]],
        refusal: Exception | None = None,
        workload: dict[str, Any] | None = None,
    ) -> None:
        self.direct = self
        self.evicted: list[tuple[str, str]] = []
        workloads = [workload or stateful_set("demo-master", 3)]
        self._objects = {"Pod": list(pods), "StatefulSet": workloads}
        self._refusal = refusal

    def list_objects(self, api_version: str, kind: str, **_: Any) -> list[dict[str, Any]]:
        del api_version
        return self._objects[kind]

    def evict(self, name: str, namespace: str, uid: str) -> None:
        assert namespace == "ns"
        if self._refusal:
            raise self._refusal
        self.evicted.append((name, uid))


def worker(host: str, state: WorkerState) -> Worker:
    return Worker(
        host=host,
        address=WorkerAddress(host=host, container_host="", rpc_port=29999, web_port=30000),
        version="",
        worker_id=1,
        state=state,
        capacity_bytes=0,
        used_bytes=0,
        tiers={},
        last_contact_s=0,
        start_time_ms=0,
    )


class FakeMasters:
    """A quorum that hands the lead over, or does not (``deaf``)."""

    def __init__(self, leader: int, deaf: bool = False) -> None:
        self.leader = leader
        self.deaf = deaf
        self.reset = 0
        self.journal = self
        self.masters = self
        self.blocks = self
        self.workers = [
            worker("host-of-demo-worker-a-0", WorkerState.LIVE),
            worker("host-of-demo-worker-a-1", WorkerState.LIVE),
            worker("host-of-demo-worker-a-2", WorkerState.LOST),
        ]
        self.retired: list[tuple[str, int]] = []

    def get_quorum(self) -> list[JournalMember]:
        return [
            JournalMember(f"demo-master-{n}.demo-master.ns.svc", 19200, True, n == self.leader, 1)
            for n in range(3)
        ]

    def transfer_leadership(self, member: JournalMember) -> str:
        if not self.deaf:
            self.leader = int(member.host.partition(".")[0][-1])
        return "id"

    def get_workers(self) -> list[Worker]:
        return self.workers

    def decommission_worker(self, host: str, web_port: int, *, may_register_again: bool) -> None:
        assert may_register_again
        self.retired.append((host, web_port))

    def reset_priorities(self) -> None:
        self.reset += 1


def with_masters(
    monkeypatch: pytest.MonkeyPatch, masters: FakeMasters | None, files: Sequence[CachedFile] = ()
) -> list[str]:
    """Puts ``masters`` in the place of the live ones; the paths that are handed to be copied."""
    asked: list[str] = []

    @contextmanager
    def open_masters(*_: Any) -> Iterator[FakeMasters]:
        if masters is None:
            raise ServerUnreachable("the masters", "they are silent")
        yield masters

    def persist(_rest: Any, waiting: Sequence[CachedFile], __: float) -> int:
        asked.extend(file.path for file in waiting if not file.under_way)
        return len(asked)

    for module in (rollout, draining):
        monkeypatch.setattr(module, "masters_rpc", open_masters)
        monkeypatch.setattr(module, "list_unpersisted", lambda *_: iter(files))
    monkeypatch.setattr(draining, "persist", persist)
    monkeypatch.setattr(rollout, "find_live_leader", lambda *_: (None, frozenset()))
    monkeypatch.setattr(rollout, "_HAND_OVER_S", 0.3)
    return asked


def masters_of(*revisions: str) -> list[dict[str, Any]]:
    return [pod(f"demo-master-{n}", "master", revision) for n, revision in enumerate(revisions)]


def test_a_pod_is_evicted_by_its_uid(monkeypatch: pytest.MonkeyPatch) -> None:
    with_masters(monkeypatch, FakeMasters(leader=0))
    kube = FakeKube(masters_of("old", "old", "old"))
    step = rollout.take_step(kube, ROLL, dry_run=False)  # type: ignore[arg-type]
    assert (step.action, kube.evicted) == ("evict", [("demo-master-2", "uid-demo-master-2")])


def test_check_mode_takes_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    with_masters(monkeypatch, FakeMasters(leader=0))
    kube = FakeKube(masters_of("old", "old", "old"))
    step = rollout.take_step(kube, ROLL, dry_run=True)  # type: ignore[arg-type]
    assert (step.action, kube.evicted) == ("evict", [])


def test_the_lead_is_handed_over_before_the_pod_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    masters = FakeMasters(leader=0)
    with_masters(monkeypatch, masters)
    kube = FakeKube(masters_of("old", "new", "new"))
    step = rollout.take_step(kube, ROLL, dry_run=False)  # type: ignore[arg-type]
    assert (step.action, masters.leader, masters.reset) == ("hand_over", 1, 1)
    assert [name for name, _rest in kube.evicted] == ["demo-master-0"]
    assert "not handed over" not in step.why


def test_a_lead_that_does_not_move_is_said_and_priorities_are_reset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    masters = FakeMasters(leader=0, deaf=True)
    with_masters(monkeypatch, masters)
    kube = FakeKube(masters_of("old", "new", "new"))
    step = rollout.take_step(kube, ROLL, dry_run=False)  # type: ignore[arg-type]
    assert (masters.reset, len(kube.evicted)) == (1, 1)
    assert "not handed over in time" in step.why


@pytest.mark.parametrize(
    ("refusal", "word"),
    [(TooManyRequests("budget", "wait"), "budget"), (Conflict("uid", "again"), "replaced")],
)
def test_a_refused_eviction_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception, word: str
) -> None:
    with_masters(monkeypatch, FakeMasters(leader=0))
    kube = FakeKube(masters_of("old", "old", "old"), refusal)
    step = rollout.take_step(kube, ROLL, dry_run=False)  # type: ignore[arg-type]
    assert step.action == "none"
    assert word in step.why
    assert step.again_s


WORKERS = [pod("demo-worker-a-0", "worker", "new"), pod("demo-worker-a-1", "worker", "new")]
ONE = CachedFile("/one", 5, frozenset({"host-of-demo-worker-a-0"}), under_way=False)
TWO = CachedFile("/two", 7, frozenset({"host-of-demo-worker-a-1"}), under_way=True)


def drained(kube: FakeKube, pods: list[str] | None, dry_run: bool = False) -> draining.Drained:
    return draining.drain(kube, "demo", "ns", pods, dry_run)  # type: ignore[arg-type]


def test_only_what_lies_on_the_workers_that_go_holds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = with_masters(monkeypatch, FakeMasters(0), [ONE, TWO])
    found = drained(FakeKube(WORKERS), ["demo-worker-a-0"])
    assert (found.done, found.files, found.length_bytes, asked) == (False, 1, 5, ["/one"])
    assert "1 file of 5 on demo-worker-a-0" in found.why
    assert "alluxio.io/discard-unpersisted" in found.why


def test_the_whole_cluster_is_drained_when_no_pod_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = with_masters(monkeypatch, FakeMasters(0), [ONE, TWO])
    found = drained(FakeKube(WORKERS), None)
    assert (found.files, asked) == (2, ["/one"])


def test_check_mode_copies_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = with_masters(monkeypatch, FakeMasters(0), [ONE])
    assert drained(FakeKube(WORKERS), None, dry_run=True).done is False
    assert asked == []


@pytest.mark.parametrize("files", [[], [TWO]])
def test_nothing_on_them_lets_them_go(
    monkeypatch: pytest.MonkeyPatch, files: list[CachedFile]
) -> None:
    with_masters(monkeypatch, FakeMasters(0), files)
    assert drained(FakeKube(WORKERS), ["demo-worker-a-0"]).done


@pytest.mark.parametrize(("ready", "done"), [(True, False), (False, True)])
def test_silent_masters_hold_what_works_and_let_go_what_does_not(
    monkeypatch: pytest.MonkeyPatch, ready: bool, done: bool
) -> None:
    with_masters(monkeypatch, None)
    workers = [pod("demo-worker-a-0", "worker", "new", ready)]
    found = drained(FakeKube(workers), None)
    assert found.done is done
    assert done or "cannot be told" in found.why


def test_no_worker_is_nothing_to_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    with_masters(monkeypatch, None)
    assert drained(FakeKube(masters_of("new")), None).done


def test_namespaces_without_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    with_masters(monkeypatch, None)
    assert drained(FakeKube([]), None) == draining.Drained(True)


def test_only_live_workers_of_the_hosts_are_retired(monkeypatch: pytest.MonkeyPatch) -> None:
    masters = FakeMasters(0)
    with_masters(monkeypatch, masters)
    hosts = {"host-of-demo-worker-a-0", "host-of-demo-worker-a-2", "elsewhere"}
    draining.retire(FakeKube([]), "demo", "ns", hosts)  # type: ignore[arg-type]
    assert masters.retired == [("host-of-demo-worker-a-0", 30000)]


def test_silent_masters_find_out_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    with_masters(monkeypatch, None)
    draining.retire(FakeKube([]), "demo", "ns", {"a"})  # type: ignore[arg-type]


@pytest.mark.parametrize("refusal", [None, TooManyRequests("budget", "wait")])
def test_a_worker_is_out_of_service_once_its_eviction_is_granted(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception | None
) -> None:
    masters = FakeMasters(0)
    with_masters(monkeypatch, masters)
    old = [pod(f"demo-worker-a-{n}", "worker", "old") for n in range(2)]
    kube = FakeKube(old, refusal, stateful_set("demo-worker-a", 2))
    order = [{"workload": "demo-worker-a", "component": "worker", "pool": "a"}]
    roll = rollout.Roll("demo", "ns", order, 1, [])
    rollout.take_step(kube, roll, dry_run=False)  # type: ignore[arg-type]
    assert [host for host, _port in masters.retired] == [
        f"host-of-{name}" for name, _uid in kube.evicted
    ]
    assert bool(masters.retired) is (refusal is None)
