# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio in the compiled packages of Kubeflow Pipelines."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render
from pipeline_samples import FUSE, PREP, S3, TRAIN, checks, refused, rendered, settings

RUN = "{{$.inputs.parameters['pipelinechannel--alluxio-run']}}"
COMMAND = ["sh", "-c", 'exec "$0" "$@"', "python3", "-m", "kfp.dsl.executor_main"]


def task(component: str, *after: str, **more: Any) -> dict[str, Any]:
    order = {"dependentTasks": list(after)} if after else {}
    return {
        "cachingOptions": {"enableCache": True},
        "componentRef": {"name": f"comp-{component}"},
        **order,
        "taskInfo": {"name": component},
        **more,
    }


def package(
    tasks: dict[str, Any], leaves: tuple[str, ...] = ("prep", "train"), **components: Any
) -> dict[str, Any]:
    """As kfp 2.17 compiles it: each leaf with an executor of its own."""
    executors = {
        f"exec-{leaf}": {
            "container": {"image": "python:3.12", "command": list(COMMAND), "args": ["{{$}}"]}
        }
        for leaf in leaves
    }
    own = {
        f"comp-{leaf}": {
            "executorLabel": f"exec-{leaf}",
            "inputDefinitions": {"parameters": {"in_dir": {"parameterType": "STRING"}}},
        }
        for leaf in leaves
    }
    return {
        "components": {**own, **{f"comp-{k}": v for k, v in components.items()}},
        "deploymentSpec": {"executors": executors},
        "pipelineInfo": {"name": "nightly"},
        "root": {"dag": {"tasks": tasks}},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
    }


TWO = package({"prep": task("prep"), "train": task("train", "prep")})


def both(given: dict[str, Any], definition: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pipeline and the platform's settings by executor."""
    spec, platform = yaml.safe_load_all(rendered(given, definition).text)
    return spec, platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]


def container(spec: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = spec["deploymentSpec"]["executors"][f"exec-{name}"]["container"]
    return found


def test_the_run_comes_as_an_input_since_a_path_is_not_filled_in_elsewhere() -> None:
    spec, _configs = both(settings("kubeflow"), TWO)
    run = f"/mnt/alluxio/data/pipelines/nightly/{RUN}"
    assert container(spec, "train")["command"] == [
        "env",
        f"ALLUXIO_STAGE_INPUT={run}/prep",
        f"ALLUXIO_STAGE_INPUT_1={run}/prep",
        f"ALLUXIO_STAGE_OUTPUT={run}/train",
        *COMMAND,
    ]
    # The driver fills it in only where it is the whole constant.
    assert spec["root"]["dag"]["tasks"]["train"]["inputs"]["parameters"] == {
        "pipelinechannel--alluxio-run": {"runtimeValue": {"constant": "{{$.pipeline_job_uuid}}"}}
    }


def test_no_placeholder_in_the_environment_which_is_passed_as_it_is() -> None:
    spec, _configs = both(settings("kubeflow"), TWO)
    for name in ("prep", "train"):
        assert "{{" not in str(container(spec, name)["env"])
    assert {"name": "ALLUXIO_STAGE", "value": "train"} in container(spec, "train")["env"]


def test_a_fixed_run_needs_no_command() -> None:
    spec, _configs = both(settings("kubeflow", run="one"), TWO)
    assert container(spec, "train")["command"] == COMMAND
    output = "/mnt/alluxio/data/pipelines/nightly/one/train"
    assert {"name": "ALLUXIO_STAGE_OUTPUT", "value": output} in container(spec, "train")["env"]
    assert "inputs" not in spec["root"]["dag"]["tasks"]["train"]


def test_a_component_without_a_command_is_refused() -> None:
    given = copy.deepcopy(TWO)
    del container(given, "prep")["command"]
    with pytest.raises(InvalidValue, match="fixed run"):
        render(settings("kubeflow"), given)


def test_claim_and_label_hang_on_the_executor() -> None:
    _spec, configs = both(settings("kubeflow"), TWO)
    assert configs["exec-train"] == {
        "podMetadata": {
            "labels": {"alluxio.io/pipeline": "nightly"},
            "annotations": {"alluxio.io/mount-path": "/mnt/alluxio"},
        },
        "pvcMount": [{"constant": "alluxio", "mountPath": "/mnt/alluxio"}],
    }


def test_caching_which_knows_nothing_of_the_data_is_off_for_wired_stages_alone() -> None:
    spec, _configs = both(settings("kubeflow", PREP), TWO)
    tasks = spec["root"]["dag"]["tasks"]
    assert tasks["prep"]["cachingOptions"] == {}
    assert tasks["train"]["cachingOptions"] == {"enableCache": True}


@pytest.mark.parametrize("claim", ["alluxio.data", "a" * 64])
def test_a_claim_is_the_name_of_a_volume_too(claim: str) -> None:
    with pytest.raises(InvalidValue, match="without dots") as caught:
        render(settings("kubeflow", access={**FUSE, "claim": claim}), TWO)
    assert caught.value.field == "access.claim"


def test_s3_gets_the_secret_by_reference() -> None:
    spec, configs = both(settings("kubeflow", access=S3), TWO)
    assert configs["exec-train"]["secretAsEnv"] == [
        {
            "secretName": "alluxio-s3",
            "keyToEnv": [
                {"secretKey": "access-key", "envVar": "AWS_ACCESS_KEY_ID"},
                {"secretKey": "secret-key", "envVar": "AWS_SECRET_ACCESS_KEY"},
            ],
        }
    ]
    assert (
        f"ALLUXIO_STAGE_OUTPUT=s3://pipelines/nightly/{RUN}/train"
        in container(spec, "train")["command"]
    )


def test_settings_that_change_leave_nothing_behind() -> None:
    plain = copy.deepcopy(TWO)
    for one in plain["root"]["dag"]["tasks"].values():
        one["cachingOptions"] = {}
    first = rendered(settings("kubeflow"), plain).text
    for given in (settings("kubeflow", access=S3), settings("kubeflow", PREP, run="x")):
        assert rendered(given, first).text == rendered(given, plain).text


def test_a_users_own_things_stay() -> None:
    own = copy.deepcopy(TWO)
    container(own, "train")["env"] = [{"name": "SEED", "value": "1"}]
    mine = {
        "pvcMount": [{"constant": "mine", "mountPath": "/mine"}],
        "podMetadata": {"labels": {"team": "a"}},
    }
    platform = {
        "platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-train": mine}}}}
    }
    spec, configs = both(settings("kubeflow"), [own, platform])
    assert container(spec, "train")["env"][0] == {"name": "SEED", "value": "1"}
    assert configs["exec-train"]["pvcMount"][0] == mine["pvcMount"][0]
    assert configs["exec-train"]["podMetadata"]["labels"]["team"] == "a"
    with pytest.raises(InvalidValue, match="mounts a claim there"):
        render(settings("kubeflow", access={**FUSE, "mount_path": "/mine"}), [own, platform])


