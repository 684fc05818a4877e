# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is decided about an AlluxioPipeline, and reported; tests/integration/alluxio takes such passes for real."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_pipeline import plan
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.alluxio_pipeline_status import (
    pipeline_status,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.plans.pipeline_names import overlap

ROOT = "/pipelines/nightly"
NOW = "2026-11-28T12:00:00+00:00"
NOW_MS = 1795867200_000
WEEK_S = 604800


def pipeline(**spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "nightly", "namespace": "ml", "generation": 3},
        "spec": {"alluxioCluster": {"name": "cache", "namespace": "alluxio"}, **spec},
    }


def run(name: str, state: str = "Open", **more: Any) -> dict[str, Any]:
    """Made an hour ago, with the default time to live."""
    row = {"name": name, "created_ms": NOW_MS - 3600_000, "state": state}
    row |= {"ttl_ms": WEEK_S * 1000, "ttl_action": "FREE"}
    if state == "Succeeded":
        row |= {
            "succeeded_ms": NOW_MS - 60_000,
            "waiting_files": 0,
            "lost_files": 0,
            "examples": [],
        }
    return {**row, **more}


def seen(
    *runs: dict[str, Any], alluxio: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    directory = {"owner": "alluxio", "group": "alluxio", "mode": 0o777}
    found = {
        "read_only": False,
        "write_type": "CACHE_THROUGH",
        "directory": directory,
        "runs": runs,
    }
    return {
        "observed_at": NOW,
        "agreed": True,
        "fuse": True,
        "secret": True,
        "claim": None,
        "volumes": [],
        "rivals": [],
        "alluxio": {**found, **(alluxio or {}), "runs": list(runs)},
        "alluxio_error": None,
        **more,
    }


def steps(resource: dict[str, Any], observed: dict[str, Any], *finished: str) -> dict[str, Any]:
    planned = plan(resource, observed, finished)
    assert planned["errors"] == []
    found: dict[str, Any] = planned["steps"]
    return found


def report(resource: dict[str, Any], observed: dict[str, Any]) -> dict[str, Any]:
    return pipeline_status(resource, plan(resource, observed), {})


def test_prepared_storage_needs_nothing_more() -> None:
    found = steps(pipeline(), seen(run("a")))
    assert (found["root"], found["directory"], found["write_type"]) == (ROOT, None, None)
    assert (found["ttl"], found["persist"], found["clean"], found["mark"]) == ([], [], [], [])


def test_a_missing_directory_is_made_and_another_write_type_set() -> None:
    found = steps(pipeline(persist="async"), seen(alluxio={"directory": None}))
    assert found["directory"] == {"owner": None, "group": None, "mode": 0o777}
    assert found["write_type"] == "ASYNC_THROUGH"


@pytest.mark.parametrize(
    ("changes", "state", "step"),
    [
        ({}, "Cleaning", "clean"),
        ({"waiting_files": 2, "examples": ["/x"]}, "Waiting", "persist"),
        ({"waiting_files": 2, "succeeded_ms": NOW_MS - 3601_000}, "Overdue", "persist"),
        ({"lost_files": 1, "examples": ["/x"]}, "Lost", None),
    ],
)
def test_what_becomes_of_a_run_that_has_succeeded(
    changes: dict[str, Any], state: str, step: str | None
) -> None:
    observed = seen(run("a", "Succeeded", **changes), run("b"))
    planned = plan(pipeline(), observed)
    assert [row["state"] for row in planned["runs"]] == [state, "Open"]
    named = {key: planned["steps"][key] for key in ("persist", "clean")}
    assert named == {key: ["a"] if key == step else [] for key in named}
    degraded = report(pipeline(), observed)["status"]["conditions"][2]
    assert degraded["status"] == str(state in ("Overdue", "Lost"))


def test_nothing_is_cleaned_where_cleaning_is_off() -> None:
    observed = seen(run("a", "Succeeded"))
    found = steps(pipeline(cleanup={"when": "Never"}), observed)
    assert (found["clean"], found["persist"]) == ([], [])
    assert report(pipeline(cleanup={"when": "Never"}), observed)["settled"]


def test_times_to_live_are_set_once_and_never_on_a_run_that_is_over() -> None:
    old = run("old", created_ms=NOW_MS - (WEEK_S + 1) * 1000, ttl_ms=-1)
    observed = seen(run("a"), run("b", ttl_ms=-1), old)
    row = {"run": "b", "ttl_ms": WEEK_S * 1000, "ttl_action": "FREE"}
    assert steps(pipeline(), observed)["ttl"] == [row]
    assert [one["run"] for one in steps(pipeline(timeToLiveSeconds=0), observed)["ttl"]] == ["a"]


@pytest.mark.parametrize(("keep", "action"), [(False, "DELETE"), (True, "FREE")])
def test_a_time_to_live_deletes_nothing_that_a_stage_keeps(keep: bool, action: str) -> None:
    stages = [{"name": "train", "keep": keep}]
    given = pipeline(stages=stages, cleanup={"action": "Delete"})
    (row,) = steps(given, seen(run("a", ttl_ms=-1)))["ttl"]
    assert row["ttl_action"] == action


def test_only_open_runs_are_marked() -> None:
    observed = seen(run("a"), run("b", "Cleaned"))
    assert steps(pipeline(), observed, "a", "b", "unknown")["mark"] == ["a"]


def test_copies_are_needed_of_what_stays_in_the_ufs() -> None:
    looks = {
        "freed": pipeline(),
        "deleted": pipeline(cleanup={"action": "Delete"}),
        "scratch": pipeline(persist="none", cleanup={"action": "Delete"}),
    }
    persists = {name: plan(given, None)["look"]["persists"] for name, given in looks.items()}
    assert persists == {"freed": True, "deleted": False, "scratch": False}


def test_a_claim_leads_to_the_clusters_mount_and_is_not_the_clusters_own() -> None:
    claim = plan(pipeline(claim={"name": "data"}), seen())["claim"]
    assert claim["path"] == "/var/lib/alluxio-k8s/alluxio/cache/fuse/share"
    assert (claim["namespace"], claim["name"]) == ("ml", "data")
    assert "alluxio.io/fuse-of" not in claim["labels"], "the cluster would prune it"
    others = plan(pipeline(claim={"name": "other"}), seen())["claim"]["volume"]
    assert claim["volume"] != others


def test_volumes_that_are_not_wanted_go_with_their_claims() -> None:
    wanted = plan(pipeline(claim={"name": "data"}), seen())["claim"]["volume"]
    volumes = [
        {"name": wanted, "claim": "data", "phase": "Bound"},
        {"name": "old", "claim": "before", "phase": "Bound"},
    ]
    surplus = plan(pipeline(claim={"name": "data"}), seen(volumes=volumes))["surplus"]
    names = [(one["kind"], one["metadata"]["name"]) for one in surplus]
    assert names == [("PersistentVolumeClaim", "before"), ("PersistentVolume", "old")]
    released = [{"name": wanted, "claim": "data", "phase": "Released"}]
    surplus = plan(pipeline(claim={"name": "data"}), seen(volumes=released))["surplus"]
    assert [one["kind"] for one in surplus] == ["PersistentVolume"], "it is made again"
    bound = seen(volumes=volumes[:1])
    surplus = plan(pipeline(claim={"name": "data"}), bound, state="absent")["surplus"]
    assert [one["metadata"]["name"] for one in surplus] == ["data", wanted], "nothing is wanted"


def test_what_was_made_is_found_when_the_spec_has_become_wrong() -> None:
    volumes = [{"name": "old", "claim": "a.b", "phase": "Bound"}]
    planned = plan(pipeline(engine="kubeflow", claim={"name": "a.b"}), seen(volumes=volumes))
    assert planned["errors"]
    assert [one["kind"] for one in planned["surplus"]] == [
        "PersistentVolumeClaim",
        "PersistentVolume",
    ]


@pytest.mark.parametrize(
    ("observed", "field", "says"),
    [
        ({"agreed": False}, "spec.alluxioCluster.namespace", "alluxio.io/pipelines-from=ml"),
        ({"claim": {"ours": False}}, "spec.claim.name", "of others"),
        ({"alluxio": {"read_only": True}}, "spec.root", "read-only"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(
    observed: dict[str, Any], field: str, says: str
) -> None:
    (error,) = plan(pipeline(claim={"name": "data"}), seen(**observed))["errors"]
    assert error["field"] == field
    assert says in f"{error['message']}: {error['remedy']}"
    status = report(pipeline(claim={"name": "data"}), seen(**observed))["status"]
    assert (status["phase"], status["observedGeneration"]) == ("Failed", 3)


def test_of_pipelines_in_one_root_the_oldest_has_it_and_no_removal_touches_it() -> None:
    rival = {"pipeline": "other/nightly", "root": ROOT, "created": "2026-11-02T00:00:00Z"}
    observed = seen(rivals=[rival])
    older, newer = pipeline(), pipeline()
    older["metadata"]["creationTimestamp"] = "2026-11-01T00:00:00Z"
    newer["metadata"]["creationTimestamp"] = "2026-11-03T00:00:00Z"
    assert plan(older, observed)["errors"] == []
    for late in (newer, pipeline()):
        (error,) = plan(late, observed)["errors"]
        assert (error["field"], error["value"]) == ("spec.root", ROOT)
        assert "AlluxioPipeline other/nightly" in error["message"]
    for one in (older, newer):
        assert plan(one, observed, state="absent")["shared"] == ["other/nightly"]


@pytest.mark.parametrize(
    ("one", "other", "overlaps"),
    [
        ("/a/b", "/a/b", True),
        ("/a/b", "/a/b/c", True),
        ("/a/b/c", "/a/b", True),
        ("/a/b", "/a/bc", False),
    ],
)
def test_roots_overlap_by_whole_names(one: str, other: str, overlaps: bool) -> None:
    assert overlap(one, other) == overlaps


@pytest.mark.parametrize(
    ("observed", "says"),
    [
        ({"agreed": None}, "there is no namespace alluxio"),
        ({"fuse": False}, "spec.fuse.enabled"),
        ({"secret": False}, "kubectl create secret generic keys -n ml"),
    ],
)
def test_what_is_missing_is_waited_for(observed: dict[str, Any], says: str) -> None:
    given = pipeline(claim={"name": "data"}, s3={"secret": "keys"})
    found = report(given, seen(**observed))
    assert (found["status"]["phase"], found["requeue_after_s"]) == ("Pending", 10)
    assert says in found["summary"]
    assert found["failed"] is None


def test_an_event_tells_of_a_change_of_phase_alone() -> None:
    first = report(pipeline(), seen())
    assert [event["reason"] for event in first["events"]] == ["Ready"]
    known = {**pipeline(), "status": first["status"]}
    assert pipeline_status(known, plan(known, seen()), {})["events"] == []


def test_a_failed_step_fails_the_pass_and_forgets_no_run() -> None:
    found = pipeline_status(pipeline(), plan(pipeline(), seen(run("a"))), {"failed": "Act: no"})
    assert (found["failed"], found["status"]["phase"]) == ("Act: no", "Pending")
    assert [one["name"] for one in found["status"]["runs"]] == ["a"]
