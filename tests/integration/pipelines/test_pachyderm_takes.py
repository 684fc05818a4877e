# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Rendered specifications against Pachyderm's own schema, and their patches on a worker, as the API server makes it.

Pachyderm applies a podPatch by the library by which Kubernetes applies a JSON patch, to the pod of a
ReplicationController: so the API server itself does it here.
"""

from __future__ import annotations

import copy
import json
import ssl
import urllib.error
import urllib.request
from typing import Any

import jsonschema
import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.pipelines.render import render
from devcluster import go_module

SCHEMA = "src/internal/jsonschema/pps_v2/CreatePipelineRequest.schema.json"
PACHYDERM = ("github.com/pachyderm/pachyderm/v2", "v2.12.2")
CHECKSUM = "h1:Er3tScqKqdpcPR3b/EzyHJhNYn9ssBZ1pSG0GiDm0WE="

FUSE = {"mode": "fuse", "claim": "alluxio"}
S3 = {"mode": "s3", "endpoint": "http://demo-proxy:39999/api/v1/s3", "secret": "alluxio-s3"}
NATIVE = {"mode": "alluxio", "authority": "demo-master-0:19998"}
MINE = {"op": "add", "path": "/volumes/-", "value": {"name": "mine", "emptyDir": {}}}


def spec(name: str, repo: str, **more: Any) -> dict[str, Any]:
    return {
        "pipeline": {"project": {"name": "default"}, "name": name},
        "input": {"pfs": {"repo": repo, "glob": "/", "branch": "master"}},
        "transform": {"image": "registry.example.com/steps:1", "cmd": ["step"]},
        **more,
    }


SPECS = [
    spec("prep", "raw", datumTries=1, reprocessSpec="every_job"),
    spec(
        "train",
        "prep",
        podPatch=json.dumps([MINE]),
        resourceRequests={"cpu": 1, "memory": "1Gi"},
        schedulingSpec={"nodeSelector": {"disk": "fast"}},
        metadata={"labels": {"team": "a"}, "annotations": {"note": "b"}},
        parallelismSpec={"constant": 2},
        tolerations=[{"key": "gpu", "operator": "EXISTS"}],
    ),
    {
        **spec("report", "train", datumTimeout="600s", autoscaling=False),
        "input": {
            "cross": [{"pfs": {"repo": repo, "glob": "/"}} for repo in ("prep", "train")],
        },
        "transform": {
            "image": "registry.example.com/steps:1",
            "stdin": ["step"],
            "env": {"MINE": "1"},
            "secrets": [{"name": "keys", "key": "key", "envVar": "MY_KEY"}],
        },
    },
]
STAGES = [
    {"name": "prep", "inputs": [{"path": "/data/raw"}], "output": {}},
    {"name": "train", "inputs": [{"stage": "prep"}], "output": {}},
    {"name": "report", "inputs": [{"stage": "prep"}, {"stage": "train"}], "output": {}},
]


@pytest.fixture(scope="module")
def check() -> jsonschema.Draft4Validator:
    schema = json.loads((go_module.folder(*PACHYDERM, CHECKSUM) / SCHEMA).read_text())
    return jsonschema.Draft4Validator(schema)


def rendered(access: dict[str, str], run: str = "may") -> list[dict[str, Any]]:
    settings = {"name": "nightly", "engine": "pachyderm", "access": access, "run": run}
    return list(yaml.safe_load_all(render({**settings, "stages": STAGES}, SPECS).text))


@pytest.mark.parametrize("access", [FUSE, S3, NATIVE], ids=lambda access: access["mode"])
def test_the_schema_takes_what_is_rendered(
    check: jsonschema.Draft4Validator, access: dict[str, str]
) -> None:
    for one in (*SPECS, *rendered(access)):
        assert [error.message for error in check.iter_errors(one)] == [], one["pipeline"]["name"]


def test_the_same_schema_refuses_a_spoilt_field(check: jsonschema.Draft4Validator) -> None:
    prep = rendered(FUSE)[0]
    spoilt = []
    for path, value in (
        (["podPatch"], json.loads(prep["podPatch"])),
        (["podPatches"], prep["podPatch"]),
        (["transform", "env", "ALLUXIO_STAGE"], 1),
        (["transform", "volumeMounts"], []),
        (["metadata", "labels", "alluxio.io/pipeline"], ["nightly"]),
    ):
        one = copy.deepcopy(prep)
        node = one
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = value
        spoilt.append(one)
    assert [check.is_valid(one) for one in spoilt] == [False] * len(spoilt)


def worker(name: str, namespace: str) -> dict[str, Any]:
    """The controller of a pipeline's workers, with what a patch of ours touches or could disturb.

    Source: workerPodSpec in src/server/pps/server/worker_rc.go of Pachyderm 2.12.2.
    """
    mounts = [
        {"name": "pach-bin", "mountPath": "/pach-bin"},
        {"name": "pachyderm-worker", "mountPath": "/pfs"},
        {"name": "pach-dir-volume", "mountPath": "/pach"},
        {"name": "user-tmp", "mountPath": "/tmp"},
    ]
    storage = [
        {"name": "pach-dir-volume", "mountPath": "/pach"},
        {"name": "tmp", "mountPath": "/tmp"},
    ]
    limits = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
    image = "registry.example.com/steps:1"
    names = ("pach-bin", "pachyderm-worker", "pach-dir-volume", "user-tmp", "tmp")
    template = {
        "initContainers": [{"name": "init", "image": image, "volumeMounts": mounts[:2]}],
        "containers": [
            {"name": "user", "image": image, "volumeMounts": mounts, "securityContext": limits},
            {"name": "storage", "image": image, "volumeMounts": storage},
        ],
        "volumes": [{"name": volume, "emptyDir": {}} for volume in names],
        "restartPolicy": "Always",
    }
    labels = {"app": name}
    return {
        "apiVersion": "v1",
        "kind": "ReplicationController",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 1,
            "selector": labels,
            "template": {"metadata": {"labels": labels}, "spec": template},
        },
    }


def patch_pod(server: Any, controller: dict[str, Any], operations: list[Any]) -> tuple[int, Any]:
    """What the API server makes of a patch of the controller's pods, read strictly and kept nowhere."""
    below = [{**one, "path": f"/spec/template/spec{one['path']}"} for one in operations]
    where = controller["metadata"]
    request = urllib.request.Request(
        f"{server.url}/api/v1/namespaces/{where['namespace']}/replicationcontrollers/{where['name']}"
        "?dryRun=All&fieldValidation=Strict",
        data=json.dumps(below).encode(),
        method="PATCH",
        headers={"Authorization": "Bearer admin", "Content-Type": "application/json-patch+json"},
    )
    context = ssl.create_default_context(cafile=str(server.folder / "authority.crt"))
    try:
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def controllers(kube: Any, namespace: str) -> dict[str, dict[str, Any]]:
    """By the stage's name."""
    made = {stage["name"]: worker(stage["name"], namespace) for stage in STAGES}
    for one in made.values():
        kube.create(one)
    return made


