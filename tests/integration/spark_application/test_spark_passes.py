# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""Passes of the role at a real API server, as a person takes them. No controller and no kubelet run there: what becomes
of a Job is written by the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.client import KubeClient
from ansible_collections.alluxio.k8s.plugins.module_utils.property_files import parse

AWKWARD = "{{ 7*7 }} $(HOME) ${x} # = é 漢 'q' \"d\""


def application(namespace: str, **spec: Any) -> dict[str, Any]:
    base = {"type": "Python", "mainFile": "local:///opt/app.py", "arguments": [AWKWARD]}
    return {"metadata": {"name": "report", "namespace": namespace}, "spec": {**base, **spec}}


@pytest.fixture
def play(api_server: Any, namespace: str) -> Any:
    """Takes one pass over an application; what ansible-playbook said."""

    def take(spec: dict[str, Any], **variables: Any) -> subprocess.CompletedProcess[str]:
        given = {
            "spark_application": application(namespace, **spec),
            "spark_application_wait": False,
            **variables,
        }
        environment = {
            **os.environ,
            "KUBECONFIG": api_server.kubeconfig(),
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_NOCOLOR": "1",
        }
        text = json.dumps(_unsafe(given))
        command = ["ansible-playbook", "alluxio.k8s.spark_application", "-e", text]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)

    return take


def _unsafe(value: Any) -> Any:
    """Strings that Ansible takes literally, as the operator hands them over."""
    if isinstance(value, str):
        return {"__ansible_unsafe": value}
    if isinstance(value, dict):
        return {key: _unsafe(item) for key, item in value.items()}
    return [_unsafe(item) for item in value] if isinstance(value, list) else value


def job(kube: KubeClient, namespace: str, attempt: int) -> dict[str, Any] | None:
    return kube.get("batch/v1", "Job", f"report-{attempt}-driver", namespace)


def fail(kube: KubeClient, namespace: str, attempt: int) -> None:
    """What the Job controller writes when the driver has failed."""
    time = "2020-01-01T00:00:00Z"
    conditions = [
        {
            "type": kind,
            "status": "True",
            "lastTransitionTime": time,
            "reason": "BackoffLimitExceeded",
        }
        for kind in ("FailureTarget", "Failed")
    ]
    status = {"startTime": time, "failed": 1, "conditions": conditions}
    kube.merge_patch(
        "batch/v1",
        "Job",
        f"report-{attempt}-driver",
        namespace,
        {"status": status},
        subresource="status",
    )


def test_a_pass_begins_an_attempt_and_the_next_one_leaves_it_alone(
    play: Any, kube: KubeClient, namespace: str
) -> None:
    first = play({})
    assert first.returncode == 0, first.stdout + first.stderr
    found = job(kube, namespace, 1)
    assert found is not None
    (container,) = found["spec"]["template"]["spec"]["containers"]
    assert container["args"][-1] == AWKWARD.replace("$", "$$")
    conf = kube.get("v1", "ConfigMap", "report-1-conf", namespace)
    assert conf is not None
    told = parse(conf["data"]["spark.properties"])
    assert (
        told["spark.app.id"] == found["metadata"]["annotations"]["alluxio.io/spark-application-id"]
    )
    assert kube.get("v1", "Service", "report-1-driver", namespace)
    assert kube.get(
        "rbac.authorization.k8s.io/v1", "RoleBinding", "alluxio-spark-driver", namespace
    )
    again = play({})
    assert again.returncode == 0, again.stdout + again.stderr
    after = job(kube, namespace, 1)
    assert after is not None
    assert after["metadata"]["resourceVersion"] == found["metadata"]["resourceVersion"]


def test_a_failed_attempt_is_followed_by_one_with_an_id_of_its_own(
    play: Any, kube: KubeClient, namespace: str
) -> None:
    spec = {"restartPolicy": {"type": "OnFailure", "maxRetries": 1, "retryIntervalSeconds": 0}}
    play(spec)
    fail(kube, namespace, 1)
    assert play(spec).returncode == 0
    first, second = job(kube, namespace, 1), job(kube, namespace, 2)
    assert first is not None
    assert second is not None
    ids = {
        found["metadata"]["annotations"]["alluxio.io/spark-application-id"]
        for found in (first, second)
    }
    assert len(ids) == 2
    # The ended attempt keeps its Job, whose pod has the log; its configuration is of no more use.
    assert kube.get("v1", "ConfigMap", "report-1-conf", namespace) is None
    fail(kube, namespace, 2)
    over = play(spec)
    assert over.returncode != 0
    assert "Failed; the driver's pod was removed before it ended" in over.stdout
    assert job(kube, namespace, 3) is None


def test_suspending_stops_the_job(play: Any, kube: KubeClient, namespace: str) -> None:
    play({})
    assert play({"suspend": True}).returncode == 0
    stopped = job(kube, namespace, 1)
    assert stopped is not None
    assert stopped["spec"]["suspend"] is True
    resumed = play({})
    assert resumed.returncode == 0, resumed.stdout
    assert job(kube, namespace, 2) is not None


def test_removing_it_leaves_nothing_but_the_rights_of_the_namespace(
    play: Any, kube: KubeClient, namespace: str
) -> None:
    play({})
    gone = play({}, spark_application_state="absent")
    assert gone.returncode == 0, gone.stdout + gone.stderr
    for api_version, kind in (("batch/v1", "Job"), ("v1", "ConfigMap"), ("v1", "Service")):
        selector = "alluxio.io/spark-application=report"
        assert kube.list_objects(api_version, kind, namespace, selector) == []
    assert kube.get("v1", "ServiceAccount", "alluxio-spark-driver", namespace)


def test_an_invalid_spec_changes_nothing_and_names_the_field(
    play: Any, kube: KubeClient, namespace: str
) -> None:
    refused = play({"mainClass": "a.B"})
    assert refused.returncode != 0
    assert "spec.mainClass" in refused.stdout
    assert job(kube, namespace, 1) is None


def test_check_mode_begins_nothing(play: Any, kube: KubeClient, namespace: str) -> None:
    waits = play({"configMaps": [{"name": "missing", "env": True}]})
    assert waits.returncode == 0
    assert "there is no ConfigMap 'missing'" in waits.stdout
    assert job(kube, namespace, 1) is None
