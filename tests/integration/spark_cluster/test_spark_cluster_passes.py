# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Passes of the role at a real API server, which accepts what the templates say; no pod runs."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient

NAME = "standing"
CLIENT = "alluxio.master.rpc.addresses=cache-master-0:19998\n"
OBJECTS = [
    ("apps/v1", "StatefulSet", f"{NAME}-spark-master"),
    ("apps/v1", "StatefulSet", f"{NAME}-spark-worker"),
    ("apps/v1", "Deployment", f"{NAME}-spark-connect"),
    ("apps/v1", "Deployment", f"{NAME}-spark-history"),
    ("v1", "Service", f"{NAME}-spark-connect"),
    ("v1", "ConfigMap", f"{NAME}-spark-conf"),
    ("networking.k8s.io/v1", "NetworkPolicy", f"{NAME}-spark-master"),
]
INGRESS = ("networking.k8s.io/v1", "Ingress", f"{NAME}-spark-master")
SECRETS = {f"{NAME}-spark-auth": "secret", f"{NAME}-spark-connect": "token"}


@pytest.fixture
def play(api_server: Any, namespace: str) -> Any:
    """Takes one pass; what ansible-playbook said."""

    def take(
        *options: str, state: str = "present", **spec: Any
    ) -> subprocess.CompletedProcess[str]:
        given = {
            "spark_cluster": {
                "metadata": {"name": NAME, "namespace": namespace},
                "spec": {"alluxioCluster": {"name": "cache"}, **spec},
            },
            "spark_cluster_wait": False,
            "spark_cluster_state": state,
        }
        environment = {
            **os.environ,
            "KUBECONFIG": api_server.kubeconfig(),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
        }
        command = ["ansible-playbook", "alluxio.k8s.spark_cluster", "-e", json.dumps(given)]
        return subprocess.run(
            [*command, *options], capture_output=True, text=True, env=environment, check=False
        )

    return take


@pytest.fixture
def alluxio(kube: KubeClient, namespace: str) -> None:
    """What the role alluxio_cluster makes for clients."""
    metadata = {"name": "cache-client", "namespace": namespace}
    data = {"alluxio-site.properties": CLIENT}
    kube.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})


def secrets(kube: KubeClient, namespace: str) -> dict[str, Any]:
    return {name: (kube.get("v1", "Secret", name, namespace) or {}).get("data") for name in SECRETS}


def present(kube: KubeClient, namespace: str) -> set[str]:
    return {
        f"{kind}/{name}"
        for version, kind, name in [*OBJECTS, INGRESS]
        if kube.get(version, kind, name, namespace)
    }


def test_without_an_alluxio_cluster_it_waits(play: Any, kube: KubeClient, namespace: str) -> None:
    waits = play()
    assert waits.returncode == 0, waits.stdout + waits.stderr
    assert f"no AlluxioCluster 'cache' in namespace {namespace}" in waits.stdout
    assert present(kube, namespace) == set()


def test_check_mode_makes_no_secret(play: Any, kube: KubeClient, namespace: str) -> None:
    checked = play("--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert secrets(kube, namespace) == dict.fromkeys(SECRETS)


@pytest.mark.usefixtures("alluxio")
def test_the_life_of_a_service(play: Any, kube: KubeClient, namespace: str) -> None:
    first = play()
    assert first.returncode == 0, first.stdout + first.stderr
    made = secrets(kube, namespace)
    assert {name: set(data) for name, data in made.items()} == {
        name: {key} for name, key in SECRETS.items()
    }
    assert len({json.dumps(data) for data in made.values()}) == len(SECRETS)
    assert present(kube, namespace) == set()

    second = play()
    assert second.returncode == 0, second.stdout + second.stderr
    assert present(kube, namespace) == {f"{kind}/{name}" for _, kind, name in OBJECTS}
    for data in made.values():
        for value in data.values():
            assert value not in first.stdout + second.stdout

    third = play()
    assert "changed=0" in third.stdout
    assert secrets(kube, namespace) == made

    opened = play(ingresses=[{"page": "master", "host": "spark.example.com"}])
    assert opened.returncode == 0, opened.stdout
    assert present(kube, namespace) == {f"{kind}/{name}" for _, kind, name in [*OBJECTS, INGRESS]}

    without = play(history={"enabled": False})
    assert without.returncode == 0, without.stdout
    assert present(kube, namespace) == {
        f"{kind}/{name}" for _, kind, name in OBJECTS if not name.endswith("history")
    }

    checked = play("--check", state="absent")
    assert checked.returncode == 0, checked.stdout
    assert f"StatefulSet/{NAME}-spark-master" in present(kube, namespace)

    gone = play(state="absent")
    assert gone.returncode == 0, gone.stdout
    assert present(kube, namespace) == set()
    assert secrets(kube, namespace) == dict.fromkeys(SECRETS)


def test_an_invalid_spec_names_the_field_and_changes_nothing(
    play: Any, kube: KubeClient, namespace: str
) -> None:
    refused = play(sparkConf={"spark.master.rest.enabled": "true"})
    assert refused.returncode != 0
    assert "spec.sparkConf.spark.master.rest.enabled" in refused.stdout
    assert secrets(kube, namespace) == dict.fromkeys(SECRETS)
