# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Alluxio in the documents of Argo Workflows."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.errors import InvalidValue
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render
from pipeline_samples import PREP, S3, TRAIN, checks, document, refused, rendered, settings

FOLLOWS = {**TRAIN, "locality": "preferred"}


def container(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "container": {"image": "registry.example.com/steps:1"}, **more}


def workflow(*templates: dict[str, Any], kind: str = "Workflow", **spec: Any) -> dict[str, Any]:
    body = {"entrypoint": "main", "templates": list(templates), **spec}
    if kind == "CronWorkflow":
        body = {"schedule": "0 3 * * *", "workflowSpec": body}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": kind,
        "metadata": {"name": "n"},
        "spec": body,
    }


def dag(*tasks: dict[str, Any], name: str = "main") -> dict[str, Any]:
    return {"name": name, "dag": {"tasks": list(tasks)}}


def task(name: str, *after: str, template: str = "", **more: Any) -> dict[str, Any]:
    order = {"dependencies": list(after)} if after else {}
    return {"name": name, "template": template or name, **order, **more}


TWO = workflow(dag(task("prep"), task("train", "prep")), container("prep"), container("train"))


def templates(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    spec = document["spec"].get("workflowSpec", document["spec"])
    return {one["name"]: one for one in spec["templates"]}


def environment(template: dict[str, Any], program: str = "container") -> dict[str, str]:
    return {row["name"]: row.get("value", row.get("valueFrom")) for row in template[program]["env"]}


def test_a_stage_gets_volume_mount_and_variables() -> None:
    made = templates(document(settings("argo"), TWO))
    train = made["train"]
    assert train["volumes"] == [
        {"name": "alluxio", "persistentVolumeClaim": {"claimName": "alluxio"}}
    ]
    # A pod without the propagation would keep a dead mount for ever.
    assert train["container"]["volumeMounts"] == [
        {"name": "alluxio", "mountPath": "/mnt/alluxio", "mountPropagation": "HostToContainer"}
    ]
    run = "/mnt/alluxio/data/pipelines/nightly/{{workflow.uid}}"
    assert environment(train) == {
        "ALLUXIO_PIPELINE": "nightly",
        "ALLUXIO_STAGE": "train",
        "ALLUXIO_STAGE_INPUT": f"{run}/prep",
        "ALLUXIO_STAGE_INPUT_1": f"{run}/prep",
        "ALLUXIO_STAGE_OUTPUT": f"{run}/train",
    }
    assert environment(made["prep"])["ALLUXIO_STAGE_INPUT"] == "/mnt/alluxio/data/data/raw"
    assert train["metadata"]["labels"] == {"alluxio.io/pipeline": "nightly"}
    assert (
        "volumes" not in document(settings("argo"), TWO)["spec"]
    ), "other templates stay as they are"


@pytest.mark.parametrize(
    "kind", ["Workflow", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"]
)
def test_every_kind(kind: str) -> None:
    spec = TWO["spec"]
    given = workflow(*spec["templates"], kind=kind)
    assert "ALLUXIO_STAGE" in environment(templates(document(settings("argo"), given))["train"])


def test_settings_that_change_leave_nothing_behind() -> None:
    first = rendered(settings("argo", PREP, FOLLOWS), TWO).text
    assert (
        rendered(settings("argo", access=S3), first).text
        == rendered(settings("argo", access=S3), TWO).text
    )
    only = settings("argo", PREP)
    assert rendered(only, first).text == rendered(only, TWO).text


def test_a_users_own_things_stay() -> None:
    own = container("train")
    own["container"] |= {
        "env": [{"name": "SEED", "value": "1"}],
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
    }
    given = workflow(dag(task("prep"), task("train", "prep")), container("prep"), own)
    given["spec"]["volumes"] = [{"name": "tmp", "emptyDir": {}}]
    made = document(settings("argo"), given)
    train = templates(made)["train"]["container"]
    assert train["env"][0] == {"name": "SEED", "value": "1"}
    assert train["volumeMounts"][0] == {"name": "tmp", "mountPath": "/tmp"}
    assert made["spec"]["volumes"] == [{"name": "tmp", "emptyDir": {}}]


def test_a_volume_of_the_same_name_is_refused() -> None:
    given = workflow(*TWO["spec"]["templates"], volumes=[{"name": "alluxio", "emptyDir": {}}])
    with pytest.raises(InvalidValue, match="rename that volume"):
        render(settings("argo"), given)


def test_a_mount_at_the_same_path_is_refused() -> None:
    own = container("train")
    own["container"]["volumeMounts"] = [{"name": "tmp", "mountPath": "/mnt/alluxio"}]
    given = workflow(dag(task("prep"), task("train", "prep")), container("prep"), own)
    with pytest.raises(InvalidValue, match=r"access\.mount_path"):
        render(settings("argo"), given)


def test_a_template_of_two_tasks_is_copied() -> None:
    given = workflow(
        dag(task("prep", template="step"), task("train", "prep", template="step")),
        container("step"),
    )
    made = templates(document(settings("argo"), given))
    tasks = {one["name"]: one["template"] for one in made["main"]["dag"]["tasks"]}
    assert environment(made[tasks["prep"]])["ALLUXIO_STAGE"] == "prep"
    assert environment(made[tasks["train"]])["ALLUXIO_STAGE"] == "train"


def test_a_template_that_another_task_uses_stays() -> None:
    given = workflow(
        dag(task("prep", template="step"), task("other", template="step")), container("step")
    )
    made = templates(document(settings("argo", PREP), given))
    assert made["step"] == container("step")
    assert environment(made["step-prep"])["ALLUXIO_STAGE"] == "prep"


def test_stages_of_a_sub_dag_have_dotted_names() -> None:
    given = workflow(
        dag(task("one", template="sub"), task("two", "one", template="sub")),
        dag(task("inner", template="step"), name="sub"),
        container("step"),
    )
    stages = (
        {"name": "one.inner", "output": {}},
        {"name": "two.inner", "inputs": [{"stage": "one.inner"}]},
    )
    made = templates(document(settings("argo", *stages), given))
    for name in ("one", "two"):
        outer = next(t for t in made["main"]["dag"]["tasks"] if t["name"] == name)["template"]
        inner = made[outer]["dag"]["tasks"][0]["template"]
        assert environment(made[inner])["ALLUXIO_STAGE"] == f"{name}.inner"


@pytest.mark.parametrize(
    ("program", "body"),
    [
        ("script", {"script": {"image": "i", "source": "echo"}}),
        ("containerSet", {"containerSet": {"containers": [{"name": "a"}, {"name": "main"}]}}),
    ],
)
def test_other_programs(program: str, body: dict[str, Any]) -> None:
    given = workflow(dag(task("prep")), {"name": "prep", **body})
    made = templates(document(settings("argo", PREP), given))["prep"][program]
    assert made["volumeMounts"][0]["name"] == "alluxio"
    for one in made.get("containers", [made]):
        assert one["env"][0] == {"name": "ALLUXIO_PIPELINE", "value": "nightly"}


def test_steps_inline_templates_and_a_single_container() -> None:
    inline = {"container": {"image": "i"}}
    steps = {"name": "main", "steps": [[{"name": "prep", "inline": inline}], [task("train")]]}
    made = templates(document(settings("argo", PREP, FOLLOWS), workflow(steps, container("train"))))
    prep = made["main"]["steps"][0][0]["inline"]
    assert environment(prep)["ALLUXIO_STAGE"] == "prep"
    assert made["main"]["steps"][1][0]["arguments"]["parameters"] == [
        {"name": "alluxio-node-1", "value": "{{steps.prep.hostNodeName}}"}
    ]
    single = {**PREP, "name": "main"}
    made = templates(document(settings("argo", single), workflow(container("main"))))
    assert environment(made["main"])["ALLUXIO_STAGE"] == "main"


def test_a_stage_follows_the_node_of_its_producer() -> None:
    made = templates(document(settings("argo", PREP, FOLLOWS), TWO))
    train = made["main"]["dag"]["tasks"][1]
    assert train["arguments"]["parameters"] == [
        {"name": "alluxio-node-1", "value": "{{tasks.prep.hostNodeName}}"}
    ]
    assert made["train"]["inputs"]["parameters"] == [{"name": "alluxio-node-1"}]
    field = {
        "key": "metadata.name",
        "operator": "In",
        "values": ["{{inputs.parameters.alluxio-node-1}}"],
    }
    assert made["train"]["affinity"]["nodeAffinity"] == {
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 100, "preference": {"matchFields": [field]}}
        ]
    }


