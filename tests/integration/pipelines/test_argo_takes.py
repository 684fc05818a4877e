# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendered workflows against Argo's own full definitions, at an API server that reads strictly."""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render
from workbench import argo

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests/integration/custom_resources"))
from api_calls import post  # noqa: E402

PLURALS = {
    "Workflow": "workflows",
    "WorkflowTemplate": "workflowtemplates",
    "CronWorkflow": "cronworkflows",
}
API = "/apis/argoproj.io/v1alpha1/namespaces/default"
FUSE = {"mode": "fuse", "claim": "alluxio"}
S3 = {"mode": "s3", "endpoint": "http://demo-proxy:39999/api/v1/s3", "secret": "alluxio-s3"}
NATIVE = {"mode": "alluxio", "authority": "demo-master-0:19998"}
IMAGE = "registry.example.com/steps:1"

SPEC: dict[str, Any] = {
    "entrypoint": "main",
    "affinity": {"podAntiAffinity": {}},
    "volumes": [{"name": "tmp", "emptyDir": {}}],
    "templates": [
        {
            "name": "main",
            "dag": {
                "tasks": [
                    {"name": "prep", "template": "prep"},
                    {"name": "train", "template": "train", "dependencies": ["prep"]},
                    {"name": "each", "template": "each", "depends": "train", "withItems": [1, 2]},
                ]
            },
        },
        {"name": "prep", "container": {"image": IMAGE, "command": ["prep"]}, "retryStrategy": {}},
        {
            "name": "train",
            "inputs": {"parameters": [{"name": "rate", "value": "1"}]},
            "script": {"image": IMAGE, "command": ["python"], "source": "print(1)"},
        },
        {
            "name": "each",
            "containerSet": {"containers": [{"name": "main", "image": IMAGE, "command": ["each"]}]},
        },
    ],
}
STAGES = [
    {"name": "prep", "inputs": [{"path": "/data/raw"}], "output": {}},
    {"name": "train", "inputs": [{"stage": "prep"}], "output": {}, "params": {"rate": "{output}"}},
    {"name": "each", "inputs": [{"stage": "train"}]},
]

Create = Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def create(api_server: Any) -> Create:
    """Creates a document strictly, and keeps nothing; once the API server knows Argo's kinds."""
    known = {f"{plural}.argoproj.io" for plural in PLURALS.values()}
    for crd in argo.definitions():
        if crd["metadata"]["name"] not in known:
            continue
        path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        status, answer = post(api_server, path, crd)
        assert status in (201, 409), answer

    def ask(document: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return post(api_server, f"{API}/{PLURALS[document['kind']]}?dryRun=All", document)

    deadline = time.monotonic() + 60
    while any(ask(document(kind))[0] != 201 for kind in PLURALS):
        assert time.monotonic() < deadline, [ask(document(kind)) for kind in PLURALS]
        time.sleep(0.2)
    return ask


def document(kind: str) -> dict[str, Any]:
    spec = copy.deepcopy(SPEC)
    if kind == "CronWorkflow":
        spec = {"schedules": ["0 3 * * *"], "workflowSpec": spec}
    head = {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": {"name": "nightly"}}
    return {**head, "spec": spec}


def rendered(kind: str, access: dict[str, str], locality: str) -> dict[str, Any]:
    """Rendered by all there is, and once more, which changes nothing."""
    given = {"name": "nightly", "engine": "argo", "access": access, "stages": STAGES}
    rows = [{**STAGES[0]}, {**STAGES[1], "locality": locality}, {**STAGES[2]}]
    given |= {"stages": rows, **({"mark_success": {"image": IMAGE}} if access is FUSE else {})}
    once = render(given, [document(kind)])
    assert render(given, once.text).text == once.text
    found: dict[str, Any] = yaml.safe_load(once.text)
    return found


@pytest.mark.parametrize("access", [FUSE, S3, NATIVE], ids=lambda access: access["mode"])
@pytest.mark.parametrize("locality", ["preferred", "required"])
@pytest.mark.parametrize("kind", PLURALS)
def test_argos_definitions_take_what_is_rendered(
    create: Create, kind: str, locality: str, access: dict[str, str]
) -> None:
    status, answer = create(rendered(kind, access, locality))
    assert status == 201, answer


def template(spoilt: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(t for t in spoilt["spec"]["templates"] if t["name"] == name)
    return found


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a misspelt mount": lambda d: template(d, "prep")["container"].update(volumeMount=[]),
    "a misspelt affinity": lambda d: template(d, "train").update(afinity={}),
    "a claim without a name": lambda d: template(d, "prep")["volumes"][0].update(
        persistentVolumeClaim={}
    ),
    "a label that is a number": lambda d: template(d, "prep")["metadata"]["labels"].update(x=1),
    "a variable that is a number": lambda d: template(d, "prep")["container"]["env"][0].update(
        value=1
    ),
    "a misspelt exit handler": lambda d: d["spec"].update(onExits="x"),
    "a misspelt condition": lambda d: template(d, "alluxio-on-exit")["steps"][0][0].update(wen=""),
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_same_call_refuses_a_spoilt_field(create: Create, name: str) -> None:
    spoilt = rendered("Workflow", FUSE, "preferred")
    SPOILT[name](spoilt)
    status, answer = create(spoilt)
    assert status in (400, 422), answer