def test_a_shared_component_is_copied_with_its_executor_and_settings() -> None:
    given = package({"prep": task("step"), "train": task("step", "prep")}, leaves=("step",))
    mine = {"nodeSelector": {"labels": {"disk": "fast"}}}
    platform = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {"exec-step": mine}}}}}
    spec, configs = both(settings("kubeflow"), [given, platform])
    for name in ("prep", "train"):
        component = spec["root"]["dag"]["tasks"][name]["componentRef"]["name"]
        label = spec["components"][component]["executorLabel"]
        env = spec["deploymentSpec"]["executors"][label]["container"]["env"]
        assert {"name": "ALLUXIO_STAGE", "value": name} in env
        assert configs[label]["nodeSelector"] == mine["nodeSelector"]


def test_an_executor_of_two_components_is_copied() -> None:
    given = copy.deepcopy(TWO)
    given["components"]["comp-train"]["executorLabel"] = "exec-prep"
    spec, _configs = both(settings("kubeflow", TRAIN | {"inputs": []}), given)
    assert "env" not in container(spec, "prep")
    assert {"name": "ALLUXIO_STAGE", "value": "train"} in container(spec, "prep-train")["env"]


def nested(**more: Any) -> dict[str, Any]:
    """prep -> a sub-DAG (loop, condition, exit handler …) with train in it."""
    inner = {"dag": {"tasks": {"train": task("train")}}}
    tasks = {"prep": task("prep"), "sub": task("sub", "prep", **more)}
    return package(tasks, sub=inner)


INNER = {**TRAIN, "name": "sub.train"}


