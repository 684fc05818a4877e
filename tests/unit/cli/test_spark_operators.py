# Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
# SPDX-License-Identifier: Apache-2.0
"""`locality -o pod-template` fits the fields where other Spark operators take a pod template (docs/how-to)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.alluxio.k8s.plugins.module_utils.kube.nodes import Node
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.executors import Executors
from ansible_collections.alluxio.k8s.plugins.module_utils.locality.placement import (
    ClusterView,
    place,
)
from kubectl_alluxio.locality import pod_template

OPERATORS = yaml.safe_load((Path(__file__).parent / "spark_operators.yaml").read_text())
GUIDE = Path(__file__).resolve().parents[3] / "docs/how-to/spark-without-our-operator.md"
TYPES = {"string": str, "integer": int}


def node(number: int, labels: dict[str, str]) -> Node:
    return Node(
        name=f"node-{number}",
        labels=labels,
        addresses=(("InternalIP", f"10.0.0.{number}"),),
        allocatable={"cpu": 4000, "memory": 1 << 34, "pods": 110},
    )


def template(on_busy: str = "fallback") -> dict[str, Any]:
    """A real plan with all that a template can hold: labels, names where a label is missing, tolerations."""
    nodes = [node(1, {"kubernetes.io/hostname": "host-1"}), node(2, {})]
    blocks = [("/a", 60, (("10.0.0.1", "MEM"),)), ("/a", 30, (("10.0.0.2", "SSD"),))]
    wanted = Executors(count=2, requests={"cpu": 1000}, on_busy=on_busy)  # type: ignore[arg-type]
    answer = place(["/a"], blocks, ClusterView(nodes, {}, {}), wanted, None).as_dict()
    tolerations = [{"key": "gpu", "operator": "Equal", "value": "1", "effect": "NoSchedule"}]
    return pod_template(answer, tolerations, {"disk": "fast"})


def misfits(value: Any, fields: Any, path: str = "") -> Iterator[str]:
    """Paths of what the fields have no place for."""
    if fields == "any":
        return
    if isinstance(fields, str):
        if not isinstance(value, TYPES[fields]):
            yield path
    elif isinstance(fields, list):
        for item in value:
            yield from misfits(item, fields[0], f"{path}[]")
    else:
        for key, item in value.items():
            form = fields.get(key, fields.get("*"))
            if form is None:
                yield f"{path}.{key}"
            else:
                yield from misfits(item, form, f"{path}.{key}")


@pytest.mark.parametrize("on_busy", ["fallback", "wait"])
@pytest.mark.parametrize("name", OPERATORS)
def test_the_template_fits_the_operators_fields(name: str, on_busy: str) -> None:
    made = template(on_busy)
    # The guide takes these two lines out: a template within a resource has none.
    assert (made.pop("apiVersion"), made.pop("kind")) == ("v1", "Pod")
    assert set(made["spec"]) == {
        "affinity",
        "containers",
        "nodeSelector",
        "tolerations",
        "topologySpreadConstraints",
    }
    assert list(misfits(made, OPERATORS[name]["fields"])) == []


def test_what_does_not_fit_is_seen() -> None:
    fields = OPERATORS["apache"]["fields"]
    assert list(misfits({"kind": "Pod", "spec": {"tolerations": [{"key": 1}]}}, fields)) == [
        ".kind",
        ".spec.tolerations[].key",
    ]


@pytest.mark.parametrize("name", OPERATORS)
def test_the_guide_says_the_place_and_the_version(name: str) -> None:
    text = GUIDE.read_text()
    assert ".".join(OPERATORS[name]["at"]) in text
    assert OPERATORS[name]["api_version"] in text


def test_the_container_bears_the_name_that_spark_and_kubeflow_look_for() -> None:
    assert template()["spec"]["containers"] == [{"name": "spark-kubernetes-executor"}]
