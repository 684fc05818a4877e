# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What is sent to an engine to begin a run, and what its answers mean."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.runs import (
    Run,
    kubeflow_run,
    run_of_kubeflow,
    run_of_workflow,
    version_name,
    workflow_to_create,
)

WORKFLOW: dict[str, Any] = {
    "kind": "Workflow",
    "metadata": {"generateName": "nightly-", "labels": {"a": "b"}},
    "spec": {
        "arguments": {
            "parameters": [{"name": "day", "valueFrom": {"default": "1"}}, {"name": "rate"}]
        }
    },
}


def created(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "documents": [WORKFLOW],
        "namespace": "pipelines",
        "parameters": {},
        "suffix": "abcde",
    }
    return workflow_to_create(**{**given, **more})


def test_a_workflow_gets_a_name_its_namespace_and_its_parameters() -> None:
    made = created(parameters={"day": "2026-11-28", "rate": 2})
    assert made["metadata"] == {
        "labels": {"a": "b"},
        "name": "nightly-abcde",
        "namespace": "pipelines",
    }
    rows = [{"name": "day", "value": "2026-11-28"}, {"name": "rate", "value": "2"}]
    assert made["spec"]["arguments"]["parameters"] == rows
    assert "valueFrom" in WORKFLOW["spec"]["arguments"]["parameters"][0], "the document stays"


def test_a_name_of_the_users_stays() -> None:
    named = {**WORKFLOW, "metadata": {"name": "mine", "namespace": "pipelines"}}
    assert created(documents=[named])["metadata"]["name"] == "mine"


@pytest.mark.parametrize(
    ("more", "field", "remedy"),
    [
        ({"documents": [{"kind": "CronWorkflow"}]}, "definition", "alluxio.k8s.resources"),
        ({"documents": [WORKFLOW, WORKFLOW]}, "definition", "one Workflow"),
        ({"namespace": "other", "documents": [{**WORKFLOW, "metadata": {"namespace": "mine"}}]},
         "namespace", "give mine"),
        ({"parameters": {"dya": "1"}}, "parameters.dya", "day, rate"),
        ({"parameters": {"day": "1"}, "documents": [{"kind": "Workflow", "spec": {}}]},
         "parameters.day", "none"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(more: dict[str, Any], field: str, remedy: str) -> None:
    with pytest.raises(InvalidValue, match=remedy) as refused:
        created(**more)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("status", "ended", "succeeded"),
    [
        (None, False, False),
        ({"phase": "Running"}, False, False),
        ({"phase": "Succeeded"}, True, True),
        ({"phase": "Failed"}, True, False),
        ({"phase": "Error"}, True, False),
    ],
)
def test_a_workflow_tells_of_its_run(
    status: dict[str, str] | None, ended: bool, succeeded: bool
) -> None:
    there = {
        "metadata": {"name": "nightly-1", "uid": "u"},
        **({"status": status} if status else {}),
    }
    run = run_of_workflow(there)
    assert (run.id, run.directory, run.ended, run.succeeded) == ("nightly-1", "u", ended, succeeded)


@pytest.mark.parametrize(
    ("state", "ended", "succeeded"),
    [
        ("PENDING", False, False),
        ("PAUSED", False, False),
        ("CANCELING", False, False),
        ("SUCCEEDED", True, True),
        ("SKIPPED", True, False),
        ("FAILED", True, False),
        ("CANCELED", True, False),
    ],
)
def test_kubeflow_tells_of_its_run(state: str, ended: bool, succeeded: bool) -> None:
    answer = {"run_id": "r", "state": state, "error": {"message": "why"}}
    assert run_of_kubeflow(answer) == Run("r", "r", state, "why", ended, succeeded)
    assert run_of_kubeflow({"run_id": "r"}) == Run("r", "r", "", "", False, False)


def test_the_same_package_is_the_same_version() -> None:
    assert version_name("nightly", "a") == version_name("nightly", "a")
    assert version_name("nightly", "a") != version_name("nightly", "b")


def test_a_run_of_kubeflow_names_the_version() -> None:
    version = {"pipeline_id": "p", "pipeline_version_id": "v", "name": "n"}
    assert kubeflow_run("nightly", version, {"day": 1}) == {
        "display_name": "nightly",
        "pipeline_version_reference": {"pipeline_id": "p", "pipeline_version_id": "v"},
        "runtime_config": {"parameters": {"day": 1}},
    }
