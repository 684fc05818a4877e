# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The storage of pipelines in a live Alluxio: programs write through FUSE, and passes prepare and clean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.alluxio.master_rpc import MasterRpc
from ansible_collections.alluxio.k8s.plugins.module_utils.pipeline_storage import remove
from live_alluxio import START_TIMEOUT_S, LiveAlluxio, MakeAlluxio, rpc_client, worker_host
from live_pipeline import FUSE, MB, STATES, Storage


@pytest.fixture(scope="module")
def live(make_alluxio: MakeAlluxio) -> LiveAlluxio:
    found = make_alluxio(1)
    found.start_master(0)
    found.start_worker(1)
    found.start_job_service()
    hosts = {worker_host(1)}
    found.wait_for("live worker", lambda: found.live_hosts() == hosts, START_TIMEOUT_S)
    return found


@pytest.fixture(scope="module")
def mount(live: LiveAlluxio) -> Iterator[Path]:
    """The whole of Alluxio, by a client whose own properties say CACHE_THROUGH, as an AlluxioCluster's do."""
    yield live.start_fuse("fuse", "/", FUSE)
    live.stop_fuse("fuse")


@pytest.fixture(scope="module")
def masters(live: LiveAlluxio) -> Iterator[MasterRpc]:
    with rpc_client(live) as client:
        yield client


@pytest.fixture
def storage(
    live: LiveAlluxio, masters: MasterRpc, mount: Path, request: pytest.FixtureRequest
) -> Storage:
    return Storage(live, masters, mount, f"p{abs(hash(request.node.name)) % 10**9}")


def test_preparing_makes_the_directory_and_a_second_pass_does_nothing(storage: Storage) -> None:
    storage.spec(directory={"owner": "etl", "group": "etl", "mode": "0750"})
    done, report = storage.take_pass()
    assert done == [f"made {storage.root}", f"files below {storage.root} are written CACHE_THROUGH"]
    assert report["status"]["phase"] == "Ready"
    made = storage.masters.files.get_status(storage.root)
    assert (made.owner, made.group, made.mode, made.persisted) == ("etl", "etl", 0o750, True)
    assert storage.take_pass()[0] == []
    storage.spec(directory={"mode": "0777"}, persist="through")
    assert len(storage.take_pass()[0]) == 2, "an edit is taken over"
    assert storage.take_pass()[0] == []


@pytest.mark.parametrize(
    ("persist", "cached", "in_ufs"),
    [
        ("sync", True, True),
        ("async", True, False),
        ("through", False, True),
        ("none", True, False),
    ],
)
def test_a_write_through_fuse_does_what_persist_says(
    storage: Storage, persist: str, cached: bool, in_ufs: bool
) -> None:
    # Whatever the client's own properties say: they say CACHE_THROUGH.
    storage.prepare(persist)
    storage.write("run", "prep")
    found = storage.file("run", "prep")
    if persist != "async":
        assert found.persistence_state == STATES[persist]
        assert storage.in_ufs("run", "prep").exists() == in_ufs
    assert (found.cached_bytes == 3 * MB) == cached


def test_a_run_is_freed_after_its_success_alone(storage: Storage) -> None:
    storage.spec(stages=[{"name": "prep"}, {"name": "train", "keep": True}])
    storage.take_pass()
    checksum = storage.write("good", "prep")
    storage.write("good", "train")
    storage.write("bad", "prep")
    assert storage.take_pass()[1]["settled"], "nobody waits for runs that go on"
    assert storage.file("good", "prep").cached_bytes == 3 * MB
    storage.succeed("good")
    report = storage.settle()
    states = {run["name"]: run["state"] for run in report["status"]["runs"]}
    assert states == {"good": "Cleaned", "bad": "Open"}
    # Workers let go of the blocks at their next heartbeat.
    storage.live.wait_for("free", lambda: not storage.file("good", "prep").cached_bytes, 30)
    assert storage.file("good", "train").cached_bytes == 3 * MB
    assert storage.file("bad", "prep").cached_bytes == 3 * MB
    data = storage.seen("good", "prep", "part-0").read_bytes()
    assert hashlib.sha256(data).hexdigest() == checksum, "it is read from the UFS"
    assert storage.take_pass()[0] == [], "a cleaned run costs nothing more"


def test_what_is_written_asynchronously_is_freed_when_it_has_its_copy(storage: Storage) -> None:
    storage.spec(persist="async", cleanup={"persistTimeoutSeconds": 1})
    storage.take_pass()
    storage.until_known("async")
    storage.live.kill("job-worker")
    storage.live.kill("job-master")
    checksum = storage.write("run", "prep")
    storage.succeed("run")

    def overdue() -> bool:
        _done, report = storage.take_pass()
        return "Overdue" in {run["state"] for run in report["status"]["runs"]}

    storage.live.wait_for("overdue run", overdue, 60)
    _done, report = storage.take_pass()
    (degraded,) = (c for c in report["status"]["conditions"] if c["type"] == "Degraded")
    assert degraded["status"] == "True"
    assert "no copy in the UFS" in degraded["message"]
    assert storage.file("run", "prep").cached_bytes == 3 * MB, "nothing is freed without a copy"
    storage.live.start_job_service()
    storage.settle()
    storage.live.wait_for("free", lambda: not storage.file("run", "prep").cached_bytes, 30)
    data = storage.in_ufs("run", "prep").read_bytes()
    assert hashlib.sha256(data).hexdigest() == checksum


def test_a_scratch_run_is_deleted_everywhere(storage: Storage) -> None:
    storage.spec(persist="none", cleanup={"action": "Delete"}, timeToLiveSeconds=86400)
    storage.take_pass()
    storage.write("run", "prep")
    done, _report = storage.take_pass()
    assert done == ["run will be gone 86400 s after its creation"]
    status = storage.masters.files.get_status(f"{storage.root}/run")
    assert (status.ttl_ms, status.ttl_action) == (86400_000, "DELETE")
    done, report = storage.take_pass("run")
    assert done == ["marked run as succeeded"]
    assert not report["settled"], "the marked run is still to be cleaned"
    storage.settle()
    assert not storage.masters.files.exists(f"{storage.root}/run")
    assert not storage.in_ufs("run", "prep").exists()


def test_removing_leaves_the_files_unless_told_otherwise(storage: Storage) -> None:
    storage.spec()
    storage.take_pass()
    storage.write("run", "prep")
    done = remove(storage.masters, storage.root, False, False)
    assert done == [f"took the write type of {storage.root} away"]
    assert storage.in_ufs("run", "prep").exists()
    done = remove(storage.masters, storage.root, True, False)
    assert done == [f"deleted {storage.root}"]
    assert not storage.in_ufs("run", "prep").exists()
    assert remove(storage.masters, storage.root, True, False) == []
