# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Pipelines of many shapes, compiled by the real kfp:  python packages.py FOLDER

Runs in kfp's own environment (requirements/kfp.in). Nothing here knows Alluxio, except that programs of the
`hand_over` pipelines read and write where the variables of a stage point.
"""

# No `from __future__ import annotations`: kfp reads annotations and takes no strings for them.
import sys
from pathlib import Path
from typing import Optional

import yaml
from kfp import compiler, dsl, kubernetes
from kfp.dsl import Artifact, Dataset, Input, Metrics, Model, Output

IMAGE = "registry.example.com/steps:1"
NO_KFP = {"base_image": IMAGE, "install_kfp_package": False}


@dsl.component(**NO_KFP)
def number(given: int = 1) -> int:
    return given + 1


@dsl.component(**NO_KFP)
def text(given: str = "") -> str:
    return given


@dsl.component(**NO_KFP)
def words(count: int = 3) -> list:
    return [f"w{n}" for n in range(count)]


@dsl.component(**NO_KFP)
def join(parts: list) -> str:
    return "-".join(parts)


@dsl.component(**NO_KFP)
def make_data(data: Output[Dataset], rows: int = 10) -> None:
    Path(data.path).write_text("x\n" * rows)


@dsl.component(**NO_KFP)
def fit(data: Input[Dataset], model: Output[Model], metrics: Output[Metrics]) -> float:
    metrics.log_metric("rows", len(Path(data.path).read_text()))
    Path(model.path).write_text("model")
    return 0.5


@dsl.component(**NO_KFP)
def read_all(data: Input[list[Dataset]]) -> int:
    return len(data)


@dsl.component(**NO_KFP)
def said(status: dsl.PipelineTaskFinalStatus, note: str = "") -> None:
    print(status.state, note)


@dsl.container_component
def shell(message: str, data: Output[Artifact], loud: Optional[bool] = None):
    flags = dsl.IfPresentPlaceholder("loud", then=["--loud"], else_=["--quiet"])
    command = ["sh", "-c", 'echo "$0" > "$1"']
    args = [dsl.ConcatPlaceholder(["say ", message]), data.path, flags]
    return dsl.ContainerSpec(image=IMAGE, command=command, args=args)


@dsl.container_component
def without_command(message: str):
    return dsl.ContainerSpec(image=IMAGE, args=[message])


@dsl.component(**NO_KFP)
def write_output(megabytes: int = 1) -> str:
    import hashlib
    import os
    from pathlib import Path

    folder = Path(os.environ["ALLUXIO_STAGE_OUTPUT"])
    folder.mkdir(parents=True)
    data = os.urandom(megabytes << 20)
    (folder / "part-0").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


@dsl.component(**NO_KFP)
def check_input(expected: str) -> str:
    import hashlib
    import os
    from pathlib import Path

    data = (Path(os.environ["ALLUXIO_STAGE_INPUT"]) / "part-0").read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise ValueError(f"{found} was read and {expected} written")
    return found


@dsl.component(**NO_KFP)
def write_there(out_dir: str, megabytes: int = 1) -> str:
    import hashlib
    import os
    from pathlib import Path

    folder = Path(out_dir)
    folder.mkdir(parents=True)
    data = os.urandom(megabytes << 20)
    (folder / "part-0").write_bytes(data)
    return hashlib.sha256(data).hexdigest()


@dsl.component(**NO_KFP)
def check_there(in_dir: str, expected: str) -> str:
    import hashlib
    from pathlib import Path

    found = hashlib.sha256((Path(in_dir) / "part-0").read_bytes()).hexdigest()
    if found != expected:
        raise ValueError(f"{found} was read and {expected} written")
    return found


@dsl.pipeline
def hand_over() -> str:
    wrote = write_output()
    return check_input(expected=wrote.output).output


@dsl.pipeline
def hand_over_by_parameters() -> str:
    wrote = write_there(out_dir="unset")
    return check_there(in_dir="unset", expected=wrote.output).output


@dsl.pipeline
def writing() -> str:
    return write_output(megabytes=2).output


@dsl.pipeline
def hand_over_from_a_sub_pipeline() -> str:
    return check_input(expected=writing().output).output


@dsl.pipeline
def in_a_row(given: int = 1):
    first = number(given=given)
    second = number(given=first.output)
    number(given=5).after(second)


@dsl.pipeline
def containers(message: str = "hello"):
    shell(message=message)
    shell(message=message, loud=True)


@dsl.pipeline
def loop_over_constants():
    with dsl.ParallelFor([{"a": 1, "b": 2}, {"a": 3, "b": 4}], parallelism=2) as item:
        number(given=item.a)


@dsl.pipeline
def loop_over_an_output():
    made = words()
    with dsl.ParallelFor(made.output) as word:
        said_word = text(given=word)
    join(parts=dsl.Collected(said_word.output))


@dsl.pipeline
def loops_in_loops():
    with dsl.ParallelFor([1, 2]) as outer, dsl.ParallelFor(["a", "b"]) as inner:
        first = number(given=outer)
        text(given=inner).after(first)


@dsl.pipeline
def loop_with_artifacts():
    with dsl.ParallelFor([10, 20]) as rows:
        made = make_data(rows=rows)
        fit(data=made.outputs["data"])
    read_all(data=dsl.Collected(made.outputs["data"]))


@dsl.pipeline
def condition(given: int = 3):
    made = number(given=given)
    with dsl.If(made.output > 3):
        text(given="large")


@dsl.pipeline
def branches(given: str = "a") -> str:
    made = text(given=given)
    with dsl.If(made.output == "a"):
        one = text(given="one")
    with dsl.Elif(made.output == "b"):
        two = text(given="two")
    with dsl.Else():
        three = text(given="three")
    chosen = dsl.OneOf(one.output, two.output, three.output)
    return text(given=chosen).output


@dsl.pipeline
def condition_in_a_loop():
    with dsl.ParallelFor([1, 5]) as item:
        made = number(given=item)
        with dsl.If(made.output > 3):
            text(given="large")


@dsl.pipeline
def exit_handler():
    with dsl.ExitHandler(text(given="over")):
        number()


@dsl.pipeline
def exit_handler_with_status(note: str = "n"):
    with dsl.ExitHandler(said(note=note)):
        first = number()
        number(given=first.output).ignore_upstream_failure()


@dsl.pipeline
def inner(given: int = 1) -> int:
    first = number(given=given)
    return number(given=first.output).output


@dsl.pipeline
def pipeline_in_a_pipeline():
    number(given=inner(given=2).output)


@dsl.pipeline
def pipeline_twice():
    first = inner(given=1)
    inner(given=first.output)


@dsl.pipeline
def middle() -> int:
    return inner(given=7).output


@dsl.pipeline
def three_deep():
    number(given=middle().output)


@dsl.pipeline
def imported():
    uri = "s3://bucket/data"
    found = dsl.importer(artifact_uri=uri, artifact_class=Dataset, metadata={"k": "v"})
    fit(data=found.output)


@dsl.pipeline
def artifacts():
    made = make_data(rows=5)
    fitted = fit(data=made.outputs["data"])
    text(given="done").after(fitted)


@dsl.pipeline
def caching():
    number().set_caching_options(False)
    number().set_caching_options(True, cache_key="k")


@dsl.pipeline
def retries_and_limits():
    task = number()
    task.set_retry(3, backoff_duration="10s", backoff_factor=2.0)
    task.set_cpu_limit("1").set_memory_limit("1G").set_env_variable("MINE", "1")
    task.set_accelerator_type("nvidia.com/gpu").set_accelerator_limit(1)
    task.set_display_name("A number")


@dsl.pipeline
def on_kubernetes():
    first, second = number(), text(given="x")
    kubernetes.mount_pvc(first, pvc_name="mine", mount_path="/mine", sub_path="a")
    kubernetes.use_secret_as_env(first, "keys", {"key": "MY_KEY"})
    kubernetes.use_secret_as_volume(first, "more", "/secrets")
    kubernetes.add_pod_label(first, "team", "a")
    kubernetes.add_pod_annotation(first, "note", "b")
    kubernetes.add_node_selector(second, "disk", "fast")
    kubernetes.add_toleration(second, key="gpu", operator="Exists", effect="NoSchedule")
    kubernetes.add_node_affinity(
        second, match_expressions=[{"key": "zone", "operator": "In", "values": ["a"]}], weight=5
    )
    kubernetes.set_timeout(second, 600)
    kubernetes.set_image_pull_policy(second, "IfNotPresent")
    kubernetes.set_security_context(second, run_as_user=1000)


@dsl.pipeline
def claims_of_the_run():
    claim = kubernetes.CreatePVC(
        pvc_name_suffix="-work", access_modes=["ReadWriteMany"], size="1Gi", storage_class_name="s"
    )
    task = number()
    kubernetes.mount_pvc(task, pvc_name=claim.outputs["name"], mount_path="/work")
    kubernetes.DeletePVC(pvc_name=claim.outputs["name"]).after(task)


@dsl.pipeline(
    pipeline_config=dsl.PipelineConfig(
        workspace=dsl.WorkspaceConfig(
            size="1Gi",
            kubernetes=dsl.KubernetesWorkspaceConfig(pvcSpecPatch={"storageClassName": "s"}),
        )
    )
)
def workspace():
    text(given=dsl.WORKSPACE_PATH_PLACEHOLDER)


@dsl.pipeline(pipeline_root="s3://bucket/root", display_name="With a root")
def with_a_root(given: str = "{{7*7}} $(HOME) é 漢", flag: bool = True, many: list = [1, 2]):
    text(given=given)
    join(parts=many)


@dsl.pipeline
def image_of_its_own():
    without_command(message="hello")


def pipelines() -> list[dsl.graph_component.GraphComponent]:
    """All that this file defines."""
    return [
        one for one in globals().values() if isinstance(one, dsl.graph_component.GraphComponent)
    ]


def compile_all(folder: Path) -> None:
    for pipeline in pipelines():
        name = pipeline.name.replace("-", "_")
        compiler.Compiler().compile(pipeline, str(folder / f"{name}.yaml"))
    manifest = str(folder / "manifest.yaml")
    compiler.Compiler().compile(on_kubernetes, manifest, kubernetes_manifest_format=True)
    shared_executors(folder / "on_kubernetes.yaml", folder / "shared_executors.yaml")
    one_component(folder / "in_a_row.yaml", folder / "one_component.yaml")


def shared_executors(package: Path, result: Path) -> None:
    """Two components of one executor, which kfp accepts and never writes itself."""
    spec, platform = yaml.safe_load_all(package.read_text())
    spec["components"]["comp-again"] = dict(spec["components"]["comp-number"])
    tasks = spec["root"]["dag"]["tasks"]
    tasks["again"] = {**tasks["number"], "taskInfo": {"name": "again"}}
    tasks["again"]["componentRef"] = {"name": "comp-again"}
    result.write_text(yaml.safe_dump_all([spec, platform], sort_keys=False))


def one_component(package: Path, result: Path) -> None:
    """Three tasks of one component, as other compilers write it."""
    (spec,) = yaml.safe_load_all(package.read_text())
    for task in spec["root"]["dag"]["tasks"].values():
        task["componentRef"] = {"name": "comp-number"}
    for copy in ("number-2", "number-3"):
        del spec["components"][f"comp-{copy}"], spec["deploymentSpec"]["executors"][f"exec-{copy}"]
    result.write_text(yaml.safe_dump(spec, sort_keys=False))


if __name__ == "__main__":
    compile_all(Path(sys.argv[1]))
