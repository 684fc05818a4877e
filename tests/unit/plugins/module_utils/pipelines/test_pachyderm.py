# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio in pipeline specifications of Pachyderm."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render
from pipeline_samples import PREP, S3, TRAIN, checks, refused, rendered, settings

GUARD = {"op": "test", "path": "/containers/0/name", "value": "user"}
MINE = {"op": "add", "path": "/volumes/-", "value": {"name": "tmp", "emptyDir": {}}}


def spec(name: str, repo: str, **more: Any) -> dict[str, Any]:
    """Of which nothing is found: one datum, tried once, run in every job."""
    return {
        "pipeline": {"name": name},
        "input": {"pfs": {"repo": repo, "glob": "/"}},
        "transform": {"image": "registry.example.com/steps:1", "cmd": ["step"]},
        "datumTries": 1,
        "reprocessSpec": "every_job",
        **more,
    }


TWO = [spec("prep", "raw"), spec("train", "prep")]


def specs(given: dict[str, Any], definition: Any) -> dict[str, dict[str, Any]]:
    text = rendered(given, definition).text
    return {one["pipeline"]["name"]: one for one in yaml.safe_load_all(text)}


def test_a_stage_gets_variables_and_a_patch_of_its_pod() -> None:
    train = specs(settings("pachyderm"), TWO)["train"]
    assert train["transform"]["env"] == {
        "ALLUXIO_PIPELINE": "nightly",
        "ALLUXIO_STAGE": "train",
        "ALLUXIO_STAGE_INPUT": "/mnt/alluxio/data/pipelines/nightly/prep",
        "ALLUXIO_STAGE_INPUT_1": "/mnt/alluxio/data/pipelines/nightly/prep",
        "ALLUXIO_STAGE_OUTPUT": "/mnt/alluxio/data/pipelines/nightly/train",
    }
    assert isinstance(train["podPatch"], str), "Pachyderm takes a string"
    assert json.loads(train["podPatch"]) == [
        GUARD,
        {
            "op": "add",
            "path": "/volumes/-",
            "value": {"name": "alluxio", "persistentVolumeClaim": {"claimName": "alluxio"}},
        },
        {
            "op": "add",
            "path": "/containers/0/volumeMounts/-",
            "value": {
                "name": "alluxio",
                "mountPath": "/mnt/alluxio",
                "mountPropagation": "HostToContainer",
            },
        },
    ]


def test_a_run_of_its_own_is_refused_since_workers_outlive_jobs() -> None:
    with pytest.raises(InvalidValue, match="serves many jobs") as caught:
        render(settings("pachyderm", run="auto"), TWO)
    assert caught.value.field == "run"
    train = specs(settings("pachyderm", run="may"), TWO)["train"]
    assert train["transform"]["env"]["ALLUXIO_STAGE_OUTPUT"].endswith("/nightly/may/train")


@pytest.mark.parametrize("key", ["podPatch", "pod_patch"])
def test_a_users_patch_stays_under_the_key_it_has(key: str) -> None:
    given = [spec("prep", "raw", **{key: json.dumps([MINE])})]
    made = specs(settings("pachyderm", PREP), given)["prep"]
    operations = json.loads(made[key])
    assert operations[:2] == [MINE, GUARD]
    assert {"podPatch", "pod_patch"} & set(made) == {key}


@pytest.mark.parametrize(
    "patch", ["{", '{"op": "add"}', '[{"op": "ad", "path": "/a"}]', '["x"]', [MINE]]
)
def test_a_patch_that_would_crash_the_pipeline_is_refused(patch: Any) -> None:
    with pytest.raises(InvalidValue, match="podPatch of prep"):
        render(settings("pachyderm", PREP), spec("prep", "raw", podPatch=patch))


def test_a_volume_or_a_mount_that_is_taken_is_refused() -> None:
    volume = {"op": "add", "path": "/volumes/-", "value": {"name": "alluxio", "emptyDir": {}}}
    with pytest.raises(InvalidValue, match="rename that volume"):
        render(settings("pachyderm", PREP), spec("prep", "raw", podPatch=json.dumps([volume])))
    mount = {
        "op": "add",
        "path": "/containers/0/volumeMounts/-",
        "value": {"name": "tmp", "mountPath": "/mnt/alluxio"},
    }
    with pytest.raises(InvalidValue, match=r"access\.mount_path"):
        render(settings("pachyderm", PREP), spec("prep", "raw", podPatch=json.dumps([mount])))