def test_workers_get_the_claim_and_keep_what_they_have(
    api_server: Any, controllers: dict[str, dict[str, Any]]
) -> None:
    for one in rendered(FUSE):
        controller = controllers[one["pipeline"]["name"]]
        status, answer = patch_pod(api_server, controller, json.loads(one["podPatch"]))
        assert status == 200, answer
        pod, before = answer["spec"]["template"]["spec"], controller["spec"]["template"]["spec"]
        user, storage = pod["containers"]
        (mount,) = (row for row in user["volumeMounts"] if row["name"] == "alluxio")
        assert (mount["mountPath"], mount["mountPropagation"]) == (
            "/mnt/alluxio",
            "HostToContainer",
        )
        (volume,) = (row for row in pod["volumes"] if row["name"] == "alluxio")
        assert volume["persistentVolumeClaim"] == {"claimName": "alluxio"}
        assert user["volumeMounts"][:-1] == before["containers"][0]["volumeMounts"]
        assert storage["volumeMounts"] == before["containers"][1]["volumeMounts"]
        names = [row["name"] for row in pod["volumes"]]
        assert [row["name"] for row in before["volumes"]] == names[: len(before["volumes"])]
        assert ("mine" in names) == (one["pipeline"]["name"] == "train")


def test_a_pod_whose_first_container_is_another_is_left_alone(
    api_server: Any, kube: Any, namespace: str
) -> None:
    turned = worker("prep", namespace)
    turned["spec"]["template"]["spec"]["containers"].reverse()
    kube.create(turned)
    guard, *rest = json.loads(rendered(FUSE)[0]["podPatch"])
    assert patch_pod(api_server, turned, [guard, *rest])[0] == 422
    assert patch_pod(api_server, turned, rest)[0] == 200, "the guard alone is what refuses it"


def test_the_same_call_refuses_a_spoilt_patch(
    api_server: Any, controllers: dict[str, dict[str, Any]]
) -> None:
    operations = json.loads(rendered(FUSE)[0]["podPatch"])
    for spoil in (
        lambda volume, _mount: volume["value"].update(persistentVolumeClaims={}),
        lambda volume, _mount: volume["value"].update(name="no/name"),
        lambda _volume, mount: mount["value"].update(mountPropagation="Sideways"),
        lambda _volume, mount: mount["value"].update(name="another"),
        lambda _volume, mount: mount.update(path="/containers/7/volumeMounts/-"),
    ):
        spoilt = copy.deepcopy(operations)
        spoil(*spoilt[-2:])
        status, answer = patch_pod(api_server, controllers["prep"], spoilt)
        assert status in (400, 422), answer
