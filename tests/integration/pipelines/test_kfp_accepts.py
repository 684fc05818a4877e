# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Packages that the real kfp has compiled, rendered with Alluxio in every stage and accepted by kfp's own classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.documents import read_documents
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.kubeflow import Kubeflow
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.kubeflow_package import Package
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.settings import read_settings

OLD = Path(__file__).parent / "kubeflow" / "kfp_2_4"
FUSE = {"mode": "fuse", "claim": "alluxio"}
S3 = {"mode": "s3", "endpoint": "http://demo-proxy:39999/api/v1/s3", "secret": "alluxio-s3"}
NATIVE = {"mode": "alluxio", "authority": "demo-master-0:19998"}
SHARING = ("one_component", "shared_executors")
# For the path of a run, a program needs a command, which `env` then precedes.
FIXED_RUN = {"image_of_its_own": "may"}


def every_stage(package: Path, access: dict[str, str]) -> dict[str, Any]:
    """Settings that wire all stages there are, each with an input and an output."""
    stage = {"inputs": [{"path": "/data/raw"}], "output": {}}
    given = {"name": "nightly", "engine": "kubeflow", "access": access}
    given["run"] = FIXED_RUN.get(package.stem, "auto")
    documents, _head = read_documents(package.read_text(), "definition")
    known = Kubeflow(documents, read_settings({**given, "stages": [{"name": "x"}]})).known()
    assert known, f"{package} has no stage"
    return {**given, "stages": [{"name": name, **stage} for name in known]}


@pytest.fixture(scope="module")
def packages(compiled: Path) -> list[Path]:
    found = [*compiled.glob("*.yaml"), *OLD.glob("*.yaml")]
    assert len(found) >= 30, found
    return found


@pytest.mark.parametrize("access", [FUSE, S3, NATIVE], ids=lambda access: access["mode"])
def test_rendered_packages_are_accepted_and_rendering_again_changes_nothing(
    packages: list[Path], accept: Any, tmp_path: Path, access: dict[str, str]
) -> None:
    written = []
    for number, package in enumerate(packages):
        given = every_stage(package, access)
        once = render(given, package.read_text())
        twice = render(given, once.text)
        assert once.changed, package
        assert twice.text == once.text, package
        assert once.text.count("ALLUXIO_STAGE_OUTPUT=") + once.text.count(
            "name: ALLUXIO_STAGE_OUTPUT"
        ) == len(given["stages"]), package
        written.append(tmp_path / f"{number}-{package.name}")
        written[-1].write_text(once.text)
    wrong = {path.name: why for path, why in accept([*packages, *written]).items() if why}
    assert wrong == {}


def test_what_rendering_added_can_be_taken_out_again(packages: list[Path]) -> None:
    for package in packages:
        # Of what tasks share, each gets a copy of its own, which stays.
        if package.stem not in SHARING:
            given = every_stage(package, FUSE)
            rendered = render(given, package.read_text()).text
            taken_out = Kubeflow(list(yaml.safe_load_all(rendered)), read_settings(given)).wire([])
            compiled = list(yaml.safe_load_all(package.read_text()))
            assert without_caching(taken_out) == without_caching(compiled), package


def without_caching(documents: list[Any]) -> list[Any]:
    """The documents, less of each task whether its result may be used again, which rendering forbids for good."""
    for task in Package(documents).every_task():
        task.pop("cachingOptions", None)
    return documents


def _platform(documents: list[Any]) -> dict[str, Any]:
    configs: dict[str, Any] = documents[1]["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    return configs["exec-write-output"]


def _container(documents: list[Any]) -> dict[str, Any]:
    executor: dict[str, Any] = documents[0]["deploymentSpec"]["executors"]["exec-write-output"]
    return executor["container"]


def _task(documents: list[Any]) -> dict[str, Any]:
    task: dict[str, Any] = documents[0]["root"]["dag"]["tasks"]["write-output"]
    return task


SPOILT = {
    "a misspelt list of claims": lambda d: _platform(d).update(
        pvcMounts=_platform(d).pop("pvcMount")
    ),
    "a claim with a field of a Pod's": lambda d: _platform(d)["pvcMount"][0].update(readOnly=True),
    "a label that is a number": lambda d: _platform(d)["podMetadata"]["labels"].update(x=1),
    "a command that is no list": lambda d: _container(d).update(command="env"),
    "a variable with a field of a Pod's": lambda d: _container(d)["env"][0].update(valueFrom={}),
    "a number for a variable": lambda d: _container(d)["env"][0].update(value=1),
    "a misspelt caching": lambda d: _task(d).update(cachingOption={}),
    "a misspelt constant": lambda d: _task(d)["inputs"]["parameters"].update(x={"runtimeVal": {}}),
}


def test_the_same_check_refuses_a_spoilt_field(compiled: Path, accept: Any, tmp_path: Path) -> None:
    package = compiled / "hand_over.yaml"
    text = render(every_stage(package, FUSE), package.read_text()).text
    whole = tmp_path / "whole.yaml"
    whole.write_text(text)
    spoilt = []
    for name, spoil in SPOILT.items():
        documents = list(yaml.safe_load_all(text))
        spoil(documents)
        spoilt.append(tmp_path / name)
        spoilt[-1].write_text(yaml.safe_dump_all(documents))
    answers = accept([whole, *spoilt])
    assert answers[whole] == ""
    accepted = [path.name for path in spoilt if not answers[path]]
    assert accepted == []