def test_stages_of_a_sub_dag_have_dotted_names_and_their_own_input_for_the_run() -> None:
    spec, _configs = both(settings("kubeflow", PREP, INNER), nested())
    inner = spec["components"]["comp-sub"]["dag"]["tasks"]["train"]
    assert "pipelinechannel--alluxio-run" in inner["inputs"]["parameters"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"parameterIterator": {"itemInput": "i"}}, ("warning", "several-writers")),
        ({"artifactIterator": {"itemInput": "i"}}, ("warning", "several-writers")),
        ({"retryPolicy": {"maxRetryCount": 2}}, ("warning", "retry-finds-files")),
    ],
)
def test_loops_and_tries_are_found(more: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in checks(settings("kubeflow", PREP, INNER), nested(**more))


def test_a_writer_on_a_condition_is_found() -> None:
    given = nested(triggerPolicy={"condition": "inputs.parameter_values['x'] == '1'"})
    given["root"]["dag"]["tasks"]["prep"]["dependentTasks"] = ["sub"]
    given["root"]["dag"]["tasks"]["sub"].pop("dependentTasks")
    stages = (
        {"name": "sub.train", "output": {}},
        {"name": "prep", "inputs": [{"stage": "sub.train"}]},
    )
    assert ("note", "may-not-run") in checks(settings("kubeflow", *stages), given)


@pytest.mark.parametrize(
    "inputs",
    [
        {
            "parameters": {
                "x": {"taskOutputParameter": {"producerTask": "prep", "outputParameterKey": "o"}}
            }
        },
        {
            "artifacts": {
                "x": {"taskOutputArtifact": {"producerTask": "prep", "outputArtifactKey": "o"}}
            }
        },
    ],
)
def test_a_task_waits_for_who_makes_its_inputs(inputs: dict[str, Any]) -> None:
    given = package({"prep": task("prep"), "train": task("train", inputs=inputs)})
    assert refused(settings("kubeflow"), given) == []


def test_a_reader_that_does_not_wait_is_refused() -> None:
    assert refused(
        settings("kubeflow"), package({"prep": task("prep"), "train": task("train")})
    ) == ["reads-too-early"]


def test_parameters_become_inputs_and_must_be_known() -> None:
    stage = {**TRAIN, "params": {"in_dir": "{input}"}}
    spec, _configs = both(settings("kubeflow", PREP, stage), TWO)
    assert spec["root"]["dag"]["tasks"]["train"]["inputs"]["parameters"]["in_dir"] == {
        "runtimeValue": {"constant": f"/mnt/alluxio/data/pipelines/nightly/{RUN}/prep"}
    }
    with pytest.raises(InvalidValue, match="parameters of this stage: in_dir"):
        render(settings("kubeflow", PREP, {**TRAIN, "params": {"indir": "x"}}), TWO)


def test_importers_are_no_stages() -> None:
    given = copy.deepcopy(TWO)
    given["deploymentSpec"]["executors"]["exec-prep"] = {
        "importer": {"artifactUri": {"constant": "s3://a"}}
    }
    with pytest.raises(InvalidValue, match="stages of this document: train"):
        render(settings("kubeflow"), given)


def test_the_form_of_kubernetes_manifests() -> None:
    given = [
        {
            "apiVersion": "pipelines.kubeflow.org/v2beta1",
            "kind": "Pipeline",
            "metadata": {"name": "n"},
        },
        {
            "apiVersion": "pipelines.kubeflow.org/v2beta1",
            "kind": "PipelineVersion",
            "metadata": {"name": "n-1"},
            "spec": {"pipelineName": "n", "pipelineSpec": TWO},
        },
    ]
    first, version = yaml.safe_load_all(rendered(settings("kubeflow"), given).text)
    assert first == given[0]
    platform = version["spec"]["platformSpec"]["platforms"]["kubernetes"]["deploymentSpec"]
    assert platform["executors"]["exec-train"]["pvcMount"]
    assert container(version["spec"]["pipelineSpec"], "train")["env"]


def test_locality_is_not_promised() -> None:
    assert refused(settings("kubeflow", locality="required"), TWO) == ["locality", "locality"]
    assert ("warning", "locality") in checks(settings("kubeflow", locality="preferred"), TWO)


def test_artifacts_in_the_proxy_are_found() -> None:
    given = {**TWO, "defaultPipelineRoot": "s3://pipelines/artifacts"}
    assert ("warning", "artifacts-in-the-proxy") in checks(settings("kubeflow"), given)
    elsewhere = {**TWO, "defaultPipelineRoot": "minio://mlpipeline/v2"}
    assert checks(settings("kubeflow"), elsewhere) == [("note", "mount-without-propagation")]


def test_a_package_of_version_1_is_argos() -> None:
    with pytest.raises(InvalidValue, match="write engine argo"):
        render(settings("kubeflow"), {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow"})


def test_tasks_that_no_pod_runs_are_no_stages() -> None:
    given = package({"prep": task("prep"), "train": task("train", "prep")})
    given["deploymentSpec"]["executors"]["exec-prep"]["container"]["image"] = "argostub/createpvc"
    with pytest.raises(InvalidValue, match="stages of this document: train"):
        render(settings("kubeflow", PREP), given)
