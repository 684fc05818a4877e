# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The playbook `pipeline` at a real API server that knows Argo's kinds. No controller of Argo's runs there: the test
writes into a Workflow's status what it would have written.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient, connect
from ansible_collections.alluxio.k8s.plugins.modules import pipeline_run_info
from ansible_collections.alluxio.k8s.plugins.plugin_utils.in_process import run_here
from workbench import argo

WORKFLOW = ("argoproj.io/v1alpha1", "Workflow")
TIMEOUT_S = 120
DOCUMENT: dict[str, Any] = {
    "apiVersion": WORKFLOW[0],
    "kind": WORKFLOW[1],
    "metadata": {"generateName": "nightly-"},
    "spec": {
        "entrypoint": "main",
        "arguments": {"parameters": [{"name": "day", "value": "1"}]},
        "templates": [
            {"name": "main", "steps": [[{"name": "prep", "template": "prep"}]]},
            {
                "name": "prep",
                "container": {"image": "registry.example.com/steps:1", "command": ["prep"]},
            },
        ],
    },
}
SETTINGS = {
    "name": "nightly",
    "engine": "argo",
    "access": {"claim": "alluxio"},
    "stages": [{"name": "prep", "output": {}}],
}
Play = Callable[..., subprocess.Popen[str]]