def test_settings_that_change_leave_nothing_behind() -> None:
    mine = [spec("prep", "raw", podPatch=json.dumps([MINE])), TWO[1]]
    first = rendered(settings("pachyderm"), mine).text
    for given in (settings("pachyderm", access=S3), settings("pachyderm", PREP, run="x")):
        assert rendered(given, first).text == rendered(given, mine).text


def test_s3_gets_the_secret_by_reference() -> None:
    transform = specs(settings("pachyderm", access=S3), TWO)["train"]["transform"]
    assert transform["env"]["ALLUXIO_STAGE_OUTPUT"] == "s3://pipelines/nightly/train"
    assert transform["secrets"] == [
        {"name": "alluxio-s3", "key": "access-key", "envVar": "AWS_ACCESS_KEY_ID"},
        {"name": "alluxio-s3", "key": "secret-key", "envVar": "AWS_SECRET_ACCESS_KEY"},
    ]
    assert "podPatch" not in specs(settings("pachyderm", access=S3), TWO)["train"]


@pytest.mark.parametrize(
    "given",
    [
        {"cross": [{"pfs": {"repo": "raw", "glob": "/"}}, {"pfs": {"repo": "prep", "glob": "/"}}]},
        {"union": [{"join": [{"pfs": {"repo": "prep", "glob": "/"}}]}]},
        {"pfs": {"repo": "middle", "glob": "/"}},
    ],
)
def test_a_pipeline_waits_for_those_whose_repositories_it_takes(given: dict[str, Any]) -> None:
    train = {**spec("train", ""), "input": given}
    assert refused(settings("pachyderm"), [TWO[0], spec("middle", "prep"), train]) == []


def test_a_reader_that_takes_another_repository_is_refused() -> None:
    assert refused(settings("pachyderm"), [TWO[0], spec("train", "raw")]) == ["reads-too-early"]


def test_nothing_is_found_but_the_directory_that_is_used_again() -> None:
    assert checks(settings("pachyderm"), TWO) == [("warning", "same-directory")]


@pytest.mark.parametrize(
    ("more", "check"),
    [
        ({"reprocessSpec": "until_success"}, "result-reused"),
        ({"reprocessSpec": None}, "result-reused"),
        ({"datumTries": 3}, "retry-finds-files"),
        ({"input": {"pfs": {"repo": "raw", "glob": "/*"}}}, "several-writers"),
        ({"egress": {"URL": "minio://proxy:39999/api/v1/s3/out"}}, "egress-to-the-proxy"),
        ({"podSpec": '{"containers": []}'}, "pod-spec-replaces"),
    ],
)
def test_what_goes_wrong_later_is_found(more: dict[str, Any], check: str) -> None:
    assert ("warning", check) in checks(settings("pachyderm", PREP), spec("prep", "raw", **more))


def test_a_datum_is_tried_three_times_unless_told_otherwise() -> None:
    given = spec("prep", "raw")
    del given["datumTries"]
    assert ("warning", "retry-finds-files") in checks(settings("pachyderm", PREP), given)


def test_locality_is_not_promised() -> None:
    stage = {**TRAIN, "locality": "required"}
    assert refused(settings("pachyderm", PREP, stage), TWO) == ["locality"]


def test_parameters_are_unknown_to_it() -> None:
    with pytest.raises(InvalidValue, match="parameters of this stage: none"):
        render(settings("pachyderm", {**PREP, "params": {"a": "{output}"}}), TWO)


def test_two_pipelines_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidValue, match="separately"):
        render(settings("pachyderm", PREP), [TWO[0], TWO[0]])


def test_a_json_file_with_a_list() -> None:
    assert set(specs(settings("pachyderm"), json.dumps(TWO))) == {"prep", "train"}


def test_what_is_no_specification_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"pipeline\.name"):
        render(settings("pachyderm"), {"kind": "Workflow"})