def test_required_holds_in_each_term_of_the_users_affinity_which_a_template_would_hide() -> None:
    gpu = {"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}
    ssd = {"matchExpressions": [{"key": "ssd", "operator": "Exists"}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [gpu, ssd]}}
    given = workflow(*TWO["spec"]["templates"], affinity={"nodeAffinity": required})
    made = document(settings("argo", PREP, {**TRAIN, "locality": "required"}), given)
    affinity = templates(made)["train"]["affinity"]["nodeAffinity"]
    terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert [set(term) for term in terms] == [{"matchExpressions", "matchFields"}] * 2
    assert made["spec"]["affinity"] == {"nodeAffinity": required}


@pytest.mark.parametrize(
    ("stages", "prep", "level"),
    [
        ((PREP, FOLLOWS), {"withItems": [1, 2]}, "warning"),
        ((PREP, {**TRAIN, "locality": "required"}), {"withItems": [1, 2]}, "error"),
        # Passed over it has no node, and Argo would fail the task that asks for it.
        ((PREP, FOLLOWS), {"when": "{{workflow.parameters.x}} == 1"}, "warning"),
        (({**PREP, "locality": "required"},), {}, "error"),
        (({**PREP, "locality": "preferred"},), {}, "warning"),
    ],
)
def test_nobody_to_follow(stages: tuple[Any, ...], prep: dict[str, Any], level: str) -> None:
    given = workflow(
        dag(task("prep", **prep), task("train", "prep")), container("prep"), container("train")
    )
    assert (level, "locality") in checks(settings("argo", *stages), given)
    if level == "warning":
        assert "hostNodeName" not in rendered(settings("argo", *stages), given).text


@pytest.mark.parametrize("off", ["off", False])
def test_an_unquoted_off_is_off(off: object) -> None:
    made = templates(document(settings("argo", locality=off), TWO))
    assert "affinity" not in made["train"]


def test_s3_gets_uris_and_the_secret_by_reference() -> None:
    made = environment(templates(document(settings("argo", access=S3), TWO))["train"])
    assert made["ALLUXIO_STAGE_OUTPUT"] == "s3://pipelines/nightly/{{workflow.uid}}/train"
    assert made["AWS_ENDPOINT_URL"] == S3["endpoint"]
    assert made["AWS_SECRET_ACCESS_KEY"] == {
        "secretKeyRef": {"name": "alluxio-s3", "key": "secret-key"}
    }


def test_parameters_are_passed_by_the_task() -> None:
    own = container("train", inputs={"parameters": [{"name": "in"}]})
    given = workflow(dag(task("prep"), task("train", "prep")), container("prep"), own)
    stage = {**TRAIN, "params": {"in": "{input}/part"}}
    made = templates(document(settings("argo", PREP, stage), given))
    assert made["main"]["dag"]["tasks"][1]["arguments"]["parameters"] == [
        {
            "name": "in",
            "value": "/mnt/alluxio/data/pipelines/nightly/{{workflow.uid}}/prep/part",
        }
    ]


def test_an_unknown_parameter_names_the_known_ones() -> None:
    with pytest.raises(InvalidValue, match="parameters of this stage: none"):
        render(settings("argo", {**PREP, "params": {"in": "{input}"}}), TWO)


def test_an_unknown_stage_names_the_known_ones() -> None:
    with pytest.raises(InvalidValue, match="stages of this document: prep, train") as caught:
        render(settings("argo", {**PREP, "name": "prp"}), TWO)
    assert (caught.value.field, caught.value.value) == ("stages[0].name", "prp")


@pytest.mark.parametrize(
    "depends", ["prep", "prep.Succeeded", "(other || prep.Failed) && !other.Skipped"]
)
def test_depends_is_read(depends: str) -> None:
    train = {"name": "train", "template": "train", "depends": depends}
    given = workflow(
        dag(task("prep"), task("other", template="prep"), train),
        container("prep"),
        container("train"),
    )
    assert refused(settings("argo"), given) == []


def test_a_reader_that_does_not_wait_is_refused() -> None:
    given = workflow(dag(task("prep"), task("train")), container("prep"), container("train"))
    assert refused(settings("argo"), given) == ["reads-too-early"]


def test_a_memory_of_results_is_refused_where_each_run_has_its_directory() -> None:
    memo = container("prep", memoize={"key": "x"})
    given = workflow(dag(task("prep"), task("train", "prep")), memo, container("train"))
    assert refused(settings("argo"), given) == ["result-reused"]
    assert ("warning", "result-reused") in checks(settings("argo", run="same"), given)


def test_tries_and_copies_are_found() -> None:
    retried = container("prep", retryStrategy={"limit": 2})
    given = workflow(dag(task("prep", withItems=[1])), retried)
    assert checks(settings("argo", PREP), given) == [
        ("warning", "several-writers"),
        ("warning", "retry-finds-files"),
    ]
    assert checks(settings("argo", PREP, access=S3), given) == [("warning", "several-writers")]


def test_argos_s3_client_does_not_take_the_proxys_path() -> None:
    artifact = {"name": "a", "path": "/a", "s3": {"endpoint": "proxy:39999/api/v1/s3", "key": "k"}}
    stage = container("prep", outputs={"artifacts": [artifact]})
    assert refused(settings("argo", PREP), workflow(dag(task("prep")), stage)) == [
        "artifacts-in-the-proxy"
    ]


def test_a_workflow_of_another_templates_says_which_to_render() -> None:
    given = {"kind": "Workflow", "spec": {"workflowTemplateRef": {"name": "etl"}}}
    with pytest.raises(InvalidValue, match="render the WorkflowTemplate etl"):
        render(settings("argo"), given)


def test_other_documents_of_the_file_stay() -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "a"}}
    text = rendered(settings("argo"), [account, TWO]).text
    assert next(iter(yaml.safe_load_all(text))) == account


