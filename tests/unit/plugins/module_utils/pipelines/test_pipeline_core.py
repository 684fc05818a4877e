# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The engine-neutral core: settings, paths, write types, and the flow of data."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.environment import wirings
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.findings import (
    FailOn,
    Finding,
    Level,
    PipelineRefused,
    refuse,
)
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.graph import check
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.settings import read_settings
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.stages import Known
from pipeline_samples import FUSE, PREP, S3, TRAIN, settings


def order(**after: str) -> dict[str, Known]:
    """Stages by name, each after those that are named."""
    return {name: Known(name, after=frozenset(text.split())) for name, text in after.items()}


def found(given: dict[str, Any], known: dict[str, Known]) -> list[str]:
    return [one.check for one in check(read_settings(given), known) if one.level == Level.ERROR]


LINE = order(prep="", train="prep", test="prep train")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Nightly_1"}, "name"),
        ({"engine": "airflow"}, "engine"),
        ({"root": "pipelines"}, "root"),
        ({"root": "/a/../b"}, "root"),
        ({"root": "/a/{{workflow.name}}"}, "root"),
        ({"root": "/a$(B)"}, "root"),
        ({"run": "a/b"}, "run"),
        ({"persist": "maybe"}, "persist"),
        ({"locality": True}, "locality"),
        ({"stages": []}, "stages"),
        ({"stages": "prep"}, "stages"),
        ({"stages": [PREP, PREP]}, "stages[1].name"),
        ({"stages": [{}]}, "stages[0].name"),
        ({"stages": [{**PREP, "inputs": [{}]}]}, "stages[0].inputs[0]"),
        ({"stages": [{**PREP, "inputs": [{"stage": "a", "path": "/b"}]}]}, "stages[0].inputs[0]"),
        ({"stages": [{**PREP, "inputs": [{"path": "b"}]}]}, "stages[0].inputs[0].path"),
        ({"stages": [{**PREP, "output": {"path": "/b"}}]}, "stages[0].output.path"),
        ({"stages": [{**PREP, "output": {"persits": "none"}}]}, "stages[0].output.persits"),
        ({"stages": [{**PREP, "cleans": [1]}]}, "stages[0].cleans[0]"),
        ({"stages": [{**PREP, "params": {"a": []}}]}, "stages[0].params.a"),
        ({"access": {"mode": "nfs"}}, "access.mode"),
        ({"access": {"mode": "fuse"}}, "access.claim"),
        ({"access": {"mode": "s3", "endpoint": "proxy:39999", "secret": "a"}}, "access.endpoint"),
        ({"access": {"mode": "s3", "endpoint": "http://p"}}, "access.secret"),
        ({"access": {"mode": "alluxio", "authority": "master"}}, "access.authority"),
        ({"access": {"mode": "alluxio", "authority": "m:1", "claim": "a"}}, "access.claim"),
    ],
)
def test_what_cannot_be_is_named_by_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        read_settings({**settings("argo"), **change})
    assert caught.value.field == field
    assert caught.value.remedy


def test_a_typing_error_is_told_what_was_meant() -> None:
    with pytest.raises(InvalidValue, match="did you mean persist"):
        read_settings({**settings("argo"), "persits": "sync"})


@pytest.mark.parametrize(
    ("persist", "write_type"),
    [
        ("sync", "CACHE_THROUGH"),
        ("async", "ASYNC_THROUGH"),
        ("through", "THROUGH"),
        ("none", "MUST_CACHE"),
    ],
)
def test_write_types_by_intent(persist: str, write_type: str) -> None:
    stage = read_settings(settings("argo", persist=persist)).stages[0]
    assert stage.persist.write_type == write_type


def test_what_overflows_ends_in_the_ufs_unless_asked_otherwise() -> None:
    assert read_settings(settings("argo")).stages[0].persist.write_type == "CACHE_THROUGH"


@pytest.mark.parametrize(
    ("access", "uri"),
    [
        ({"claim": "a"}, "/mnt/alluxio/data/pipelines/nightly/r/prep"),
        (
            {"claim": "a", "alluxio_path": "/pipelines", "folder": "", "mount_path": "/a/"},
            "/a/nightly/r/prep",
        ),
        (S3, "s3://pipelines/nightly/r/prep"),
        (
            {"mode": "alluxio", "authority": "m1:19998,m2:19998"},
            "alluxio://m1:19998,m2:19998/pipelines/nightly/r/prep",
        ),
    ],
)
def test_a_path_in_the_form_of_the_access_mode(access: dict[str, Any], uri: str) -> None:
    writer = {"name": "prep", "output": {}}
    pipeline = read_settings(settings("argo", writer, TRAIN, access=access))
    assert wirings(pipeline, "r")[1].environment["ALLUXIO_STAGE_INPUT"] == uri


def test_a_path_that_the_claim_does_not_show_is_refused() -> None:
    access = {"claim": "a", "alluxio_path": "/pipelines"}
    with pytest.raises(InvalidValue, match="all that the claim a shows") as caught:
        wirings(read_settings(settings("argo", access=access)), "r")
    assert caught.value.field == "stages[0].inputs[0]"


def test_a_bucket_alone_is_no_directory() -> None:
    with pytest.raises(InvalidValue, match="the first is the bucket"):
        wirings(
            read_settings(settings("argo", {**PREP, "inputs": [{"path": "/data"}]}, access=S3)), ""
        )


