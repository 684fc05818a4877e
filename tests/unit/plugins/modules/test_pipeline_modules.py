# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The modules about pipelines, through the validator of both doors."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.doc_fragments.pipeline import ModuleDocFragment
from ansible_collections.alluxio.k8s.plugins.module_utils.ansible_adapter import PIPELINE_OPTIONS
from ansible_collections.alluxio.k8s.plugins.modules import pipeline_info, pipeline_render
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import run_here

WORKFLOW = """# made by hand
kind: Workflow
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: prep
        template: prep
  - name: prep
    container:
      image: registry.example.com/steps:1
    retryStrategy:
      limit: 2
"""
ARGS = {
    "name": "nightly",
    "engine": "argo",
    "access": {"claim": "alluxio"},
    # As a playbook's unquoted off arrives.
    "locality": False,
    "stages": [{"name": "prep", "output": {}}],
}


def call(module: ModuleType, diff: bool = False, **more: Any) -> dict[str, Any]:
    return run_here(module, {**ARGS, **more}, False, diff)


def test_a_rendering_says_what_it_did() -> None:
    made = call(pipeline_render, definition=WORKFLOW, diff=True)
    assert made["changed"] is True
    assert made["text"].startswith("# made by hand\n")
    assert list(yaml.safe_load_all(made["text"])) == made["definition"]
    assert made["diff"] == {"before": WORKFLOW, "after": made["text"]}
    assert made["stages"] == [
        {
            "name": "prep",
            "inputs": [],
            "output": "/pipelines/nightly/{{workflow.uid}}/prep",
            "persist": "sync",
            "write_type": "CACHE_THROUGH",
            "locality": "off",
        }
    ]
    assert [row["check"] for row in made["findings"]] == ["retry-finds-files"]
    assert "prep is tried again" in made["warnings"][0]


def test_rendering_the_result_changes_nothing() -> None:
    made = call(pipeline_render, definition=WORKFLOW)
    assert call(pipeline_render, definition=made["text"])["changed"] is False
    assert call(pipeline_render, definition=made["definition"])["changed"] is False


def test_the_document_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "workflow.yaml"
    file.write_text(WORKFLOW)
    assert call(pipeline_render, src=str(file))["changed"] is True
    missing = call(pipeline_render, src=str(tmp_path / "missing"))
    assert missing["failed"] is True
    assert missing["error"]["field"] == "src"
    file.write_bytes(b"\xff")
    assert "UTF-8" in call(pipeline_render, src=str(file))["msg"]


@pytest.mark.parametrize("more", [{}, {"definition": WORKFLOW, "src": "a"}])
def test_one_document_is_needed(more: dict[str, Any]) -> None:
    assert call(pipeline_render, **more)["failed"] is True


def test_errors_come_all_at_once() -> None:
    stages = [{"name": "prep", "inputs": [{"stage": "fetch"}], "output": {}}]
    made = call(pipeline_render, definition=WORKFLOW, stages=stages, locality="required")
    assert made["failed"] is True
    assert [row["check"] for row in made["error"]["findings"]] == ["reads-nothing", "locality"]


@pytest.mark.parametrize(
    ("fail_on", "fails"), [("error", False), ("warning", True), ("never", False)]
)
def test_what_makes_a_check_fail(fail_on: str, fails: bool) -> None:
    made = call(pipeline_info, definition=WORKFLOW, fail_on=fail_on)
    assert made.get("failed", False) is fails
    findings = made["error"]["findings"] if fails else made["findings"]
    assert [row["check"] for row in findings] == ["retry-finds-files"]


def test_the_names_of_secrets_are_no_secrets() -> None:
    access = {"mode": "s3", "endpoint": "http://p:39999/api/v1/s3", "secret": "alluxio-s3"}
    assert "alluxio-s3" in call(pipeline_render, definition=WORKFLOW, access=access)["text"]


def test_the_fragment_documents_every_option() -> None:
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    assert shape(documented, "suboptions") == shape(PIPELINE_OPTIONS, "options")


def shape(options: dict[str, Any], below: str) -> dict[str, Any]:
    kept = ("type", "required", "choices", "default", "elements")
    return {
        name: {key: one[key] for key in kept if key in one}
        | ({"below": shape(one[below], below)} if below in one else {})
        for name, one in options.items()
    }