def test_a_template_that_calls_itself() -> None:
    given = workflow(dag(task("prep"), task("again", "prep", template="main")), container("prep"))
    assert refused(settings("argo", PREP), given) == []


def test_templates_for_others_to_call() -> None:
    given = workflow(dag(task("prep"), name="etl"), container("prep"), container("lone"))
    del given["spec"]["entrypoint"]
    stages = ({**PREP, "name": "etl.prep"}, {"name": "lone", "output": {}})
    made = templates(document(settings("argo", *stages), given))
    assert environment(made["prep"])["ALLUXIO_STAGE"] == "etl.prep"
    assert environment(made["lone"])["ALLUXIO_STAGE"] == "lone"


MARK = {"image": "registry.example.com/steps:1"}


@pytest.mark.parametrize("kind", ["Workflow", "CronWorkflow"])
def test_an_exit_handler_marks_a_run_that_has_succeeded_alone(kind: str) -> None:
    given = workflow(*TWO["spec"]["templates"], kind=kind)
    made = document(settings("argo", mark_success=MARK), given)
    spec = made["spec"].get("workflowSpec", made["spec"])
    handler = templates(made)[spec["onExit"]]
    ((step,),) = handler["steps"]
    assert step["when"] == "{{workflow.status}} == Succeeded"
    mark = templates(made)[step["template"]]
    directory = "/mnt/alluxio/data/pipelines/nightly/{{workflow.uid}}"
    assert mark["container"]["command"][-1] == directory
    assert "_SUCCESS" in mark["container"]["command"][-2]
    assert mark["volumes"] == templates(made)["train"]["volumes"]
    without = document(settings("argo"), made)
    assert without == document(settings("argo"), given), "it is taken out without a trace"


@pytest.mark.parametrize(
    ("engine", "more", "says"),
    [
        ("kubeflow", {}, "kubectl alluxio pipeline clean --run"),
        ("argo", {"access": S3}, "access.mode fuse"),
        ("argo", {"run": "none"}, "run auto"),
    ],
)
def test_an_exit_handler_that_cannot_be_is_refused(
    engine: str, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidValue, match=says) as caught:
        render(settings(engine, mark_success=MARK, **more), TWO)
    assert caught.value.field == "mark_success"


def test_an_exit_handler_of_the_users_stays_the_only_one() -> None:
    given = workflow(*TWO["spec"]["templates"], onExit="prep")
    with pytest.raises(InvalidValue, match="_SUCCESS"):
        render(settings("argo", mark_success=MARK), given)
    assert document(settings("argo"), given)["spec"]["onExit"] == "prep"