def test_inputs_are_numbered_in_order() -> None:
    stage = {**TRAIN, "inputs": [{"stage": "prep"}, {"path": "/data/more"}]}
    made = wirings(read_settings(settings("argo", PREP, stage, root="/p")), "r")[1].environment
    assert {name: uri for name, uri in made.items() if "INPUT" in name} == {
        "ALLUXIO_STAGE_INPUT": "/mnt/alluxio/data/p/r/prep",
        "ALLUXIO_STAGE_INPUT_1": "/mnt/alluxio/data/p/r/prep",
        "ALLUXIO_STAGE_INPUT_2": "/mnt/alluxio/data/data/more",
    }


def test_a_parameter_names_what_the_stage_has() -> None:
    stage = {**PREP, "params": {"to": "{input_2}"}}
    with pytest.raises(InvalidValue, match="1 inputs and an output"):
        wirings(read_settings(settings("argo", stage)), "r")


@pytest.mark.parametrize("path", ["prep", "prep/part"])
def test_two_writers_of_a_path(path: str) -> None:
    other = {"name": "train", "output": {"path": path}}
    assert found(settings("argo", PREP, other), LINE) == ["two-writers"]
    beside = {"name": "train", "output": {"path": "prepared"}}
    assert found(settings("argo", PREP, beside), LINE) == []


def test_a_reader_of_nothing() -> None:
    assert found(settings("argo", TRAIN), LINE) == ["reads-nothing"]
    assert found(settings("argo", {"name": "prep"}, TRAIN), LINE) == ["reads-nothing"]


def test_a_cycle() -> None:
    prep = {**PREP, "inputs": [{"stage": "train"}]}
    assert found(settings("argo", prep, TRAIN), LINE) == ["cycle"]
    own = {**PREP, "inputs": [{"stage": "prep"}]}
    assert found(settings("argo", own), LINE) == ["cycle"]


def test_reading_before_it_is_written() -> None:
    assert found(settings("argo"), order(prep="", train="")) == ["reads-too-early"]
    sub = settings("argo", {**PREP, "name": "a.x"}, {**TRAIN, "inputs": [{"stage": "a.x"}]})
    assert found(sub, {"a.x": Known("a.x"), **order(train="a")}) == []


def test_cleaning_before_reading() -> None:
    cleaner = {"name": "test", "cleans": ["prep"]}
    assert found(settings("argo", PREP, TRAIN, cleaner), LINE) == []
    early = order(prep="", train="prep", test="prep")
    assert found(settings("argo", PREP, TRAIN, cleaner), early) == ["cleans-too-early"]
    assert found(settings("argo", PREP, {**TRAIN, "cleans": ["prep"]}), LINE) == []
    with pytest.raises(InvalidValue, match="name a stage with an output"):
        found(settings("argo", {"name": "prep"}, {"name": "test", "cleans": ["prep"]}), LINE)


def levels(given: dict[str, Any]) -> dict[str, str]:
    return {one.check: str(one.level) for one in check(read_settings(given), LINE)}


def test_one_write_type_for_all_that_a_proxy_writes() -> None:
    stage = {**TRAIN, "output": {"persist": "through"}}
    assert levels(settings("argo", PREP, stage, access=S3)) == {"write-type-of-the-proxy": "error"}
    assert levels(settings("argo", PREP, stage)) == {"write-type-of-the-root": "warning"}


@pytest.mark.parametrize(
    ("access", "remedy"),
    [
        (FUSE, "write persist: async in an AlluxioPipeline"),
        (S3, "set alluxio.proxy.s3.writetype=ASYNC_THROUGH in the AlluxioCluster's"),
    ],
)
def test_where_the_write_type_is_set_is_said(access: dict[str, Any], remedy: str) -> None:
    given = read_settings(settings("argo", persist="async", access=access))
    (finding,) = check(given, LINE)
    assert finding.remedy.startswith(remedy)


def test_a_cache_only_output_is_found() -> None:
    assert levels(settings("argo", persist="none"))["not-persisted"] == "warning"


def test_a_directory_used_again_is_found() -> None:
    assert levels(settings("argo", run="same"))["same-directory"] == "warning"
    assert levels(settings("argo", run="none", access=S3))["same-directory"] == "note"


def test_an_input_in_the_directory_of_runs_is_found() -> None:
    stage = {**PREP, "inputs": [{"path": "/pipelines/nightly/x/prep"}]}
    assert levels(settings("argo", stage)) == {"reads-the-root": "warning"}


@pytest.mark.parametrize(
    ("fail_on", "refused"),
    [
        (FailOn.ERROR, ["a"]),
        (FailOn.WARNING, ["a", "b"]),
        (FailOn.NEVER, []),
    ],
)
def test_from_which_level_on_a_check_fails(fail_on: FailOn, refused: list[str]) -> None:
    findings = [
        Finding(Level.ERROR, "a", "f", "m", "r"),
        Finding(Level.WARNING, "b", "f", "m", "r"),
        Finding(Level.NOTE, "c", "f", "m", "r"),
    ]
    got: list[str] = []
    try:
        refuse(findings, fail_on)
    except PipelineRefused as error:
        got = [row["check"] for row in error.details["findings"]]
    assert got == refused
