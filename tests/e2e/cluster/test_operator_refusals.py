# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""What the operator says of resources that cannot become ready, and that it takes every string literally.

No Alluxio starts here: the Secret that its pods mount does not exist.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workbench import parts
from workbench.cluster import Cluster, KubectlError, wait_for

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bad_input"))
from bad_input import CASES, resource

SPACE = "refusals"
OURS = "app.kubernetes.io/managed-by=alluxio.k8s"
AWKWARD = "{{ 7*7 }} $(HOSTNAME) ${x} ${HOME} {% raw %} # = é 漢 'q' \"d\" : [a] {b} &c *d !e"


@pytest.fixture(scope="module")
def space(operator: Cluster) -> Iterator[str]:
    operator.apply(parts.namespace(SPACE))
    yield SPACE
    operator.kubectl("-n", SPACE, "delete", "alluxioclusters", "--all", "--timeout=120s")
    operator.kubectl("delete", "namespace", SPACE, "--timeout=120s")


def minimal(name: str) -> dict[str, Any]:
    cr = parts.sample(name, SPACE)
    cr["spec"]["masters"]["replicas"] = 1
    cr["spec"]["workers"][0]["replicas"] = 1
    cr["spec"]["deletionPolicy"] = "Delete"
    return cr


def status_of(cluster: Cluster, name: str) -> dict[str, Any]:
    found: dict[str, Any] = cluster.get("-n", SPACE, "alluxiocluster", name).get("status", {})
    return found


def test_what_is_missing_is_said_while_pending(operator: Cluster, space: str) -> None:
    cr = minimal("waits")
    cr["spec"]["workers"][0]["tiers"][1]["volume"]["storageClassName"] = "no-such-class"
    operator.apply(cr)

    def named() -> bool:
        text = json.dumps(status_of(operator, "waits").get("problems", []))
        return "s3-credentials" in text and "no-such-class" in text

    wait_for("the status names the Secret and the StorageClass", named, 30)
    assert status_of(operator, "waits")["phase"] == "Pending"
    operator.kubectl("-n", space, "delete", "alluxiocluster", "waits", "--timeout=60s")


def test_an_invalid_spec_changes_nothing_and_names_the_field(operator: Cluster, space: str) -> None:
    cr = minimal("invalid")
    cr["spec"]["workers"][0]["resources"] = {"limits": {"memory": "300Mi"}}
    operator.apply(cr)
    wait_for("phase Invalid", lambda: status_of(operator, "invalid").get("phase") == "Invalid", 30)
    assert "spec.workers[0].resources.limits.memory" in json.dumps(status_of(operator, "invalid"))
    selector = "app.kubernetes.io/instance=invalid"
    assert (
        operator.get("-n", space, "all,configmaps,serviceaccounts", "-l", selector)["items"] == []
    )


@pytest.mark.wide
def test_the_operator_refuses_what_only_the_plan_knows(operator: Cluster, space: str) -> None:
    """The rows of the table of bad inputs that the API server lets pass, all at once; it refuses the others in the
    integration tests.
    """
    cases = [case for case in CASES if case["door"] == "plan-only" and "metadata" not in case]
    resources = {f"bad-{number}": resource(case) for number, case in enumerate(cases)}
    for name, cr in resources.items():
        cr.update(apiVersion="alluxio.io/v1alpha1", kind="AlluxioCluster")
        cr["metadata"] = {"name": name, "namespace": space}
    operator.apply(*resources.values())

    def phases() -> dict[str, str]:
        return {name: status_of(operator, name).get("phase", "") for name in resources}

    wait_for("all are Invalid", lambda: set(phases().values()) == {"Invalid"}, 300, 5)
    for name, case in zip(resources, cases, strict=True):
        problems = json.dumps(status_of(operator, name)["problems"], ensure_ascii=False)
        assert case["field"] in problems, case["name"]
    assert operator.get("-n", space, "statefulsets,configmaps", "-l", OURS)["items"] == []
    operator.kubectl("-n", space, "delete", "alluxioclusters", *resources, "--timeout=300s")


def test_the_api_server_refuses_early(operator: Cluster, space: str) -> None:  # noqa: ARG001
    cr = minimal("even")
    cr["spec"]["masters"]["replicas"] = 2
    with pytest.raises(KubectlError, match=r"spec\.masters\.replicas"):
        operator.apply(cr)


def test_strings_are_literal(operator: Cluster, space: str) -> None:
    cr = minimal("literal")
    # ${x} is refused here, and only here: Alluxio itself would replace it, and has no way to escape it.
    cr["spec"]["properties"] = {"alluxio.test.free": "{{ 7*7 }} $(HOSTNAME)"}
    cr["spec"]["masters"]["podAnnotations"] = {"example.test/free": AWKWARD}
    cr["spec"]["masters"]["env"] = [{"name": "FREE", "value": AWKWARD}]
    operator.apply(cr)
    statefulset = wait_for(
        "the StatefulSet is there",
        lambda: operator.find("-n", space, "statefulset", "literal-master"),
        30,
    )
    template = statefulset["spec"]["template"]
    assert template["metadata"]["annotations"]["example.test/free"] == AWKWARD
    master = next(c for c in template["spec"]["containers"] if c["name"] == "master")
    # $$ is how Kubernetes is told to leave $ alone.
    assert {"name": "FREE", "value": AWKWARD.replace("$", "$$")} in master["env"]
    files = operator.get("-n", space, "configmap", "literal-config")["data"]
    assert "alluxio.test.free={{ 7*7 }} $(HOSTNAME)" in files["master.properties"]
