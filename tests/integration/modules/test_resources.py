# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""The modules `resources` and `resource_status` in a real ansible-playbook against a real API
server, both ways.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
from ansible_collections.alluxio.k8s.tests.integration.conftest import ApiServer

BIN = Path(sys.executable).parent
HUSH = "not-for-the-log"
DOORS: dict[str, dict[str, Any]] = {"in process": {}, "module": {"environment": {"SOME": "thing"}}}


class Ansible:
    """Runs plays of ours with the API server's kubeconfig and a temporary folder of their own."""

    def __init__(self, folder: Path, kubeconfig: str) -> None:
        self.folder = folder
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": os.environ["PYTHONPATH"],
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_FORCE_COLOR": "0",
            "ANSIBLE_LOCAL_TEMP": str(folder / "ansible-tmp"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "ansible-remote-tmp"),
            "ALLUXIO_K8S_CACHE": str(folder / "cache"),
            "TMPDIR": str(self.temporary),
            "K8S_AUTH_KUBECONFIG": kubeconfig,
        }

    def play(
        self, tasks: list[dict[str, Any]], *options: str, **play: Any
    ) -> tuple[list[Any], str]:
        """The results of all tasks, and what was printed at -vvv."""
        steps = [
            {"register": f"r{number}", "ignore_errors": True, **task}
            for number, task in enumerate(tasks)
        ]
        results = self.folder / "results.json"
        names = ", ".join(f"r{number}" for number in range(len(tasks)))
        copy = {"dest": str(results), "content": "{{ [" + names + "] | to_json }}"}
        steps.append(
            {"ansible.builtin.copy": copy, "check_mode": False, "diff": False, "no_log": True}
        )
        header = {"hosts": "localhost", "connection": "local", "gather_facts": False, **play}
        file = self.folder / "play.yml"
        file.write_text(json.dumps([{**header, "tasks": steps}]))
        command = [str(BIN / "ansible-playbook"), "-vvv", *options, str(file)]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert results.exists(), done.stdout + done.stderr
        return json.loads(results.read_text()), done.stdout + done.stderr


@pytest.fixture
def ansible(tmp_path: Path, api_server: ApiServer) -> Ansible:
    return Ansible(tmp_path, api_server.kubeconfig())


@pytest.fixture(params=DOORS)
def door(request: pytest.FixtureRequest) -> dict[str, Any]:
    return DOORS[request.param]