@pytest.fixture(scope="module", autouse=True)
def argos_kinds(api_server: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Another file may have brought them, and taken nothing away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLUXIO_K8S_CACHE", str(tmp_path_factory.mktemp("cache")))
        (definition,) = [
            one for one in argo.definitions() if one["spec"]["names"]["kind"] == WORKFLOW[1]
        ]
        with connect(api_server.kubeconfig()) as client:
            client.apply(definition, "test")
            until("Argo's kind is served", lambda: client.has_kind(*WORKFLOW))


@pytest.fixture
def claim(kube: KubeClient, namespace: str) -> None:
    """Bound, as nobody does it here."""
    spec = {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Gi"}}}
    head = ("v1", "PersistentVolumeClaim")
    metadata = {"name": "alluxio", "namespace": namespace}
    kube.create({"apiVersion": head[0], "kind": head[1], "metadata": metadata, "spec": spec})
    bound = {"status": {"phase": "Bound"}}
    kube.merge_patch(*head, "alluxio", namespace, bound, subresource="status")


@pytest.fixture
def play(api_server: Any, namespace: str, tmp_path: Path) -> Play:
    """Starts the playbook; its output is a pipe."""
    document = tmp_path / "workflow.yaml"
    document.write_text(yaml.safe_dump(DOCUMENT))

    def start(*options: str, **more: Any) -> subprocess.Popen[str]:
        settings = {**SETTINGS, "src": str(document), **more.pop("pipeline", {})}
        given = {"pipeline": settings, "pipeline_namespace": namespace, **more}
        environment = {**os.environ, "KUBECONFIG": api_server.kubeconfig()}
        return subprocess.Popen(
            ["ansible-playbook", "alluxio.k8s.pipeline", "-e", json.dumps(given), *options],
            env={**environment, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_NOCOLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def until(what: str, is_so: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + TIMEOUT_S
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"not in {TIMEOUT_S} s: {what}"
        time.sleep(0.2)
    return found


def ended(play: subprocess.Popen[str]) -> tuple[int, str]:
    said, _nothing = play.communicate(timeout=TIMEOUT_S)
    return play.returncode, said


def workflows(kube: KubeClient, namespace: str) -> list[dict[str, Any]]:
    return kube.list_objects(*WORKFLOW, namespace)


def finish(kube: KubeClient, workflow: dict[str, Any], **status: str) -> None:
    metadata = workflow["metadata"]
    kube.merge_patch(*WORKFLOW, metadata["name"], metadata["namespace"], {"status": status})


@pytest.mark.usefixtures("claim")
def test_it_begins_a_run_and_waits_for_its_end(
    kube: KubeClient, namespace: str, play: Play
) -> None:
    playing = play(pipeline_parameters={"day": "2026-11-28"})
    (made,) = until("there is a Workflow", lambda: workflows(kube, namespace))
    assert made["metadata"]["name"].startswith("nightly-")
    assert made["spec"]["arguments"]["parameters"] == [{"name": "day", "value": "2026-11-28"}]
    (prep,) = [one for one in made["spec"]["templates"] if one["name"] == "prep"]
    output = {row["name"]: row["value"] for row in prep["container"]["env"]}["ALLUXIO_STAGE_OUTPUT"]
    assert output == "/mnt/alluxio/data/pipelines/nightly/{{workflow.uid}}/prep", "Ansible left it"
    assert playing.poll() is None
    finish(kube, made, phase="Succeeded")
    code, said = ended(playing)
    assert code == 0, said
    assert "failed=0" in said


@pytest.mark.usefixtures("claim")
def test_a_run_that_fails_fails_the_play(kube: KubeClient, namespace: str, play: Play) -> None:
    playing = play()
    (made,) = until("there is a Workflow", lambda: workflows(kube, namespace))
    finish(kube, made, phase="Failed", message="child 'prep' failed")
    code, said = ended(playing)
    assert code != 0
    name = made["metadata"]["name"]
    assert f"run {name} is Failed: child 'prep' failed. Nothing was cleaned" in " ".join(
        said.split()
    )


@pytest.mark.usefixtures("claim")
def test_a_run_that_does_not_end_is_told(
    api_server: Any, kube: KubeClient, namespace: str, play: Play
) -> None:
    code, said = ended(play(pipeline_wait_timeout=1))
    assert code != 0
    (made,) = workflows(kube, namespace)
    assert f"no end after 1 s: run {made['metadata']['name']} is without a state" in said
    finish(kube, made, phase="Running")
    there = {"engine": "argo", "namespace": namespace, "kubeconfig": api_server.kubeconfig()}
    look = {**there, "id": made["metadata"]["name"]}
    assert run_here(pipeline_run_info, look, False, False)["run"]["state"] == "Running"
    kube.delete(made)
    gone = run_here(pipeline_run_info, look, False, False)
    assert "there is no Workflow" in gone["msg"]


def test_a_missing_claim_stops_it_before_the_run(
    kube: KubeClient, namespace: str, play: Play
) -> None:
    code, said = ended(play())
    assert code != 0
    assert f"there is no PersistentVolumeClaim alluxio in namespace {namespace}" in said
    assert workflows(kube, namespace) == []


def test_in_check_mode_nothing_is_made(kube: KubeClient, namespace: str, play: Play) -> None:
    code, said = ended(play("--check"))
    assert code == 0, said
    assert workflows(kube, namespace) == []


@pytest.mark.usefixtures("claim")
def test_what_argo_does_not_know_is_refused(
    kube: KubeClient, namespace: str, play: Play, tmp_path: Path
) -> None:
    spoilt = {**DOCUMENT, "spec": {**DOCUMENT["spec"], "onExits": "x"}}
    file = tmp_path / "spoilt.yaml"
    file.write_text(yaml.safe_dump(spoilt))
    code, said = ended(play(pipeline={"src": str(file)}))
    assert code != 0
    assert "onExits" in said
    assert workflows(kube, namespace) == []


@pytest.mark.usefixtures("claim")
def test_pachyderm_gets_its_document_and_the_command(play: Play, tmp_path: Path) -> None:
    document = {
        "pipeline": {"name": "prep"},
        "input": {"pfs": {"repo": "triggers", "glob": "/"}},
        "transform": {"image": "registry.example.com/steps:1", "cmd": ["prep"]},
    }
    file = tmp_path / "prep.yaml"
    file.write_text(yaml.safe_dump(document))
    code, said = ended(play(pipeline={"engine": "pachyderm", "src": str(file)}))
    assert code == 0, said
    assert "pachctl update pipeline -f FILE" in said
    assert "ALLUXIO_STAGE_OUTPUT: /mnt/alluxio/data/pipelines/nightly/prep" in said