def config_map(name: str, **data: str) -> dict[str, Any]:
    metadata = {"name": name, "labels": {"app.kubernetes.io/instance": "demo"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def resources(namespace: str, *objects: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {"alluxio.k8s.resources": {"namespace": namespace, "objects": list(objects), **options}}


def prune() -> dict[str, Any]:
    kinds = [{"api_version": "v1", "kind": "ConfigMap"}]
    return {"label_selector": "app.kubernetes.io/instance=demo", "kinds": kinds}


def test_one_story_through_both_doors(
    ansible: Ansible, kube: KubeClient, namespace: str, door: dict[str, Any]
) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "stringData": {"k": HUSH},
    }
    objects = [config_map("a", text="{{ '{{' }} 7 * 7 }}", n="1"), config_map("b"), secret]
    tasks = [
        {"check_mode": True, **resources(namespace, *objects)},
        resources(namespace, *objects),
        resources(namespace, *objects),
        resources(namespace, config_map("a", n="2"), prune=prune()),
        resources(namespace, state="absent", prune=prune()),
        resources(namespace, state="absent", prune=prune()),
        resources(namespace, {"kind": "ConfigMap"}),
        resources("", state="absent", prune=prune()),
    ]
    results, printed = ansible.play(tasks, "--diff", **door)
    planned, created, again, changed, gone, still_gone, bad, nowhere = results

    assert planned["created"] == created["created"] == ["ConfigMap/a", "ConfigMap/b", "Secret/s"]
    assert planned["diff"] == created["diff"]
    assert (again["changed"], again["unchanged"]) == (False, 3)
    assert (changed["updated"], changed["pruned"]) == (["ConfigMap/a"], ["ConfigMap/b"])
    assert "+  n: '2'" in printed
    assert (gone["pruned"], gone["remaining"]) == (["ConfigMap/a"], [])
    assert not still_gone["changed"]
    assert "objects[0].apiVersion: None is not valid" in bad["msg"]
    assert bad["error"]["field"] == "objects[0].apiVersion"
    assert "namespace: '' is not valid" in nowhere["msg"]
    assert HUSH not in printed
    assert kube.exists("v1", "Secret", "s", namespace)
    assert list(ansible.temporary.rglob("tmp*")) == [], "no key of the kubeconfig is left behind"


def test_a_list_from_a_template_is_applied_literally(
    ansible: Ansible, kube: KubeClient, namespace: str, door: dict[str, Any]
) -> None:
    template = ansible.folder / "list.j2"
    template.write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {v: {{ value | to_json }}}\n"
    )
    lookup = f"lookup('ansible.builtin.template', '{template}')"
    options = {"namespace": namespace, "objects": "{{ " + lookup + " | from_yaml_all | list }}"}
    task = {"alluxio.k8s.resources": options}
    strange = "ünïcode # = \" ' : {[ $(X) ${y}\nline"
    [result], _ = ansible.play([task], **door, vars={"value": strange})
    assert result["created"] == ["ConfigMap/a"]
    assert kube.get("v1", "ConfigMap", "a", namespace)["data"] == {"v": strange}  # type: ignore[index]


def test_module_defaults_by_group_name_the_cluster_once(
    ansible: Ansible, api_server: ApiServer, namespace: str, door: dict[str, Any]
) -> None:
    del ansible.environment["K8S_AUTH_KUBECONFIG"]
    defaults = {"group/alluxio.k8s.kubernetes": {"kubeconfig": api_server.kubeconfig()}}
    [result], _ = ansible.play(
        [resources(namespace, config_map("a"))], **door, module_defaults=defaults
    )
    assert result["created"] == ["ConfigMap/a"]


def test_status_and_events(
    ansible: Ansible, kube: KubeClient, namespace: str, door: dict[str, Any]
) -> None:
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1", "served": True, "storage": True, "subresources": {"status": {}}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.modules.test"},
        "spec": {
            "group": "modules.test",
            "scope": "Namespaced",
            "names": {"kind": "Thing", "plural": "things"},
            "versions": [{**version, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    thing = {"apiVersion": "modules.test/v1", "kind": "Thing", "metadata": {"name": "x"}}
    ready = {"type": "Available", "status": "True", "reason": "Ready", "message": "all"}
    address = {
        "api_version": "modules.test/v1",
        "kind": "Thing",
        "name": "x",
        "namespace": namespace,
    }
    status = {"phase": "Ready", "figure": 7, "conditions": [ready]}
    event = {"reason": "Ready", "message": "all"}
    tasks = [
        resources(namespace, definition, thing),
        {"alluxio.k8s.resource_status": {**address, "status": status, "events": [event]}},
        {"alluxio.k8s.resource_status": {**address, "status": status}},
    ]
    (_, first, second), _ = ansible.play(tasks, **door)
    assert (first["status_changed"], second["status_changed"], second["changed"]) == (
        True,
        False,
        False,
    )
    written = kube.get("modules.test/v1", "Thing", "x", namespace)["status"]  # type: ignore[index]
    assert written["figure"] == 7
    assert written["conditions"][0]["lastTransitionTime"]
    [made] = kube.list_objects("events.k8s.io/v1", "Event", namespace)
    assert (made["reason"], made["type"], made["regarding"]["name"]) == ("Ready", "Normal", "x")


def test_the_short_named_requeue_after_beside_a_playbook(ansible: Ansible) -> None:
    plugins = Path(__file__).resolve().parents[3] / "playbooks" / "action_plugins"
    (ansible.folder / "action_plugins").symlink_to(plugins)
    (result, wrong), _ = ansible.play(
        [{"requeue_after": {"period": "5s"}}, {"requeue_after": {"seconds": 5}}]
    )
    assert (result["period"], result["changed"]) == ("5s", False)
    assert wrong["failed"]
